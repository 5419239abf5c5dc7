"""Wrong beliefs and other right ways of lesson 1, sentences: whole functions, each as a student might write it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from grader.spec import Misconception

# bag_of_words


def _bag_wordwise(
    tokens: list[str], vocabulary: list[str], put: Callable[[Any, int], None], unknown: int | None
) -> Any:
    counts = np.zeros(len(vocabulary))
    for token in tokens:
        place = vocabulary.index(token) if token in vocabulary else unknown
        if place is not None:
            put(counts, place)
    return counts


def _set_one(counts: Any, place: int) -> None:
    counts[place] = 1


def _add_one(counts: Any, place: int) -> None:
    counts[place] += 1


def _add_id(counts: Any, place: int) -> None:
    counts[place] += place


def _bag_crashes(tokens: list[str], vocabulary: list[str]) -> Any:
    counts = np.zeros(len(vocabulary))
    for token in tokens:
        counts[vocabulary.index(token)] += 1
    return counts


def _bag_of_places(tokens: list[str], vocabulary: list[str]) -> Any:
    places = {word: place for place, word in enumerate(vocabulary)}
    counts = np.zeros(len(vocabulary))
    for token in tokens:
        counts[places[token]] += 1
    return counts


def _bag_shares(tokens: list[str], vocabulary: list[str]) -> Any:
    return np.array([tokens.count(word) for word in vocabulary]) / max(1, len(tokens))


def _bag_sorted(tokens: list[str], vocabulary: list[str]) -> Any:
    return np.array([tokens.count(word) for word in sorted(vocabulary)])


def _bag_of_sentence(tokens: list[str], vocabulary: list[str]) -> Any:
    return np.array([tokens.count(word) for word in dict.fromkeys(tokens) if word in vocabulary])


def bag_by_count(tokens: list[str], vocabulary: list[str]) -> Any:
    return [tokens.count(word) for word in vocabulary]


def bag_by_places(tokens: list[str], vocabulary: list[str]) -> Any:
    places = {word: place for place, word in enumerate(vocabulary)}
    counts = torch.zeros(len(vocabulary))
    for token in tokens:
        if token in places:
            counts[places[token]] += 1
    return counts


BAG = (
    Misconception(
        "presence",
        "Your vector says whether a word occurs, not how often: a word that comes twice must count 2.",
        wrong=lambda tokens, vocabulary: _bag_wordwise(tokens, vocabulary, _set_one, None),
    ),
    Misconception(
        "ids_as_magnitudes",
        "The number of a word's place was added as if it were an amount. It is a name: word 5 is not five times word 1.",
        wrong=lambda tokens, vocabulary: _bag_wordwise(tokens, vocabulary, _add_id, None),
    ),
    Misconception(
        "unknown_word_crashes",
        "A word that is not in the vocabulary stops your function. New sentences always bring new words.",
        wrong=_bag_crashes,
    ),
    Misconception(
        "unknown_word_has_no_place",
        "Your dictionary of places has no key for an unknown word, and your function stops there. New sentences bring new words.",
        wrong=_bag_of_places,
    ),
    Misconception(
        "one_row_for_each_token",
        "Your result has a row for every word of the sentence, as one-hot vectors have. A bag is a single vector.",
        wrong=lambda tokens, vocabulary: np.array([[int(token == word) for word in vocabulary] for token in tokens]),
    ),
    Misconception(
        "unknown_word_is_word_zero",
        "Unknown words are counted as the first word of the vocabulary. They are not that word.",
        wrong=lambda tokens, vocabulary: _bag_wordwise(tokens, vocabulary, _add_one, 0),
    ),
    Misconception(
        "unknown_word_is_last_word",
        "Unknown words are counted as the last word of the vocabulary: place -1 is a place in Python.",
        wrong=lambda tokens, vocabulary: _bag_wordwise(tokens, vocabulary, _add_one, -1),
    ),
    Misconception(
        "shares_for_counts",
        "These are shares of the sentence's words. Counts are asked for: a longer sentence has larger ones.",
        wrong=_bag_shares,
    ),
    Misconception(
        "letters_searched",
        'You search a run of letters: "not" is then found inside "nothing" too. A token counts when the whole of it is the word.',
        wrong=lambda tokens, vocabulary: np.array([" ".join(tokens).count(word) for word in vocabulary]),
    ),
    Misconception(
        "alphabetical_places",
        "The counts are in alphabetical order of the words. The vocabulary has an order of its own, which holds here.",
        wrong=_bag_sorted,
    ),
    Misconception(
        "places_by_sentence",
        "Your vector has a place for each word of this sentence. Then two sentences give vectors that cannot be compared.",
        wrong=_bag_of_sentence,
    ),
)

# the two ceilings


def _groups(views: Iterable[Hashable], labels: Sequence[int]) -> list[Counter[int]]:
    groups: dict[Hashable, Counter[int]] = {}
    for view, label in zip(views, labels, strict=True):
        groups.setdefault(view, Counter())[label] += 1
    return list(groups.values())


def _best(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    return sum(max(group.values()) for group in _groups(views, labels)) / len(labels)


def _mean_of_groups(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    return float(np.mean([max(group.values()) / sum(group.values()) for group in _groups(views, labels)]))


def _unanimous(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    return sum(sum(group.values()) for group in _groups(views, labels) if len(group) == 1) / len(labels)


def _coin(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    return sum(sum(group.values()) / len(group) for group in _groups(views, labels)) / len(labels)


def _last_label(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    views = list(views)
    learned = dict(zip(views, labels, strict=True))
    return float(np.mean([learned[view] == label for view, label in zip(views, labels, strict=True)]))


def _two_labels(views: Iterable[Hashable], labels: Sequence[int]) -> float:
    return sum(max(group[0], group[1]) for group in _groups(views, labels)) / len(labels)


def _majority(labels: Sequence[int]) -> float:
    return max(Counter(labels).values()) / len(labels)


def _bag_views(sentences: list[list[str]]) -> list[Hashable]:
    return [tuple(sorted(sentence)) for sentence in sentences]


def bag_ceiling_by_unique(sentences: list[list[str]], labels: list[int]) -> Any:
    keys = [frozenset(Counter(sentence).items()) for sentence in sentences]
    right = 0
    for key in set(keys):
        chosen = np.array([label for k, label in zip(keys, labels, strict=True) if k == key])
        right += np.unique(chosen, return_counts=True)[1].max()
    return np.float32(right / len(labels))


def bag_ceiling_by_search(sentences: list[list[str]], labels: list[int]) -> float:
    words = sorted(set(itertools.chain(*sentences)))
    bags = np.array([[sentence.count(word) for word in words] for sentence in sentences])
    right, done = 0, np.zeros(len(bags), dtype=bool)
    for bag in bags:
        same = (bags == bag).all(axis=1) & ~done
        if same.any():
            right += max(Counter(np.array(labels)[same].tolist()).values())
        done |= same
    return right / len(bags)


BAG_CEILING = (
    Misconception(
        "majority_of_all",
        "This is what a function reaches that ignores the sentence. The best one may answer each bag differently.",
        wrong=lambda sentences, labels: _majority(labels),
    ),
    Misconception(
        "mean_over_bags",
        "Every bag weighs the same in your mean, though some hold many sentences and some only one. Accuracy counts sentences.",
        wrong=lambda sentences, labels: _mean_of_groups(_bag_views(sentences), labels),
    ),
    Misconception(
        "presence_for_bag",
        "You group by which words occur. A bag also knows how often: a function of the counts can tell more sentences apart.",
        wrong=lambda sentences, labels: _best([frozenset(sentence) for sentence in sentences], labels),
    ),
    Misconception(
        "order_kept",
        "You group by the sentence itself, so your predictor still sees the order of the words. A bag has none.",
        wrong=lambda sentences, labels: _best([tuple(sentence) for sentence in sentences], labels),
    ),
    Misconception(
        "undecided_bags_lost",
        "Bags with several labels count as wholly wrong in your sum. Even there one answer is right for some of the sentences.",
        wrong=lambda sentences, labels: _unanimous(_bag_views(sentences), labels),
    ),
    Misconception(
        "coin_for_undecided",
        "Your predictor tosses a coin among the labels of a bag. The best one can do better where one label is commoner.",
        wrong=lambda sentences, labels: _coin(_bag_views(sentences), labels),
    ),
    Misconception(
        "one_predictor_measured",
        "This is the accuracy of one particular predictor, which keeps the label it saw last for each bag, not the best.",
        wrong=lambda sentences, labels: _last_label(_bag_views(sentences), labels),
    ),
    Misconception(
        "bag_of_letters",
        'You sort the letters of the sentence, not its words: "dog" and "god" become the same.',
        wrong=lambda sentences, labels: _best(["".join(sorted("".join(sentence))) for sentence in sentences], labels),
    ),
    Misconception(
        "two_labels_assumed",
        "You count the labels 0 and 1 only. There may be other ones, and more than two.",
        wrong=lambda sentences, labels: _two_labels(_bag_views(sentences), labels),
    ),
    Misconception(
        "words_glued",
        'You glue the words of a bag together: "no" and "tone" then read like "not" and "one".',
        wrong=lambda sentences, labels: _best(["".join(sorted(sentence)) for sentence in sentences], labels),
    ),
    Misconception(
        "grouped_by_length",
        "You group sentences by their length. Sentences of one length can be different bags.",
        wrong=lambda sentences, labels: _best([len(sentence) for sentence in sentences], labels),
    ),
)


def _tails(sequences: list[list[Any]], window: int) -> list[Hashable]:
    return [tuple(sequence[-window:]) for sequence in sequences]


def _short_dropped(sequences: list[list[Any]], labels: list[int], window: int) -> float:
    kept = [(tuple(s[-window:]), label) for s, label in zip(sequences, labels, strict=True) if len(s) >= window]
    return _best([view for view, _ in kept], [label for _, label in kept]) if kept else 0.0


def _every_window(sequences: list[list[Any]], labels: list[int], window: int) -> float:
    views: list[Hashable] = []
    repeated: list[int] = []
    for sequence, label in zip(sequences, labels, strict=True):
        for start in range(max(1, len(sequence) - window + 1)):
            views.append(tuple(sequence[start : start + window]))
            repeated.append(label)
    return _best(views, repeated)


def _filled_with_zeros(sequences: list[list[Any]], window: int) -> list[Hashable]:
    return [tuple(([0] * window + list(sequence))[-window:]) for sequence in sequences]


def window_ceiling_by_groupby(sequences: list[list[Any]], labels: list[int], window: int) -> float:
    rows = sorted((repr(s[max(0, len(s) - window) :]), label) for s, label in zip(sequences, labels, strict=True))
    right = 0
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        right += Counter(label for _, label in group).most_common(1)[0][1]
    return right / len(rows)


def window_ceiling_by_lists(sequences: list[list[Any]], labels: list[int], window: int) -> Any:
    seen: dict[Any, list[int]] = {}
    for i in range(len(sequences)):
        key = tuple(sequences[i][::-1][:window])
        seen[key] = [*seen.get(key, []), labels[i]]
    return np.array([max(group.count(label) for label in group) for group in seen.values()]).sum() / len(labels)


WINDOW_CEILING = (
    Misconception(
        "first_tokens",
        "You look at the first tokens of each sequence. The window stands at the end.",
        wrong=lambda sequences, labels, window: _best([tuple(s[:window]) for s in sequences], labels),
    ),
    Misconception(
        "short_sequences_dropped",
        "Sequences shorter than the window are missing from your count. They are seen whole, and they count.",
        wrong=_short_dropped,
    ),
    Misconception(
        "short_sequences_filled",
        "You fill short sequences up with 0. But 0 may be a token, and then a short sequence looks like a longer one.",
        wrong=lambda sequences, labels, window: _best(_filled_with_zeros(sequences, window), labels),
    ),
    Misconception(
        "begin_below_zero",
        "Your slice begins at len - window. For a sequence shorter than the window that is below 0, which Python counts from the "
        "end: only a part of it is seen.",
        wrong=lambda sequences, labels, window: _best([tuple(s[len(s) - window :]) for s in sequences], labels),
    ),
    Misconception(
        "whole_sequence_seen",
        "Your predictor sees the whole of each sequence, however narrow the window is.",
        wrong=lambda sequences, labels, window: _best([tuple(s) for s in sequences], labels),
    ),
    Misconception(
        "two_labels_assumed",
        "You count the labels 0 and 1 only. There may be other ones, and more than two.",
        wrong=lambda sequences, labels, window: _two_labels(_tails(sequences, window), labels),
    ),
    Misconception(
        "order_in_window_lost",
        "Inside the window your predictor has lost the order. A window is not a bag.",
        wrong=lambda sequences, labels, window: _best([tuple(sorted(s[-window:])) for s in sequences], labels),
    ),
    Misconception(
        "window_one_longer",
        "Your predictor sees one token more than the window holds.",
        wrong=lambda sequences, labels, window: _best(_tails(sequences, window + 1), labels),
    ),
    Misconception(
        "window_one_shorter",
        "Your predictor misses one token of the window. Where does a slice with a negative bound begin or end?",
        wrong=lambda sequences, labels, window: _best([tuple(s[-window:][1:]) for s in sequences], labels),
    ),
    Misconception(
        "last_token_missed",
        "The very last token is missing from what your predictor sees: a slice to -1 ends before it.",
        wrong=lambda sequences, labels, window: _best([tuple(s[-window - 1 : -1]) for s in sequences], labels),
    ),
    Misconception(
        "joined_without_gap",
        "You glue the tokens of a window together, so that 1, 12 and 11, 2 look the same.",
        wrong=lambda sequences, labels, window: _best(["".join(map(str, s[-window:])) for s in sequences], labels),
    ),
    Misconception(
        "last_token_only",
        "Your predictor sees the very last token and nothing else, however wide the window is.",
        wrong=lambda sequences, labels, window: _best(_tails(sequences, 1), labels),
    ),
    Misconception(
        "every_window_an_example",
        "You count every window of a sequence as an example of its own. There is one prediction for each sequence, from its end.",
        wrong=_every_window,
    ),
    Misconception(
        "majority_of_all",
        "This is what a predictor reaches that sees nothing. What is in the window may change the answer.",
        wrong=lambda sequences, labels, window: _majority(labels),
    ),
    Misconception(
        "mean_over_windows",
        "Every different window weighs the same in your mean. Accuracy counts sequences, and some windows are shared by many.",
        wrong=lambda sequences, labels, window: _mean_of_groups(_tails(sequences, window), labels),
    ),
    Misconception(
        "one_predictor_measured",
        "This is the accuracy of one particular predictor, which keeps the label it saw last for each window, not the best.",
        wrong=lambda sequences, labels, window: _last_label(_tails(sequences, window), labels),
    ),
)
