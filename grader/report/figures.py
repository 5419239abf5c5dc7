"""The figures of a report as inline SVG: black on white, told apart by hatches, every bar with its number beside it."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from grader.report.material import Item
from grader.report.statistics import Scores

WIDTH = 8.0
ROW = 0.32
# A fixed salt and no date: the same records draw the same bytes.
SETTINGS = {
    "svg.hashsalt": "report",
    "svg.fonttype": "path",
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
OUTCOMES = (
    ("passed", "right", "#ffffff", ""),
    ("partial", "partly right", "#e4e4e4", "//"),
    ("wrong", "not right", "#c4c4c4", "xx"),
    ("raised", "raised an error", "#9c9c9c", ".."),
    ("timed_out", "ran out of time", "#767676", "||"),
    ("not_attempted", "not attempted", "#ffffff", "\\\\"),
)
OTHERWISE = ("otherwise", "otherwise", "#4a4a4a", "--")


def drawn(draw: Callable[[Axes], None], height: float, alt: str) -> str:
    """The figure as an `<img>` that holds its own data."""
    with mpl.rc_context(SETTINGS):  # type: ignore[arg-type]  # the stubs list every key
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{encoded}">'


def score_distribution(totals: Scores, points: float) -> str:
    """How many students have how many points, with the median."""
    edges = np.linspace(0, points, min(13, max(5, int(points) + 1)))
    counts, _ = np.histogram(np.clip(totals, 0, points), edges)

    def draw(axes: Axes) -> None:
        bars = axes.bar(
            edges[:-1], counts, np.diff(edges), align="edge", color="#dddddd", edgecolor="black", hatch="//"
        )
        axes.bar_label(bars, labels=[str(count) if count else "" for count in counts])
        median = float(np.median(totals))
        axes.axvline(median, color="black", linestyle="--", label=f"median {median:.1f}")
        axes.set(xlabel=f"points of {points:g}", ylabel="students", xlim=(0, points))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False)

    return drawn(
        draw, 2.8, f"Histogram of points of {len(totals)} students; median {np.median(totals):.1f} of {points:g}."
    )


def facilities(items: Sequence[Item]) -> str:
    """Each exercise's mean share of points."""
    known = [item for item in items if item.facility is not None]
    shares = [item.facility or 0.0 for item in known]

    def draw(axes: Axes) -> None:
        bars = axes.barh(_names(known), shares, color="#dddddd", edgecolor="black", hatch="//")
        axes.bar_label(bars, labels=[f"{share:.2f}" for share in shares], padding=3)
        axes.set(xlim=(0, 1.1), xlabel="facility: mean share of the points")
        axes.invert_yaxis()

    return drawn(draw, 0.9 + ROW * len(known), f"Facility by exercise: {_said(known, shares, '.2f')}.")


def discriminations(items: Sequence[Item]) -> str:
    """Each exercise's correlation with the rest of the lesson; "" when no exercise has one."""
    known = [item for item in items if item.discrimination is not None]
    values = [item.discrimination or 0.0 for item in known]
    if not known:
        return ""

    def draw(axes: Axes) -> None:
        bars = axes.barh(_names(known), values, color="#dddddd", edgecolor="black")
        for bar, value in zip(bars, values, strict=True):
            bar.set_hatch("xx" if value < 0 else "\\\\")
        axes.bar_label(bars, labels=[f"{value:+.2f}" for value in values], padding=3)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(
            xlim=(min(-0.3, *values) - 0.15, 1.15), xlabel="discrimination: correlation with the rest of the lesson"
        )
        axes.invert_yaxis()

    return drawn(draw, 0.9 + ROW * len(known), f"Discrimination by exercise: {_said(known, values, '+.2f')}.")


def outcomes(items: Sequence[Item]) -> str:
    """How each judged exercise ended, in students."""
    judged = [item for item in items if not item.written and item.outcomes]
    kinds = [*OUTCOMES, OTHERWISE]
    table = np.array([_outcome_counts(item) for item in judged])  # (exercises, kinds)

    if not judged:
        return ""
    told = "; ".join(
        f"{item.name} "
        + ", ".join(f"{count} {label}" for (_, label, *_), count in zip(kinds, counts, strict=True) if count)
        for item, counts in zip(judged, table, strict=True)
    )

    def draw(axes: Axes) -> None:
        left = np.zeros(len(judged))
        for (_, label, color, hatch), counts in zip(kinds, table.T, strict=True):
            if counts.any():
                bars = axes.barh(
                    _names(judged), counts, left=left, color=color, edgecolor="black", hatch=hatch, label=label
                )
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                axes.bar_label(bars, [str(count) if count else "" for count in counts], label_type="center", bbox=box)
                left += counts
        axes.set_xlabel("students")
        axes.invert_yaxis()
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4)

    return drawn(draw, 1.3 + ROW * len(judged), f"How each exercise ended: {told}.")


