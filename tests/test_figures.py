"""Every figure that a lesson shows says in words what is to be seen, wherever its notebook is opened."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from grader.exercises import lesson_names
from grader.paths import SOLUTIONS

# A name or a title is shorter; a sentence that says what is to be seen is not.
FEWEST_WORDS = 12


def _cells(lesson: str) -> list[dict[str, Any]]:
    tree = json.loads((SOLUTIONS / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in tree["cells"] if cell["cell_type"] == "code"]


def _figures(lesson: str) -> Iterator[dict[str, Any]]:
    """The outputs that hold a picture of any kind."""
    for cell in _cells(lesson):
        for output in cell["outputs"]:
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data) or "<img" in "".join(data.get("text/html", "")):
                yield output


def _text(output: dict[str, Any]) -> str:
    return str(output["metadata"].get("image/png", {}).get("alt", ""))


def test_every_figure_has_a_text_of_substance(lesson_name: str) -> None:
    figures = list(_figures(lesson_name))
    assert figures
    for output in figures:
        assert len(re.findall(r"[\w.]+", _text(output))) >= FEWEST_WORDS, _text(output) or output["data"].keys()


def test_the_page_and_the_plain_text_of_a_figure_say_the_same_words(lesson_name: str) -> None:
    for output in _figures(lesson_name):
        pictures = re.findall(r'<img alt="([^"]*)"', "".join(output["data"]["text/html"]))
        assert [unescape(alt) for alt in pictures] == [_text(output)]
        assert "".join(output["data"]["text/plain"]) == f"[figure: {_text(output)}]"


def test_no_two_figures_of_the_course_have_the_same_text() -> None:
    texts = Counter(_text(output) for lesson in lesson_names() for output in _figures(lesson))
    assert [text for text, count in texts.items() if count > 1] == []


def test_no_lesson_shows_a_figure_in_a_way_that_has_no_text(lesson_name: str) -> None:
    sources = "\n".join("".join(cell["source"]) for cell in _cells(lesson_name))
    assert not re.findall(r"\b(?:plt\.show|pyplot\.show|display\()", sources)
