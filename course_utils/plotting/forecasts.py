"""Figures of forecasts beside the truth and beside "it stays as it is". Readable without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

MARKERS = ("o", "s", "^", "D")


def over_time(days: Any, truth: Any, forecast: Any, before: Any, enlarged: int = 30) -> Any:
    """Price and forecast on all days (above), and on the last `enlarged` days with the price of the day before (below)."""
    figure, (above, below) = plt.subplots(2, 1, figsize=(8.5, 6))
    above.plot(days, truth, "-", color="black", linewidth=1, label="price")
    above.plot(days, forecast, "--", color="C1", linewidth=1.2, label="forecast")
    span = slice(len(truth) - enlarged, len(truth))
    steps = np.arange(enlarged)
    below.plot(steps, truth[span], "o-", color="black", markersize=4, label="price")
    below.plot(steps, forecast[span], "s--", color="C1", markersize=4, label="forecast")
    below.plot(steps, before[span], ":", color="C0", linewidth=2, label="price of the day before")
    above.set(ylabel="dollars", xlabel="date")
    below.set(ylabel="dollars", xlabel=f"the last {enlarged} trading days")
    above.legend()
    below.legend()
    figure.tight_layout()
    return figure


def against_persistence(ratios: Mapping[str, Sequence[float]]) -> Any:
    """Squared error relative to persistence, one row for each kind of network, one marker for each seed."""
    figure, axes = plt.subplots(figsize=(7.5, 2.6))
    for row, (name, values) in enumerate(ratios.items()):
        axes.plot(
            values, [row] * len(values), MARKERS[row], markersize=9, markerfacecolor="none", color=f"C{row}", label=name
        )
    axes.axvline(1, color="black", linewidth=2.5, alpha=0.5)
    axes.text(1, len(ratios) - 0.45, " persistence", fontsize=9, va="bottom", ha="center")
    highest = max(max(values) for values in ratios.values())
    axes.set(yticks=range(len(ratios)), ylim=(-0.5, len(ratios) - 0.5), xlim=(0.9, max(1.1, highest) + 0.05))
    axes.set_yticklabels(list(ratios))
    axes.set_xlabel("squared error on the test days / squared error of persistence")
    return figure
