"""Whole notebooks with a declared verdict: the judge gives each exercise the points and names the belief that its label says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from submissions.build import Labelled, labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.engine.interface import Engine
from grader.exercises import lesson_names, load_lesson
from grader.judge.grading import grade_submission
from grader.judge.key import LessonKey, lesson_key

SECRET = b"a secret of the tests, of thirty-two bytes"
LABELLED = [labelled for name in lesson_names() for labelled in labelled_submissions(name)]
VERDICTS = {"accepted", "wrong", "crashing", "hanging", "tampered", "half_finished", "untouched"}


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda labelled: f"{labelled.lesson}-{labelled.student}")
def test_a_labelled_submission_gets_the_verdict_of_its_label(
    labelled: Labelled, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / f"{labelled.lesson}.ipynb"
    path.write_text(notebook_text(notebook_of(labelled)), encoding="utf-8")
    graded = grade_submission(path, _hurried(lesson_key(labelled.lesson), labelled), engine, SECRET)
    lesson = load_lesson(labelled.lesson)
    base = {exercise.name: exercise.points if labelled.base == "solved" else 0.0 for exercise in lesson.judged}
    assert {name: verdict.score for name, verdict in graded.verdicts.items()} == {**base, **labelled.score}, _why(
        graded
    )
    for name, outcome in labelled.outcome.items():
        assert graded.verdicts[name].status == outcome
    for name, slug in labelled.misconception.items():
        assert slug in [known.slug for known in graded.verdicts[name].mistakes], name


def _hurried(key: LessonKey, labelled: Labelled) -> LessonKey:
    """The key with a short limit for what never ends anyway."""
    exercises = tuple(
        dataclasses.replace(exercise, time_limit=1.0)
        if labelled.outcome.get(exercise.name) == "timed_out"
        else exercise
        for exercise in key.lesson.exercises
    )
    return dataclasses.replace(key, lesson=dataclasses.replace(key.lesson, exercises=exercises))


def _why(graded: object) -> str:
    failures = {name: verdict.first_failure for name, verdict in graded.verdicts.items()}
    return "\n".join(f"{name}: {failure.case.name}: {failure.text}" for name, failure in failures.items() if failure)


def test_every_lesson_has_honest_and_wrong_submissions(lesson_name: str) -> None:
    verdicts = [labelled.verdict for labelled in LABELLED if labelled.lesson == lesson_name]
    assert verdicts.count("accepted") >= 3
    assert verdicts.count("wrong") >= 2
    assert set(verdicts) <= VERDICTS


def test_the_road_lesson_has_submissions_of_every_verdict() -> None:
    assert {labelled.verdict for labelled in LABELLED if labelled.lesson == "lesson3_rnn_cell"} == VERDICTS
