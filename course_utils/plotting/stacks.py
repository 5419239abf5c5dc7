"""Figures about stacked layers: the grid of layers and time, probes per layer, depth against width, growing sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STYLES = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))
BACK = {"arrowstyle": "->", "color": "black", "linewidth": 1.3}


def road_grid(axes: Any, roads: NDArray[np.float64]) -> None:
    """A circle per state with its number in it, roads (L, T); arrows show where gradients flow: down and back in time."""
    layers, steps = roads.shape
    for layer, step in np.ndindex(layers, steps):
        axes.text(step, layer, f"{roads[layer, step]:.0f}", ha="center", va="center", fontsize=13, zorder=3)
        if step:
            axes.annotate("", (step - 0.78, layer), (step - 0.22, layer), arrowprops=BACK)
        if layer:
            axes.annotate("", (step, layer - 0.75), (step, layer - 0.25), arrowprops={**BACK, "linestyle": "--"})
    grid = np.array([(step, layer) for layer, step in np.ndindex(layers, steps)])
    axes.scatter(grid[:, 0], grid[:, 1], s=900, facecolor="white", edgecolor="black", zorder=2)
    axes.set_xticks(range(steps), [f"step {step}" for step in range(steps)])
    axes.set_yticks(range(layers), [f"layer {layer}" for layer in range(layers)])
    axes.set_xlim(-0.5, steps - 0.5)
    axes.set_ylim(-0.5, layers - 0.5)
    axes.set_xlabel("time; solid arrows: blame goes back")
    axes.set_ylabel("depth; dashed arrows: blame goes down")


def probe_lines(axes: Any, series: Mapping[str, NDArray[np.float64]], title: str) -> None:
    """Accuracy for layers 0, 1, 2, one line per name: each array is (seeds, 3). Dots are seeds, lines their means."""
    for (label, values), (marker, line) in zip(series.items(), STYLES, strict=False):
        layers = np.arange(values.shape[1])
        drawn = axes.plot(layers, values.mean(axis=0), marker=marker, linestyle=line, markersize=8, label=label)
        for row in values:
            axes.plot(layers, row, marker=marker, linestyle="", markersize=4, alpha=0.5, color=drawn[0].get_color())
    for chance, answers in ((1 / 6, "letters"), (1 / 3, "brackets")):
        axes.axhline(chance, color="black", linewidth=1, linestyle=(0, (1, 3)))
        axes.text(2, chance, f"guessing {answers}", va="bottom", ha="right", fontsize=9)
    axes.set_xticks(layers, [f"layer {layer}" for layer in layers])
    axes.set_ylim(0, 1.05)
    axes.set_ylabel("held-out accuracy of a linear probe")
    axes.set_title(title)
    axes.legend(loc="lower center", bbox_to_anchor=(0.36, 0.0), ncols=1, fontsize=9)


def seeds_per_shape(axes: Any, names: Sequence[str], values: Sequence[Sequence[float]]) -> None:
    """One column per shape of network: small dots are seeds, the bar is their mean."""
    for place, (column, (marker, _)) in enumerate(zip(values, STYLES, strict=False)):
        axes.plot([place] * len(column), list(column), marker=marker, linestyle="", fillstyle="none", markersize=8)
        axes.plot([place - 0.25, place + 0.25], [np.mean(column)] * 2, color="black", linewidth=2)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, len(names) - 0.4)


def falling_lines(axes: Any, counts: Sequence[int], series: Mapping[str, NDArray[np.float64]]) -> None:
    """Share of right sentences against numbers per sentence; each array is (seeds, len(counts)); bars span the seeds."""
    for (label, values), (marker, line) in zip(series.items(), STYLES, strict=False):
        middle = values.mean(axis=0)
        reach = np.abs(np.stack([values.min(axis=0), values.max(axis=0)]) - middle)
        axes.errorbar(counts, middle, yerr=reach, marker=marker, linestyle=line, capsize=4, markersize=7, label=label)
    axes.set_xticks(list(counts))
    axes.set_ylim(-0.03, 1.05)
    axes.set_xlabel("numbers in the sentence")
    axes.set_ylabel("share of sentences with no error")
    axes.legend(loc="center left", bbox_to_anchor=(0.2, 0.68))
