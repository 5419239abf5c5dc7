"""No line of an answer reaches a student."""

from __future__ import annotations

import json
import re
from functools import cache

from grader.build.text import answer_regions, read_text
from grader.exercises import lesson_names, load_lesson
from grader.handing.bundle import STUDENT_FILES, bundle_files
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


@cache
def _bundle() -> dict[str, str]:
    """Every file of a release of all lessons, as text."""
    return {path: content.decode() for path, content in bundle_files(lesson_names(), version=1).items()}


def _shipped() -> dict[str, str]:
    """What a student can read in the bundle, without white space; of a notebook the sources of its cells."""
    texts = {}
    for path, text in _bundle().items():
        if path.endswith(".ipynb"):
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        texts[path] = _squeezed(text)
    return texts


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


def test_the_bundle_holds_lessons_their_package_and_how_to_set_up_and_nothing_else() -> None:
    written = {path.relative_to(STUDENT_FILES).as_posix() for path in STUDENT_FILES.rglob("*") if path.is_file()}
    alone = {"LICENSE", "pyproject.toml", "environment.yml"} | written
    lessons = {f"notebooks/{name}/{file}" for name in lesson_names() for file in (f"{name}.ipynb", "checks.json")}
    package = {
        path for path in _bundle() if re.fullmatch(r"course_utils/([a-z_0-9]+/)*([a-z_0-9]+\.py|py\.typed)", path)
    }
    assert set(_bundle()) == alone | lessons | package


def test_no_lesson_text_and_no_hidden_test_is_in_the_bundle_or_beside_the_notebooks() -> None:
    assert not list(NOTEBOOKS.rglob("*.py"))
    for path, text in _bundle().items():
        for mark in ("HIDDEN TESTS", "BEGIN SOLUTION", "verify(", "import grader", "from grader"):
            assert mark not in text, path


def test_nothing_in_the_bundle_says_where_it_was_made() -> None:
    for path, text in _bundle().items():
        assert str(ROOT) not in text, path
