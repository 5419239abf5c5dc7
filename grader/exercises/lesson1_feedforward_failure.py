"""Lesson 1, "Two sentences, one bag": what is checked about each of its exercises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.properties import InputsUnchanged, NoState
from course_utils.values import Inputs
from grader import drawing
from grader.exercises import _lesson1_feedforward_failure_arrays as arrays
from grader.exercises import _lesson1_feedforward_failure_oracles as oracles
from grader.exercises import _lesson1_feedforward_failure_sentences as sentences
from grader.spec import Accepted, Criterion, Draw, Exercise, Lesson, Part, Written

Rng = np.random.Generator
WORDS = ("good", "not", "dog", "bites", "man", "again")


# Draws


def _words(rng: Rng, count: int, choices: Sequence[str] = WORDS) -> list[str]:
    return [str(word) for word in rng.choice(choices, count)]


def _bag_inputs(length: int, size: int, strange: int = 0) -> Draw:
    """`length` words over a shuffled vocabulary of `size`, one of them at least twice, and `strange` that are not in it."""

    def draw(rng: Rng) -> Inputs:
        vocabulary = [str(word) for word in rng.permutation(WORDS)[:size]]
        tokens = _words(rng, max(0, length - 2), vocabulary) + [vocabulary[-1]] * min(2, length)
        tokens += _words(rng, strange, ("soup", "wine"))
        return {"tokens": [str(word) for word in rng.permutation(tokens)], "vocabulary": vocabulary}

    return draw


def _nested_words(rng: Rng) -> Inputs:
    """Words that stand inside other words, or across the gap between two."""
    vocabulary = [str(word) for word in rng.permutation(["not", "nothing", "thing", "hing"])]
    return {
        "tokens": _words(rng, 5, ("not", "nothing", "thing")) + ["nothing", "not", "hing"],
        "vocabulary": vocabulary,
    }


def _bags(groups: Sequence[Sequence[int]], words: tuple[str, str] = ("dog", "man")) -> Draw:
    """Sentences in `groups` of equal bags; each group lists the labels of its sentences, which differ in word order.

    The bags are counts of the two `words` that differ from group to group, some in the counts alone. The last sentence stays
    last: give it a rare label of its group, so that "the label seen last" is not by luck the best answer.
    """
    sizes = [(1, 1), (2, 1), (1, 2), (3, 1), (0, 2), (2, 2), (0, 1)]

    def draw(rng: Rng) -> Inputs:
        kinds = [sizes[i] for i in rng.permutation(4)] + sizes[4:]
        made = [
            ([str(word) for word in rng.permutation([words[0]] * left + [words[1]] * right)], label)
            for (left, right), labels in zip(kinds, groups, strict=False)
            for label in labels
        ]
        order = [*rng.permutation(len(made) - 1), len(made) - 1]
        return {"sentences": [made[i][0] for i in order], "labels": [made[i][1] for i in order]}

    return draw


def _glued_words(rng: Rng) -> Inputs:
    """Twice two bags that read alike when nothing stands between the words, and two bags of the same letters that do not."""
    glued = [
        (("not", "one"), (0, 0, 1)),
        (("no", "tone"), (1, 1)),
        (("good", "man"), (1, 0, 1)),
        (("goodman",), (0, 0)),
    ]
    bags = [*glued, (("dog", "man"), (0, 0)), (("god", "man"), (1, 1))]
    made = [([str(word) for word in rng.permutation(bag)], label) for bag, labels in bags for label in labels]
    order = rng.permutation(len(made))
    return {"sentences": [made[i][0] for i in order], "labels": [made[i][1] for i in order]}


def _one_sentence(rng: Rng) -> Inputs:
    return {"sentences": [_words(rng, 3)], "labels": [int(rng.integers(2, 9))]}


def _endings(endings: Sequence[tuple[Sequence[Any], Sequence[int]]], window: int, before: Sequence[Any]) -> Draw:
    """Sequences that end in `endings`, each with its list of labels. What stands before is drawn from `before`.

    An ending shorter than the window is a whole sequence; one of the window's length gets zero to two tokens before it.
    The last sequence stays last, as in `_bags`.
    """

    def draw(rng: Rng) -> Inputs:
        made = []
        for ending, labels in endings:
            for label in labels:
                extra = int(rng.integers(0, 3)) if len(ending) == window else 0
                head = [before[i] for i in rng.integers(0, len(before), extra)]
                made.append(([*head, *ending], label))
        order = [*rng.permutation(len(made) - 1), len(made) - 1]
        return {"sequences": [made[i][0] for i in order], "labels": [made[i][1] for i in order], "window": window}

    return draw


def _clue_before(rng: Rng) -> Inputs:
    """Three tokens each, the last one seen: one token more would tell something, all three everything."""
    near, far, last = (int(token) for token in rng.permutation(9)[:3])
    kinds = [((near, near), (0, 0)), ((far, near), (1,)), ((near, far), (1, 1)), ((far, far), (0,))]
    made = [([*before, last], label) for before, labels in kinds for label in labels]
    order = rng.permutation(len(made))
    return {"sequences": [made[i][0] for i in order], "labels": [made[i][1] for i in order], "window": 1}


def _random_sequences(count: int, longest: int, window: int, tokens: int) -> Draw:
    def draw(rng: Rng) -> Inputs:
        lengths = drawing.lengths(rng, count, longest)
        sequences = [[int(token) for token in rng.integers(0, tokens, n)] for n in lengths]
        return {"sequences": sequences, "labels": [int(label) for label in rng.integers(0, 2, count)], "window": window}

    return draw


def _time_first(T: int, B: int, D: int) -> Draw:
    return lambda rng: {"x": drawing.normal(rng, T, B, D)}


def _ragged(lengths: Sequence[int], D: int, value: float = 0.0, hidden_values: bool = True) -> Draw:
    """Sequences of these lengths in a drawn order. With `hidden_values` some real steps consist of the pad value."""

    def draw(rng: Rng) -> Inputs:
        sequences = [drawing.normal(rng, int(n), D) for n in rng.permutation(lengths)]
        for sequence in sequences:
            if hidden_values and len(sequence) > 1:
                sequence[int(rng.integers(len(sequence)))] = value
                sequence[-1, 0] = value
        return {"sequences": sequences, "value": value}

    return draw


def _sizes(T: int, D: int, H: int, O: int) -> Draw:
    def draw(rng: Rng) -> Inputs:
        more = [int(n) for n in rng.integers(0, 3, 4)]
        return {"T": T + more[0], "D": D + more[1], "H": H + more[2], "O": O + more[3]}

    return draw


def _fixed_sizes(T: int, D: int, H: int, O: int) -> Draw:
    return lambda rng: {"T": T, "D": D, "H": H, "O": O}


def _series(shape: tuple[int, ...], window: int, horizon: int) -> Draw:
    return lambda rng: {"series": drawing.normal(rng, *shape), "window": window, "horizon": horizon}


def _examples(count: int, window: int, test_fraction: float, features: tuple[int, ...] = ()) -> Draw:
    """Windows and targets cut from one drawn series, so that neighbours overlap as real ones do."""

    def draw(rng: Rng) -> Inputs:
        series = drawing.normal(rng, count + window, *features, scale=2.0) + 3.0
        series = np.round(series, 3)
        X = np.stack([series[start : start + window] for start in range(count)])
        return {"X": X, "y": series[window:].copy(), "window": window, "test_fraction": test_fraction}

    return draw


def _prices(length: int, horizon: int) -> Draw:
    return lambda rng: {"series": np.round(50 + np.cumsum(rng.normal(0.3, 2.0, length)), 2), "horizon": horizon}


# Exercises

BAG = Exercise(
    name="bag_of_words",
    points=2,
    draws={
        "seven words, five in the vocabulary": _bag_inputs(7, 5),
        "words that are not in the vocabulary": _bag_inputs(5, 4, strange=3),
        "a vocabulary of one word": _bag_inputs(3, 1, strange=1),
        "an empty sentence": _bag_inputs(0, 3),
        "no word known": _bag_inputs(0, 3, strange=2),
        "words inside other words": _nested_words,
    },
    oracle=oracles.bag_of_words,
    hints=(
        "The result has one place for every word of the vocabulary, whatever the sentence holds.",
        "Go through the vocabulary, not through the sentence: for each of its words ask how often the sentence has it.",
        "`tokens.count(word)` answers that for one word; `collections.Counter(tokens)` for all of them at once.",
    ),
    misconceptions=sentences.BAG,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("list.count, as a list", sentences.bag_by_count),
        Accepted("a loop over tokens with a dict of places, float counts", sentences.bag_by_places),
    ),
)

BAG_CEILING = Exercise(
    name="bag_of_words_ceiling",
    points=3,
    draws={
        "four bags, two labels": _bags([(0, 1, 1), (0,), (1, 1), (1, 0, 0, 0, 1)]),
        "five bags, three labels": _bags([(0, 1, 2), (2, 2, 1, 0), (1,), (2, 1), (0, 0, 0, 2)]),
        "every bag undecided": _bags([(0, 1), (1, 0), (0, 1, 0, 1)]),
        "one sentence": _one_sentence,
        "few bags for many labels": _bags([(0, 1, 2, 3), (3, 2, 1)]),
        "two words of the same letters": _bags([(0, 0, 1), (1, 1, 0, 1), (0,), (1, 0, 0)], ("dog", "god")),
        "words that read alike when glued together": _glued_words,
        "seven bags, most of one label": _bags([(4, 4, 4, 7), (4, 7), (4,), (7, 4, 7), (4, 4), (7,), (7, 7, 4)]),
    },
    oracle=oracles.bag_of_words_ceiling,
    hints=(
        "Sentences with equal bags get the same prediction. So sort the sentences into groups first.",
        "Inside one group, how many can a single label get right at most? Add this up over the groups.",
        "A bag as a dictionary key: `tuple(sorted(sentence))`. A `Counter` of labels for each key does the rest.",
    ),
    misconceptions=sentences.BAG_CEILING,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("bags as frozen counts, NumPy for the groups", sentences.bag_ceiling_by_unique),
        Accepted("count vectors and a quadratic search", sentences.bag_ceiling_by_search),
    ),
)

WINDOW_CEILING = Exercise(
    name="window_ceiling",
    points=3,
    draws={
        "words, the last two seen": _endings(
            [
                (("not", "good"), (0, 0, 1)),
                (("good", "not"), (1, 1, 0, 1)),
                (("good",), (0, 0)),
                (("so", "good"), (1, 1, 1, 1, 0)),
            ],
            2,
            ("dog", "man", "soup"),
        ),
        "random numbers, the last one seen": _random_sequences(13, 5, 1, 4),
        "the clue before the window": _clue_before,
        "random numbers, the last three seen": _random_sequences(11, 6, 3, 2),
        "short sequences among long ones": _endings(
            [((7, 7, 8), (3, 3, 5)), ((7, 8), (5, 5, 3)), ((8,), (3,)), ((), (5, 5)), ((8, 7, 8), (5, 5, 5, 3))],
            3,
            (7, 8),
        ),
        "a window longer than every sequence": _random_sequences(8, 3, 9, 2),
        "zeros among the tokens": _endings(
            [((0, 7, 8), (3, 3)), ((7, 8), (5, 5, 3)), ((0, 8), (5, 5)), ((0, 0, 8), (3, 3, 5)), ((8,), (5,))],
            3,
            (0, 7),
        ),
        "numbers of one and of two digits": _endings(
            [((1, 12), (0, 0, 0)), ((2, 12), (0, 0)), ((11, 2), (1, 1, 1)), ((1, 2), (1, 1, 0))], 2, (3, 12)
        ),
        "one sequence": _random_sequences(1, 4, 2, 3),
    },
    oracle=oracles.window_ceiling,
    hints=(
        "The argument of the bag again: group by what is seen, then count the commonest label of each group.",
        "What is seen here is the end of the sequence, in order. What does a slice from the end give for a short one?",
        "`tuple(sequence[-window:])` can be a dictionary key.",
    ),
    misconceptions=sentences.WINDOW_CEILING,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("sorting and itertools.groupby", sentences.window_ceiling_by_groupby),
        Accepted("a plain dictionary of lists", sentences.window_ceiling_by_lists),
    ),
)

BATCH_FIRST = Exercise(
    name="to_batch_first",
    points=1,
    draws={
        "three steps, two rows, four numbers": _time_first(3, 2, 4),
        "as many steps as rows": _time_first(3, 3, 2),
        "one step": _time_first(1, 4, 3),
        "one row": _time_first(5, 1, 2),
    },
    oracle=oracles.to_batch_first,
    hints=(
        "Two axes change places, the third stays. Nothing else moves.",
        "NumPy has `transpose`, `swapaxes` and `moveaxis`. Which axes are 0 and 1 before, and which after?",
    ),
    misconceptions=arrays.BATCH_FIRST,
    accepts=(
        Accepted("swapaxes", edits=(("x.transpose(1, 0, 2)", "np.swapaxes(x, 0, 1)"),)),
        Accepted("einsum", edits=(("x.transpose(1, 0, 2)", 'np.einsum("tbd->btd", x)'),)),
        Accepted(
            "a nested list",
            edits=(("x.transpose(1, 0, 2)", "[[x[t, b].tolist() for t in range(len(x))] for b in range(x.shape[1])]"),),
        ),
        Accepted("rows of a zip", edits=(("x.transpose(1, 0, 2)", "np.array(list(zip(*x)))"),)),
        Accepted("torch, float32", edits=(("x.transpose(1, 0, 2)", "torch.tensor(x).float().permute(1, 0, 2)"),)),
    ),
)

PAD = Exercise(
    name="pad_batch",
    points=3,
    parts=(Part("x", 1.5), Part("mask", 1.5)),
    draws={
        "three sequences, some real zeros": _ragged((2, 4, 3), 2),
        "another pad value, which also occurs": _ragged((1, 5, 2, 3), 3, value=-1.0),
        "an empty sequence among others": _ragged((0, 3), 4),
        "one sequence": _ragged((4,), 1),
        "equal lengths": _ragged((2, 2, 2), 5, value=0.5),
    },
    oracle=oracles.pad_batch,
    hints=(
        "Begin with the lengths: the greatest one gives the shape of both results.",
        "Make an array full of `value` first, then write each sequence over the beginning of its row.",
        "The mask follows from the lengths alone: step t of row b is real when t is less than the length of row b.",
    ),
    misconceptions=arrays.PAD,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("loops and a float32 array", arrays.pad_by_loops),
        Accepted("torch.nn.utils.rnn.pad_sequence", arrays.pad_by_torch),
        Accepted("lists of rows, made arrays at the end", arrays.pad_by_lists),
    ),
)

PARAMETERS = Exercise(
    name="parameter_counts",
    points=2,
    parts=(Part("feedforward", 1.0), Part("recurrent", 1.0)),
    draws={
        "small sizes": _sizes(5, 3, 7, 2),
        "one step": _fixed_sizes(1, 4, 6, 3),
        "one of everything": _fixed_sizes(1, 1, 1, 1),
        "one input number, a long sequence": _sizes(90, 1, 12, 4),
    },
    oracle=oracles.parameter_counts,
    hints=(
        "Count matrix by matrix: a matrix (O, H) has O times H numbers, a bias (O,) has O.",
        "The flattened sequence is one vector. How long is it? The recurrent network sees one step at a time: how long is that?",
        "Both networks share the read-out: H·O + O.",
    ),
    misconceptions=arrays.PARAMETERS,
    properties=(InputsUnchanged(),),
    accepts=(
        Accepted("counted on zero arrays", arrays.parameters_by_arrays),
        Accepted("as a list of floats", arrays.parameters_as_floats),
    ),
)

SEQUENCES = Exercise(
    name="create_sequences",
    points=3,
    parts=(Part("X", 1.5), Part("y", 1.5)),
    draws={
        "nine numbers, windows of three": _series((9,), 3, 1),
        "horizon two": _series((10,), 4, 2),
        "three numbers a step, horizon three": _series((8, 3), 2, 3),
        "windows of one step": _series((4,), 1, 1),
        "exactly one example": _series((7, 2), 4, 3),
        "one number a step": _series((6, 1), 3, 1),
    },
    oracle=oracles.create_sequences,
    hints=(
        "Take a series of five numbers, window 2, horizon 1, and write all examples down. How many are there?",
        "Example i begins at step i. At which step is its window's last number, and at which its target?",
        "N = T - window - horizon + 1, and the target of example i stands at i + window + horizon - 1.",
    ),
    misconceptions=arrays.SEQUENCES,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("lists filled in a loop", arrays.sequences_by_loop),
        Accepted("sliding_window_view", arrays.sequences_by_view),
        Accepted("torch unfold in float32", arrays.sequences_by_unfold),
    ),
)

SPLIT = Exercise(
    name="chronological_split",
    points=4,
    parts=(Part("X_train", 1.0), Part("y_train", 1.0), Part("X_test", 1.0), Part("y_test", 1.0)),
    draws={
        "twelve examples, windows of three": _examples(12, 3, 0.25),
        "half for the test": _examples(10, 2, 0.5),
        "two numbers a step": _examples(16, 5, 0.125, features=(2,)),
        "windows of one step": _examples(8, 1, 0.25),
        "one training example left": _examples(8, 3, 0.5),
        "a share that is no whole number": _examples(11, 2, 0.25),
    },
    oracle=oracles.chronological_split,
    hints=(
        "Time goes one way: which end of the examples is the future?",
        "Write down the steps of the first test example, and those of the example just before it. Which do they share?",
        "Example i occupies the steps i to i + window. It shares none with the first test example s when i + window < s.",
    ),
    misconceptions=arrays.SPLIT,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("boolean masks on the starts", arrays.split_by_masks),
        Accepted("sets of steps, as lists", arrays.split_by_sets),
    ),
    equivalent={
        "len(X) - int(test_fraction * len(X)) -> -int(test_fraction * len(X))": "a negative bound counts from the end",
    },
)

PERSISTENCE = Exercise(
    name="persistence_error",
    points=2,
    draws={
        "eight prices, the next day": _prices(8, 1),
        "eleven prices, three days ahead": _prices(11, 3),
        "two prices": _prices(2, 1),
        "the longest possible horizon": _prices(6, 5),
        "a long series, seven days ahead": _prices(25, 7),
    },
    oracle=oracles.persistence_error,
    hints=(
        "Which days have both a price and a price `horizon` days later? Line up those two stretches.",
        "Two slices of the series, both of length T - horizon: one lacks the end, the other the beginning.",
    ),
    misconceptions=arrays.PERSISTENCE,
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("a loop", arrays.persistence_by_loop),
        Accepted("torch in float32", arrays.persistence_by_torch),
    ),
)

WHY_SHUFFLE = Written(
    name="why_shuffle",
    rubric=(
        Criterion(
            1.5,
            "(a) A fixed shuffle only renames the inputs: the first layer with its columns in another order gives "
            "the same function, and the random start prefers no order, or the gradients are shuffled alike (one suffices).",
        ),
        Criterion(
            1.5,
            "(b) The fixed shuffle can be undone and loses nothing; a shuffle of its own for each sentence destroys "
            "the order and leaves the bag. One fixed shuffle of the positions would cost a window MLP nothing either.",
        ),
        Criterion(
            1.0,
            "(c) An MLP knows nothing of neighbours or of before and after and learns every position by itself, which a network "
            "that shares weights over time does not have to do.",
        ),
    ),
)

LESSON = Lesson(
    name="lesson1_feedforward_failure",
    learns="compute the best accuracy that any bag of words or window can reach, and split a series without leaking",
    figure="trained networks stopping exactly on the computed ceilings",
    figure_alt="Held-out accuracy of three networks of each kind.",
    title="Two sentences, one bag",
    minutes=85,
    exercises=(
        BAG,
        BAG_CEILING,
        WINDOW_CEILING,
        BATCH_FIRST,
        PAD,
        PARAMETERS,
        SEQUENCES,
        SPLIT,
        PERSISTENCE,
        WHY_SHUFFLE,
    ),
)
