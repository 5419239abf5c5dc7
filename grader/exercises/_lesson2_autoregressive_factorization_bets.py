"""Lesson 2: the exercises on a chain of bets and on counting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.probes.conditionals import with_conditional
from course_utils.properties import InputsUnchanged, NoState
from course_utils.values import Inputs
from grader.exercises import _lesson2_autoregressive_factorization_oracles as oracles
from grader.exercises import _lesson2_autoregressive_factorization_others as others
from grader.spec import Accepted, Exercise, Misconception, Part

Rng = np.random.Generator
Draw = Callable[[Rng], Inputs]


def _tokens(rng: Rng, vocabulary_size: int, length: int) -> list[int]:
    return [int(token) for token in rng.integers(0, vocabulary_size, length)]


# --- next_token_pairs --------------------------------------------------------------------------------------------------


def _sentence(length: int, vocabulary_size: int = 9) -> Draw:
    """Tokens that do not repeat a neighbour, first and last different; markers outside the vocabulary."""

    def draw(rng: Rng) -> Inputs:
        tokens = [int(token) for token in rng.permutation(vocabulary_size)[:length]]
        return {"tokens": tokens, "bos": vocabulary_size, "eos": vocabulary_size + 1 + int(rng.integers(3))}

    return draw


def _one_marker(rng: Rng) -> Inputs:
    return {"tokens": [int(token) for token in 1 + rng.permutation(6)[:4]], "bos": 0, "eos": 0}


NEXT_TOKEN_PAIRS = Exercise(
    name="next_token_pairs",
    points=1,
    parts=(Part("inputs", 0.5), Part("targets", 0.5)),
    draws={
        "five tokens": _sentence(5),
        "two tokens": _sentence(2),
        "one token": _sentence(1),
        "an empty sentence": _sentence(0),
        "one marker for both ends": _one_marker,
    },
    oracle=oracles.pairs,
    hints=(
        "Write the whole sentence down with both markers. How many bets does a reader make on it?",
        "Before the first bet only BOS has been seen. After the last bet nothing is left but EOS.",
        "Both lists have len(tokens) + 1 items, and target t is what stands one place after input t.",
    ),
    misconceptions=(
        Misconception(
            "target_is_input",
            "Your targets are what was read already: a model would earn full marks for copying, or the two lists have changed "
            "places. A bet is on the token that comes next.",
            edits=(("list(tokens) + [eos]", "[bos] + list(tokens)"),),
        ),
        Misconception(
            "shifted_twice",
            "The targets run two places ahead of the inputs: the token right after each input is never asked for.",
            edits=(("list(tokens) + [eos]", "list(tokens)[1:] + [eos, eos]"),),
        ),
        Misconception(
            "wraps_round",
            "The last target is the first token again: a sentence is not a ring, after its last token comes the end.",
            edits=(("list(tokens) + [eos]", "list(tokens) + list(tokens)[:1]"),),
        ),
        Misconception(
            "bos_missing",
            "The first token is given away and never bet on: its probability would be missing from the product.",
            edits=(("[bos] + list(tokens), list(tokens) + [eos]", "list(tokens), list(tokens)[1:] + [eos]"),),
        ),
        Misconception(
            "eos_missing",
            "Nobody bets on the end: a model trained on these pairs never learns to stop.",
            edits=(("[bos] + list(tokens), list(tokens) + [eos]", "[bos] + list(tokens)[:-1], list(tokens)"),),
        ),
        Misconception(
            "no_markers",
            "The sentence was cut twice without its markers: neither the first token nor the end is bet on. Cutting so is right for "
            "one long text, which is in the middle of things; a sentence has a beginning and an end.",
            edits=(("[bos] + list(tokens), list(tokens) + [eos]", "list(tokens)[:-1], list(tokens)[1:]"),),
        ),
        Misconception(
            "list_of_pairs",
            "The bets stand one by one, each with its input and its target. Two lists are asked for: all inputs, all targets.",
            edits=(
                (
                    "[bos] + list(tokens), list(tokens) + [eos]",
                    "list(zip([bos] + list(tokens), list(tokens) + [eos]))",
                ),
            ),
        ),
        Misconception(
            "markers_on_both_sides",
            "Both lists carry both markers, so that inputs and targets stand in the same place again.",
            edits=(
                (
                    "[bos] + list(tokens), list(tokens) + [eos]",
                    "[bos] + list(tokens) + [eos], [bos] + list(tokens) + [eos]",
                ),
            ),
        ),
        Misconception(
            "markers_swapped",
            "The sentence begins with the end marker and ends with the beginning one.",
            edits=(("[bos] +", "[eos] +"), ("+ [eos]", "+ [bos]")),
        ),
    ),
    accepts=(
        Accepted(
            "one list cut twice",
            edits=(
                (
                    "return [bos] + list(tokens), list(tokens) + [eos]",
                    "whole = [bos, *tokens, eos]\n    return whole[:-1], whole[1:]",
                ),
            ),
        ),
        Accepted(
            "arrays",
            edits=(
                (
                    "return [bos] + list(tokens), list(tokens) + [eos]",
                    "return np.concatenate([[bos], tokens]).astype(int), np.append(tokens, eos).astype(int)",
                ),
            ),
        ),
    ),
)

# --- sequence_log_prob -------------------------------------------------------------------------------------------------


def _scored(vocabulary_size: int, context: int, length: int) -> Draw:
    def draw(rng: Rng) -> Inputs:
        rows = oracles.table(rng, vocabulary_size, context)
        return {"tokens": _tokens(rng, vocabulary_size, length), "table": rows, "context": context}

    return draw


def _impossible(rng: Rng) -> Inputs:
    rows = oracles.table(rng, 3, 1, never=(2,))
    return {"tokens": [1, 0, 2, 1], "table": rows, "context": 1}


SEQUENCE_LOG_PROB = Exercise(
    name="sequence_log_prob",
    points=2,
    draws={
        "four tokens, two remembered": _scored(3, 2, 4),
        "three tokens, all remembered": _scored(4, 2, 3),
        "one token": _scored(4, 1, 1),
        "an empty sequence": _scored(3, 1, 0),
        "a sequence that cannot happen": _impossible,
        "four hundred tokens": _scored(8, 1, 400),
    },
    oracle=oracles.log_probability,
    probe=with_conditional,
    hints=(
        "The first bet is made before anything was read. What is its prefix?",
        "Add logarithms instead of multiplying probabilities: the product of four hundred factors is too small for a float.",
        "At step t ask conditional(tokens[:t]) and take the entry of tokens[t]. "
        "math.log(0) raises; the log-probability of something impossible is minus infinity.",
    ),
    misconceptions=(
        Misconception(
            "product_underflows",
            "The probabilities are multiplied first and the logarithm comes last: a long product has left the range of floats "
            "before the logarithm sees it.",
            wrong=others.product_first,
        ),
        Misconception(
            "first_token_skipped",
            "The bet on the first token is missing: it has a probability too, given the empty prefix.",
            edits=(("enumerate(tokens):", "list(enumerate(tokens))[1:]:"),),
        ),
        Misconception(
            "last_token_skipped",
            "The bet on the last token is missing. If it is EOS, stopping here was an outcome like any other.",
            edits=(("enumerate(tokens):", "list(enumerate(tokens))[:-1]:"),),
        ),
        Misconception(
            "prefix_includes_token",
            "The prefix already contains the token that is bet on: whoever sees the answer should win every bet.",
            edits=(("tokens[:t]", "tokens[:t + 1]"),),
        ),
        Misconception(
            "one_token_of_memory",
            "The conditional is shown one token only. How much of the past it uses is its own affair; the chain rule gives "
            "it all.",
            edits=(("tokens[:t]", "tokens[max(0, t - 1):t]"),),
        ),
        Misconception(
            "epsilon_for_zero",
            "A small number is added before the logarithm. A sequence the model rules out has log-probability minus "
            "infinity, not merely a low one.",
            edits=(("math.log(probability) if probability > 0 else -math.inf", "math.log(probability + 1e-12)"),),
        ),
        Misconception(
            "log_of_zero_raises",
            "A bet of probability 0 stops your function. That a model rules a sequence out is an answer, and not an error.",
            edits=(("math.log(probability) if probability > 0 else -math.inf", "math.log(probability)"),),
        ),
        Misconception(
            "impossible_left_out",
            "Bets of probability 0 are left out of the sum, as if they were certain. One impossible token makes all impossible.",
            edits=(("else -math.inf", "else 0.0"),),
        ),
        Misconception(
            "surprise_returned",
            "This is the surprise, which is never below 0. A log-probability is never above 0.",
            edits=(("return total", "return -total"),),
        ),
        Misconception(
            "past_ignored",
            "Every bet was made on the empty prefix, as if nothing had been read. The factors are conditional on what came before.",
            edits=(("tokens[:t]", "[]"),),
        ),
        Misconception(
            "bits_not_nats",
            "The logarithm has base 2. Log-probabilities are kept in nats (base e) here; bits come at the very end.",
            edits=(("math.log(probability)", "math.log2(probability)"),),
        ),
        Misconception(
            "mean_not_sum",
            "This is the mean per token. The probability of a sequence is the product of all bets, so its logarithm is a sum.",
            edits=(("return total", "return total / max(1, len(tokens))"),),
        ),
        Misconception(
            "past_reversed",
            "The prefix is handed over backwards: the newest token must stand last.",
            edits=(("tokens[:t]", "tokens[:t][::-1]"),),
        ),
        Misconception(
            "sum_of_probabilities",
            "The probabilities themselves are added. Independent or not, the chain rule multiplies them.",
            edits=(("math.log(probability) if probability > 0 else -math.inf", "probability"),),
        ),
    ),
    accepts=(
        Accepted("list of logs", right=others.log_prob_by_recursion_free_sum),
        Accepted("torch inside", right=others.log_prob_in_torch),
        Accepted("recursion through a helper", right=others.log_prob_by_recursion),
    ),
)

# --- total_probability -------------------------------------------------------------------------------------------------

FACTORS = (0.75, 1.0, 1.5)


def _enumerated(vocabulary_size: int, context: int, length: int, factors: tuple[float, ...] = ()) -> Draw:
    def draw(rng: Rng) -> Inputs:
        rows = oracles.table(rng, vocabulary_size, context)
        if factors:
            rows = oracles.improper(rng, rows, factors)
        return {"table": rows, "context": context, "vocabulary_size": vocabulary_size, "length": length}

    return draw


TOTAL_PROBABILITY = Exercise(
    name="total_probability",
    points=2,
    draws={
        "a proper model, three tokens": _enumerated(3, 2, 3),
        "an improper model, three tokens": _enumerated(4, 1, 3, FACTORS),
        "an improper model with a longer memory": _enumerated(3, 2, 4, (0.5, 1.25)),
        "an improper model, one token": _enumerated(5, 0, 1, (1.25,)),
        "no token at all": _enumerated(3, 1, 0, (1.25,)),
        "a vocabulary of one": _enumerated(1, 1, 5, (0.9,)),
    },
    oracle=oracles.total_mass,
    probe=with_conditional,
    hints=(
        "How many sequences of that length are there? For a small vocabulary you can visit each of them.",
        "itertools.product(range(vocabulary_size), repeat=length) visits them all, the one empty sequence included.",
        "For each sequence multiply conditional(prefix)[token] from the first token to the last, and add up the products.",
    ),
    misconceptions=(
        Misconception(
            "renormalised",
            "The rows are divided by their sum on the way, so the answer is 1 for any model. The question is whether "
            "the model as given is proper.",
            edits=(
                (
                    "probability *= conditional(list(sequence[:t]))[token]",
                    "probability *= conditional(list(sequence[:t]))[token] / sum(conditional(list(sequence[:t])))",
                ),
            ),
        ),
        Misconception(
            "no_repeats",
            "Sequences in which a token comes twice are left out: in a text, letters come back.",
            edits=(
                (
                    "itertools.product(range(vocabulary_size), repeat=length)",
                    "itertools.permutations(range(vocabulary_size), length)",
                ),
            ),
        ),
        Misconception(
            "order_ignored",
            'Each set of tokens is visited in one order only: "ban" and "nab" are two sequences with two probabilities.',
            edits=(
                (
                    "itertools.product(range(vocabulary_size), repeat=length)",
                    "itertools.combinations_with_replacement(range(vocabulary_size), length)",
                ),
            ),
        ),
        Misconception(
            "shorter_ones_too",
            "Shorter sequences are added as well. At each length alone the probabilities sum to 1.",
            edits=(
                (
                    "itertools.product(range(vocabulary_size), repeat=length)",
                    "itertools.chain(*(itertools.product(range(vocabulary_size), repeat=n) for n in range(length + 1)))",
                ),
            ),
        ),
        Misconception(
            "first_token_free",
            "The first token of every sequence is taken for granted: it has a probability too.",
            edits=(("enumerate(sequence):", "list(enumerate(sequence))[1:]:"),),
        ),
        Misconception(
            "base_and_length_exchanged",
            "You visit sequences of vocabulary_size tokens, drawn from `length` different ones: the two sizes have changed places.",
            edits=(
                (
                    "itertools.product(range(vocabulary_size), repeat=length)",
                    "itertools.product(range(length), repeat=vocabulary_size)",
                ),
            ),
        ),
        Misconception(
            "one_token_of_memory",
            "The conditional is shown one token only. How much of the past it uses is its own affair; the chain rule gives "
            "it all.",
            edits=(("sequence[:t]", "sequence[max(0, t - 1):t]"),),
        ),
        Misconception(
            "past_ignored",
            "Every bet was made on the empty prefix, as if the tokens of a sequence had nothing to do with each other.",
            edits=(("list(sequence[:t])", "[]"),),
        ),
        Misconception(
            "mean_over_sequences",
            "This is the average probability of a sequence. The whole must be their sum.",
            edits=(("return total", "return total / vocabulary_size**length"),),
        ),
        Misconception(
            "likeliest_path_only",
            "Only the most probable continuation is followed: that is the probability of one sequence, not of all.",
            wrong=others.mass_of_greedy_path,
        ),
        Misconception(
            "bets_added",
            "The bets of one sequence are added. They must all come true, so they are multiplied; only different sequences add.",
            edits=(("probability = 1.0", "probability = 0.0"), ("probability *=", "probability +=")),
        ),
    ),
    accepts=(
        Accepted("recursion over prefixes", right=others.mass_by_recursion),
        Accepted("sums of logarithms", right=others.mass_by_logs),
    ),
)

# --- fit_ngram ---------------------------------------------------------------------------------------------------------


def _corpus(order: int, vocabulary_size: int, sizes: tuple[int, ...], alpha: float) -> Draw:
    def draw(rng: Rng) -> Inputs:
        corpus = [_tokens(rng, vocabulary_size, size) for size in sizes]
        return {"corpus": corpus, "order": order, "vocabulary_size": vocabulary_size, "alpha": alpha}

    return draw


COUNTED = "row[token] += 1"
NORMALISED = "(row + alpha) / (row.sum() + alpha * vocabulary_size)"
CONTEXT = "tuple(sentence[max(0, t - order + 1):t])"

FIT_NGRAM = Exercise(
    name="fit_ngram",
    points=4,
    draws={
        "pairs, two sentences": _corpus(2, 4, (7, 5), 0.5),
        "triples, three sentences": _corpus(3, 3, (7, 4, 2), 1.0),
        "single tokens": _corpus(1, 5, (6, 3), 0.25),
        "no smoothing": _corpus(2, 3, (6, 4), 0.0),
        "sentences shorter than the order": _corpus(4, 3, (3, 1, 5), 0.5),
        "an empty sentence": _corpus(2, 4, (0, 3), 2.0),
        "an empty corpus": _corpus(3, 4, (), 1.0),
    },
    oracle=oracles.ngram_table,
    hints=(
        "Take one sentence and one position t. Which tokens are the context, and what if the sentence has only just begun?",
        "The context of an n-gram has order - 1 tokens, fewer at the beginning of a sentence, and is a tuple.",
        "Count first: one array of zeros (V,) per context. Then turn every array of counts into a row that sums to 1.",
        "alpha is a pretended count for each of the V tokens, so the total of a row grows by alpha * V.",
    ),
    properties=(InputsUnchanged(), NoState()),
    misconceptions=(
        Misconception(
            "alpha_without_v",
            "The pretended counts are in the numerator and not in the total: the rows sum to more than 1.",
            edits=((NORMALISED, "(row + alpha) / row.sum()"),),
        ),
        Misconception(
            "alpha_once",
            "alpha is added to the total once. Every one of the V tokens was given a pretended count.",
            edits=((NORMALISED, "(row + alpha) / (row.sum() + alpha)"),),
        ),
        Misconception(
            "alpha_for_seen_tokens",
            "The total grows by alpha for the tokens seen after this context only; the unseen ones were given alpha as well.",
            edits=((NORMALISED, "(row + alpha) / (row.sum() + alpha * np.count_nonzero(row))"),),
        ),
        Misconception(
            "always_one",
            "One pretended appearance is given whatever alpha says.",
            edits=((NORMALISED, "(row + 1) / (row.sum() + vocabulary_size)"),),
        ),
        Misconception(
            "alpha_ignored",
            "These are bare shares: alpha changes nothing.",
            edits=((NORMALISED, "row / row.sum()"),),
        ),
        Misconception(
            "seen_vocabulary_only",
            "V was counted on the corpus. A token that never occurs there still belongs to the vocabulary and gets its alpha.",
            edits=((NORMALISED, "(row + alpha) / (row.sum() + alpha * len(set(sum(corpus, []))))"),),
        ),
        Misconception(
            "context_counted_at_the_end",
            "You divide by how often the context occurs, the end of a sentence included, where no token follows it. Such a row "
            "sums to less than 1.",
            wrong=others.ngram_with_final_contexts,
        ),
        Misconception(
            "every_length_of_context",
            "Each token was counted after every shorter context as well. It has one context: as much of the past as the order "
            "allows.",
            wrong=others.ngram_of_every_length,
        ),
        Misconception(
            "begin_below_zero",
            "Near the beginning of a sentence your slice begins below 0, which Python counts from the end of the list.",
            edits=((CONTEXT, "tuple(sentence[t - order + 1:t])"),),
        ),
        Misconception(
            "only_zeros_smoothed",
            "Only tokens never seen here receive alpha. Adding it to every token is what keeps the order of the counts fair.",
            edits=((NORMALISED, "np.where(row == 0, alpha, row) / np.where(row == 0, alpha, row).sum()"),),
        ),
        Misconception(
            "across_sentences",
            "The last tokens of one sentence serve as context for the next. Sentences are separate: each begins with ().",
            edits=(("for sentence in corpus:", "for sentence in [sum(corpus, [])]:"),),
        ),
        Misconception(
            "context_reversed",
            "The context stands backwards: the tuple has the order of the text, the newest token last.",
            edits=((CONTEXT, CONTEXT + "[::-1]"),),
        ),
        Misconception(
            "order_is_context_length",
            "The context has `order` tokens. An n-gram has n tokens, and the last of them is the one that is predicted.",
            edits=((CONTEXT, "tuple(sentence[max(0, t - order):t])"),),
        ),
        Misconception(
            "beginning_skipped",
            "The first tokens of each sentence are not counted: the table cannot begin a sentence.",
            edits=((CONTEXT, CONTEXT + "\n            if t < order - 1:\n                continue"),),
        ),
        Misconception(
            "beginning_filled_with_zeros",
            "Short contexts at the beginning are filled with 0. But 0 is a token of its own, and its counts are spoilt.",
            edits=((CONTEXT, "(0,) * max(0, order - 1 - t) + " + CONTEXT),),
        ),
        Misconception(
            "counts_returned",
            "These are counts: a row of the table is a probability distribution.",
            edits=((NORMALISED, "row + alpha"),),
        ),
        Misconception(
            "joint_not_conditional",
            "Every row is divided by the number of all tokens. That is how often context and token come together; "
            "the question is how often the token comes once the context is there.",
            edits=(
                (
                    NORMALISED,
                    "(row + alpha) / (sum(len(s) for s in corpus) + alpha * vocabulary_size)",
                ),
            ),
        ),
    ),
    accepts=(
        Accepted("counters and lists", right=others.ngram_with_counters),
        Accepted("torch rows, a running context", right=others.ngram_in_torch),
    ),
)
