"""What lesson 6 says holds for what its solved notebook printed."""

from __future__ import annotations

import re
from math import comb

import numpy as np
import pytest
from solved_notebooks import numbers_after, printed, prose

LESSON = "lesson6_stacking"


def _rows_after(label: str, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The `count` lines of numbers that were printed behind the line with `label`."""
    lines = printed(LESSON).splitlines()
    (start,) = (i for i, line in enumerate(lines) if label in line)
    return np.array([re.findall(r"-?\d+\.?\d*", line) for line in lines[start + 1 : start + 1 + count]], dtype=float)


def test_the_stack_gives_what_was_computed_by_hand() -> None:
    assert numbers_after(LESSON, "layer 1:") == numbers_after(LESSON, "top layer:")
    assert "outputs (2, 7, 5)  final (4, 2, 5)" in printed(LESSON)


def test_the_roads_are_pascals_triangle() -> None:
    L, T = 3, 4
    roads = [[comb(L - 1 - layer + T - 1 - t, L - 1 - layer) for t in range(T)] for layer in reversed(range(L))]
    assert re.sub(r"(?<=\[) +", "", str(np.array(roads))) in re.sub(r"(?<=\[) +", "", printed(LESSON))


def test_dropout_keeps_the_mean_and_not_the_mean_behind_a_tanh() -> None:
    assert numbers_after(LESSON, "their mean:") == [0.8]
    behind, of_the_mean = numbers_after(LESSON, "mean of tanh(3 x):")[0], numbers_after(LESSON, "tanh(3 * 0.8):")[0]
    assert behind < of_the_mean - 0.1


def test_the_bottom_layers_gradient_is_the_largest_in_every_stack() -> None:
    norms = _rows_after("norm of dW_hh", 3)
    assert (norms[:, 0] > norms[:, 1:].max(axis=1)).all()


def test_the_letter_fades_upwards_and_the_bracket_is_read_best_at_the_top() -> None:
    letter, bracket = (numbers_after(LESSON, name)[:3] for name in ("letter: ", "bracket:"))
    assert letter == sorted(letter, reverse=True)
    assert bracket[2] == max(bracket)
    assert bracket[2] > 0.9


def test_three_layers_for_the_same_money_are_less_than_half_as_wide() -> None:
    widths = {L: int(numbers_after(LESSON, f"{L} layers: H =")[0]) for L in (1, 2, 3, 4)}
    assert 2 * widths[3] < widths[1]
    assert round(36 * (widths[1] - widths[3]), -2) == 1500
    assert "about 1,500 more" in prose(LESSON)


def test_the_wide_layer_wins_by_more_than_the_spread_and_the_gap_shrinks() -> None:
    gaps = []
    for steps in (" 60", "240"):
        wide, narrow = (numbers_after(LESSON, f"{L} layers, {steps} updates:") for L in (1, 3))
        gaps.append(narrow[0] - wide[0])
        assert gaps[-1] > wide[1] + narrow[1]
    assert gaps[1] < gaps[0]


def test_nearly_nine_in_ten_unseen_numbers_are_right() -> None:
    assert "Nearly nine in ten numbers that it never saw" in prose(LESSON)
    assert 0.84 <= numbers_after(LESSON, "right among the 400 never seen:")[0] <= 0.92


def test_it_is_nearly_perfect_from_200_on_and_wrong_half_of_the_time_below() -> None:
    shares = [numbers_after(LESSON, f"{span}:")[0] for span in ("  1 to  99", "100 to 199", "200 to 999")]
    assert shares[2] > 0.95
    assert all(0.35 < share < 0.65 for share in shares[:2])


def test_two_layers_translate_better_than_the_wide_one_by_more_than_their_spread() -> None:
    two = numbers_after(LESSON, "2 layers of 64 units:")
    (line,) = re.findall(r"1 layer of \d+ units: (\S+) ± (\S+)", printed(LESSON))
    one = [float(number) for number in line]
    assert two[0] - one[0] > max(two[1], one[1])


def test_one_state_for_a_list_loses_what_one_state_for_each_number_keeps() -> None:
    together, apart = (numbers_after(LESSON, label) for label in ("in one go:", "one at a time:"))
    assert "Of lists of two, read in one go, about one in fourteen survives" in prose(LESSON)
    assert round(1 / together[1]) == 14
    assert together[2:] == [0.0, 0.0, 0.0]
    assert together[0] > 0.9
    assert min(apart) > 0.8
    assert all(one == pytest.approx(apart[0] ** (i + 1), abs=0.04) for i, one in enumerate(apart))
