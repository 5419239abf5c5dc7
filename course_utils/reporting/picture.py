"""Expected and returned arrays side by side, as a small picture with a text that says the same."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

import numpy as np

from course_utils.cases import ExerciseInfo
from course_utils.judging import CaseResult
from course_utils.values import Plain

MAX_CELLS = 400
MAX_PRINTED = 60


def comparison_picture(exercise: ExerciseInfo, result: CaseResult) -> str:
    """An `<img>` of the first array that differs, or "" when there is nothing to draw."""
    pair = _first_differing(exercise, result)
    if pair is None:
        return ""
    name, expected, returned = pair
    wrong = ~np.isclose(expected, returned, rtol=1e-4, atol=1e-6, equal_nan=True)
    count = f"{int(wrong.sum())} of {wrong.size} numbers differ"
    alt = f"{name}: expected and returned arrays of shape {expected.shape} side by side; {count}"
    data = base64.b64encode(_draw(name, expected, returned, wrong)).decode()
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}" style="max-width:100%;background:white">'


def _first_differing(exercise: ExerciseInfo, result: CaseResult) -> tuple[str, Any, Any] | None:
    pairs = [("result", result.case.expected, result.performance.value)]
    if isinstance(result.case.expected, tuple) and isinstance(result.performance.value, (tuple, list)):
        names = [part.name for part in exercise.parts] or [f"result[{i}]" for i in range(len(result.case.expected))]
        pairs = list(zip(names, result.case.expected, result.performance.value, strict=False))
    for name, expected, returned in pairs:
        if _drawable(expected, returned) and not np.allclose(expected, returned, rtol=1e-4, atol=1e-6, equal_nan=True):
            return name, expected, returned
    return None


def _drawable(expected: Plain, returned: Plain) -> bool:
    return (
        isinstance(expected, np.ndarray)
        and isinstance(returned, np.ndarray)
        and expected.shape == returned.shape
        and expected.ndim >= 1
        and 2 <= expected.size <= MAX_CELLS
        and expected.dtype.kind in "iufb"
        and returned.dtype.kind in "iufb"
    )


def _draw(name: str, expected: Any, returned: Any, wrong: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    left, right, marks = (_as_grid(array.astype(float)) for array in (expected, returned, wrong))
    rows, columns = left.shape
    figure = Figure(figsize=(min(9.0, 1.6 + 0.9 * columns), 0.7 + 0.32 * rows), dpi=90, layout="constrained")
    FigureCanvasAgg(figure)
    # One scale for both, from what was expected: a returned number outside it shows as an end of the scale.
    finite = left[np.isfinite(left)]
    limit = float(np.abs(finite).max()) if finite.size else 1.0
    for axes, grid, title in zip(figure.subplots(1, 2), (left, right), ("expected", "returned"), strict=True):
        axes.imshow(grid, cmap="PuOr", vmin=-limit or -1.0, vmax=limit or 1.0, aspect="auto")
        axes.set_title(f"{name}: {title}", fontsize=8)
        axes.set_xticks([])
        axes.set_yticks([])
        _write_numbers(axes, grid, marks, limit, framed=title == "returned")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _as_grid(array: Any) -> Any:
    """(…, n) as rows of n, so that a batch stands row under row."""
    return array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(1, -1)


def _write_numbers(axes: Any, grid: Any, marks: Any, limit: float, framed: bool) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.ndindex(grid.shape):
        number = grid[row, column]
        differs = framed and marks[row, column]
        if differs:
            axes.add_patch(
                Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, fill=False, hatch="///", lw=1.2, alpha=0.7)
            )
        if grid.size <= MAX_PRINTED:
            dark = not differs and np.isfinite(number) and abs(number) > 0.7 * limit
            # On a hatched cell the number stands on white, or the hatching would run through it.
            ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if differs else None
            colour = "white" if dark else "black"
            axes.text(column, row, f"{number:.2g}", ha="center", va="center", fontsize=7, color=colour, bbox=ground)
