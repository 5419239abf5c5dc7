"""Measuring what a sequence costs, and reading the exponent off a figure with two logarithmic axes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def seconds_against(run: Callable[[int], object], sizes: Sequence[int], patience: float = 0.5) -> Curve:
    """Processor seconds of `run(size)` for growing sizes, the best of five each.

    Stops after the first size that takes longer than `patience` seconds, so that a slow machine or function waits for nobody.
    """
    used, seconds = [], []
    for size in sizes:
        used.append(float(size))
        seconds.append(_best(run, size, patience))
        if seconds[-1] > patience:
            break
    return np.array(used), np.array(seconds)


def _best(run: Callable[[int], object], size: int, patience: float) -> float:
    best, spent = float("inf"), 0.0
    for _ in range(5):
        start = time.process_time()
        run(size)
        best = min(best, time.process_time() - start)
        spent += best
        if spent > patience:
            break
    return max(best, 1e-7)


def slope(curve: Curve, last: int) -> float:
    """The exponent p of seconds = c * size ** p, fitted by least squares to the logarithms of the last points."""
    sizes, seconds = curve
    if len(sizes) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes[-last:]), np.log(seconds[-last:]), 1)[0])


def draw_costs(curves: Mapping[str, Curve], last: Mapping[str, int]) -> Figure:
    """One panel for each curve, with the line that was fitted to its last points."""
    figure, panels = plt.subplots(1, len(curves), figsize=(5.0 * len(curves), 3.8), squeeze=False)
    for axes, (name, (sizes, seconds)) in zip(panels[0], curves.items(), strict=True):
        axes.loglog(sizes, 1e3 * seconds, "o", color="#222222", label="measured")
        p, used = slope((sizes, seconds), last[name]), sizes[-last[name] :]
        fitted = np.exp(np.log(seconds[-last[name] :]).mean() + p * (np.log(used) - np.log(used).mean()))
        axes.loglog(used, 1e3 * fitted, "--", color="#1f5fa8", label=f"slope {p:.2f}")
        axes.set(xlabel=name, ylabel="milliseconds")
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure
