"""CSV text that a spreadsheet only shows: a cell that begins like a formula is quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from grader.feedback.safe import printable

FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | float | None


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Numbers with at most two decimals, None as an empty cell, text made harmless (a lone "-" is harmless)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def number(value: float) -> str:
    """Two decimals at most, as learning platforms keep them."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = printable(cell)
        return f"'{text}" if text.startswith(FORMULA) and text != "-" else text
    return number(cell)
