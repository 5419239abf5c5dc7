"""No line of an answer reaches a student."""

from __future__ import annotations

import json
import re
from functools import cache

from grader.build.text import answer_regions, read_text
from grader.exercises import lesson_names, load_lesson
from grader.paths import NOTEBOOKS, ROOT

# Shorter lines say nothing of the idea: "return h", "total = 0".
SHORTEST = 24
# The head of a loop over time says nothing either, and given code must be free to use it.
IDIOMS = {"fortinrange(x.shape[1]):"}


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def _answer_lines() -> dict[str, str]:
    """Every telling line of every answer, without white space, and the exercise it belongs to."""
    lines = {}
    for name in lesson_names():
        for cell in read_text(load_lesson(name)):
            if cell.role == "exercise":
                for line in answer_regions(cell.source).splitlines():
                    squeezed = _squeezed(line.split("  #")[0])
                    if len(squeezed) >= SHORTEST and not squeezed.startswith("#") and squeezed not in IDIOMS:
                        lines[squeezed] = cell.name
    return lines


def _shipped() -> dict[str, str]:
    texts = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "course_utils").rglob("*.py")}
    for path in NOTEBOOKS.rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts[str(path)] = "\n".join("".join(cell["source"]) for cell in cells)
    for path in NOTEBOOKS.rglob("checks.json"):
        texts[str(path)] = path.read_text(encoding="utf-8")
    return {path: _squeezed(text) for path, text in texts.items()}


def test_no_line_of_an_answer_occurs_in_what_students_receive() -> None:
    found = [
        f"{exercise}: {line} in {path}"
        for path, text in _shipped().items()
        for line, exercise in _answer_lines().items()
        if line in text
    ]
    assert not found, "\n".join(found)


def test_the_leak_test_sees_a_leak_in_any_white_space() -> None:
    line, _ = next(iter(_answer_lines().items()))
    assert line in _squeezed("x = 1\n" + " ".join(line) + "\n")


def test_students_receive_no_lesson_text_and_no_hidden_test() -> None:
    assert not list(NOTEBOOKS.rglob("*.py"))
    for path in NOTEBOOKS.rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "HIDDEN TESTS" not in text
        assert "BEGIN SOLUTION" not in text
        assert "verify(" not in text


def test_no_prediction_or_expected_value_says_where_it_was_made() -> None:
    for path in [*NOTEBOOKS.rglob("checks.json"), *NOTEBOOKS.rglob("*.ipynb")]:
        assert str(ROOT) not in path.read_text(encoding="utf-8")
