"""`grader feedback`: one page per graded submission."""

from __future__ import annotations

import argparse

import nbformat
from tqdm import tqdm

from grader.commands.command import Command, add_records
from grader.exercises import load_lesson
from grader.feedback import feedback_page
from grader.feedback.page import FeedbackMaterial
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook, write_whole


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_records(parser)


def _run(options: argparse.Namespace) -> int:
    records = CourseRecords(options.to, options.db)
    with GradeBook(records) as book:
        submissions = book.verdicts.submissions()
        if not submissions:
            raise records.nothing_graded
        for student, lesson in tqdm(submissions, unit="page", desc="feedback"):
            write_whole(records.feedback(student, lesson), feedback_page(_material(book, student, lesson)))
    print(f"Feedback: {len(submissions)} pages in {records.folder / 'feedback'}")
    return 0


def _material(book: GradeBook, student: str, lesson: str) -> FeedbackMaterial:
    store = book.verdicts
    state = store.state(student, lesson)
    path = book.records.autograded(student, lesson)
    graded = state is not None and state.state == "graded"
    return FeedbackMaterial(
        student=student,
        lesson=load_lesson(lesson),
        notebook=nbformat.read(path, as_version=4) if graded else None,
        parts=store.parts(student, lesson),
        cases=store.cases(student, lesson),
        words=book.persons_words(student, lesson),
        cause="" if state is None or graded else state.cause,
        penalty=book.late_penalty(student, lesson),
    )


COMMAND = Command(
    "feedback", "write one feedback page per graded submission", "grader feedback --to graded", _arguments, _run
)
