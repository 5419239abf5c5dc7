"""Figures of lesson 5: padding that floods a state, ceilings and taggers, guesses word by word, who depends on whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

STYLES = (("o", "-"), ("s", "--"), ("^", ":"))
DARK, MIDDLE, LIGHT = "#1b3a5c", "#b5541c", "#c9d4df"


def padding_flood(paddings: Sequence[int], flipped: Sequence[float], within: Sequence[float]) -> Any:
    """One component of the state that has read the whole sentence, against the padded steps beside the sentence."""
    figure, axis = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    axis.plot(paddings, flipped, color=MIDDLE, marker="s", linestyle="--", label="whole row reversed")
    axis.plot(paddings, within, color=DARK, marker="o", linestyle="-", label="reversed within its length")
    axis.set(
        xlabel="padded steps in the sentence's row", ylabel="first number of the state", xticks=list(paddings)[::2]
    )
    axis.legend(frameon=False)
    return figure


def delay_staircase(ceilings: Mapping[str, Sequence[float]]) -> Any:
    """For each direction of reading, the best accuracy when the tag of a word may wait for so many further words."""
    figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    for (name, values), (marker, line), colour in zip(
        ceilings.items(), STYLES, (DARK, MIDDLE, "#444444"), strict=False
    ):
        axis.plot(range(len(values)), values, color=colour, marker=marker, linestyle=line, label=name)
    axis.set(xlabel="further words read before the tag is said", ylabel="best possible accuracy", ylim=(0.8, 1.01))
    axis.legend(frameon=False, loc="lower right")
    return figure


def taggers(accuracies: Mapping[str, Sequence[float]], ceilings: Mapping[str, float]) -> Any:
    """A row of dots per tagger, one dot per seed, and a vertical line per ceiling."""
    figure, axis = plt.subplots(figsize=(6.8, 2.8), layout="constrained")
    for row, ((_, values), (marker, _)) in enumerate(zip(accuracies.items(), STYLES, strict=False)):
        axis.plot(values, [row] * len(values), marker, color=DARK, markersize=8, alpha=0.75)
    for (name, value), (_, line) in zip(ceilings.items(), STYLES[1:], strict=False):
        axis.axvline(value, color=MIDDLE, linestyle=line, label=f"{name}: {value:.3f}")
    axis.set(yticks=range(len(accuracies)), yticklabels=list(accuracies), xlabel="accuracy on held-out words")
    axis.set(ylim=(-0.6, len(accuracies) - 0.4), xlim=(0.78, 1.01))
    figure.legend(frameon=False, loc="outside upper center", ncols=2)
    return figure


def noun_guesses(sentences: Sequence[Sequence[str]], guesses: Mapping[str, Sequence[Sequence[float]]]) -> Any:
    """One panel per sentence: at each word, how probable each tagger holds it that the word is a noun."""
    figure, axes = plt.subplots(1, len(sentences), figsize=(8.6, 3.2), sharey=True, layout="constrained")
    for panel, (axis, words) in enumerate(zip(axes, sentences, strict=True)):
        for (name, values), (marker, line), colour in zip(guesses.items(), STYLES, (MIDDLE, DARK), strict=False):
            axis.plot(values[panel], color=colour, marker=marker, linestyle=line, label=name)
        axis.set_xticks(range(len(words)), words)
        axis.set(title=" ".join(words), ylim=(-0.05, 1.05), xlabel="word")
    axes[0].set_ylabel("probability of NOUN")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside lower center", ncols=len(guesses))
    return figure


def dependence(grids: Mapping[str, Any], words: Sequence[str]) -> Any:
    """One grid per model: a filled square where the output at t (row) depends on the input at s (column).

    Filled squares right of the diagonal, the future, are hatched.
    """
    figure, axes = plt.subplots(1, len(grids), figsize=(3.1 * len(grids), 3.5), layout="constrained", squeeze=False)
    for column, (axis, (name, grid)) in enumerate(zip(axes[0], grids.items(), strict=True)):
        for t, s in np.argwhere(np.asarray(grid)):
            style: dict[str, Any] = {"facecolor": MIDDLE, "hatch": "////"} if s > t else {"facecolor": DARK}
            axis.add_patch(Rectangle((s - 0.5, t - 0.5), 1, 1, edgecolor="white", **style))
        size = len(words)
        axis.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), title=name, aspect="equal", xlabel="input")
        axis.set_xticks(range(size), words)
        axis.set_yticks(range(size), words if column == 0 else [""] * size)
    axes[0][0].set_ylabel("output")
    return figure