def case_rates(items: Sequence[Item]) -> str:
    """The pass rate of every case: what students could see as circles, what they could not as crosses."""
    known = [item for item in items if item.cases]

    def draw(axes: Axes) -> None:
        for visible, marker, label, shift in ((True, "o", "visible case", -0.12), (False, "x", "hidden case", 0.12)):
            points = [
                (case.passed / case.asked, row + shift)
                for row, item in enumerate(known)
                for case in item.cases
                if case.visible == visible
            ]
            axes.plot(*np.reshape(points, (-1, 2)).T, marker, color="black", fillstyle="none", label=label)
        axes.set_yticks(range(len(known)), _names(known))
        axes.set(xlim=(-0.03, 1.03), xlabel="pass rate among those who attempted the exercise")
        axes.grid(axis="x", color="#cccccc")
        axes.invert_yaxis()
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)

    return drawn(draw, 1.1 + ROW * len(known), "The pass rate of every case by exercise; the table has the numbers.")


def tries(items: Sequence[Item]) -> str:
    """How often each check was called, one mark per number of tries, larger where more students share it."""
    known = [item for item in items if item.tries_right or item.tries_open]
    if not known:
        return ""

    def draw(axes: Axes) -> None:
        _mark_tries(axes, known)
        axes.set_yticks(range(len(known)), _names(known))
        axes.set_ylim(len(known) - 0.4, -0.6)
        axes.set_xscale("log")
        axes.set_xlim(0.8, 1.25 * max(max(item.tries_right + item.tries_open) for item in known))
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("tries, as the notebooks tell (larger marks: more students)")
        axes.set_axisbelow(True)
        axes.grid(axis="x", color="#cccccc")
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)

    told = "; ".join(f"{item.name} {_told_tries(item)}" for item in known)
    return drawn(draw, 1.2 + ROW * len(known), f"How often each check was tried: {told}.")


def _mark_tries(axes: Axes, items: Sequence[Item]) -> None:
    """Right answers as circles, the others as crosses below them; the commonest number of tries has the largest mark."""
    kinds = (("o", "right in the end", -0.14, "tries_right"), ("x", "not right so far", 0.14, "tries_open"))
    counts = {side: [Counter[int](getattr(item, side)) for item in items] for *_, side in kinds}
    most = max(count for side in counts.values() for found in side for count in found.values())
    for marker, label, shift, side in kinds:
        spots = [(tries, row + shift, n) for row, found in enumerate(counts[side]) for tries, n in found.items()]
        across, down, sizes = np.reshape(spots, (-1, 3)).T
        style = MarkerStyle(marker, fillstyle="none")
        axes.scatter(across, down, 20 + 80 * sizes / most, color="black", marker=style, linewidth=1, label=label)


def _told_tries(item: Item) -> str:
    """ "1 to 7 tries of 9 who have it right, 12 to 30 of 2 who have not"."""
    sides = ((item.tries_right, "tries of {} who have it right"), (item.tries_open, "of {} who have not"))
    return ", ".join(f"{min(told)} to {max(told)} {words.format(len(told))}" for told, words in sides if told)


def lesson_shares(names: Sequence[str], shares: Sequence[Scores]) -> str:
    """The students' shares of the points, one box per lesson."""

    def draw(axes: Axes) -> None:
        axes.boxplot(
            shares, orientation="horizontal", tick_labels=list(names), medianprops={"color": "black", "linewidth": 2}
        )
        for row, values in enumerate(shares, start=1):
            axes.text(1.02, row, f"median {np.median(values):.2f}", va="center")
        axes.set(xlim=(-0.02, 1.2), xlabel="share of the points (box: middle half of the class; thick line: median)")
        axes.invert_yaxis()

    return drawn(
        draw, 1.0 + 0.4 * len(names), "Box plots of the share of points by lesson; the medians stand in the table."
    )


def _names(items: Sequence[Item]) -> list[str]:
    return [item.name for item in items]


def _said(items: Sequence[Item], values: Sequence[float], form: str) -> str:
    return ", ".join(f"{item.name} {value:{form}}" for item, value in zip(items, values, strict=True))


def _outcome_counts(item: Item) -> list[int]:
    counts = [item.outcomes[kind] for kind, *_ in OUTCOMES]
    return [*counts, item.outcomes.total() - sum(counts)]
