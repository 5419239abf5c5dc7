"""The executed notebook as it is recorded: with the rubrics a grader needs, and with nothing active of the submission.

nbgrader's formgrader shows `autograded/` as a web page with the grade book's buttons on it: markdown with its HTML and its
links, and outputs of every kind. So what a stranger wrote is made harmless before it is kept. Of outputs stay text and
pictures (PNG, JPEG). In markdown a blank parts whatever begins a tag, a link, an image or a reference; nothing is parsed for
it, so that no two readers can disagree about what is a tag. Code, and prose as it was released, stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat

from grader.judge.key import LessonKey
from grader.records.rubric import with_rubrics

PICTURE_KINDS = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
BEGINS_SOMETHING = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])|!(?=\[)")
NOT_KEPT = "[an output of a kind that is not kept]"


def recorded(notebook: nbformat.NotebookNode, key: LessonKey) -> nbformat.NotebookNode:
    """A copy of an executed submission to be kept and shown."""
    released = {cell.source for cell in key.released.cells if cell.cell_type == "markdown"}
    kept = nbformat.NotebookNode(notebook, cells=[_kept_cell(cell, released) for cell in notebook.cells])
    return with_rubrics(kept, key.lesson)


def _kept_cell(cell: nbformat.NotebookNode, released: set[str]) -> nbformat.NotebookNode:
    if cell.cell_type == "code":
        return nbformat.NotebookNode(cell, outputs=[_plain_output(output) for output in cell.outputs])
    return cell if cell.source in released else nbformat.NotebookNode(cell, source=plain_markdown(cell.source))


def plain_markdown(source: str) -> str:
    """Markdown without HTML, links and images, whoever renders it."""
    return BEGINS_SOMETHING.sub(r"\g<0> ", source)


def _plain_output(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    if "data" not in output:
        return output  # text on a stream, or an error: its readers escape both
    data = {"text/plain": _text(output.data["text/plain"])} if "text/plain" in output.data else {}
    data |= {kind: output.data[kind] for kind in PICTURE_KINDS if _is_base64(output.data.get(kind))}
    alts = {kind: {"alt": _alt(output, kind)} for kind in PICTURE_KINDS if kind in data and _alt(output, kind)}
    changed = {"data": data or {"text/plain": NOT_KEPT}, "metadata": alts}
    plain: nbformat.NotebookNode = nbformat.from_dict({**output, **changed})
    return plain


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_base64(value: Any) -> bool:
    return isinstance(value, str) and BASE64.fullmatch(value) is not None


def _alt(output: nbformat.NotebookNode, kind: str) -> str:
    about = output.metadata.get(kind)
    alt = about.get("alt") if isinstance(about, dict) else None
    return alt if isinstance(alt, str) else ""
