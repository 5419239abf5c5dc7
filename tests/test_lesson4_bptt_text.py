"""What lesson 4 brings along: reading wrong gradients together, the echo task, results laid out by weight."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.comparing import Close, Gradients, comparison_from_json, comparison_to_json
from course_utils.data.echo import echo_accuracy, echo_batch
from course_utils.data.rhyme import LETTERS, RHYME, encode, rhyme_batch
from course_utils.probes.gradients import by_weight, numerical
from course_utils.training.descent import Adam, initial_weights

TOGETHER = Gradients(parts=("dx", "dW"), patterns=(("dW", "only the weight"), ("dx dW", "what they share")))
RIGHT = (np.ones((2, 3)), np.ones(3))


@pytest.mark.parametrize(("factors", "told"), [((1.0, 2.0), "only the weight"), ((2.0, 2.0), "what they share")])
def test_the_pattern_of_wrong_gradients_is_told_in_a_sentence(factors: tuple[float, float], told: str) -> None:
    returned = tuple(factor * part for factor, part in zip(factors, RIGHT, strict=True))
    assert TOGETHER.differences(RIGHT, returned)[-1].text.endswith(f"Read together: {told}")


def test_a_pattern_without_a_sentence_and_a_right_answer_add_nothing() -> None:
    assert TOGETHER.differences(RIGHT, RIGHT) == []
    lonely = (2 * RIGHT[0], RIGHT[1])
    assert TOGETHER.differences(RIGHT, lonely) == Close().differences(RIGHT, lonely)


def test_patterns_survive_being_stored_with_the_cases() -> None:
    stored = comparison_from_json(comparison_to_json(TOGETHER))
    returned = (2 * RIGHT[0], 2 * RIGHT[1])
    assert stored.differences(RIGHT, returned) == TOGETHER.differences(RIGHT, returned)


def test_an_echo_repeats_its_input_after_the_lag_and_scores_only_what_can_be_known() -> None:
    x, y = echo_batch(np.random.default_rng(0), batch=3, length=7, lag=2, symbols=4)
    assert np.array_equal(x.argmax(-1)[:, :-2], y[:, 2:])
    answers = np.eye(4)[y]
    answers[:, :2] = 0.0
    assert echo_accuracy(answers, y, lag=2) == 1.0


def test_the_rhyme_comes_in_pieces_with_the_letter_after_each() -> None:
    x, y = rhyme_batch(np.random.default_rng(0), batch=2, length=9)
    letters = "".join(LETTERS[i] for i in x[0].argmax(-1))
    assert letters in RHYME
    assert np.array_equal(encode(letters)[1:], y[0, :-1])


def test_a_result_that_is_no_pair_of_loss_and_dict_is_told_so() -> None:
    assert by_weight(lambda x: (0.5, {"W": x}), {"x": 1.0}) == {"loss": 0.5, "W": 1.0}
    assert by_weight(lambda x: None, {"x": 1.0}) is None
    for turned in ({"W": 1.0}, ({"W": 1.0}, 0.5), (0.5, {"W": 1.0}, 2.0), 1.0):
        with pytest.raises(TypeError, match="expected a pair of the loss and a dict"):
            by_weight(lambda x, turned=turned: turned, {"x": 1.0})


def test_the_point_is_looked_at_again_after_the_gradient_was_measured() -> None:
    def careless(f: object, x: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        x += 1.0
        return x

    result = numerical(careless, {"f": {"kind": "waves", "C": np.ones(2)}, "x": np.zeros(2), "eps": None})
    assert np.array_equal(result["x afterwards"], np.ones(2))


def test_adam_goes_downhill_and_leaves_the_given_weights_alone() -> None:
    weights = initial_weights(np.random.default_rng(0), inputs=2, hidden=3, outputs=4)
    before = weights["W_hh"].copy()
    adam, now = Adam(lr=0.05), weights
    for _ in range(100):
        now = adam.step(now, now)
    assert np.array_equal(weights["W_hh"], before)
    assert np.abs(now["W_hh"]).max() < np.abs(before).max()
