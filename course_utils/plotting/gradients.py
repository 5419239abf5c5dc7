"""Figures about gradients: error against eps, blame against distance, losses, and what a cut lets a network learn.

All are readable without colour: every curve has its own marker and line style, every cell of a grid its number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STYLES = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"))
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47")


def eps_curves(eps: Floats, errors: Mapping[str, Floats]) -> Figure:
    """errors: from a method's name to (len(eps), points). Median over points, the whole range shaded."""
    figure, axes = plt.subplots(figsize=(7.0, 4.0))
    for (name, error), (marker, line), colour in zip(errors.items(), STYLES, COLOURS, strict=False):
        axes.loglog(eps, np.median(error, axis=1), marker=marker, linestyle=line, color=colour, label=name)
        axes.fill_between(eps, np.maximum(error.min(axis=1), 1e-17), error.max(axis=1), color=colour, alpha=0.15)
    axes.set_xlabel("eps, the size of the push")
    axes.set_ylabel("largest error of the gradient")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def blame_curves(panels: Mapping[str, Mapping[float, Floats]]) -> Figure:
    """panels: from a title to curves by spectral radius, each (seeds, distances). Geometric mean, range shaded."""
    figure, all_axes = plt.subplots(1, len(panels), figsize=(10.0, 4.2), sharey=True)
    for axes, (title, curves) in zip(np.atleast_1d(all_axes), panels.items(), strict=True):
        for (radius, norms), style, colour in zip(curves.items(), STYLES, COLOURS, strict=False):
            _blame_curve(axes, f"spectral radius {radius:g}", norms, style, colour)
        axes.set_title(title)
        axes.set_xlabel("steps back from the end")
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left")
    np.atleast_1d(all_axes)[0].set_ylabel("norm of the gradient at that state")
    return figure


def _blame_curve(axes: Any, label: str, norms: Floats, style: tuple[str, str], colour: str) -> None:
    distances, logs = np.arange(norms.shape[1]), np.log10(norms)
    marker, line = style
    axes.semilogy(
        distances, 10 ** logs.mean(axis=0), marker=marker, markevery=5, linestyle=line, color=colour, label=label
    )
    axes.fill_between(distances, norms.min(axis=0), norms.max(axis=0), color=colour, alpha=0.15)


def loss_curves(runs: Mapping[str, Floats], floor: float, window: int = 10) -> Figure:
    """runs: from a label to losses (seeds, steps), smoothed over `window` steps; mean over seeds, range shaded.

    `floor` is the loss of guessing. What is not finite, or above 100, is drawn at 100.
    """
    figure, axes = plt.subplots(figsize=(7.5, 4.2))
    for (label, losses), (marker, line), colour in zip(runs.items(), STYLES, COLOURS, strict=False):
        smooth = _smoothed(np.minimum(np.nan_to_num(losses, nan=100.0, posinf=100.0), 100.0), window)
        steps = np.arange(smooth.shape[1]) + window
        axes.semilogy(
            steps, smooth.mean(axis=0), marker=marker, markevery=30, linestyle=line, color=colour, label=label
        )
        axes.fill_between(steps, smooth.min(axis=0), smooth.max(axis=0), color=colour, alpha=0.15)
    axes.axhline(floor, color="0.4", linewidth=1)
    axes.annotate("guessing", (0.99, floor), xycoords=("axes fraction", "data"), ha="right", va="bottom", color="0.3")
    axes.set_xlabel("training step")
    axes.set_ylabel(f"loss in nats, mean over {window} steps")
    axes.grid(alpha=0.3, which="both")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=2)
    return figure


def _smoothed(losses: Floats, window: int) -> Floats:
    kernel = np.ones(window) / window
    return np.array([np.convolve(row, kernel, mode="valid") for row in losses])


def echo_grid(cuts: Sequence[int], lags: Sequence[int], accuracy: Floats) -> Figure:
    """accuracy (cuts, lags, seeds): the mean in every cell, the range below it; a frame where the lag is shorter than k."""
    figure, axes = plt.subplots(figsize=(6.5, 4.4))
    picture = axes.imshow(accuracy.mean(axis=2), vmin=1 / 3, vmax=1.0, cmap="Greys", aspect="auto")
    for row, k in enumerate(cuts):
        for column, lag in enumerate(lags):
            _echo_cell(axes, row, column, accuracy[row, column], framed=lag < k)
    axes.set_xticks(range(len(lags)), [str(lag) for lag in lags])
    axes.set_yticks(range(len(cuts)), [str(k) for k in cuts])
    axes.set_xlabel("lag of the echo")
    axes.set_ylabel("blame is cut every k steps")
    axes.set_title("framed: the lag is shorter than k", fontsize=10)
    figure.colorbar(picture, label="accuracy (guessing: one third)")
    return figure


def _echo_cell(axes: Any, row: int, column: int, seeds: Floats, framed: bool) -> None:
    text = f"{seeds.mean():.2f}\n{seeds.min():.2f} to {seeds.max():.2f}"
    axes.text(column, row, text, ha="center", va="center", color="white" if seeds.mean() > 0.7 else "black", fontsize=9)
    if framed:
        axes.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor="#b45f06", linewidth=2))
