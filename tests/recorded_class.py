"""A class recorded without grading: verdicts as the judge gives them, for tests of what is made of the records."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from course_utils.calling import Performance
from course_utils.cases import ExerciseInfo, PartInfo
from course_utils.judging import CaseResult, PartResult, Verdict, judge
from grader.exercises import load_lesson
from grader.judge.grading import Graded
from grader.judge.key import lesson_key
from grader.records.classrows import class_rows
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.report.material import Item, LessonMaterial, lesson_material

ROAD = "lesson3_rnn_cell"
LESSON = load_lesson(ROAD)
JUDGED = [exercise.name for exercise in LESSON.judged]


def twice(name: str) -> ExerciseInfo:
    """The exercise with its visible cases once more as hidden ones."""
    info = lesson_key(ROAD).visible.exercises[name]
    mistakes = tuple(replace(known, outputs=known.outputs * 2) for known in info.mistakes)
    return replace(info, cases=info.cases * 2, mistakes=mistakes, hidden_cases=len(info.cases))


def verdict_of(name: str, how: str) -> Verdict:
    """A verdict as the judge gives it: "right", "untried", "fails hidden" (the last case only) or a misconception's slug."""
    info = twice(name)
    right = [Performance("returned", value=case.expected) for case in info.cases]
    if how == "right":
        results = tuple(CaseResult(case, given, "passed") for case, given in zip(info.cases, right, strict=True))
        parts = tuple(
            PartResult(part.name, part.points, part.points) for part in info.parts or [PartInfo("", info.points)]
        )
        return Verdict(info, "passed", info.points, results, parts)
    if how == "untried":
        performances = [Performance("not_attempted")] * len(right)
    elif how == "fails hidden":
        performances = [*right[:-1], Performance("raised", error="ValueError", message="no")]
    else:
        known = next(item for item in info.mistakes if item.slug == how)
        performances = [Performance("returned", value=output) for output in known.outputs]
    return judge(info, info.cases, performances, info.mistakes)


def graded(**ways: str) -> Graded:
    verdicts = {name: verdict_of(name, ways.get(name, ways.get("otherwise", "right"))) for name in JUDGED}
    notebook = copy.deepcopy(lesson_key(ROAD).released)
    return Graded(notebook, verdicts, (), (), "d" * 64, "k" * 64, "full", 2.5)


@cache
def _empty_grade_book() -> bytes:
    """A grade book that knows the lesson and nobody in it."""
    with tempfile.TemporaryDirectory() as name, GradeBook(CourseRecords(Path(name))) as book:
        book.register(lesson_key(ROAD))
        return (Path(name) / "gradebook.db").read_bytes()


@contextlib.contextmanager
def book_in(folder: Path) -> Iterator[GradeBook]:
    (folder / "gradebook.db").write_bytes(_empty_grade_book())
    with GradeBook(CourseRecords(folder)) as book:
        yield book


def record(folder: Path, students: dict[str, Graded]) -> None:
    with book_in(folder) as book:
        for student, graded in students.items():
            book.record(student, lesson_key(ROAD), graded)


def material_of(folder: Path) -> LessonMaterial:
    return lesson_material(LESSON, class_rows(CourseRecords(folder), ROAD))


def item_of(material: LessonMaterial, name: str) -> Item:
    return next(item for item in material.items if item.name == name)
