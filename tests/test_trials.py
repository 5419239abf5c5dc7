"""What is asked of an answer when a submission is graded: nothing twice that was right, and alone what others may disturb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course_utils.calling import Performance, perform
from course_utils.checking import examine
from grader.build.freeze import hidden_cases
from grader.engine.interface import CellRun, CellSource, Limits, ProbeCall
from grader.judge.grading import TOGETHER, Asked, Trial
from grader.judge.key import lesson_key

KEY = lesson_key("lesson3_rnn_cell")
NAME = "readout"
EXERCISE, VISIBLE = KEY.exercise(NAME), KEY.visible.exercises[NAME]
HIDDEN = hidden_cases(EXERCISE, bytes(32), "a submission")


def right(h: Any, W_hy: Any, b_y: Any) -> Any:
    return h @ W_hy.T + b_y


def wrong(h: Any, W_hy: Any, b_y: Any) -> Any:
    return h @ W_hy.T


class Answered:
    """A session whose answer depends on the fork, and which remembers what it was asked."""

    def __init__(self, answers: dict[str, Callable[..., Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, int]] = []

    def run_cells(self, cells: Sequence[CellSource]) -> list[CellRun]:
        raise NotImplementedError("no cells here")

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        for request in requests:
            self.asked.append((request.fork, len(request.inputs)))
            subject = self.answers[request.fork]
            yield [perform(EXERCISE.probe, subject, given, request.time_limit) for given in request.inputs]


def _trial(**answers: Callable[..., Any]) -> tuple[Trial, Answered]:
    session = Answered({TOGETHER if fork == "together" else fork: answer for fork, answer in answers.items()})
    asked = Asked(KEY, engine=None, secret=bytes(32), digest="a submission", limits=Limits())  # type: ignore[arg-type]
    return Trial(EXERCISE, session, asked), session


def _ask_hidden(trial: Trial) -> None:
    assert list(Trial.ask_hidden({trial: HIDDEN})) == [trial]


def _checked(subject: Callable[..., Any]) -> list[Performance]:
    return list(examine(VISIBLE, subject).performed)


def test_what_a_check_performed_right_is_not_asked_again() -> None:
    trial, session = _trial(together=right)
    trial.ask_visible(_checked(right))
    _ask_hidden(trial)
    assert session.asked == [(TOGETHER, len(HIDDEN))]
    assert trial.verdict().status == "passed"
    assert not trial.may_be_disturbed(trial.verdict())
    assert len(trial.verdict().cases) == len(VISIBLE.cases) + len(HIDDEN)


def test_without_a_word_from_the_check_everything_is_asked_in_a_fork_of_its_own() -> None:
    trial, session = _trial(readout=right)
    trial.ask_visible([])
    _ask_hidden(trial)
    assert [fork for fork, _ in session.asked] == [NAME, NAME]
    assert trial.verdict().status == "passed"


def test_what_was_wrong_at_the_check_may_be_right_after_the_later_cells() -> None:
    trial, session = _trial(readout=right)
    trial.ask_visible(_checked(wrong))
    _ask_hidden(trial)
    assert [fork for fork, _ in session.asked] == [NAME, NAME]
    assert trial.verdict().status == "passed"


def test_a_property_that_did_not_hold_at_the_check_is_asked_again() -> None:
    told = _checked(right)
    assert len(told) > len(VISIBLE.cases)
    trial, session = _trial(readout=right)
    trial.ask_visible([*told[:-1], replace(told[-1], value=np.zeros_like(told[-1].value))])
    assert [fork for fork, _ in session.asked] == [NAME]


def test_what_is_right_at_its_check_only_earns_nothing() -> None:
    trial, session = _trial(together=wrong, readout=wrong)
    trial.ask_visible(_checked(right))
    _ask_hidden(trial)
    assert trial.may_be_disturbed(trial.verdict())
    trial.ask_apart()
    verdict = trial.verdict()
    assert session.asked == [(TOGETHER, len(HIDDEN)), (NAME, len(HIDDEN))]
    assert verdict.score == 0.0
    assert verdict.mistakes, "a misconception is looked for on the hidden cases"


def test_an_answer_that_another_one_disturbed_is_judged_alone() -> None:
    trial, _ = _trial(together=wrong, readout=right)
    trial.ask_visible(_checked(right))
    _ask_hidden(trial)
    assert trial.may_be_disturbed(trial.verdict())
    trial.ask_apart()
    assert trial.verdict().status == "passed"


def test_what_ran_out_of_time_together_is_not_waited_for_again() -> None:
    trial, session = _trial()
    trial.ask_visible(_checked(right))
    session.perform = lambda requests: iter([[Performance("timed_out")] * len(HIDDEN)])  # type: ignore[method-assign]
    _ask_hidden(trial)
    assert trial.verdict().first_failure is not None
    assert not trial.may_be_disturbed(trial.verdict())
