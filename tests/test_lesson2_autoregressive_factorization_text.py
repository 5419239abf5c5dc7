"""The prose that lessons 2 and 3 are measured on, and the conditional that probes build from a table."""

from __future__ import annotations

import pytest

from course_utils.data.prose import ALPHABET, prose_paragraphs, python_prose
from course_utils.probes.conditionals import NOT_REPEATABLE, sample_counts, table_conditional

COIN = {(): [0.5, 0.5], (0,): [0.5, 0.5], (1,): [0.5, 0.5]}


def test_the_prose_is_long_enough_and_keeps_to_its_alphabet() -> None:
    assert len(python_prose("train")) > 150_000
    assert len(python_prose("held_out")) > 25_000
    assert set(python_prose("train") + python_prose("held_out")) <= set(ALPHABET)


def test_no_paragraph_occurs_twice_or_in_both_splits() -> None:
    train, held_out = prose_paragraphs("train"), prose_paragraphs("held_out")
    assert len({*train, *held_out}) == len(train) + len(held_out)


def test_another_split_is_refused_with_the_names_of_the_two() -> None:
    with pytest.raises(ValueError, match="train, held_out"):
        python_prose("test")


def test_a_table_says_which_context_it_does_not_know() -> None:
    with pytest.raises(KeyError, match=r"\(7,\)"):
        table_conditional(COIN, 1)([7])


def test_a_sampler_that_leaves_the_given_generator_alone_is_found_out() -> None:
    import random

    def careless(conditional: object, rng: object, max_length: int, eos: int) -> list[int]:
        return [random.randrange(2) for _ in range(max_length)]

    inputs = {"table": COIN, "context": 1, "seed": 1, "max_length": 8, "eos": 5}
    assert list(sample_counts(careless, inputs)["counts"]) == [NOT_REPEATABLE]
