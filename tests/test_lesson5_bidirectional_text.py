"""What lesson 5 says holds for what its solved notebook printed."""

from __future__ import annotations

import pytest
from solved_notebooks import numbers_after, printed, prose

from course_utils.data.garden_path import WORDS, language

LESSON = "lesson5_bidirectional"


def test_the_language_is_what_the_prose_says_of_it() -> None:
    sentences, tags = language()
    assert f"{len(sentences):,} sentences out of {len(WORDS)} words, three to eight words long" in prose(LESSON)
    assert f"{len(sentences)} sentences, {sum(map(len, sentences))} words" in printed(LESSON)
    assert {len(words) for words in sentences} == set(range(3, 9))
    assert len({tuple(words) for words in sentences}) == len(sentences)
    assert all(len(words) == len(own) for words, own in zip(sentences, tags, strict=True))


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("ceiling, left to right:", "From the left about {}% of the words"),
        ("ceiling, right to left:", "right about {}%"),
    ],
)
def test_a_ceiling_that_the_prose_quotes_was_printed(label: str, said: str) -> None:
    (ceiling,) = numbers_after(LESSON, label)
    assert said.format(round(100 * ceiling)) in prose(LESSON)


def test_forty_sentences_look_easier_than_the_language() -> None:
    assert numbers_after(LESSON, "the same on 40 of them:") > numbers_after(LESSON, "ceiling, left to right:")


def test_two_words_of_patience_leave_one_word_in_a_hundred_and_the_last_need_five() -> None:
    curve, mirrored = _curves()
    assert round(1 - curve[2], 2) == 0.01
    assert curve[4] < curve[5] == 1.0
    assert mirrored[1] > 0.995


def _curves() -> tuple[list[float], list[float]]:
    lines = [
        line for line in printed(LESSON).splitlines() if line.count(", ") == 5 and line.startswith(("left", "right"))
    ]
    left, right = ([float(number) for number in line.split(": ")[1].split(", ")] for line in lines)
    return left, right


def test_padding_moves_the_state_only_where_whole_rows_are_reversed() -> None:
    low, high = numbers_after(LESSON, "whole row reversed:")
    assert high - low > 0.2
    low, high = numbers_after(LESSON, "within its own length:")
    assert low == high


def test_without_packing_only_the_backward_half_of_the_short_row_is_wrong() -> None:
    lines = dict(line.rsplit(":", 1) for line in printed(LESSON).splitlines() if line.endswith(("True", "False")))
    told = [lines[name].strip() for name in ("same as packed", "long row, not packed", "short row, not packed")]
    assert told == ["True", "True", "False"]
    assert lines["its forward half alone"].strip() == "True"


def test_every_claim_that_the_notebook_tests_itself_holds() -> None:
    claims = [
        line for line in printed(LESSON).splitlines() if line.endswith(("True", "False")) and "packed" not in line
    ]
    assert len(claims) == 9
    assert all(line.endswith("True") for line in claims)


def test_the_left_to_right_networks_stop_below_their_ceiling_and_the_others_pass_both() -> None:
    (from_left,) = numbers_after(LESSON, "sentences from the left:")
    (from_right,) = numbers_after(LESSON, "sentences from the right:")
    one_way, both_ways = (_tagged(name) for name in ("left to right", "both directions"))
    assert max(one_way) <= from_left < from_right < min(both_ways)
    assert from_left - max(one_way) < 0.03


def _tagged(name: str) -> list[float]:
    (line,) = (line for line in printed(LESSON).splitlines() if line.startswith(f"{name}: mean"))
    return [float(number) for number in line.split("[")[1].rstrip("]").split(", ")]


def test_the_bidirectional_model_falls_through_the_floor_and_writes_no_sentence() -> None:
    (floor,) = numbers_after(LESSON, "no probability model has a lower perplexity than")
    forward, backward = (numbers_after(LESSON, f"{kind}: perplexity") for kind in ("forward", "bidirectional"))
    assert backward[0] < floor < forward[0]
    assert round(backward[0], 2) == pytest.approx(1.00, abs=0.01)
    assert f"Perplexity 1.00 against {forward[0]:.1f}" in prose(LESSON)
    shares = {kind: numbers_after(LESSON, f"{kind}: share of 100 texts")[-3:] for kind in ("forward", "bidirectional")}
    assert min(shares["forward"]) > 0.5
    assert max(shares["bidirectional"]) <= 0.05
