"""Lesson 2: the exercises on scores and on sampling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.comparing import Counts
from course_utils.probes.conditionals import sample_counts
from course_utils.values import Inputs
from grader.drawing import normal
from grader.exercises import _lesson2_autoregressive_factorization_oracles as oracles
from grader.exercises import _lesson2_autoregressive_factorization_others as others
from grader.spec import Accepted, Exercise, Misconception

Rng = np.random.Generator
Draw = Callable[[Rng], Inputs]


# --- log_softmax -------------------------------------------------------------------------------------------------------


def _scores(*shape: int, axis: int | None = None, scale: float = 2.0) -> Draw:
    def draw(rng: Rng) -> Inputs:
        scores = {"scores": normal(rng, *shape, scale=scale)}
        return scores if axis is None else {**scores, "axis": axis}

    return draw


def _far_apart(rng: Rng) -> Inputs:
    """Scores whose exponentials leave the range of floats on both sides, in rows far from each other."""
    rows = normal(rng, 3, 4, scale=2.0)
    return {"scores": rows + np.array([[2000.0], [0.0], [-2000.0]]), "axis": 1}


def _spread_out(rng: Rng) -> Inputs:
    return {"scores": np.array([[900.0, -900.0, 0.0], [-50.0, 0.0, 1000.0]]) + normal(rng, 2, 3)}


def _ruled_out(rng: Rng) -> Inputs:
    scores = normal(rng, 2, 5)
    scores[0, rng.integers(5)] = scores[1, rng.integers(5)] = -np.inf
    return {"scores": scores}


LOG_SOFTMAX = Exercise(
    name="log_softmax",
    points=2,
    draws={
        "two rows of five": _scores(2, 5),
        "three axes, the middle one": _scores(3, 4, 5, axis=1),
        "down the columns": _scores(4, 3, axis=0),
        "a square": _scores(3, 3, axis=1),
        "one row alone": _scores(6),
        "a single score": _scores(3, 1),
        "rows far from each other": _far_apart,
        "scores far apart": _spread_out,
        "a token ruled out by minus infinity": _ruled_out,
    },
    oracle=oracles.log_softmax,
    hints=(
        "Adding a constant to all scores of a row changes no probability. Which constant makes every exponential harmless?",
        "Subtract the largest score of each row (along the axis), with keepdims so that the shapes still fit.",
        "log(e^s / sum e^s) is s - log(sum e^s): take the logarithm of the sum, never of a single quotient.",
    ),
    misconceptions=(
        Misconception(
            "no_shift",
            "The exponential of a large score is infinite: scores may stand anywhere, only their differences matter.",
            wrong=others.no_shift,
        ),
        Misconception(
            "textbook_formula",
            "The quotient was computed as it stands in the textbook: the exponential of a large score is infinite, and infinity "
            "divided by infinity is no number.",
            wrong=others.textbook_formula,
        ),
        Misconception(
            "epsilon_in_log",
            "A small number was added to the probability before its logarithm: everything improbable then looks alike. Nothing "
            "has to be rescued where no probability is rounded to 0.",
            wrong=others.epsilon_in_log,
        ),
        Misconception(
            "one_shift_for_all",
            "One maximum was subtracted everywhere: a row far below it loses all its exponentials. Each row has its own maximum.",
            wrong=others.one_shift_for_all,
        ),
        Misconception(
            "softmax_then_log",
            "The probability was computed first: where it was rounded to 0, its logarithm is minus infinity.",
            wrong=others.softmax_then_log,
        ),
        Misconception(
            "axis_ignored",
            "The axis was not used: it is always the last one that was normalised.",
            edits=(
                ("np.max(scores, axis=axis, keepdims=True)", "np.max(scores, axis=-1, keepdims=True)"),
                (
                    "np.sum(np.exp(shifted), axis=axis, keepdims=True)",
                    "np.sum(np.exp(shifted), axis=-1, keepdims=True)",
                ),
            ),
        ),
        Misconception(
            "first_axis_by_default",
            "Without an axis the first one was normalised; the tokens stand on the last.",
            edits=(("axis=-1):", "axis=0):"),),
        ),
        Misconception(
            "keepdims_missing",
            "After the sum the axis is gone, and the shapes no longer fit, or fit by accident in a square.",
            edits=(("np.sum(np.exp(shifted), axis=axis, keepdims=True)", "np.sum(np.exp(shifted), axis=axis)"),),
        ),
        Misconception(
            "keepdims_missing_twice",
            "After the maximum and after the sum the axis is gone, and the shapes no longer fit, or fit by accident in a square.",
            edits=(
                ("np.max(scores, axis=axis, keepdims=True)", "np.max(scores, axis=axis)"),
                ("np.sum(np.exp(shifted), axis=axis, keepdims=True)", "np.sum(np.exp(shifted), axis=axis)"),
            ),
        ),
        Misconception(
            "everything_normalised",
            "All numbers together were normalised: each row is a distribution of its own.",
            edits=(
                ("np.max(scores, axis=axis, keepdims=True)", "np.max(scores)"),
                ("np.sum(np.exp(shifted), axis=axis, keepdims=True)", "np.sum(np.exp(shifted))"),
            ),
        ),
        Misconception(
            "shift_taken_back_half",
            "The maximum was subtracted inside the logarithm only: the scores outside must be shifted too.",
            edits=(("return shifted -", "return scores -"),),
        ),
        Misconception(
            "probabilities_returned",
            "These are probabilities: the logarithm is missing.",
            edits=(("return shifted - np.log(", "return np.exp(shifted) / ("),),
        ),
        Misconception(
            "maximum_only",
            "Only the maximum was subtracted: the largest log-probability would always be 0, and the row sum to more than 1.",
            edits=(("return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))", "return shifted"),),
        ),
    ),
    accepts=(
        Accepted("logaddexp", right=others.log_softmax_by_logaddexp),
        Accepted("axis moved to the end", right=others.log_softmax_moved),
        Accepted("torch, float32", right=others.log_softmax_in_torch),
    ),
)

# --- sample_sequence ---------------------------------------------------------------------------------------------------

NEAR_ZERO, VERY_HIGH = 0.0002, 1000.0


def _sampled(
    vocabulary_size: int,
    context: int,
    max_length: int,
    eos: int,
    temperature: float | None = None,
    never: tuple[int, ...] = (),
) -> Draw:
    def draw(rng: Rng) -> Inputs:
        inputs: Inputs = {
            "table": oracles.table(rng, vocabulary_size, context, never),
            "context": context,
            "seed": int(rng.integers(2**31)),
            "max_length": max_length,
            "eos": eos,
        }
        return inputs if temperature is None else {**inputs, "temperature": temperature}

    return draw


def _nearly_tied(rng: Rng) -> Inputs:
    """Two tokens so near each other that a cold draw still takes the second one time in six. EOS is the unlikely third."""
    order = [int(token) for token in rng.permutation(3)]
    row = [(31 / 64, 30 / 64, 3 / 64)[place] for place in order]
    return {
        "table": {(): row},
        "context": 0,
        "seed": int(rng.integers(2**31)),
        "max_length": 1,
        "eos": order.index(2),
        "temperature": 0.02,
    }


BEGINNING = "    tokens = []\n"
SCALED = "np.log(conditional(tokens)) / temperature"

SAMPLE_SEQUENCE = Exercise(
    name="sample_sequence",
    points=4,
    draws={
        "at most three tokens": _sampled(3, 2, 3, eos=0),
        "at most one token": _sampled(5, 0, 1, eos=2),
        "a cool temperature": _sampled(3, 1, 2, eos=1, temperature=0.5),
        "a warm temperature": _sampled(3, 1, 2, eos=2, temperature=2.5),
        "a temperature near zero": _sampled(4, 1, 2, eos=3, temperature=NEAR_ZERO, never=(3,)),
        "cold, two tokens nearly alike": _nearly_tied,
        "very hot, with impossible tokens": _sampled(4, 1, 2, eos=1, temperature=VERY_HIGH, never=(3,)),
        "no room": _sampled(3, 1, 0, eos=0),
    },
    oracle=oracles.sequence_probabilities,
    probe=sample_counts,
    compare=Counts(false_alarm=1e-9),
    hints=(
        "Begin with an empty list. Ask the conditional what may follow, draw, append, and ask again.",
        "Temperature divides the logarithms of the probabilities; afterwards the row must be normalised again. "
        "Your log_softmax does that safely.",
        "Draw with the rng you are given, for instance rng.choice(V, p=probabilities), a new draw at each step.",
        "Stop when EOS is drawn, without keeping it, or when max_length tokens are there.",
    ),
    misconceptions=(
        Misconception(
            "argmax",
            "The most probable token is always taken: that writes the same sequence each time. A sample takes a token "
            "as often as its probability says.",
            edits=(("int(rng.choice(len(probabilities), p=probabilities))", "int(np.argmax(probabilities))"),),
        ),
        Misconception(
            "temperature_inverted",
            "The temperature works backwards: a low one must make the likely tokens likelier, a high one must level them.",
            edits=((SCALED, SCALED.replace("/", "*")),),
        ),
        Misconception(
            "temperature_ignored",
            "The temperature changes nothing here.",
            edits=((SCALED, "np.log(conditional(tokens))"),),
        ),
        Misconception(
            "probabilities_as_scores",
            "The softmax was given probabilities. It wants scores whose differences matter, and those are logarithms.",
            edits=((SCALED, "conditional(tokens) / temperature"),),
        ),
        Misconception(
            "reseeded_each_step",
            "A new generator with a fixed seed is made inside, so that every draw is the same draw. Use the rng you are given.",
            wrong=others.reseeded_each_step,
        ),
        Misconception(
            "global_generator",
            "The rng was not used: the same generator started again leads to another text, and nobody can repeat your result.",
            wrong=others.global_generator,
        ),
        Misconception(
            "reseeded_each_call",
            "A new generator with a fixed seed is made at each call, so that every call writes the same text. Use the rng you "
            "are given.",
            edits=((BEGINNING, f"    rng = np.random.default_rng(0)\n{BEGINNING}"),),
        ),
        Misconception(
            "one_number_for_all_steps",
            "One random number serves all steps: high at the first token means high at all. Each token needs a draw of its own.",
            wrong=others.one_number_for_all_steps,
        ),
        Misconception(
            "eos_ignored",
            "The sequence goes on after EOS until max_length is reached.",
            edits=(("        if token == eos:\n            break\n", ""),),
        ),
        Misconception(
            "eos_drawn_again",
            "When EOS is drawn, your loop throws it away and draws again: then no text ends before max_length.",
            edits=(("            break\n", "            continue\n"),),
        ),
        Misconception(
            "eos_kept",
            "EOS stands at the end of the list. It says that the sequence is over and is no part of it.",
            edits=(
                (
                    "        if token == eos:\n            break\n        tokens.append(token)",
                    "        tokens.append(token)\n        if token == eos:\n            break",
                ),
            ),
        ),
        Misconception(
            "past_forgotten",
            "Every token is drawn as if it were the first: the conditional must be asked about what was written so far.",
            edits=((SCALED, SCALED.replace("tokens", "[]")),),
        ),
        Misconception(
            "last_token_only",
            "The conditional is shown only the last token: hand it the whole prefix and let it choose what it needs.",
            edits=((SCALED, SCALED.replace("tokens", "tokens[-1:]")),),
        ),
        Misconception(
            "one_too_many",
            "There is one token more than max_length allows.",
            edits=(("len(tokens) < max_length", "len(tokens) <= max_length"),),
        ),
        Misconception(
            "drawn_before_counted",
            "The first token is drawn before anybody asks whether there is room for one: max_length may be 0.",
            edits=((BEGINNING, f"    max_length = max(1, max_length)\n{BEGINNING}"),),
        ),
        Misconception(
            "powers_underflow",
            "The probabilities were raised to a power: near temperature zero all of them are rounded to 0. Stay with logarithms.",
            wrong=others.powers_underflow,
        ),
        Misconception(
            "epsilon_for_zero",
            "A small number was added before the logarithm: at a high temperature the impossible tokens come to life.",
            wrong=others.epsilon_added,
        ),
        Misconception(
            "uniform_draw",
            "All tokens are equally likely here: the probabilities never reached the draw.",
            edits=((", p=probabilities", ""),),
        ),
    ),
    accepts=(
        Accepted("inverse of the distribution function", right=others.sample_by_inverse),
        Accepted("the Gumbel trick, all noise drawn at once", right=others.sample_by_gumbel),
        Accepted("rng.multinomial", right=others.sample_by_multinomial),
        Accepted("recursion", right=others.sample_by_recursion),
        Accepted("torch seeded by the rng", right=others.sample_in_torch),
    ),
)
