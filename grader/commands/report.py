"""`grader report`: one page on the class per lesson, and one for the course."""

from __future__ import annotations

import argparse

from grader.commands.command import Command, add_records
from grader.exercises import lesson_names, load_lesson
from grader.records.classrows import class_rows, graded_lessons
from grader.records.course import CourseRecords
from grader.records.gradebook import write_whole
from grader.report.course_page import course_page
from grader.report.lesson_page import lesson_page
from grader.report.material import LessonMaterial, lesson_material
from grader.report.sources import alike_pairs

FOLDER = "report"


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_records(parser)


def _run(options: argparse.Namespace) -> int:
    records = CourseRecords(options.to, options.db)
    names = [name for name in graded_lessons(records) if name in lesson_names()]
    materials = [_write_lesson(records, name) for name in names]
    page = records.folder / FOLDER / "course.html"
    write_whole(page, course_page(materials))
    print(f"Report: {page} and {len(materials)} pages of lessons beside it")
    return 0


def _write_lesson(records: CourseRecords, name: str) -> LessonMaterial:
    material = lesson_material(load_lesson(name), class_rows(records, name))
    pairs = alike_pairs(records, name, material.students)
    write_whole(records.folder / FOLDER / f"{name}.html", lesson_page(material, pairs))
    return material


COMMAND = Command(
    "report",
    "write a report on the class, per lesson and for the course",
    "grader report --to graded",
    _arguments,
    _run,
)
