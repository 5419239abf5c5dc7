"""Lesson 2: the exercises that measure surprise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.comparing import Close
from course_utils.values import Inputs
from grader.drawing import lengths, normal
from grader.exercises import _lesson2_autoregressive_factorization_oracles as oracles
from grader.exercises import _lesson2_autoregressive_factorization_others as others
from grader.spec import Accepted, Exercise, Misconception

Rng = np.random.Generator
Draw = Callable[[Rng], Inputs]


# --- perplexity --------------------------------------------------------------------------------------------------------


def _scored_batch(batch: int, steps: int, mask_type: type, spoilt: float | None = None, full: bool = False) -> Draw:
    """Log-probabilities (B, T) and their mask (B, T); padding holds `spoilt`, or numbers like any other."""

    def draw(rng: Rng) -> Inputs:
        log_probs = -np.abs(normal(rng, batch, steps, scale=2.0)) - 0.1
        drawn = lengths(rng, batch, steps)
        drawn[0] = steps if full else min(drawn[0], 2)
        mask = np.arange(steps)[None, :] < (np.full(batch, steps) if full else drawn)[:, None]
        if spoilt is not None:
            log_probs = np.where(mask, log_probs, spoilt)
        return {"log_probs": log_probs, "mask": mask.astype(mask_type)}

    return draw


def _long_and_dull(rng: Rng) -> Inputs:
    """One long sentence that is easy and one short one that is hard: averages over sentences go wrong by far."""
    log_probs = np.stack([-np.abs(normal(rng, 7, scale=0.2)) - 0.05, -np.abs(normal(rng, 7, scale=1.0)) - 2.0])
    return {"log_probs": log_probs, "mask": np.array([[1] * 7, [1, 1, 0, 0, 0, 0, 0]], dtype=np.int64)}


PERPLEXITY = Exercise(
    name="perplexity",
    points=2,
    draws={
        "three sentences": _scored_batch(3, 5, bool),
        "a long dull sentence and a short surprising one": _long_and_dull,
        "padding that holds minus infinity": _scored_batch(2, 4, bool, spoilt=-np.inf),
        "a mask of zeros and ones": _scored_batch(4, 3, np.int64),
        "no padding": _scored_batch(2, 3, bool, full=True),
        "one token": _scored_batch(1, 1, bool, full=True),
    },
    oracle=oracles.geometric_perplexity,
    hints=(
        "Perplexity answers: between how many equally likely tokens does the model hesitate, on average per real token?",
        "Select the real tokens first. Padding may hold anything, and even 0 times minus infinity is not 0.",
        "The exponential of the mean negative log-probability, the mean taken once over all real tokens of the batch.",
    ),
    misconceptions=(
        Misconception(
            "mean_of_sentence_perplexities",
            "The perplexity of each sentence was taken first and then averaged: a sentence of two tokens weighs as much as "
            "one of two hundred.",
            wrong=others.perplexity_of_sentences_averaged,
        ),
        Misconception(
            "mean_of_sentence_means",
            "The mean was taken per sentence and then over sentences. Every real token counts the same.",
            wrong=others.perplexity_of_mean_of_means,
        ),
        Misconception(
            "padding_counted",
            "Padding is counted among the tokens: the mean runs over every position of the batch.",
            edits=(("[real].mean()", ".mean()"),),
        ),
        Misconception(
            "divided_by_all_positions",
            "Padding is left out of the sum and still counted in the number of tokens it is divided by.",
            edits=(("[real].mean()", "[real].sum() / real.size"),),
        ),
        Misconception(
            "divided_by_sentences",
            "The sum was divided by the number of sentences: that is the surprise of a whole sentence, and grows with its length.",
            edits=(("[real].mean()", "[real].sum() / len(real)"),),
        ),
        Misconception(
            "mask_inverted",
            "The padding was kept and the real tokens left out. Here true or 1 marks what is real; `np.ma` has it the other way.",
            edits=(("np.asarray(mask, dtype=bool)", "~np.asarray(mask, dtype=bool)"),),
        ),
        Misconception(
            "exponential_before_the_mean",
            "The exponential was taken of each token and then averaged: one rare token decides nearly all. First the mean.",
            edits=(("np.exp(-np.asarray(log_probs)[real].mean())", "np.exp(-np.asarray(log_probs)[real]).mean()"),),
        ),
        Misconception(
            "base_two_of_nats",
            "Two was raised to a number of nats. The base of the power must be the base of the logarithm.",
            edits=(("np.exp(", "np.exp2("),),
        ),
        Misconception(
            "sum_not_mean",
            "The sum went into the exponential: that is one over the probability of everything, and grows with the text.",
            edits=(("[real].mean()", "[real].sum()"),),
        ),
        Misconception(
            "sign_lost",
            "Below 1: nobody hesitates between less than one token. Where did the minus go?",
            edits=(("-np.asarray(log_probs)", "np.asarray(log_probs)"),),
        ),
        Misconception(
            "padding_times_zero",
            "Padding is multiplied by 0. If it holds minus infinity, the product is not a number.",
            wrong=others.perplexity_by_multiplying,
        ),
        Misconception(
            "mask_as_positions",
            "A mask of zeros and ones was used as an index: NumPy then takes rows 0 and 1 again and again.",
            wrong=others.perplexity_by_indexing,
        ),
        Misconception(
            "exponential_forgotten",
            "This is the mean surprise in nats; perplexity is its exponential.",
            edits=(("float(np.exp(", "float(np.asarray("),),
        ),
    ),
    accepts=(
        Accepted("a double loop", right=others.perplexity_by_loop),
        Accepted("np.where", right=others.perplexity_with_where),
        Accepted("torch, float32", right=others.perplexity_in_torch),
    ),
)

# --- bits_per_character ------------------------------------------------------------------------------------------------


def _surprise(low: int, high: int) -> Draw:
    def draw(rng: Rng) -> Inputs:
        count = int(rng.integers(low, high + 1))
        return {"nll_nats": round(count * float(rng.uniform(1.0, 3.0)), 3), "n_characters": count}

    return draw


def _certain(rng: Rng) -> Inputs:
    return {"nll_nats": 0.0, "n_characters": int(rng.integers(2, 9))}


BITS_PER_CHARACTER = Exercise(
    name="bits_per_character",
    points=1,
    draws={
        "a page": _surprise(1000, 3000),
        "a line": _surprise(40, 90),
        "one character": _surprise(1, 1),
        "a text known by heart": _certain,
    },
    oracle=oracles.bits,
    compare=Close(rtol=5e-4),  # so that ln 2 written as 0.693 is near enough
    hints=(
        "One bit is the surprise of a fair coin. How many nats is that?",
        "-ln(1/2) is about 0.693 nats and exactly 1 bit.",
        "Divide by the number of characters, and by the natural logarithm of 2.",
    ),
    misconceptions=(
        Misconception(
            "nats_reported",
            "These are nats per character: the logarithm's base was e, and was never changed.",
            edits=((" / math.log(2)", ""),),
        ),
        Misconception(
            "multiplied_by_ln2",
            "Multiplied by ln 2 where a division was due: there are more bits than nats in the same surprise.",
            edits=((" / math.log(2)", " * math.log(2)"),),
        ),
        Misconception(
            "total_not_per_character",
            "These are the bits of the whole text, not of one character.",
            edits=((" / n_characters", ""),),
        ),
        Misconception(
            "divided_by_tokens",
            "Divided by something like a number of words. Characters are what every model of this text has in common.",
            edits=((" / n_characters", " / (n_characters / 5)"),),
        ),
        Misconception(
            "log2_of_nats",
            "The base-2 logarithm of the surprise was taken. The surprise is a logarithm already.",
            edits=(
                ("nll_nats / n_characters / math.log(2)", "math.log2(nll_nats / n_characters) if nll_nats else 0.0"),
            ),
        ),
        Misconception(
            "through_the_probability",
            "The surprise was turned back into the probability of the whole text, which is no float any more. A logarithm of "
            "another base is a multiple of this one.",
            edits=(("nll_nats / n_characters / math.log(2)", "-np.log2(np.exp(-nll_nats)) / n_characters"),),
        ),
        Misconception(
            "perplexity_reported",
            "This is the perplexity per character: bits are its logarithm.",
            edits=(("nll_nats / n_characters / math.log(2)", "math.exp(nll_nats / n_characters)"),),
        ),
        Misconception(
            "base_ten",
            "Divided by ln 10: that unit counts decimal digits, not bits.",
            edits=(("math.log(2)", "math.log(10)"),),
        ),
    ),
    accepts=(
        Accepted(
            "log2 of e", edits=(("nll_nats / n_characters / math.log(2)", "np.log2(np.e) * nll_nats / n_characters"),)
        ),
        Accepted(
            "one quotient",
            edits=(("nll_nats / n_characters / math.log(2)", "nll_nats / (np.log(2.0) * n_characters)"),),
        ),
        Accepted("ln 2 by heart", edits=(("math.log(2)", "0.693"),)),
        Accepted(
            "the logarithm of the perplexity",
            edits=(("nll_nats / n_characters / math.log(2)", "np.log2(np.exp(nll_nats / n_characters))"),),
        ),
    ),
)

# --- masked_nll --------------------------------------------------------------------------------------------------------


def _logits(
    batch: int,
    steps: int,
    vocabulary_size: int,
    mask_type: type = bool,
    full: bool = False,
    far: float = 0.0,
    scale: float = 2.0,
) -> Draw:
    def draw(rng: Rng) -> Inputs:
        drawn = np.full(batch, steps) if full else lengths(rng, batch, steps)
        if not full:
            drawn[np.argmin(drawn)] = 1
        mask = np.arange(steps)[None, :] < drawn[:, None]
        offsets = far * np.arange(batch * steps).reshape(batch, steps, 1)
        return {
            "logits": normal(rng, batch, steps, vocabulary_size, scale=scale) + offsets,
            "targets": rng.integers(0, vocabulary_size, (batch, steps)),
            "mask": mask.astype(mask_type),
        }

    return draw


def _all_masked_row(rng: Rng) -> Inputs:
    inputs = _logits(3, 4, 2)(rng)
    inputs["mask"][:] = np.array([[1, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=bool)
    return inputs


MASKED_NLL = Exercise(
    name="masked_nll",
    points=2,
    draws={
        "two sentences": _logits(2, 3, 5),
        "four sentences, a mask of zeros and ones": _logits(4, 5, 3, np.int64),
        "no padding": _logits(2, 4, 3, full=True),
        "a sentence that is all padding": _all_masked_row,
        "one token": _logits(1, 1, 4, full=True),
        "large scores": _logits(3, 2, 4, far=700.0),
        "targets that the scores all but rule out": _logits(2, 4, 6, scale=90.0),
    },
    oracle=oracles.cross_entropy,
    hints=(
        "Three steps: log-probabilities from scores, pick the target's, average over the real tokens.",
        "np.take_along_axis(log_probs, targets[..., None], axis=-1) picks one number per position.",
        "Select with the mask before you average, and average once over the whole batch. The loss is positive.",
    ),
    misconceptions=(
        Misconception(
            "padding_counted",
            "The mean runs over all positions: the more padding in a batch, the more it decides the loss.",
            edits=(("[mask.astype(bool)].mean()", ".mean()"),),
        ),
        Misconception(
            "divided_by_all_positions",
            "Padding is left out of the sum and still counted in the number of tokens.",
            edits=(("[mask.astype(bool)].mean()", "[mask.astype(bool)].sum() / mask.size"),),
        ),
        Misconception(
            "divided_by_sentences",
            "The sum was divided by the number of sentences: long sentences then cost more than short ones, token for token.",
            edits=(("[mask.astype(bool)].mean()", "[mask.astype(bool)].sum() / len(mask)"),),
        ),
        Misconception(
            "mask_inverted",
            "The padding was kept and the real tokens left out. Here true or 1 marks what is real.",
            edits=(("mask.astype(bool)", "~mask.astype(bool)"),),
        ),
        Misconception(
            "mask_as_positions",
            "A mask of zeros and ones was used as an index: NumPy then takes rows 0 and 1 again and again.",
            edits=(("mask.astype(bool)", "mask"),),
        ),
        Misconception(
            "token_zero_for_padding",
            "You left out the targets that are 0. Token 0 is a token like any other here; only the mask knows what is padding.",
            wrong=others.nll_ignoring_token_zero,
        ),
        Misconception(
            "softmax_over_time",
            "The scores were normalised over the time steps. At each step the tokens share the money among themselves.",
            edits=(("log_softmax(logits)", "log_softmax(logits, axis=1)"),),
        ),
        Misconception(
            "softmax_twice",
            "The scores went through the softmax twice: probabilities were taken for scores, and nothing is ever sure any more.",
            edits=(("log_softmax(logits)", "log_softmax(np.exp(log_softmax(logits)))"),),
        ),
        Misconception(
            "classes_by_reshape",
            "A reshape to (B, V, T) does not exchange axes: the scores of one step end up in several.",
            wrong=others.nll_of_classes_reshaped,
        ),
        Misconception(
            "mask_after_the_mean",
            "The mean was taken first, padding included, and the mask came after it.",
            edits=(("-chosen[mask.astype(bool)].mean()", "-(chosen.mean() * mask).sum() / mask.size"),),
        ),
        Misconception(
            "mean_of_means",
            "Each sentence was averaged first: a sentence of one token weighs as much as one of a hundred.",
            wrong=others.nll_mean_of_means,
        ),
        Misconception(
            "logits_zeroed",
            "The scores of padding were set to 0. Equal scores are a prediction too, that all tokens are equally likely, "
            "and it was counted.",
            wrong=others.nll_of_zeroed_logits,
        ),
        Misconception(
            "logits_zeroed_in_sum",
            "The scores of padding were set to 0 and its loss, log V each, stays in the sum.",
            wrong=others.nll_of_zeroed_logits_counted_right,
        ),
        Misconception(
            "sign_lost",
            "The loss is negative: log-probabilities are below 0, and a loss is their negative.",
            edits=(("-chosen", "chosen"),),
        ),
        Misconception(
            "scores_as_log_probs",
            "The scores were taken for log-probabilities: they are not normalised yet.",
            edits=(("log_softmax(logits)", "logits"),),
        ),
        Misconception(
            "sum_not_mean",
            "This is the sum over real tokens; divide by how many there are.",
            edits=((".mean()", ".sum()"),),
        ),
        Misconception(
            "plain_softmax",
            "The exponential of a large score is infinite: normalise in log space.",
            wrong=others.nll_with_plain_softmax,
        ),
        Misconception(
            "epsilon_in_log",
            "A small number was added to the probability before its logarithm: a target that seemed next to impossible then costs "
            "too little. Stay in log space, where nothing has to be rescued.",
            edits=(("-chosen[mask", "-np.log(np.exp(chosen) + 1e-9)[mask"),),
        ),
    ),
    accepts=(
        Accepted("a double loop", right=others.nll_by_loop),
        Accepted("one-hot targets and weights", right=others.nll_with_one_hot),
        Accepted("torch cross_entropy without reduction", right=others.nll_in_torch),
    ),
)
