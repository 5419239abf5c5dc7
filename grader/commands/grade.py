"""`grader grade`: every submission run apart and judged from outside, grades into nbgrader's grade book."""

from __future__ import annotations

import argparse
import concurrent.futures
import functools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from grader.commands.command import Command
from grader.commands.dry_run import Preview
from grader.commands.scores import print_scores
from grader.engine.choosing import choose_engine
from grader.engine.errors import EngineError
from grader.engine.interface import Engine
from grader.exercises import lesson_names
from grader.handing.lateness import Deadlines, deadlines_beside, read_stamp
from grader.judge.grading import Graded, grade_submission
from grader.judge.key import LessonKey, lesson_key
from grader.judge.submission import UnreadableSubmission, digest_of
from grader.paths import ROOT, GraderError
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook


@dataclass(frozen=True)
class Task:
    """One submission to grade."""

    student: str
    key: LessonKey
    path: Path


UNSAFE = frozenset("<>\"'&")
Take = Callable[[Task, "concurrent.futures.Future[Graded]"], bool]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("submissions", type=Path, help="folder with STUDENT/LESSON/LESSON.ipynb in it")
    parser.add_argument(
        "--to", type=Path, default=ROOT, help="where grade book and executed notebooks go (default: the course)"
    )
    parser.add_argument("--db", default="", help="address of another grade book, as nbgrader takes it")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="submissions at once (default: all cores)"
    )
    parser.add_argument("--force", action="store_true", help="grade again what has not changed")
    parser.add_argument(
        "--dry-run", action="store_true", help="show whose scores would move and by how much, and write nothing"
    )
    parser.add_argument(
        "--never-lower", action="store_true", help="a regrade of the same file keeps a higher score of before"
    )
    parser.add_argument("--isolation", choices=["none"], help="'none' runs students' code without isolation")


def _run(options: argparse.Namespace) -> int:
    tasks = list(_tasks(options.submissions))
    deadlines = deadlines_beside(options.submissions, lesson_names())
    if not tasks:
        raise GraderError(
            f"No submission was found in {options.submissions}.\n"
            "It must hold STUDENT/LESSON/LESSON.ipynb, as nbgrader collects them."
        )
    unsafe = _refused(tasks)
    tasks = [task for task in tasks if task.student not in unsafe]
    records = CourseRecords(options.to, options.db)
    with ExitStack() as stack:
        book = stack.enter_context(GradeBook(records, read_only=options.dry_run))
        engine = stack.enter_context(choose_engine(options.isolation))
        print(f"Isolation: {engine.level}. Submissions: {len(tasks)}. At once: {options.jobs}.", flush=True)
        if options.dry_run:
            preview = Preview(book, options.never_lower)
            _grade_all(tasks, book, engine, options, functools.partial(_preview, preview))
            print(preview.text())
            return 0
        for key in {task.key.lesson.name: task.key for task in tasks}.values():
            book.register(key)
        take = functools.partial(_record, book, engine.level, options.never_lower)
        failed = _grade_all(tasks, book, engine, options, take)
        _record_lateness(tasks, book, deadlines)
    print_scores(records, [(task.student, task.key.lesson.name) for task in tasks])
    return int(failed > 0 or bool(unsafe))


def _refused(tasks: list[Task]) -> set[str]:
    """Students whose folders are named in HTML, which nbgrader's formgrader would write into its page as it stands."""
    unsafe = {task.student for task in tasks if UNSAFE & set(task.student)}
    for student in sorted(unsafe):
        print(f"{student!r}: not graded. Rename the folder without any of < > \" ' &, and run the same command again.")
    return unsafe


def _tasks(folder: Path) -> Iterator[Task]:
    for student in sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []:
        for name in lesson_names():
            path = student / name / f"{name}.ipynb"
            if path.exists() or path.is_symlink():
                yield Task(student.name, lesson_key(name), path)


def _record_lateness(tasks: list[Task], book: GradeBook, deadlines: Deadlines) -> None:
    """Also of what was graded before: a deadline may have moved since. Without deadlines nbgrader's own numbers stand."""
    for task in tasks:
        handed_in = read_stamp(task.path.parent)
        if deadlines.rows or handed_in:
            name = task.key.lesson.name
            book.record_lateness(task.student, task.key, deadlines.lateness(task.student, name, handed_in))


def _grade_all(tasks: list[Task], book: GradeBook, engine: Engine, options: argparse.Namespace, take: Take) -> int:
    """Grade what has changed; returns how many the grader failed on. Boxes run side by side, one thread takes the results."""
    todo = [
        task
        for task in tasks
        if options.force or not book.is_current(task.student, task.key, digest_of(task.path), engine.level)
    ]
    if len(todo) < len(tasks):
        print(f"{len(tasks) - len(todo)} unchanged since they were graded; --force grades them again.")
    secret = book.records.secret()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(grade_submission, task.path, task.key, engine, secret): task for task in todo}
        try:
            with tqdm(total=len(todo), unit="notebook", desc="grading") as bar:
                for future in concurrent.futures.as_completed(running):
                    # Taken out, so that what was graded is forgotten once it is recorded.
                    failed += not take(running.pop(future), future)
                    del future
                    bar.update()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            engine.stop()
            raise
    return failed


def _record(
    book: GradeBook, level: str, never_lower: bool, task: Task, future: concurrent.futures.Future[Graded]
) -> bool:
    digest = digest_of(task.path)
    try:
        book.record(task.student, task.key, future.result(), never_lower)
        return True
    except UnreadableSubmission as problem:
        book.record_unreadable(task.student, task.key, digest, str(problem), level)
        return True
    except (EngineError, OSError) as problem:
        cause, then = str(problem), "Run the same command to try again."
    except Exception as problem:  # a fault of ours, which must not cost the others their grades
        cause, then = f"the grader failed: {type(problem).__name__}: {problem}"[:300], "Please report this."
    book.record_not_graded(task.student, task.key, digest, cause, level, keep=never_lower)
    tqdm.write(f"{task.student}, {task.key.lesson.name}: not graded ({cause}). {then}")
    return False


def _preview(preview: Preview, task: Task, future: concurrent.futures.Future[Graded]) -> bool:
    try:
        preview.add(task.student, task.key, future.result())
    except UnreadableSubmission as problem:
        preview.fail(task.student, task.key.lesson.name, f"cannot be read: {problem}")
    except Exception as problem:  # whatever it is, the others' preview goes on
        preview.fail(task.student, task.key.lesson.name, f"the grader failed: {type(problem).__name__}: {problem}")
    return True


COMMAND = Command(
    "grade", "grade submissions into nbgrader's grade book", "grader grade submitted --to graded", _arguments, _run
)
