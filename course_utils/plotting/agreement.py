"""Figures about memory: accuracy with intervals, gradients against distance, eigenvalues, gates and surprise.

All are readable without colour: every curve has its own marker and line style.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rated = Mapping[int, tuple[float, float, float]]  # value on the x axis -> accuracy, low end, high end

STYLES = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"))
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47")
BASELINE_STYLES = (("x", (0, (1, 2))), ("+", (0, (5, 3))))


def accuracy_panels(
    panels: Mapping[str, tuple[Mapping[str, Rated], Mapping[str, Mapping[int, float]]]], beyond: float | None = None
) -> Figure:
    """One panel per x label: curves with intervals by network, and lines without by baseline.

    beyond: shade x values above this one in the first panel, those longer than anything in training.
    """
    figure, all_axes = plt.subplots(1, len(panels), figsize=(5.4 * len(panels), 4.3), sharey=True, squeeze=False)
    for axes, (label, (curves, baselines)) in zip(all_axes[0], panels.items(), strict=True):
        for i, (name, rated) in enumerate(curves.items()):
            _interval_curve(axes, name, rated, i, len(curves))
        for (name, line), (marker, style) in zip(baselines.items(), BASELINE_STYLES, strict=False):
            axes.plot(list(line), list(line.values()), marker=marker, linestyle=style, color="0.35", label=name)
        axes.set_xlabel(label)
        axes.set_xticks(sorted({x for rated in curves.values() for x in rated}))
        axes.set_ylim(-0.03, 1.03)
        axes.grid(alpha=0.3)
    if beyond is not None:
        axes = all_axes[0][0]
        axes.axvspan(beyond, axes.get_xlim()[1], facecolor="none", edgecolor="0.7", hatch="//", zorder=0)
    all_axes[0][0].set_ylabel("accuracy, 95% Wilson interval")
    all_axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.tight_layout()
    return figure


def _interval_curve(axes: Any, name: str, rated: Rated, place: int, count: int) -> None:
    """Curves are moved aside a little, so that intervals do not cover each other."""
    x = np.array(sorted(rated), dtype=float)
    centre, low, high = np.array([rated[int(value)] for value in x]).T
    marker, style = STYLES[place]
    shift = (place - (count - 1) / 2) * 0.012 * (x.max() - x.min())
    ends = np.clip(np.stack([centre - low, high - centre]), 0, None)
    axes.errorbar(
        x + shift, centre, ends, marker=marker, linestyle=style, color=COLOURS[place], capsize=3, label=name, ms=5
    )


def decay_panels(panels: Mapping[str, Mapping[str, Floats]], ylabel: str, xlabel: str) -> Figure:
    """Curves (seeds, distances) on a logarithmic axis, one panel per title: geometric mean, the range over seeds shaded."""
    figure, all_axes = plt.subplots(1, len(panels), figsize=(5.4 * len(panels), 4.2), sharey=True, squeeze=False)
    for axes, (title, curves) in zip(all_axes[0], panels.items(), strict=True):
        for (name, values), (marker, style), colour in zip(curves.items(), STYLES, COLOURS, strict=False):
            steps, shown = np.arange(values.shape[1]), np.maximum(values, 1e-30)
            mean = np.exp(np.log(shown).mean(axis=0))
            axes.semilogy(steps, mean, marker=marker, markevery=4, linestyle=style, color=colour, label=name)
            axes.fill_between(steps, shown.min(axis=0), shown.max(axis=0), color=colour, alpha=0.15)
        axes.set_title(title)
        axes.set_xlabel(xlabel)
        axes.grid(alpha=0.3)
    all_axes[0][0].set_ylabel(ylabel)
    all_axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.tight_layout()
    return figure


def eigenvalue_panels(panels: Mapping[str, Sequence[Floats]]) -> Figure:
    """The eigenvalues of matrices (H, H) in the complex plane with the unit circle: a panel per title, a marker per matrix."""
    size = (3.7 * len(panels), 3.9)
    figure, all_axes = plt.subplots(1, len(panels), figsize=size, sharex=True, sharey=True, squeeze=False)
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 200))
    for axes, (title, matrices) in zip(all_axes[0], panels.items(), strict=True):
        axes.plot(circle.real, circle.imag, color="0.4", linewidth=1)
        for matrix, marker, colour in zip(matrices, "os^Dv", (*COLOURS, "#000000"), strict=False):
            values = np.linalg.eigvals(matrix)
            axes.plot(values.real, values.imag, marker, color=colour, ms=4, fillstyle="none")
        axes.set_title(title, fontsize=10)
        axes.set_aspect("equal")
        axes.set_xlabel("real part")
        axes.grid(alpha=0.3)
    all_axes[0][0].set_ylabel("imaginary part")
    figure.tight_layout()
    return figure


def gate_chart(words: Sequence[str], gates: Floats, subject: int) -> Figure:
    """z (T, H), units sorted by their mean: dark is "keep the old state", light is "write the new one"."""
    figure, axes = plt.subplots(figsize=(0.42 * len(words) + 1.6, 4.0))
    order = np.argsort(gates.mean(axis=0))
    image = axes.imshow(gates[:, order].T, aspect="auto", cmap="Greys", vmin=0, vmax=1, origin="lower")
    axes.set_xticks(range(len(words)), words, rotation=60, ha="right")
    axes.get_xticklabels()[subject].set_fontweight("bold")
    axes.set_ylabel("unit, sorted by its mean gate")
    figure.colorbar(image, label="update gate z: share kept")
    figure.tight_layout()
    return figure


def surprise_panels(panels: Mapping[str, tuple[Sequence[str], Floats, Floats | None]]) -> Figure:
    """For each title: words (T,), surprise of the networks (seeds, T) in bits, and of the grammar itself (T,) if it has one.

    Bars are means over seeds with their range; a diamond is the exact surprise.
    """
    figure, all_axes = plt.subplots(len(panels), 1, figsize=(8.0, 2.7 * len(panels)), sharey=True, squeeze=False)
    for axes, (title, (words, bits, exact)) in zip(all_axes[:, 0], panels.items(), strict=True):
        places, mean = np.arange(len(words)), bits.mean(axis=0)
        spread = np.stack([mean - bits.min(axis=0), bits.max(axis=0) - mean])
        axes.bar(
            places, mean, yerr=spread, color="#9fc5e8", edgecolor="#0b5394", hatch="//", capsize=3, label="networks"
        )
        if exact is not None:
            axes.plot(places, exact, "D", color="#000000", label="the grammar itself")
        axes.set_xticks(places, words)
        axes.set_title(title, fontsize=10)
        axes.set_ylabel("surprise in bits")
        axes.grid(alpha=0.3, axis="y")
        axes.legend(fontsize=8)
    figure.tight_layout()
    return figure
