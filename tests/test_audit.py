"""The audit sees what it exists to see: each kind of defect in a spec, put there on purpose, is reported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.audit import prove
from grader.audit.mutants import mutants
from grader.build.answers import answers_of
from grader.exercises import load_lesson
from grader.spec import Accepted, Exercise, Misconception, SpecError

ROAD = "lesson3_rnn_cell"


@pytest.fixture(scope="module")
def rnn_step() -> Exercise:
    return next(exercise for exercise in load_lesson(ROAD).judged if exercise.name == "rnn_step")


def _problems(exercise: Exercise) -> str:
    return "\n".join(prove(exercise, answers_of(ROAD)).problems)


def test_the_exercise_as_it_stands_is_proved(rnn_step: Exercise) -> None:
    assert _problems(rnn_step) == ""


def test_an_oracle_that_disagrees_with_the_answer_is_seen(rnn_step: Exercise) -> None:
    wrong = replace(rnn_step, oracle=lambda x_t, h, W_xh, W_hh, b_h: x_t @ W_xh.T + h @ W_hh.T + b_h)
    assert "the answer is refused by the visible cases" in _problems(wrong)


def test_a_misconception_that_is_right_is_seen(rnn_step: Exercise) -> None:
    harmless = Misconception("harmless", "there is nothing wrong", wrong=answers_of(ROAD).answer("rnn_step"))
    spec = replace(rnn_step, misconceptions=(*rnn_step.misconceptions, harmless))
    assert "misconception harmless is accepted by the visible cases" in _problems(spec)
    assert "misconception harmless is accepted by the hidden cases" in _problems(spec)


def test_two_misconceptions_that_cannot_be_told_apart_are_seen(rnn_step: Exercise) -> None:
    twin = replace(rnn_step.misconceptions[0], slug="twin")
    spec = replace(rnn_step, misconceptions=(*rnn_step.misconceptions, twin))
    assert "misconception twin is not recognised" in _problems(spec)


def test_cases_of_ones_and_zeros_let_mutants_live(rnn_step: Exercise) -> None:
    def ones(rng: np.random.Generator) -> dict[str, object]:
        return {
            "x_t": np.ones((1, 1)),
            "h": np.zeros((1, 1)),
            "W_xh": np.ones((1, 1)),
            "W_hh": np.ones((1, 1)),
            "b_h": np.zeros(1),
        }

    assert "the mutant survives" in _problems(replace(rnn_step, draws={"ones": ones}))


def test_a_right_answer_that_is_refused_is_seen(rnn_step: Exercise) -> None:
    other = Accepted("rounded", right=lambda x_t, h, W_xh, W_hh, b_h: np.round(np.tanh(x_t @ W_xh.T), 1))
    assert "the right answer 'rounded' is refused" in _problems(replace(rnn_step, accepts=(other,)))


def test_a_justified_mutant_that_does_not_survive_is_seen(rnn_step: Exercise) -> None:
    spec = replace(rnn_step, equivalent={"x -> y": "they are the same"})
    assert "`equivalent` justifies no survivor: x -> y" in _problems(spec)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"hints": ("one",)}, "at least 2 hints"),
        ({"hints": ("one", " ")}, "none empty"),
        ({"misconceptions": ()}, "at least 4 misconceptions"),
        ({"points": 0}, "points must be positive"),
        ({"draws": {}}, "at least one visible draw"),
        ({"kind": "essay"}, "is none of"),
    ],
)
def test_a_spec_that_breaks_a_rule_cannot_be_made(
    rnn_step: Exercise, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(SpecError, match=complaint):
        replace(rnn_step, **change)


def test_an_edit_must_match_exactly_once(rnn_step: Exercise) -> None:
    vague = Misconception("vague", "which one", edits=(("W_", "V_"),))
    with pytest.raises(SpecError, match="must occur once"):
        answers_of(ROAD).variant("rnn_step", vague)


def test_mutants_change_the_solution_and_nothing_around_it() -> None:
    source = "def f(x, y):\n    z = 1\n    ### BEGIN SOLUTION\n    return x @ y.T + 2\n    ### END SOLUTION\n"
    labels = [mutant.label for mutant in mutants(source, "f")]
    assert "y.T -> y" in labels
    assert "2 -> 3" in labels
    assert "x @ y.T + 2 -> x @ y.T" in labels
    assert "parameters x, y exchanged" in labels
    assert not [label for label in labels if label.startswith("z = 1")]


def test_every_kind_of_mutant_is_made() -> None:
    source = (
        "def f(x, n):\n    ### BEGIN SOLUTION\n    total = 0\n    for t in range(n):\n        total += np.tanh(x[t])\n"
        "    if n > 2:\n        total = total * x.sum(keepdims=True)\n    return total\n    ### END SOLUTION\n"
    )
    labels = [mutant.label for mutant in mutants(source, "f")]
    assert "total += np.tanh(x[t]) -> total = np.tanh(x[t])" in labels
    assert "total += np.tanh(x[t]) -> (left out)" in labels
    assert "np.tanh(x[t]) -> x[t]" in labels
    assert "n > 2 -> n >= 2" in labels
    assert "True -> False" in labels
    assert "if n > 2: ... -> if not n > 2: ..." in labels
    assert "total * x.sum(keepdims=True) -> total / x.sum(keepdims=True)" in labels
