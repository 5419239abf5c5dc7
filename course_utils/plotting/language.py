"""Figures about sequences and their probabilities: strips of a chain of bets, surprise letter by letter, curves over orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Conditional = Callable[[list[int]], Any]

MARKERS = "osD^vPX"
WIDTH_OF_A_LETTER = 0.0095


def probability_strips(
    axes: Any, conditional: Conditional, letters: str, length: int, hatched: str, title: str
) -> None:
    """Draw all sequences of 1 to `length` letters as rows of strips whose widths are probabilities, laid end to end.

    In a row the sequences stand in the order of `letters`; those on the way to `hatched` are hatched. A dashed line marks
    the width 1, where every row ends when the conditional is proper.
    """
    below: list[tuple[list[int], float]] = [([], 1.0)]
    for row in range(1, length + 1):
        below = [
            ([*prefix, token], width * float(probability))
            for prefix, width in below
            for token, probability in enumerate(conditional(prefix))
        ]
        _row_of_strips(axes, row, [("".join(letters[t] for t in prefix), width) for prefix, width in below], hatched)
    axes.axvline(1.0, color="black", linestyle="--", linewidth=1.5)
    axes.set_yticks(range(1, length + 1), [f"{row} letter{'s' * (row > 1)}" for row in range(1, length + 1)])
    axes.set_ylim(length + 0.5, 0.5)
    axes.set_xlabel("probability, laid end to end")
    axes.set_title(title)


def _row_of_strips(axes: Any, row: int, strips: list[tuple[str, float]], hatched: str) -> None:
    """One row: texts and their widths; a strip's grey is that of its last letter."""
    greys = {letter: str(0.95 - 0.15 * i) for i, letter in enumerate(sorted({text[-1] for text, _ in strips}))}
    left = 0.0
    for text, width in strips:
        chosen = hatched.startswith(text)
        axes.barh(row, width, left=left, height=0.86, edgecolor="black", linewidth=0.6, color=greys[text[-1]],
                  hatch="///" if chosen else None)  # fmt: skip
        if width > WIDTH_OF_A_LETTER * (len(text) + 0.5):
            axes.text(left + width / 2, row, text, ha="center", va="center", fontsize=9,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8} if chosen else None)  # fmt: skip
        left += width


def surprise_by_letter(axes: Any, text: str, bits: Mapping[str, Sequence[float]]) -> None:
    """Bars of bits over the letters of `text`, one group of bars per model; light bars are hatched."""
    width = 0.8 / len(bits)
    styles = (("0.75", "///"), ("0.2", None), ("0.5", "..."))
    for i, (label, values) in enumerate(bits.items()):
        color, hatch = styles[i % len(styles)]
        places = [t - 0.4 + (i + 0.5) * width for t in range(len(text))]
        axes.bar(places, list(values), width, color=color, hatch=hatch, edgecolor="black", linewidth=0.4, label=label)
    axes.set_xticks(range(len(text)), ["␣" if letter == " " else letter for letter in text])
    axes.set_xlabel("letter to be foretold (␣ is a space)")
    axes.set_ylabel("surprise (bits)")
    axes.set_xlim(-0.7, len(text) - 0.3)
    axes.legend()


def curves(
    axes: Any,
    orders: Sequence[int],
    series: Mapping[str, Sequence[float]],
    spread: Mapping[str, Sequence[float]] | None = None,
) -> None:
    """One line per series over the n-gram order, each with a marker and a line style of its own; `spread` gives error bars."""
    for i, (label, values) in enumerate(series.items()):
        bars = None if spread is None else spread.get(label)
        axes.errorbar(orders, values, yerr=bars, label=label, marker=MARKERS[i % len(MARKERS)], capsize=3,
                      linestyle=("-", "--", "-.", ":")[i % 4])  # fmt: skip
    axes.set_xticks(list(orders))
    axes.set_xlabel("order n of the table")


def line_to_beat(axes: Any, label: str, height: float, at: float) -> None:
    """A horizontal dotted line with its name written on it, ending at the place `at` of the x axis."""
    axes.axhline(height, color="black", linewidth=0.9, linestyle=":")
    axes.text(at, height, label, ha="right", va="bottom", fontsize=8)


def paired_bars(axes: Any, pairs: Mapping[str, tuple[float, float]], labels: tuple[str, str]) -> None:
    """Two bars for each name, the first hatched and light, the second dark, each with its height above it."""
    for i, (label, color, hatch) in enumerate(zip(labels, ("0.85", "0.45"), ("///", None), strict=True)):
        places = [place + 0.4 * (i - 0.5) for place in range(len(pairs))]
        heights = [pair[i] for pair in pairs.values()]
        axes.bar(places, heights, 0.38, color=color, hatch=hatch, edgecolor="black", linewidth=0.6, label=label)
        for place, height in zip(places, heights, strict=True):
            axes.text(place, height + 0.05, f"{height:.2f}", ha="center", va="bottom", fontsize=8,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
    axes.set_xticks(range(len(pairs)), list(pairs))
    axes.legend()
