"""What the small worlds of lesson 1 promise: balanced labels, and windows that end where the sentence ends."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.data.prices import google_closes
from course_utils.data.wordorder import last_words, news_sentences, one_hot, opinion_at, two_opinions, words_of


def test_every_bag_of_the_400_sentences_holds_one_sentence_of_each_label() -> None:
    sentences, labels = news_sentences()
    bags: dict[tuple[str, ...], list[int]] = {}
    for sentence, label in zip(sentences, labels, strict=True):
        bags.setdefault(tuple(sorted(sentence)), []).append(label)
    assert len(sentences) == 400
    assert all(sorted(found) == [0, 1] for found in bags.values())


@pytest.mark.parametrize("settled", [False, True])
def test_half_of_the_news_sentences_are_news(settled: bool) -> None:
    sentences, labels = news_sentences(settled)
    assert 2 * sum(labels) == len(labels) == len(sentences)


def test_the_last_word_stands_in_the_last_place_of_the_window_and_short_sentences_are_padded_before() -> None:
    words = ["bites", "dog", "man"]
    seen = last_words([["dog", "bites", "man"], ["man"]], 2, words)
    assert np.array_equal(seen[0], one_hot(["bites", "man"], words))
    assert np.array_equal(seen[1], [[0, 0, 0], [0, 0, 1]])


def test_an_opinion_stands_at_the_position_asked_for() -> None:
    sentences, labels = opinion_at(3, 8, 5, seed=0)
    assert {tuple(sentence[3:5]) for sentence in sentences} == {
        ("so", "good"),
        ("so", "bad"),
        ("not", "good"),
        ("not", "bad"),
    }
    assert {len(sentence) for sentence in sentences} == {8}
    assert 2 * sum(labels) == len(labels)


def test_the_label_of_two_opinions_is_that_of_the_soup() -> None:
    for sentence, label in zip(*two_opinions([0, 2], 1, seed=0), strict=True):
        place = sentence.index("soup")
        clue, adjective = sentence[place + 1 : place + 3]
        assert label == ((clue == "so") == (adjective == "good"))
    assert len(words_of([["b", "a"], ["a"]])) == 2


def test_the_price_series_comes_with_matplotlib_and_has_no_gap_in_its_numbers() -> None:
    days, closes = google_closes()
    assert len(days) == len(closes) == 1047
    assert np.all(np.diff(days) > np.timedelta64(0, "D"))
    assert np.all(np.isfinite(closes))


def test_held_out_opinions_repeat_no_sentence_of_training() -> None:
    train, _ = two_opinions(range(7), 6, seed=0)
    held_out, labels = two_opinions(range(2, 7), 5, seed=1, unlike=train)
    assert {tuple(sentence) for sentence in train}.isdisjoint(tuple(sentence) for sentence in held_out)
    assert 2 * sum(labels) == len(labels)


def test_a_gap_with_no_unused_string_is_refused() -> None:
    train, _ = two_opinions([0], 1, seed=0)
    with pytest.raises(ValueError, match="every string of 0 fillers"):
        two_opinions([0], 1, seed=1, unlike=train)
