"""Whether a long run costs more per notebook than a short one, in time or in the judge's memory.

    python benchmarks/class_growth.py [--students 2000] [--every 100] [--jobs 2]

Grades a half-finished lesson for so many students, each notebook a little different, and prints for every hundred the seconds
per notebook and the judge's resident memory. The first hundred pay for what is made once.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import psutil
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.commands import grade
from grader.engine.choosing import choose_engine
from grader.judge.key import lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook

LESSON = "lesson3_rnn_cell"
LABELLED = "up_to_the_readout"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=2000)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    key = lesson_key(LESSON)
    with tempfile.TemporaryDirectory() as folder:
        paths = _hand_in(Path(folder) / "submitted", options.students)
        with GradeBook(CourseRecords(Path(folder))) as book, choose_engine(None) as engine:
            book.register(key)
            take = _watched(functools.partial(grade._record, book, engine.level, False), options.every)
            tasks = [grade.Task(path.parents[1].name, key, path) for path in paths]
            asked = argparse.Namespace(force=True, jobs=options.jobs)
            failed = grade._grade_all(tasks, book, engine, asked, take)
    print(f"{options.students} notebooks, {failed} not graded")


def _hand_in(folder: Path, students: int) -> list[Path]:
    notebook = notebook_of(next(one for one in labelled_submissions(LESSON) if one.name == LABELLED))
    paths = []
    for number in range(students):
        path = folder / f"student{number:05d}" / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        notebook.metadata["student"] = number  # another file, so other hidden cases
        path.write_text(notebook_text(notebook), encoding="utf-8")
        paths.append(path)
    return paths


def _watched(take: grade.Take, every: int) -> grade.Take:
    process, done, start = psutil.Process(), 0, time.monotonic()

    def watched(*given: object) -> bool:
        nonlocal done, start
        recorded: Callable[..., bool] = take
        good = recorded(*given)
        done += 1
        if done % every == 0:
            now = time.monotonic()
            memory = process.memory_info().rss / (1 << 20)
            print(f"{done:6d}: {(now - start) / every:.3f} s a notebook, judge {memory:.0f} MB", flush=True)
            start = now
        return good

    return watched


if __name__ == "__main__":
    main()
