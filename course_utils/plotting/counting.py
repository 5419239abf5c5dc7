"""Figures of lesson 3 about counting: the unrolled cell, counts against the truth, states over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

STYLES = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"), ("-", "x"))
INK, ACCENT, PALE = "#222222", "#1f5fa8", "#dfe9f5"


def draw_unrolled(text: str, states: Any, outputs: Any, labels: tuple[str, str, str]) -> Figure:
    """The cell once for each letter: letter below, state (T,) in the circle, output (T,) above, the same weights on all arrows."""
    figure, axes = plt.subplots(figsize=(1.5 * len(text) + 1.5, 4.2))
    _circle(axes, 0, "0.000", "start")
    for t, (letter, state, output) in enumerate(zip(text, states, outputs, strict=True), start=1):
        _circle(axes, t, f"{state:.3f}", f"$h_{{{t}}}$")
        _arrow(axes, (t - 0.64, 0), (t - 0.36, 0), labels[1] if t == 1 else "", above=True)
        _arrow(axes, (t, -1.0), (t, -0.42), labels[0] if t == 1 else "")
        _arrow(axes, (t, 0.42), (t, 1.0), labels[2] if t == 1 else "")
        _box(axes, t, -1.25, letter, "white")
        _box(axes, t, 1.25, f"{output:.2f}", PALE)
    axes.text(0, 1.25, "read-out", ha="center", va="center", color=INK)
    axes.text(0, -1.25, "input", ha="center", va="center", color=INK)
    axes.set(xlim=(-0.7, len(text) + 0.6), ylim=(-1.65, 1.65), aspect="equal")
    axes.axis("off")
    return figure


def draw_counts(curves: Mapping[str, Any], truth: Any) -> Figure:
    """What is read out, one curve for each name, against the true count (T,)."""
    figure, axes = plt.subplots(figsize=(6.2, 4.4))
    axes.plot(truth, truth, color="0.75", linewidth=6, label="the truth", solid_capstyle="round")
    for (name, curve), (line, marker) in zip(curves.items(), STYLES, strict=False):
        axes.plot(truth, curve, line, marker=marker, markersize=4, markevery=3, color=INK, linewidth=1.2, label=name)
    axes.set(xlabel="letters a read so far", ylabel="read-out (counts)")
    axes.legend(frameon=False)
    return _clean(figure)


def draw_states(letters: str, states: Any, ended: int) -> Figure:
    """Every hidden unit of states (T, H) over the letters; the text ends after `ended` of them."""
    figure, axes = plt.subplots(figsize=(7.2, 3.0))
    steps = np.arange(1, len(states) + 1)
    for unit, (line, marker) in zip(range(states.shape[1]), STYLES, strict=False):
        axes.plot(steps, states[:, unit], line, marker=marker, color=INK, label=f"unit {unit + 1}")
    axes.axvline(ended + 0.5, color=ACCENT, linewidth=1.5)
    axes.text(ended + 0.6, 1.12, "padding", color=ACCENT, va="bottom")
    axes.set(xticks=steps, xticklabels=list(letters), xlabel="input", ylabel="state", ylim=(-1.1, 1.1))
    axes.legend(frameon=False, loc="lower left", ncols=2)
    return _clean(figure)


def draw_learned(curves: Mapping[str, Any], truth: Any, right: Mapping[str, Any], trained_to: int) -> Figure:
    """Left: read-outs (T,) along one string. Right: shares (T,) of strings whose count is right, against their length."""
    figure, (left, other) = plt.subplots(1, 2, figsize=(10.5, 3.8))
    steps = np.arange(1, len(truth) + 1)
    left.plot(steps, truth, color="0.75", linewidth=6, label="the truth")
    for (name, curve), (line, marker) in zip(curves.items(), STYLES, strict=False):
        left.plot(steps, curve, line, marker=marker, markersize=4, markevery=3, color=INK, linewidth=1.2, label=name)
    left.set(xlabel="letters read", ylabel="read-out (counts)", title="one string")
    left.legend(frameon=False)
    for (name, share), (line, marker) in zip(right.items(), STYLES, strict=False):
        other.plot(steps, share, line, marker=marker, markersize=4, markevery=3, color=INK, linewidth=1.2, label=name)
    other.axvline(trained_to, color=ACCENT, linewidth=1.5)
    other.text(trained_to + 0.3, 1.03, "longest seen in training", color=ACCENT)
    other.set(xlabel="letters read", ylabel="share of right counts", ylim=(-0.05, 1.12))
    other.legend(frameon=False, loc="center right")
    return _clean(figure)


def _circle(axes: Any, x: float, inside: str, below: str) -> None:
    axes.add_patch(Circle((x, 0), 0.36, facecolor=PALE, edgecolor=INK))
    axes.text(x, 0.04, inside, ha="center", va="center", fontsize=10)
    axes.text(x, -0.2, below, ha="center", va="center", fontsize=8, color="0.35")


def _box(axes: Any, x: float, y: float, text: str, fill: str) -> None:
    axes.add_patch(FancyBboxPatch((x - 0.26, y - 0.16), 0.52, 0.32, boxstyle="round,pad=0.04", fc=fill, ec=INK))
    axes.text(x, y, text, ha="center", va="center", fontsize=11)


def _arrow(axes: Any, start: Sequence[float], end: Sequence[float], label: str, above: bool = False) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": ACCENT, "shrinkA": 0, "shrinkB": 0})
    if label:
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        place = (x, y + 0.46) if above else (x - 0.06, y)
        axes.text(*place, label, color=ACCENT, fontsize=9, ha="center" if above else "right", va="center")


def _clean(figure: Figure) -> Figure:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure
