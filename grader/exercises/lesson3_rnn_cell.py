"""Lesson 3: the recurrent cell. Oracles, wrong and accepted answers stand in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.comparing import Counts
from course_utils.probes.counting import running_counts
from course_utils.probes.generation import continuations
from course_utils.probes.modules import outputs_and_gradients
from course_utils.properties import Causal, InputsUnchanged, NoAlias, NoState, RowsIndependent
from grader.drawing import lengths, normal
from grader.exercises import _lesson3_rnn_cell_accepted as accepted
from grader.exercises import _lesson3_rnn_cell_oracles as oracles
from grader.exercises import _lesson3_rnn_cell_wrong as wrong
from grader.spec import Accepted, Criterion, Exercise, Lesson, Misconception, Part, Written

Rng = np.random.Generator
Drawn = dict[str, Any]


def _weights(rng: Rng, D: int, H: int) -> Drawn:
    """Weights of a size at which tanh bends and does not saturate."""
    return {
        "W_xh": normal(rng, H, D, scale=0.6),
        "W_hh": normal(rng, H, H, scale=0.6),
        "b_h": normal(rng, H, scale=0.6),
    }


def _step_draw(B: int, D: int, H: int) -> Callable[[Rng], Drawn]:
    return lambda rng: {"x_t": normal(rng, B, D), "h": normal(rng, B, H, scale=0.6), **_weights(rng, D, H)}


def _forward_draw(B: int, T: int, D: int, H: int) -> Callable[[Rng], Drawn]:
    return lambda rng: {"x": normal(rng, B, T, D), "h0": normal(rng, B, H, scale=0.6), **_weights(rng, D, H)}


def _readout_draw(B: int, T: int, H: int, O: int) -> Callable[[Rng], Drawn]:
    return lambda rng: {"h": normal(rng, B, T, H, scale=0.6), "W_hy": normal(rng, O, H), "b_y": normal(rng, O)}


def _masked_draw(B: int, T: int, D: int, H: int, full: bool = False, spare: int = 0) -> Callable[[Rng], Drawn]:
    """The last `spare` positions are padding in every row."""

    def draw(rng: Rng) -> Drawn:
        given = _forward_draw(B, T, D, H)(rng)
        ends = np.full(B, T) if full else np.maximum(lengths(rng, B, T - spare), 1)
        if not full:
            ends[np.argmin(ends)] = rng.integers(1, T - spare)
        return {"x": given.pop("x"), "lengths": ends.astype(np.int64), **given}

    return draw


def _module_draw(B: int, T: int, D: int, H: int, start: bool = True) -> Callable[[Rng], Drawn]:
    def draw(rng: Rng) -> Drawn:
        weights = {
            "i2h.weight": normal(rng, H, D, scale=0.6),
            "i2h.bias": normal(rng, H, scale=0.4),
            "h2h.weight": normal(rng, H, H, scale=0.6),
            "h2h.bias": normal(rng, H, scale=0.4),
        }
        return {
            "sizes": [D, H],
            "weights": weights,
            "x": normal(rng, B, T, D),
            "h0": normal(rng, B, H, scale=0.6) if start else None,
            "upstream": {"states": normal(rng, B, T, H), "final_state": normal(rng, B, H)},
            "twins": [["i2h.bias", "h2h.bias"]],
        }

    return draw


def _count_draw(alphabet: str, letter: str, *texts: str) -> Callable[[Rng], Drawn]:
    """Fixed texts, and two random ones over the alphabet."""

    def draw(rng: Rng) -> Drawn:
        drawn = ["".join(rng.choice(list(alphabet), n)) for n in (12, 30)]
        return {"alphabet": alphabet, "letter": letter, "texts": [*texts, *drawn]}

    return draw


def _any_count_draw(rng: Rng) -> Drawn:
    alphabet = "".join(rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[: int(rng.integers(4, 9))])
    return _count_draw(alphabet, str(rng.choice(list(alphabet))))(rng)


def _cost_draw(*highest: int) -> Callable[[Rng], Drawn]:
    """Four different sizes, at most `highest` each."""

    def draw(rng: Rng) -> Drawn:
        while True:
            sizes = [int(rng.integers(2, top + 1)) for top in highest]
            if len(set(sizes)) == len(sizes):
                return dict(zip("TDHO", sizes, strict=True))

    return draw


def _generate_draw(V: int, n: int, seeds: int, scale: float = 1.5, high: float = 0.0) -> Callable[[Rng], Drawn]:
    def draw(rng: Rng) -> Drawn:
        H = 4
        return {
            "W_xh": normal(rng, H, V, scale=1.2),
            "W_hh": normal(rng, H, H, scale=0.9),
            "W_hy": normal(rng, V, H, scale=scale),
            "b_y": np.round(high + rng.normal(0.0, 0.3, V), 3),
            "seed_tokens": [int(token) for token in rng.integers(0, V, seeds)],
            "n": n,
            "samples": 1200,
            "seed": int(rng.integers(1_000_000)),
        }

    return draw


RNN_STEP = Exercise(
    name="rnn_step",
    points=2,
    draws={
        "two rows": _step_draw(2, 4, 5),
        "one row, one feature, one unit": _step_draw(1, 1, 1),
        "as many features as units": _step_draw(3, 4, 4),
        "seven features, three units": _step_draw(2, 7, 3),
    },
    oracle=oracles.step,
    properties=(InputsUnchanged(), NoAlias(), NoState(), RowsIndependent(("x_t", "h"))),
    hints=(
        "Write the shapes under the formula: x_t is (B, D), h is (B, H), and the result must be (B, H).",
        "`x_t @ M` needs M to have D rows. W_xh has H rows and D columns: which way round must it stand?",
        "Three terms are added first, the input's, the state's and the bias, and one tanh goes over their sum.",
    ),
    misconceptions=(
        Misconception(
            "w_hh_transposed",
            "The recurrent matrix stands the wrong way round. A square matrix raises no error when it is turned, so check: row i of "
            "W_hh holds the weights that lead *into* unit i.",
            edits=(("h @ W_hh.T", "h @ W_hh"),),
        ),
        Misconception("no_bias", "The bias plays no part in the result.", edits=((" + b_h)", ")"),)),
        Misconception(
            "bias_outside",
            "The bias is added after the squashing: a state could then lie outside -1 ... 1.",
            edits=(("h @ W_hh.T + b_h)", "h @ W_hh.T) + b_h"),),
        ),
        Misconception(
            "sigmoid",
            "All your states are positive: this is the logistic sigmoid, which runs from 0 to 1. The cell here squashes to -1 ... 1.",
            wrong=lambda x_t, h, W_xh, W_hh, b_h: 1 / (1 + np.exp(-(x_t @ W_xh.T + h @ W_hh.T + b_h))),
        ),
        Misconception(
            "relu",
            "Negative sums became 0 and positive ones were let through: this is a rectifier, not the cell's squashing function.",
            edits=(("np.tanh(", "np.maximum(0, "),),
        ),
        Misconception("linear", "Nothing squashes the sum: the step is linear.", edits=(("np.tanh(", "("),)),
        Misconception(
            "state_ignored",
            "The result does not depend on the previous state. Without it the cell has no memory.",
            edits=((" + h @ W_hh.T", ""),),
        ),
        Misconception(
            "input_ignored", "The result does not depend on the input x_t.", edits=(("x_t @ W_xh.T + ", ""),)
        ),
        Misconception(
            "tanh_of_each",
            "Each term was squashed by itself and the results added. The sum is squashed once, as a whole.",
            edits=(("np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)", "np.tanh(x_t @ W_xh.T) + np.tanh(h @ W_hh.T + b_h)"),),
        ),
        Misconception(
            "tanh_of_input_only",
            "Only the input's term was squashed: state and bias were added outside, and the result can leave -1 ... 1.",
            edits=(("x_t @ W_xh.T + h @ W_hh.T + b_h)", "x_t @ W_xh.T) + h @ W_hh.T + b_h"),),
        ),
        Misconception(
            "residual",
            "The old state was added to the new one as well. The old state enters only through W_hh.",
            edits=(("return np.tanh(", "return h + np.tanh("),),
        ),
        Misconception(
            "matrices_swapped",
            "Each matrix meets the other one's vector: W_xh belongs to the input, W_hh to the state.",
            edits=(("x_t @ W_xh.T + h @ W_hh.T", "x_t @ W_hh.T + h @ W_xh.T"),),
        ),
    ),
    accepts=(
        Accepted("einsum", accepted.step_einsum),
        Accepted("python loops, lists out", accepted.step_loops),
        Accepted("torch in float32", accepted.step_torch32),
        Accepted("one concatenated product, exponentials", accepted.step_concatenated),
    ),
)

RNN_FORWARD = Exercise(
    name="rnn_forward",
    points=3,
    draws={
        "two rows, three steps": _forward_draw(2, 3, 4, 5),
        "one step": _forward_draw(2, 1, 3, 4),
        "one row, one feature, one unit": _forward_draw(1, 5, 1, 1),
        "as many rows as steps": _forward_draw(4, 4, 2, 3),
        "seven steps": _forward_draw(3, 7, 2, 4),
    },
    oracle=oracles.forward,
    properties=(InputsUnchanged(), NoAlias(), NoState(), RowsIndependent(("x", "h0")), Causal("x")),
    hints=(
        "Do two steps by hand first: which state goes into the second one?",
        "x has the batch first, so the inputs of step t are `x[:, t]`, of shape (B, D).",
        "Keep one variable for the state: start it at h0, replace it at every step, and collect each new one in a list.",
        "T arrays of shape (B, H) become one of (B, T, H) with `np.stack` and the right axis.",
    ),
    misconceptions=(
        Misconception(
            "h0_ignored",
            "The start state h0 has no influence: the sequence seems to start from zeros. A caller may hand over the state in "
            "which an earlier text ended.",
            edits=(("h = [], h0", "h = [], np.zeros_like(h0)"),),
        ),
        Misconception(
            "h0_every_step",
            "Every step starts again from h0, so nothing is carried from one step to the next.",
            edits=(("x[:, t], h, W_xh", "x[:, t], h0, W_xh"),),
        ),
        Misconception(
            "stores_previous",
            "Position t holds the state *before* x_t was read. It should hold the state after.",
            wrong=lambda x, h0, W_xh, W_hh, b_h: wrong.forward_with_first(x, h0, W_xh, W_hh, b_h)[:, :-1],
        ),
        Misconception(
            "start_included",
            "There is one state too many: h0 is the state before the first input, and no part of the result.",
            wrong=wrong.forward_with_first,
        ),
        Misconception(
            "first_input_skipped",
            "h0 stands at the first position, and the first input is never read: the state *after* it is wanted there.",
            wrong=wrong.forward_without_first_input,
        ),
        Misconception(
            "last_step_skipped",
            "The last input is never read. Count the steps of your loop.",
            edits=(("range(x.shape[1])", "range(x.shape[1] - 1)"),),
        ),
        Misconception(
            "reversed_time",
            "The sequence was read from its end to its beginning.",
            edits=(("x[:, t], h, W_xh", "x[:, -1 - t], h, W_xh"),),
        ),
        Misconception(
            "time_axis",
            "Rows of the batch were taken for steps: `x[t]` is the whole sequence t, not step t of all sequences. It runs without an "
            "error only when the sizes happen to agree.",
            edits=(("x[:, t], h, W_xh", "x[t], h, W_xh"),),
        ),
        Misconception(
            "time_first_out",
            "The result has time first and batch second. In this course the batch comes first.",
            edits=(("axis=1", "axis=0"),),
        ),
        Misconception(
            "same_array",
            "All states in the result are the last one: the same array was written over at each step and stored T times. A list holds "
            "references, not copies.",
            wrong=wrong.forward_same_array,
        ),
        Misconception(
            "last_state_only",
            "Only one state came back, and all T of them are wanted.",
            edits=(("np.stack(states, axis=1)", "h"),),
        ),
        Misconception(
            "rows_chained",
            "The state at the end of one row went into the next row. The rows of a batch are strangers to each other.",
            wrong=wrong.forward_state_per_row,
        ),
    ),
    accepts=(
        Accepted("preallocated, inputs projected at once, float32", accepted.forward_preallocated),
        Accepted("row by row, lists out", accepted.forward_rows),
        Accepted("torch with gradients on", accepted.forward_torch),
    ),
)

READOUT = Exercise(
    name="readout",
    points=1,
    draws={
        "two rows, three steps": _readout_draw(2, 3, 5, 4),
        "one row, one step, one output": _readout_draw(1, 1, 3, 1),
        "as many outputs as steps": _readout_draw(2, 4, 3, 4),
        "as many outputs as units": _readout_draw(2, 3, 4, 4),
    },
    oracle=oracles.readout,
    properties=(InputsUnchanged(), NoAlias(), RowsIndependent(("h",)), Causal("h")),
    hints=(
        "It is the plainest layer there is: a matrix and a bias, used at every step alike.",
        "`h @ M` works on the last axis and leaves the axes B and T alone. What shape must M have?",
    ),
    misconceptions=(
        Misconception(
            "reads_previous_state",
            "The output at t was read from the state at t - 1, so the network answers one step late.",
            edits=(("return h @", "return np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1) @"),),
        ),
        Misconception(
            "bias_along_time",
            "The bias was spread along the time axis. There is one number for each *output*, the same at every step.",
            edits=(("+ b_y", "+ b_y[:, None]"),),
        ),
        Misconception("no_bias", "The bias b_y plays no part in the result.", edits=((" + b_y", ""),)),
        Misconception(
            "squashed",
            "The outputs were squashed. A read-out is linear: a count of 3 must be possible.",
            edits=(("return h @ W_hy.T + b_y", "return np.tanh(h @ W_hy.T + b_y)"),),
        ),
        Misconception(
            "softmax",
            "The outputs of each step add up to 1: they were made into probabilities. Plain scores are wanted.",
            wrong=lambda h, W_hy, b_y: np.exp(h @ W_hy.T + b_y) / np.exp(h @ W_hy.T + b_y).sum(axis=-1, keepdims=True),
        ),
        Misconception(
            "log_softmax",
            "The exponentials of each step's outputs add up to 1: they were made into log-probabilities. Plain "
            "scores are wanted.",
            edits=(
                (
                    "return h @ W_hy.T + b_y",
                    "y = h @ W_hy.T + b_y\n    return y - np.log(np.exp(y).sum(axis=-1, keepdims=True))",
                ),
            ),
        ),
        Misconception(
            "last_state_only",
            "Only the last state was read. An output is wanted for each of the T steps.",
            edits=(("return h @", "return h[:, -1] @"),),
        ),
        Misconception(
            "w_hy_transposed",
            "W_hy stands the wrong way round. When there are as many outputs as units no error tells you.",
            edits=(("W_hy.T", "W_hy"),),
        ),
    ),
    accepts=(
        Accepted("einsum", edits=(("h @ W_hy.T", 'np.einsum("bth,oh->bto", h, W_hy)'),)),
        Accepted("loops, lists out", accepted.readout_loops),
        Accepted("float32", edits=(("return h @ W_hy.T + b_y", "return (h @ W_hy.T + b_y).astype(np.float32)"),)),
    ),
)

COUNTING_WEIGHTS = Exercise(
    name="counting_weights",
    points=3,
    probe=running_counts,
    draws={
        "banana": _count_draw("abn", "a", "banana", "nab", "b"),
        "thirty times the letter": _count_draw("xyz", "y", 30 * "y", 15 * "xy"),
        "an alphabet of one letter": _count_draw("q", "q", "q", 30 * "q"),
        "another alphabet": _any_count_draw,
    },
    oracle=oracles.counts,
    hints=(
        "One hidden number is enough, and all arrays but one or two entries can be 0 or 1. Which letter may move the state?",
        "Where the sum inside tanh is small, tanh changes it hardly at all. How small must a step be for thirty of them to "
        "stay there?",
        "If each wanted letter adds s to the state, the read-out must turn s back into 1.",
    ),
    misconceptions=(
        Misconception(
            "saturates",
            "The steps are too large: after one or two letters tanh is flat, and the state cannot tell 2 from 20.",
            wrong=wrong.counting_saturates,
        ),
        Misconception(
            "counts_everything",
            "Every letter is counted, not only the one asked for: their columns of W_xh are all alike.",
            wrong=wrong.counting_everything,
        ),
        Misconception(
            "forgets",
            "The read-out tells whether the *last* letter was the wanted one: nothing carries the state to the next step.",
            wrong=wrong.counting_forgets,
        ),
        Misconception(
            "leaks",
            "A part of the count is lost at every step: the recurrent weight is below 1, and thirty steps are many.",
            wrong=wrong.counting_leaks,
        ),
        Misconception(
            "banana_only",
            "It counts to three, and goes wrong further on: the bend of tanh is felt before thirty. Work out what it costs to be "
            "at h instead of at 0.",
            wrong=wrong.counting_banana_only,
        ),
        Misconception(
            "not_scaled_back",
            "The state may well count, in its own small steps, but the read-out says 0 throughout: it does not undo their size.",
            wrong=wrong.counting_unscaled,
        ),
        Misconception(
            "first_letter",
            "The first letter of the alphabet is counted, whichever was asked for.",
            wrong=wrong.counting_first_letter,
        ),
        Misconception(
            "w_xh_transposed",
            "W_xh stands the wrong way round: it has a row for each unit and a column for each letter.",
            wrong=wrong.counting_transposed,
        ),
    ),
    accepts=(
        Accepted("lists, everything negative", accepted.counting_lists),
        Accepted("two units, tensors of float32", accepted.counting_two_units),
        Accepted("weights of layers, with gradients on", accepted.counting_layers),
    ),
)

SIMPLE_RNN = Exercise(
    name="SimpleRNN",
    points=4,
    kind="module",
    probe=outputs_and_gradients,
    parts=(Part("states", 1.0), Part("final_state", 1.0), Part("gradients", 1.5), Part("second call", 0.5)),
    draws={
        "two rows, three steps": _module_draw(2, 3, 4, 5),
        "no h0 given": _module_draw(2, 4, 3, 5, start=False),
        "one row, one step": _module_draw(1, 1, 2, 3),
        "as many rows as steps": _module_draw(4, 4, 2, 3, start=False),
    },
    oracle=oracles.module,
    hints=(
        "It is `rnn_forward` once more. `nn.Linear` already holds a weight of shape (out, in) and knows how to transpose it.",
        "Make both layers in `__init__`, with the names that the statement asks for, and use them in `forward` at every step.",
        "When h0 is None, start from `torch.zeros(B, H)`. The state is a local variable of `forward`, not an attribute.",
    ),
    misconceptions=(
        Misconception(
            "state_kept",
            "Something is kept from one call to the next: the second call starts where the first one ended. A module should give the "
            "same answer to the same question.",
            wrong=wrong.ModuleStateKept,
        ),
        Misconception(
            "new_layers",
            "A new layer is made at each step, with random weights that no optimiser knows. One layer serves all steps.",
            wrong=wrong.ModuleNewLayers,
        ),
        Misconception(
            "time_first",
            "The first axis of x was taken for time. Here x is (B, T, D), batch first.",
            wrong=wrong.ModuleTimeFirst,
        ),
        Misconception(
            "bias_twice",
            "The bias enters twice: `nn.Linear` has added its own already.",
            edits=(("self.i2h(x[:, t])", "self.i2h(x[:, t]) + self.i2h.bias"),),
        ),
        Misconception(
            "cut_gradient",
            "The numbers are right and the gradients are not: the state was cut off from its past at every step, so no later step can "
            "teach an earlier one.",
            edits=(("self.h2h(h)", "self.h2h(h.detach())"),),
        ),
        Misconception(
            "h0_ignored",
            "The start state h0 has no influence.",
            edits=(("if h0 is None else h0", "if h0 is None else torch.zeros_like(h0)"),),
        ),
        Misconception("linear", "Nothing squashes the sum: the step is linear.", edits=(("torch.tanh(", "("),)),
        Misconception(
            "relu", "A rectifier was used where the cell squashes to -1 ... 1.", edits=(("torch.tanh(", "torch.relu("),)
        ),
        Misconception(
            "sigmoid",
            "The logistic sigmoid was used, which runs from 0 to 1, where the cell squashes to -1 ... 1.",
            edits=(("torch.tanh(", "torch.sigmoid("),),
        ),
        Misconception(
            "no_graph",
            "The numbers are right, and no gradient flows at all: on their way they left what PyTorch can follow.",
            edits=(("torch.stack(states, axis=1), h", "torch.stack(states, axis=1).detach(), h.detach()"),),
        ),
        Misconception(
            "states_cut_off",
            "The numbers are right, but the states that you return are copies without a past. A loss on them "
            "teaches the layers nothing.",
            edits=(("states.append(h)", "states.append(h.detach())"),),
        ),
        Misconception(
            "first_state_as_final",
            "The state after the first step came back as the final one.",
            edits=(("axis=1), h", "axis=1), states[0]"),),
        ),
        Misconception(
            "framework_shape",
            "The final state has an extra axis in front. `nn.RNN` puts one there for its layers; here it is (B, H).",
            edits=(("axis=1), h", "axis=1), h[None]"),),
        ),
    ),
    equivalent={"False -> True": "a second bias adds to the first, and only their sum matters; the text allows either"},
    accepts=(
        Accepted("two biases, states written into an array", accepted.ModuleTwoBiases),
        Accepted("the bias in h2h, inputs projected at once, a list out", accepted.ModuleBiasInRecurrence),
    ),
)

MASKED = Exercise(
    name="masked_rnn_forward",
    points=3,
    parts=(Part("states", 2.0), Part("last", 1.0)),
    draws={
        "three rows of different lengths": _masked_draw(3, 6, 2, 4),
        "two rows": _masked_draw(2, 3, 4, 5),
        "no padding at all": _masked_draw(2, 3, 2, 4, full=True),
        "as many rows as steps": _masked_draw(5, 5, 1, 2),
        "a block wider than its longest row": _masked_draw(2, 5, 3, 4, spare=2),
    },
    oracle=oracles.masked,
    properties=(InputsUnchanged(), NoAlias(), RowsIndependent(("x", "lengths", "h0"))),
    hints=(
        "Take the step for every row as before, and then decide for each row whether it counts.",
        "At step t a row is still alive when t is below its length: a condition of shape (B,). It has to choose between whole rows "
        "of (B, H) arrays.",
        "`np.where(alive, new, old)` chooses; give `alive` a second axis of size 1.",
    ),
    misconceptions=(
        Misconception(
            "padding_read",
            "The state keeps moving after a sequence has ended: the padding was read as if it were text.",
            wrong=wrong.masked_ignoring,
        ),
        Misconception(
            "input_zeroed",
            "The padding was set to zero and then read. A step on zeros is still a step: W_hh and the bias move the state.",
            wrong=wrong.masked_input_zeroed,
        ),
        Misconception(
            "zeros_not_frozen",
            "The states past the end are zeros. They should stay what they were at the last real step.",
            wrong=wrong.masked_zeroed,
        ),
        Misconception(
            "back_to_start",
            "Past its end a row falls back to h0 and forgets what it read.",
            wrong=wrong.masked_reset,
        ),
        Misconception(
            "one_step_too_many",
            "One padded step too many is read. A row of length 3 has the steps 0, 1 and 2.",
            edits=(("t < lengths", "t <= lengths"),),
        ),
        Misconception(
            "one_step_too_few",
            "The last real step of each row is not read. A row of length 3 has the steps 0, 1 and 2.",
            edits=(("t < lengths", "t < lengths - 1"),),
        ),
        Misconception(
            "shortest_for_all",
            "All rows stop when the shortest one ends. Each row has a length of its own.",
            wrong=wrong.masked_one_length,
        ),
        Misconception(
            "order_not_restored",
            "The rows came back sorted by length. Whoever asked has them in another order.",
            wrong=wrong.masked_left_sorted,
        ),
        Misconception(
            "mask_inverted",
            "The real steps are skipped and the padding is read: old and new are the wrong way round.",
            edits=(("t < lengths", "t >= lengths"),),
        ),
        Misconception(
            "cut_at_longest_row",
            "The result ends where the longest row ends. The block has T positions, and all of them are wanted, the padded ones too.",
            edits=(("for t in range(x.shape[1]):", "for t in range(max(lengths)):"),),
        ),
    ),
    accepts=(
        Accepted("row by row", accepted.masked_rows),
        Accepted("a mask of zeros and ones, a list out", accepted.masked_arithmetic),
        Accepted("torch packed sequences", oracles.masked),
        Accepted("all steps first, then each state looked up", accepted.masked_gathered),
        Accepted("longest row first, fewer and fewer rows", accepted.masked_sorted),
    ),
)

RNN_COSTS = Exercise(
    name="rnn_costs",
    points=3,
    parts=(Part("parameters", 1.0), Part("multiply_adds", 1.0), Part("stored", 1.0)),
    draws={
        "small sizes": _cost_draw(9, 9, 9, 9),
        "one step": lambda rng: {**_cost_draw(9, 9, 9, 9)(rng), "T": 1},
        "many steps, few units": lambda rng: {
            "T": int(rng.integers(40, 60)),
            "D": 7,
            "H": int(rng.integers(2, 5)),
            "O": 5,
        },
        "more units": lambda rng: {"T": 3, "D": int(rng.integers(4, 9)), "H": int(rng.integers(20, 30)), "O": 11},
    },
    oracle=oracles.costs,
    hints=(
        "List the five arrays with their shapes. How many numbers has each?",
        "A matrix with R rows and C columns times a vector costs R times C multiply-adds. Which three products does one step need?",
        "Which of the three answers must not depend on T at all?",
    ),
    misconceptions=(
        Misconception(
            "time_in_parameters",
            "The parameters grow with T. The same weights serve every step, however long the sequence is.",
            edits=(("return parameters,", "return T * parameters,"),),
        ),
        Misconception(
            "no_recurrent_matrix",
            "The recurrent matrix was forgotten: every unit hears every unit, H times H numbers.",
            edits=(("H * D + H * H + O * H", "H * D + O * H"),),
        ),
        Misconception(
            "recurrent_is_a_vector",
            "W_hh was counted as H numbers, as if each unit heard only itself.",
            edits=(("H * D + H * H + O * H", "H * D + H + O * H"),),
        ),
        Misconception("biases_forgotten", "The biases are parameters too.", edits=(("matrices + H + O", "matrices"),)),
        Misconception(
            "two_biases",
            "The hidden units were given two biases. PyTorch does so; the cell of this lesson has one.",
            edits=(("matrices + H + O", "matrices + 2 * H + O"),),
        ),
        Misconception(
            "readout_forgotten",
            "Only the cell was counted. Parameters and multiply-adds of the read-out belong to the bill as well.",
            edits=(("H * D + H * H + O * H", "H * D + H * H"), ("matrices + H + O", "matrices + H")),
        ),
        Misconception(
            "biases_multiplied",
            "The biases were counted among the multiply-adds. They are added, and multiplied with nothing.",
            edits=(("T * matrices", "T * parameters"),),
        ),
        Misconception(
            "counted_twice",
            "Each multiplication and the addition behind it were counted apart. Together they are one multiply-add.",
            edits=(("T * matrices", "2 * T * matrices"),),
        ),
        Misconception(
            "one_step_only",
            "The multiply-adds are those of a single step. The sequence has T of them.",
            edits=(("T * matrices", "matrices"),),
        ),
        Misconception(
            "readout_once",
            "The read-out was counted once for the sequence. Here an output is read at every step.",
            edits=(("T * matrices", "T * (H * D + H * H) + O * H"),),
        ),
        Misconception(
            "last_state_stored",
            "Only one state is stored. Lesson 4 walks back through all of them, so they must be kept.",
            edits=(("T * H", "H"),),
        ),
        Misconception(
            "start_state_stored",
            "One state too many is stored: h_0 is given, and not among h_1 to h_T.",
            edits=(("T * H", "(T + 1) * H"),),
        ),
        Misconception(
            "outputs_stored",
            "Inputs or outputs were counted among the stored numbers. Asked for are the states h_1 to h_T alone.",
            edits=(("T * H", "T * (H + O)"),),
        ),
    ),
    accepts=(
        Accepted("sizes of real arrays, an array out", accepted.costs_arrays),
        Accepted("counted in a loop", oracles.costs),
        Accepted("a tensor", accepted.costs_tensor),
    ),
)

GENERATE = Exercise(
    name="generate",
    points=3,
    probe=continuations,
    compare=Counts(),
    properties=(InputsUnchanged(), NoState()),
    draws={
        "three tokens, a seed of two": _generate_draw(3, 2, 2),
        "one token at a time": _generate_draw(5, 1, 3),
        "a seed of one": _generate_draw(2, 4, 1),
        "scores near a thousand": _generate_draw(3, 2, 2, high=900.0),
    },
    oracle=oracles.continuation_probabilities,
    time_limit=8.0,
    hints=(
        "Two loops: the first reads the seed, the second writes. What happens to the state between them?",
        "Every new token has to be read by the network too, before the next one can be drawn.",
        "Scores become probabilities by a softmax. Subtract the largest score first, or a score of 900 overflows.",
        "`rng.choice(V, p=probabilities)` draws one token.",
    ),
    misconceptions=(
        Misconception(
            "seed_not_read",
            "The continuation does not depend on the whole seed: only its last token was read.",
            edits=(("for token in seed_tokens:", "for token in seed_tokens[-1:]:"),),
        ),
        Misconception(
            "last_token_not_read",
            "The continuation does not depend on the last token of the seed: it was not read before the first draw.",
            edits=(("for token in seed_tokens:", "for token in seed_tokens[:-1]:"),),
        ),
        Misconception(
            "argmax",
            "The likeliest token was taken every time. Drawing means that a token of probability 0.2 comes up in one draw out of five.",
            edits=(("int(rng.choice(len(p), p=p))", "int(np.argmax(p))"),),
        ),
        Misconception(
            "state_reset",
            "The state starts afresh at every token written, so the network remembers the last one only.",
            wrong=wrong.generate_reset,
        ),
        Misconception(
            "not_fed_back",
            "The tokens written are never read by the network: each is drawn as if it were the first.",
            edits=(("        h = step(tokens[-1], h)\n", ""),),
        ),
        Misconception(
            "uniform",
            "All tokens come up equally often: the scores play no part.",
            edits=(("rng.choice(len(p), p=p)", "rng.choice(len(p))"),),
        ),
        Misconception(
            "overflow",
            "Large scores break it: the exponential of 900 is no finite number. Only differences of scores matter.",
            edits=(("np.exp(scores - scores.max())", "np.exp(scores)"),),
        ),
        Misconception(
            "overflow_swept_away",
            "Where scores are large, all tokens come up equally often: cutting scores off, or replacing what is not a number, throws "
            "away the differences between them.",
            edits=(("np.exp(scores - scores.max())", "np.exp(np.clip(scores, -100, 100))"),),
        ),
        Misconception(
            "seed_in_result",
            "The seed stands in the result. Only the n new tokens are wanted.",
            edits=(("return tokens", "return list(seed_tokens) + tokens"),),
        ),
        Misconception(
            "own_generator",
            "Every continuation is the same: a generator with a fixed seed is made inside. All randomness has to come from `rng`.",
            wrong=wrong.generate_reseeded,
        ),
        Misconception(
            "global_generator",
            "The rng was not used: the same generator started again leads to another continuation, and nobody can repeat your result.",
            wrong=wrong.generate_with_global_generator,
        ),
        Misconception(
            "seed_tokens_lengthened",
            "The new tokens were appended to the caller's own list of seed tokens.",
            wrong=wrong.generate_into_seed,
        ),
        Misconception(
            "last_token_read_twice",
            "The last seed token was read twice: once with the seed, and again before the first draw.",
            wrong=wrong.generate_last_twice,
        ),
        Misconception(
            "one_too_few",
            "There is a token too few.",
            edits=(("range(n)", "range(n - 1)"),),
        ),
    ),
    accepts=(
        Accepted("inverse of the cumulative sum", accepted.generate_inverse),
        Accepted("Gumbel noise, an array out", accepted.generate_gumbel),
        Accepted("multinomial, recursive", accepted.generate_multinomial),
        Accepted("all uniform numbers drawn beforehand", accepted.generate_uniforms_first),
    ),
)

WHY_SHARE = Written(
    name="why_share_weights",
    rubric=(
        Criterion(1, "A sequence longer than the one it was made for has no weights at its last steps."),
        Criterion(
            1,
            "What is learned at one position is not known at another, and each set of weights sees fewer examples of its kind.",
        ),
        Criterion(
            1,
            "Says fairly what the other network can do: treat positions differently, or that every shared network is one of "
            "hers, so that on training data she can do no worse.",
        ),
    ),
)

LESSON = Lesson(
    name="lesson3_rnn_cell",
    learns="build the recurrent cell in NumPy and as a module, and say what it costs",
    figure="the count of banana's a's inside the unrolled network",
    figure_alt="The cell drawn six times from left to right:",
    title="A cell that counts",
    minutes=90,
    exercises=(
        RNN_STEP, RNN_FORWARD, READOUT, COUNTING_WEIGHTS, SIMPLE_RNN, MASKED, RNN_COSTS, GENERATE, WHY_SHARE,
    ),
)  # fmt: skip
