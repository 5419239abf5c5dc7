"""Reading a file that a stranger handed in: under caps, without following links, and every defect a reason, never a crash."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.judge.told import NOTHING, Told, told_in

MAX_BYTES = 32 << 20
# Every value costs the reader some seventy bytes of memory, however short it stands in the file.
MAX_VALUES = 3_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 200_000


class UnreadableSubmission(Exception):
    """The file cannot be graded; the text is the reason that its author and the instructor read."""


@dataclass(frozen=True)
class SubmittedCell:
    """What is taken from a submitted cell. `grade_id` and `cell_id` are claims, matched against the released notebook."""

    kind: str
    source: str
    grade_id: str = ""
    cell_id: str = ""
    told: Told = NOTHING


@dataclass(frozen=True)
class Submission:
    """The cells of a submitted notebook and the digest of its file."""

    cells: tuple[SubmittedCell, ...]
    digest: str

    def told(self, exercises: Collection[str]) -> dict[str, Told]:
        """What the check cells of these exercises tell; of a cell that is there twice the first one counts."""
        found: dict[str, Told] = {}
        for cell in self.cells:
            if cell.kind == "code" and cell.grade_id in exercises:
                found.setdefault(cell.grade_id, cell.told)
        return {name: told for name, told in found.items() if told != NOTHING}


def read_submission(path: Path) -> Submission:
    """Read a submitted notebook. Raises UnreadableSubmission with the reason."""
    content = _read_file(path)
    digest = hashlib.sha256(content).hexdigest()
    return Submission(tuple(_cells(_parse(content))), digest)


def digest_of(path: Path) -> str:
    """The digest of a submitted file as it lies there, "" when it cannot be read."""
    try:
        return hashlib.sha256(_read_file(path)).hexdigest()
    except UnreadableSubmission:
        return ""


def _read_file(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as problem:
        raise UnreadableSubmission(f"the file cannot be opened ({problem.strerror})") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableSubmission("it is not a regular file")
        if about.st_nlink > 1:
            raise UnreadableSubmission("it is a hard link to another file")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise UnreadableSubmission(f"the file cannot be read ({problem.strerror})") from None
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise UnreadableSubmission(f"the file is larger than {MAX_BYTES >> 20} MB")
    return content


def _parse(content: bytes) -> dict[str, Any]:
    if content.count(b",") > MAX_VALUES:
        raise UnreadableSubmission(f"the file is not a notebook: it holds more than {MAX_VALUES} values")
    try:
        text = content.decode("utf-8-sig")
        tree = json.loads(text)
    except UnicodeDecodeError:
        raise UnreadableSubmission("the file is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise UnreadableSubmission("the file is not a notebook: its JSON is broken or nested too deeply") from None
    if not isinstance(tree, dict):
        raise UnreadableSubmission("the file is not a notebook: its JSON is no object")
    return tree


def _cells(tree: dict[str, Any]) -> list[SubmittedCell]:
    cells = tree.get("cells")
    if cells is None and isinstance(tree.get("worksheets"), list) and tree["worksheets"]:
        first = tree["worksheets"][0]
        cells = first.get("cells") if isinstance(first, dict) else None
    if not isinstance(cells, list):
        raise UnreadableSubmission("the notebook has no list of cells")
    if len(cells) > MAX_CELLS:
        raise UnreadableSubmission(f"the notebook has {len(cells)} cells; {MAX_CELLS} are the most")
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(cell: dict[str, Any]) -> SubmittedCell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else ""
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    return SubmittedCell(kind, _text(source)[:MAX_SOURCE], _text(grade_id), _text(cell.get("id")), told_in(cell))


def _text(value: Any) -> str:
    """A string that can be encoded: lone surrogates and NULs become question marks."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
