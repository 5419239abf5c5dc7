"""Writing a skeleton: new files, and for an exercise two cells in its lesson's text and one name in its lesson's spec."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.exercises import all_lessons, lesson_names
from grader.paths import ROOT, GraderError, lesson_text_path
from grader.skeletons.templates import EXERCISE_CELLS, EXERCISE_SPEC, LESSON_SPEC, LESSON_TEXT

EXERCISES = ROOT / "grader" / "exercises"
LESSON_NAME = re.compile(r"lesson(\d+)_([a-z][a-z0-9_]*)")
MARK = "MISSING:"


def write_lesson(lesson: str) -> tuple[Path, ...]:
    """Write the text and the spec of a new lesson with one exercise and one written answer; returns the files."""
    found = LESSON_NAME.fullmatch(lesson)
    if found is None:
        raise GraderError(
            f"{lesson!r} is no name of a lesson.\nName it like lesson8_attention: number, underscore, topic."
        )
    if lesson in lesson_names():
        raise GraderError(f"{lesson} is there already.\nAdd an exercise to it: grader new {lesson} NAME")
    exercise, written = f"{found[2]}_row_means", f"{found[2]}_in_words"
    for name in (exercise, written):
        _refuse_taken(name)
    names = {
        "lesson": lesson,
        "number": found[1],
        "title": found[2].replace("_", " ").capitalize(),
        "written": written,
        **_exercise_names(exercise),
    }
    cells = EXERCISE_CELLS.substitute(names)
    files = {
        lesson_text_path(lesson): LESSON_TEXT.substitute(names, cells=cells),
        EXERCISES / f"{lesson}.py": LESSON_SPEC.substitute(names),
        EXERCISES / f"_{lesson}_{exercise}.py": EXERCISE_SPEC.substitute(names),
    }
    return _written(files)


def write_exercise(lesson: str, exercise: str) -> tuple[Path, ...]:
    """Write an exercise into a lesson, behind the last one that a judge decides; returns the files."""
    if lesson not in lesson_names():
        raise GraderError(f"there is no lesson named {lesson!r}.\nWrite it first: grader new {lesson}")
    if not exercise.isidentifier() or keyword.iskeyword(exercise):
        raise GraderError(f"{exercise!r} cannot be the name of a function.\nChoose a Python name, like rnn_step.")
    _refuse_taken(exercise)
    names = _exercise_names(exercise)
    text, spec = lesson_text_path(lesson), EXERCISES / f"{lesson}.py"
    module = EXERCISES / f"_{lesson}_{exercise}.py"
    changed, position = _with_cells(text.read_text(encoding="utf-8"), EXERCISE_CELLS.substitute(names))
    specified = _with_name(spec.read_text(encoding="utf-8"), names["constant"], position, spec.name)
    imported = _with_import(specified, f"from grader.exercises.{module.stem} import {names['constant']}")
    files = _written({module: EXERCISE_SPEC.substitute(names)})
    text.write_text(changed, encoding="utf-8")
    spec.write_text(imported, encoding="utf-8")
    return (text, spec, *files)


def missing_places(files: Sequence[Path]) -> Iterator[str]:
    """Where an author has to write, as file, line and what is missing."""
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if MARK in line:
                said = line.split(MARK, 1)[1].split('"')[0].strip()
                yield f"{path.relative_to(ROOT)}:{number}: {said}"


def _exercise_names(exercise: str) -> dict[str, str]:
    return {"exercise": exercise, "constant": exercise.upper(), "words": exercise.replace("_", " ")}


def _refuse_taken(name: str) -> None:
    for lesson in all_lessons():
        if name in [exercise.name for exercise in lesson.exercises]:
            raise GraderError(
                f"{lesson.name} has an exercise {name} already.\nNames are never used twice: choose another."
            )


def _written(files: dict[Path, str]) -> tuple[Path, ...]:
    for path in files:
        if path.exists():
            raise GraderError(f"{path} is there already.\nMove it away, or choose another name.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _with_cells(text: str, cells: str) -> tuple[str, int]:
    """The text with the cells behind its last check, and how many exercises stand before them."""
    checks = list(re.finditer(r'^# %% check="\w+"\n.*?(?=^# %%|\Z)', text, flags=re.MULTILINE | re.DOTALL))
    end = checks[-1].end()
    before = len(re.findall(r'^# %%.* ?(?:exercise|written)="', text[:end], flags=re.MULTILINE))
    return text[:end] + cells + "\n" + text[end:], before


def _with_name(source: str, constant: str, position: int, name: str) -> str:
    """The spec with one more name at this place of the lesson's exercises."""
    elements = _exercise_elements(ast.parse(source))
    if elements is None or len(elements) < position:
        raise GraderError(
            f"{name} does not list its exercises one by one in `LESSON = Lesson(..., exercises=(...))`.\n"
            "List them so, or write the exercise by hand."
        )
    lines = source.splitlines(keepends=True)
    if position == len(elements):
        row, column = elements[-1].end_lineno or 1, elements[-1].end_col_offset or 0
        added = f", {constant}"
    else:
        row, column = elements[position].lineno, elements[position].col_offset
        indent = lines[row - 1][:column]
        added = f"{constant}, " if indent.strip() else f"{constant},\n{indent}"
    line = lines[row - 1].encode()
    lines[row - 1] = (line[:column] + added.encode() + line[column:]).decode()
    return "".join(lines)


def _exercise_elements(tree: ast.Module) -> list[ast.expr] | None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Lesson":
            given = next((word.value for word in node.keywords if word.arg == "exercises"), None)
            if isinstance(given, ast.Tuple) and all(isinstance(item, ast.Name) for item in given.elts):
                return given.elts
    return None


def _with_import(source: str, line: str) -> str:
    """The source with one more import, where the order of modules wants it."""
    lines = source.splitlines(keepends=True)
    own = [number for number, text in enumerate(lines) if text.startswith(("from grader.", "from course_utils."))]
    later = next((number for number in own if lines[number].split()[1] > line.split()[1]), own[-1] + 1)
    return "".join([*lines[:later], line + "\n", *lines[later:]])
