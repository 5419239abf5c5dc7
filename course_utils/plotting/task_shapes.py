"""Figures of lesson 3: the four shapes of task, and a network's bits against a table's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

INK, ACCENT, PALE = "#222222", "#1f5fa8", "#dfe9f5"
STYLES = (("-", "o"), ("--", "s"))


def draw_gallery(
    opinions: Sequence[tuple[Sequence[str], Any]],
    image: Any,
    caption: Sequence[str],
    tagged: Sequence[tuple[str, str]],
    sorted_letters: tuple[str, Sequence[str]],
) -> Figure:
    """Four panels: opinion word by word, an image with its caption, words with tags, letters in and letters out."""
    figure, ((first, second), (third, fourth)) = plt.subplots(2, 2, figsize=(11, 7), width_ratios=(1.15, 1))
    _opinions(first, opinions)
    second.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    second.set(xticks=[], yticks=[], title="one to many: an image in, words out")
    second.set_xlabel(" ".join(caption), fontsize=12)
    _columns(third, [word for word, _ in tagged], [tag for _, tag in tagged])
    third.set_title("aligned: a tag for each word")
    read, written = sorted_letters
    _columns(fourth, [*read, *[""] * len(written)], [*[""] * len(read), *written])
    fourth.set_title("sequence to sequence: first read, then write")
    figure.tight_layout(h_pad=2.5)
    return figure


def _opinions(axes: Any, opinions: Sequence[tuple[Sequence[str], Any]]) -> None:
    for (words, praise), (line, marker) in zip(opinions, STYLES, strict=False):
        axes.plot(range(len(words)), praise, line, marker=marker, color=INK, label=" ".join(words))
        for t in range(len(words)):
            if words[t] != opinions[0][0][t] or words is opinions[0][0]:
                above = (
                    praise[t] >= opinions[0][1][t] if words is not opinions[0][0] else praise[t] >= opinions[1][1][t]
                )
                axes.annotate(
                    words[t],
                    (t, praise[t]),
                    (0, 7 if above else -14),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                )
    axes.axhline(0.5, color="0.7", linewidth=1)
    axes.set(xlabel="words read", ylabel="probability of praise", ylim=(-0.15, 1.15), xticks=range(len(opinions[0][0])))
    axes.set_title("many to one: only the last answer counts")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="center left")


def _columns(axes: Any, below: Sequence[str], above: Sequence[str]) -> None:
    for t, (low, high) in enumerate(zip(below, above, strict=True)):
        axes.add_patch(Rectangle((t + 0.2, 0.8), 0.6, 0.4, facecolor=PALE, edgecolor=INK))
        if t:
            axes.annotate("", (t + 0.2, 1.0), (t - 0.2, 1.0), arrowprops={"arrowstyle": "-|>", "color": ACCENT})
        for text, y, start, end in ((low, 0.25, 0.4, 0.8), (high, 1.75, 1.2, 1.6)):
            if text:
                axes.text(t + 0.5, y, text, ha="center", va="center", fontsize=11)
                axes.annotate("", (t + 0.5, end), (t + 0.5, start), arrowprops={"arrowstyle": "-|>", "color": INK})
    axes.set(xlim=(0, len(below)), ylim=(0, 2))
    axes.axis("off")


def draw_bits(table: Mapping[int, tuple[int, float]], networks: Mapping[int, tuple[int, Sequence[float]]]) -> Figure:
    """Bits per character against the number of parameters.

    table: order -> (parameters, bits); networks: hidden units -> (parameters, bits of each seed).
    """
    figure, axes = plt.subplots(figsize=(7, 4.2))
    axes.plot(*zip(*table.values(), strict=True), "s--", color=INK, label="table")
    for order, (count, bits) in table.items():
        axes.annotate(f"order {order}", (count, bits), (6, 6), textcoords="offset points", fontsize=9)
    places = [(count, float(np.mean(bits)), float(np.std(bits))) for count, bits in networks.values()]
    counts, means, spreads = zip(*places, strict=True)
    axes.errorbar(
        counts, means, yerr=spreads, fmt="o-", color=ACCENT, capsize=4, label="recurrent network, three seeds"
    )
    for (hidden, _), (count, mean, _) in zip(networks.items(), places, strict=True):
        axes.annotate(f"H = {hidden}", (count, mean), (-4, -16), textcoords="offset points", fontsize=9, color=ACCENT)
    axes.set(xscale="log", xlabel="parameters", ylabel="bits per character, held out")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure
