"""Figures of what a predictor can reach and what trained networks do reach. Readable without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from course_utils.training.small_networks import History

STYLES = ("-", "--", ":")
MARKERS = ("o", "s", "^", "D", "v")


def race(races: Sequence[Sequence[History]], tops: Sequence[float], titles: Sequence[str]) -> Any:
    """Accuracy (above) and loss (below) against training steps, one column for each set, with the ceiling of each."""
    figure, axes = plt.subplots(2, len(races), figsize=(9, 5.2), sharex=True, sharey="row", squeeze=False)
    for column, (histories, top, title) in enumerate(zip(races, tops, titles, strict=True)):
        above, below = axes[:, column]
        for seed, history in enumerate(histories):
            style = STYLES[seed % len(STYLES)]
            above.plot(history.steps, history.accuracy, style, color=f"C{seed}", label=f"network {seed + 1}")
            below.plot(history.steps, history.loss, style, color=f"C{seed}")
        _ceiling_line(above, top, f"ceiling {top:.3f}")
        above.set(title=title, ylim=(0.35, 1.02))
        above.legend(loc="upper right", fontsize=8)
        below.axhline(np.log(2), color="0.4", linestyle="-.", linewidth=1, label="ln 2: a fair coin")
        below.set(xlabel="training steps", ylim=(0, 0.8))
        below.legend(loc="lower left", fontsize=8)
    axes[0, 0].set_ylabel("accuracy")
    axes[1, 0].set_ylabel("loss (nats)")
    figure.tight_layout()
    return figure


def staircase(windows: Sequence[int], tops: Sequence[float], reached: Sequence[Sequence[float]]) -> Any:
    """Ceiling against window length as a staircase, and what trained networks reached."""
    figure, axes = plt.subplots(figsize=(7, 3.8))
    edges = [window - 0.5 for window in windows] + [windows[-1] + 0.5]
    axes.stairs(tops, edges, baseline=None, color="black", linewidth=2.5, label="ceiling")
    for seed, scores in enumerate(zip(*reached, strict=True)):
        places = [window + 0.18 * (seed - 1) for window in windows]
        axes.plot(places, scores, MARKERS[seed], markersize=7, markerfacecolor="none", label=f"network {seed + 1}")
    axes.set(xlabel="window (words)", ylabel="accuracy", ylim=(0.4, 1.05), xticks=list(windows))
    axes.legend(loc="lower right")
    return figure


def by_position(positions: Sequence[int], results: Mapping[str, Sequence[Sequence[float]]], withheld: int) -> Any:
    """Accuracy at each position, every seed a marker, for several kinds of network; the withheld position is hatched."""
    figure, axes = plt.subplots(figsize=(7, 3.8))
    axes.axvspan(
        withheld - 0.4, withheld + 0.4, facecolor="none", edgecolor="0.6", hatch="//", label="never trained here"
    )
    for kind, (name, rows) in enumerate(results.items()):
        shift = 0.16 * (2 * kind - 1)
        places = np.tile(np.asarray(positions) + shift, len(rows))
        filled = f"C{kind}" if kind else "none"
        axes.plot(
            places,
            np.ravel(rows),
            MARKERS[kind],
            color=f"C{kind}",
            markersize=8,
            markerfacecolor=filled,
            alpha=0.8,
            label=name,
        )
    axes.axhline(0.5, color="0.4", linestyle=":", label="coin")
    axes.set(
        xlabel="position of the opinion in the sentence", ylabel="accuracy", ylim=(0, 1.05), xticks=list(positions)
    )
    axes.legend(loc="lower left", fontsize=9)
    return figure


def parameters(lengths: Sequence[int], counts: Any) -> Any:
    """Parameters of a feedforward and a recurrent network, counts (number of lengths, 2), against the sequence length."""
    figure, axes = plt.subplots(figsize=(6.5, 3.6))
    axes.loglog(lengths, counts[:, 0], "o-", label="feedforward on the flattened sequence")
    axes.loglog(lengths, counts[:, 1], "s--", label="recurrent")
    axes.set(xlabel="sequence length T", ylabel="parameters")
    axes.legend()
    return figure


def passed(limits: Mapping[str, float], reached: Mapping[str, Sequence[float]]) -> Any:
    """Each kind of network in a column: its ceiling as a bar with a thick edge, each trained network a marker."""
    figure, axes = plt.subplots(figsize=(7.5, 4))
    for place, (name, scores) in enumerate(reached.items()):
        if name in limits:
            axes.bar(place, limits[name], width=0.7, color="0.93", edgecolor="0.7", hatch="//", zorder=0)
            axes.hlines(limits[name], place - 0.35, place + 0.35, color="black", linewidth=3, zorder=1)
            axes.text(place, limits[name] + 0.02, f"ceiling {limits[name]:.3f}", ha="center", fontsize=9)
        marker = MARKERS[0] if name in limits else MARKERS[3]
        shifts = np.linspace(-0.18, 0.18, len(scores))
        axes.plot(place + shifts, scores, marker, color="C0" if name in limits else "C1", markersize=8, zorder=2)
    axes.set(ylabel="accuracy on held-out sentences", ylim=(0.4, 1.05), xticks=range(len(reached)))
    axes.set_xticklabels(list(reached))
    return figure


def memory(sentences: Sequence[Sequence[str]], distances: Sequence[Any], blind: Sequence[int]) -> Any:
    """How far apart two sentences leave the state, word by word, a line for each network; steps in `blind` are hatched."""
    figure, axes = plt.subplots(figsize=(9, 4))
    for seed, values in enumerate(distances):
        axes.plot(range(len(values)), values, MARKERS[seed] + STYLES[seed], label=f"network {seed + 1}")
    axes.axvspan(
        min(blind) - 0.5,
        max(blind) + 0.5,
        facecolor="none",
        edgecolor="0.7",
        hatch="//",
        label="the last three words are the same",
    )
    labels = ["\n".join(column) for column in zip(*sentences, strict=True)]
    axes.set(xticks=range(len(labels)), ylim=(0, None), ylabel="distance of the two states")
    axes.set_xticklabels(labels)
    axes.set_xlabel("the two sentences, word by word")
    axes.legend()
    return figure


def _ceiling_line(axes: Any, top: float, label: str) -> None:
    axes.axhline(top, color="black", linewidth=2.5, alpha=0.45, label=label, zorder=0)
