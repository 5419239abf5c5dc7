"""Lesson 4, the way back: through one tanh, one step, a sequence, and how long the blame is on the way."""

from __future__ import annotations

from course_utils.comparing import Gradients
from course_utils.properties import InputsUnchanged, NoAlias, NoState
from grader.exercises import _lesson4_bptt_draws as draws
from grader.exercises import _lesson4_bptt_oracles as oracles
from grader.exercises import _lesson4_bptt_right as right
from grader.exercises import _lesson4_bptt_wrong as wrong
from grader.spec import Accepted, Exercise, Misconception, Part

TANH = Exercise(
    name="tanh_backward",
    points=2.0,
    draws={
        "a batch of two, three units": draws.upstream_and_state(2, 3),
        "a single number": draws.upstream_and_state(1, 1),
        "two rows of a sequence, four steps, three units": draws.upstream_and_state(2, 4, 3),
        "saturated units, exactly -1 and 1": draws.upstream_and_state(1, 4, saturated=True),
    },
    oracle=oracles.tanh_backward,
    properties=(InputsUnchanged(), NoAlias(), NoState()),
    hints=(
        "What does the slope of tanh look like at 0, and what far out, where the unit is saturated?",
        "h is the output already. Which of tanh's two arguments, z or h, does the formula in the text want?",
        "Local slope times what arrives, entry by entry; the slope is one minus the square of the output.",
    ),
    misconceptions=(
        Misconception(
            "slope_linear",
            (
                "Your slope falls along a straight line from 1. For negative outputs it would exceed 1; tanh is "
                "nowhere steeper than at 0."
            ),
            edits=(("(1 - h**2)", "(1 - h)"),),
        ),
        Misconception(
            "tanh_twice",
            "h is the output of tanh. You send it through tanh once more before taking the slope.",
            edits=(("(1 - h**2)", "(1 - np.tanh(h)**2)"),),
        ),
        Misconception(
            "sigmoid_slope",
            "That is the slope of the logistic sigmoid in terms of its output, not of tanh.",
            edits=(("(1 - h**2)", "h * (1 - h)"),),
        ),
        Misconception(
            "upstream_forgotten",
            "You return the slope alone. What arrives from above, dh, has no effect.",
            edits=(("dh * (1 - h**2)", "1 - h**2 + 0 * dh"),),
        ),
        Misconception(
            "slope_of_gradient",
            (
                "You take the slope at dh. A gradient is not a place on the curve: the slope is taken where the unit "
                "stood."
            ),
            edits=(("(1 - h**2)", "(1 - dh**2)"),),
        ),
        Misconception(
            "square_outside",
            "One minus, then the square: the order matters. Try h = -1, where the unit is flat.",
            edits=(("(1 - h**2)", "(1 - h)**2"),),
        ),
        Misconception(
            "brackets_missing",
            (
                "A product binds more tightly than a difference: dh is multiplied by 1, and the square is "
                "taken away afterwards."
            ),
            edits=(("(1 - h**2)", "1 - h**2"),),
        ),
        Misconception(
            "forward_again",
            "You apply tanh to what arrives. Going back is a multiplication by a slope, not another bend.",
            edits=(("dh * (1 - h**2)", "np.tanh(dh) * (1 - h**2)"),),
        ),
    ),
    accepts=(Accepted("a loop", right.tanh_by_loop), Accepted("float32", right.tanh_in_float32)),
)

STEP_PARTS = ("dx", "dh", "dW_xh", "dW_hh", "db")

STEP_PATTERNS = (
    (
        "dx dh dW_xh dW_hh db",
        "all five are wrong, and the one thing they share is dz, the gradient in front of the tanh",
    ),
    (
        "dW_xh dW_hh db",
        "the way back is right (dx, dh), so dz is too; what is made of it for the weights that all rows share is not",
    ),
    ("dx dh", "the three gradients of weights are right, so dz is too; the way back through the two matrices is not"),
    ("dW_xh dW_hh", "db is right, so dz is too; both outer products with it are not"),
    (
        "dW_hh",
        "dz is right; what is wrong is what it is paired with, or which way round the product stands. Look for the state that W_hh "
        "multiplied",
    ),
    (
        "dW_xh",
        (
            "dz is right; what is wrong is what it is paired with, or which way round the product stands. "
            "Look for what W_xh multiplied"
        ),
    ),
    ("dh", "dz is right; the way back through W_hh is not"),
    ("dx", "dz is right; the way back through W_xh is not"),
    ("db", "dz is right; the bias was added to every row of the batch, and its gradient does not show that yet"),
)

STEP = Exercise(
    name="rnn_step_backward",
    points=5.0,
    parts=tuple(Part(name, 1.0) for name in STEP_PARTS),
    compare=Gradients(parts=STEP_PARTS, patterns=STEP_PATTERNS),
    draws={
        "two rows, four features, five units": draws.step(2, 4, 5),
        "a batch of one": draws.step(1, 3, 2),
        "one unit": draws.step(3, 2, 1),
        "nearly saturated units": draws.step(2, 1, 3, scale=1.8),
    },
    oracle=oracles.rnn_step_backward,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        "First the gradient in front of the tanh, dz. All five results are made of it and of one other array each.",
        "Let shapes guide you: dz is (B, H); dW_xh must be (H, D) and x_t is (B, D), so the axis to sum away is B.",
        (
            "Forward, z = x_t times W_xh transposed. Backward, each factor's gradient is dz times the other factor, "
            "turned so that the shapes fit; the same for h and W_hh."
        ),
    ),
    misconceptions=(
        Misconception(
            "h_next_in_dW_hh",
            "In dW_hh you pair dz with the state after the step. W_hh never saw that state: it was made from it.",
            edits=(('dz.T @ cache["h"]', 'dz.T @ cache["h_next"]'),),
        ),
        Misconception(
            "W_hh_transposed",
            "Blame goes back through W_hh the other way round than you send it: forward, the transpose was used.",
            edits=(('dz @ cache["W_hh"]', 'dz @ cache["W_hh"].T'),),
        ),
        Misconception(
            "db_not_summed",
            "Your db still has one row per row of the batch. There is one bias, which all rows used.",
            edits=(("dz.sum(axis=0)", "dz"),),
        ),
        Misconception(
            "db_keeps_an_axis",
            (
                "The sum over the rows is right, but an axis of length 1 is left where the rows were. A "
                "gradient has the shape of its parameter."
            ),
            edits=(("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)"),),
        ),
        Misconception(
            "averaged_over_batch",
            (
                "You average over the batch. Whether the loss is a mean was settled where the loss was taken; here "
                "shares add up."
            ),
            edits=(
                ('dz.T @ cache["x_t"]', 'dz.T @ cache["x_t"] / len(dz)'),
                ('dz.T @ cache["h"]', 'dz.T @ cache["h"] / len(dz)'),
                ("dz.sum(axis=0)", "dz.mean(axis=0)"),
            ),
        ),
        Misconception(
            "slope_forgotten",
            (
                "Blame walks past the tanh as if it were not there: its slope is missing, and everything in front of "
                "the tanh needs it, weights included."
            ),
            edits=(('tanh_backward(dh_next, cache["h_next"])', "dh_next"),),
        ),
        Misconception(
            "slope_at_state_before",
            "You take the slope of the tanh at the state before the step. The curve was climbed at the new state.",
            edits=(('cache["h_next"])', 'cache["h"])'),),
        ),
        Misconception(
            "dW_hh_turned",
            (
                "Your dW_hh is turned over: entry (i, j) belongs to the weight from unit j to unit i. Being square it "
                "hides that."
            ),
            edits=(('dz.T @ cache["h"]', '(dz.T @ cache["h"]).T'),),
        ),
        Misconception(
            "dW_xh_turned",
            "Your dW_xh has the axes of its transpose: a gradient always has the shape of its weight.",
            edits=(('dz.T @ cache["x_t"]', '(dz.T @ cache["x_t"]).T'),),
        ),
        Misconception(
            "tanh_of_output",
            "You take tanh of a state that has already been through tanh, and then the slope.",
            edits=(('tanh_backward(dh_next, cache["h_next"])', 'dh_next * (1 - np.tanh(cache["h_next"])**2)'),),
        ),
        Misconception(
            "slope_squared",
            "The blame that goes back to dx and dh passes the slope of the tanh a second time; it was already in dz.",
            edits=(
                ('dz @ cache["W_xh"]', '(dz * (1 - cache["h_next"]**2)) @ cache["W_xh"]'),
                ('dz @ cache["W_hh"]', '(dz * (1 - cache["h_next"]**2)) @ cache["W_hh"]'),
            ),
        ),
        Misconception(
            "forward_product_for_dh",
            (
                "For dh you multiply elementwise or by the slope only; the way back to the state before leads through "
                "W_hh."
            ),
            edits=(('dz @ cache["W_hh"]', "dz.copy()"),),
        ),
    ),
    accepts=(Accepted("row by row, a list", right.step_by_rows), Accepted("torch in float32", right.step_in_torch)),
)

LOOP_PARTS = ("dx", "dh0", "dW_xh", "dW_hh", "db")

LOOP_PATTERNS = (
    (
        "dx dh0 dW_xh dW_hh db",
        "everything is wrong, so look at what arrives at each state: from the loss, and from the step after it",
    ),
    ("dx dW_xh dW_hh db", "blame at the very end of the walk is right (dh0), on the way it is not"),
    (
        "dW_xh dW_hh db",
        "the blame of every step is right (dx, dh0); what the steps together do to the shared weights is not",
    ),
    ("dh0", "the whole walk is right; only what it hands over at its end is not"),
    (
        "dW_hh",
        "the blame of every step is right; the state it is paired with is not, at some step at least, or the product stands the "
        "wrong way round",
    ),
    (
        "dx",
        (
            "the blame of every step is right, since the weights' gradients are; how a step's share for its "
            "input is made, or where it is put, is not"
        ),
    ),
    ("db", "the blame of every step is right; how the shares of rows and steps come together in db is not"),
)

LOOP = Exercise(
    name="rnn_backward",
    points=8.0,
    parts=tuple(Part(name, 2.0 if name == "dW_hh" else 1.5) for name in LOOP_PARTS),
    compare=Gradients(parts=LOOP_PARTS, patterns=LOOP_PATTERNS),
    draws={
        "two rows, three steps, four features, five units": draws.sequence(2, 3, 4, 5),
        "a batch of one, five steps": draws.sequence(1, 5, 2, 3),
        "one step": draws.sequence(2, 1, 3, 2),
        "one unit, one feature, four steps": draws.sequence(3, 4, 1, 1),
        "a loss that looks at the last state only": draws.sequence(2, 4, 1, 3, last_only=True),
        "a loud loss": draws.sequence(2, 3, 1, 4, loud=20.0),
    },
    oracle=oracles.rnn_backward,
    properties=(InputsUnchanged(), NoAlias(), NoState()),
    hints=(
        "Draw three steps with arrows forward. Every arrow has one backward; how many arrive at the middle state?",
        (
            "Walk from the last step to the first. What a step hands back is kept for the next turn of the loop, where "
            "it meets dstates[:, t]."
        ),
        (
            "At step t: (dstates[:, t] + carry) goes into rnn_step_backward; its dh is the new carry; the three weight "
            "gradients are added to totals. What carry is left after the loop?"
        ),
    ),
    misconceptions=(
        Misconception(
            "last_step_only",
            "You start the blame at the last state and nowhere else. The loss may look at every state.",
            wrong=wrong.last_step_only,
        ),
        Misconception(
            "not_accumulated",
            (
                "The weights' gradients are those of one step: each turn of your loop overwrites what the one before "
                "it found."
            ),
            edits=(
                (
                    "dW_xh, dW_hh, db = dW_xh + step_xh, dW_hh + step_hh, db + step_b",
                    "dW_xh, dW_hh, db = step_xh, step_hh, step_b",
                ),
            ),
        ),
        Misconception(
            "carry_lost",
            "Each state answers for its own output only. What it handed on to the next state is blamed on nobody.",
            edits=(("dstates[:, t] + carry, step", "dstates[:, t], step"),),
        ),
        Misconception(
            "carry_after_slope",
            (
                "What comes back from the next step joins behind the tanh. It arrives at the state, and so must pass "
                "the slope as well."
            ),
            wrong=wrong.carry_after_slope,
        ),
        Misconception(
            "slope_forgotten",
            (
                "Blame walks past every tanh as if it were not there: the slope is missing, for the weights "
                "as for the way back."
            ),
            wrong=wrong.slope_forgotten,
        ),
        Misconception(
            "carry_skips_slope",
            "What you hand back to the step before has not passed the tanh of its own step: it is what arrived there.",
            wrong=wrong.carry_skips_slope,
        ),
        Misconception(
            "carry_piles_up",
            (
                "What was handed back once is handed back again: the carry of a later step is already "
                "contained in what arrives."
            ),
            wrong=wrong.carry_piles_up,
        ),
        Misconception(
            "last_state_twice",
            (
                "The last state receives its share of the loss twice: as the carry with which you begin, and "
                "again in the first turn of the loop."
            ),
            edits=(('np.zeros_like(cache["h0"])', "dstates[:, -1].copy()"),),
        ),
        Misconception(
            "dx_in_walking_order",
            "Your dx stands in the order in which you walked: the share of the last input comes first.",
            edits=(("return dx, carry,", "return dx[:, ::-1], carry,"),),
        ),
        Misconception(
            "forward_order",
            (
                "You walk from the first step to the last. Blame for the future is not known before the future was "
                "visited."
            ),
            wrong=wrong.forward_order,
        ),
        Misconception(
            "dh0_forgotten",
            "dh0 is zero. The first state was handed on like any other, and the last carry is left over.",
            edits=(("return dx, carry,", "return dx, np.zeros_like(carry),"),),
        ),
        Misconception(
            "dh0_is_first_state",
            "Your dh0 is the blame at the state after the first step; h0 lies one step further back.",
            edits=(
                ("        dx[:, t], carry", "        first = dstates[:, t] + carry\n        dx[:, t], carry"),
                ("return dx, carry,", "return dx, first,"),
            ),
        ),
        Misconception(
            "divided_by_T",
            (
                "You divide by the number of steps. Shares of a weight used T times are added; if a mean is wanted, "
                "dstates holds it already."
            ),
            edits=(
                (
                    "return dx, carry, dW_xh, dW_hh, db",
                    "return dx, carry, dW_xh / x.shape[1], dW_hh / x.shape[1], db / x.shape[1]",
                ),
            ),
        ),
        Misconception(
            "same_state_in_dW_hh",
            "Every step pairs its blame with the state that it made; W_hh multiplied the state before.",
            edits=(('"h": before[:, t]', '"h": states[:, t]'),),
        ),
        Misconception(
            "wraps_round",
            (
                "At the first step, states[:, t - 1] is states[:, -1]: Python counts from the end, and the last state "
                "stands in for h0."
            ),
            edits=(('cache["h0"][:, None], states[:, :-1]]', "states[:, -1:], states[:, :-1]]"),),
        ),
        Misconception(
            "h0_taken_as_zero",
            (
                "The first step's share of dW_hh is missing: the state before that step is not zero, the "
                "cache says what it was."
            ),
            edits=(('cache["h0"][:, None], states[:, :-1]]', '0 * cache["h0"][:, None], states[:, :-1]]'),),
        ),
        Misconception(
            "first_step_skipped",
            "Your walk ends before the first step: its input and h0 receive no blame.",
            edits=(("reversed(range(x.shape[1]))", "reversed(range(1, x.shape[1]))"),),
        ),
        Misconception(
            "averaged_over_batch",
            (
                "You divide the weights' gradients by the number of rows. Whether the loss is a mean was settled where the loss "
                "was taken; here shares add up."
            ),
            edits=(
                ("return dx, carry, dW_xh, dW_hh, db", "return dx, carry, dW_xh / len(x), dW_hh / len(x), db / len(x)"),
            ),
        ),
        Misconception(
            "dW_hh_turned",
            (
                "Your dW_hh is turned over: entry (i, j) belongs to the weight from unit j to unit i. Being "
                "square it hides that."
            ),
            edits=(("return dx, carry, dW_xh, dW_hh, db", "return dx, carry, dW_xh, dW_hh.T, db"),),
        ),
        Misconception(
            "W_hh_transposed",
            "Blame goes back through W_hh the other way round than you send it: forward, the transpose was used.",
            wrong=wrong.carry_through_transpose,
        ),
        Misconception(
            "clipped_by_value",
            (
                "Entries beyond a limit were cut off. That may be wanted before an update, and then for all gradients together; "
                "here the gradient is asked for as it is."
            ),
            edits=(
                (
                    "return dx, carry, dW_xh, dW_hh, db",
                    "return dx, carry, *(np.clip(total, -5, 5) for total in (dW_xh, dW_hh, db))",
                ),
            ),
        ),
        Misconception(
            "loss_counted_twice",
            "Every state receives its own share of the loss twice.",
            edits=(("dstates[:, t] + carry, step", "2 * dstates[:, t] + carry, step"),),
        ),
        Misconception(
            "truncated_to_one",
            (
                "Blame crosses one border and is then dropped: each step hears of its neighbour's own loss, and of "
                "nothing further."
            ),
            edits=(
                (
                    "    for t in",
                    "    own = np.concatenate([dstates, np.zeros_like(dstates[:, :1])], axis=1)\n    for t in",
                ),
                (
                    "        dx[:, t], carry",
                    (
                        "        carry = carry if t + 1 == x.shape[1] else (own[:, t + 1] * (1 - states[:, t + 1] ** "
                        '2)) @ cache["W_hh"]\n        dx[:, t], carry'
                    ),
                ),
            ),
        ),
    ),
    accepts=(
        Accepted("all contractions at the end", right.loop_all_at_the_end),
        Accepted("blame gathered in a copy of dstates, lists out", right.loop_in_a_copy),
        Accepted(
            "totals added in place",
            edits=(
                (
                    "dW_xh, dW_hh, db = dW_xh + step_xh, dW_hh + step_hh, db + step_b",
                    "dW_xh += step_xh; dW_hh += step_hh; db += step_b",
                ),
            ),
        ),
    ),
)

NORMS = Exercise(
    name="state_gradient_norms",
    time_limit=2.0,
    points=3.0,
    draws={
        "two rows, three steps, four features, five units": draws.last_state(2, 3, 4, 5),
        "a batch of one, six steps": draws.last_state(1, 6, 2, 3),
        "one step": draws.last_state(2, 1, 3, 2),
        "one unit, five steps": draws.last_state(3, 5, 1, 1),
    },
    oracle=oracles.state_gradient_norms,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        (
            "You have walked this way already: it is rnn_backward with blame at the last state only, and you want to "
            "know how long the carry is."
        ),
        "Measure first, then step back. A step back is a slope and a matrix.",
        (
            "From the last step to the first: note np.linalg.norm(dh), then dh becomes tanh_backward(dh, states[:, t]) "
            "@ W_hh. Turn the list round at the end."
        ),
    ),
    misconceptions=(
        Misconception(
            "order_reversed",
            "Your list begins at the end of time: entry t must belong to states[:, t].",
            edits=(("norms[::-1]", "norms"),),
        ),
        Misconception(
            "norms_of_weight_gradient",
            "You measure each step's share of the gradient of W_hh, not the gradient at the state.",
            edits=(
                (
                    "np.linalg.norm(dh))",
                    (
                        'np.linalg.norm(tanh_backward(dh, h).T @ (cache["states"][:, len(cache["states"][0]) - '
                        'len(norms) - 2] if len(norms) + 1 < len(cache["states"][0]) else cache["h0"])))'
                    ),
                ),
            ),
        ),
        Misconception(
            "slope_left_out",
            "Only the matrix is multiplied in; every step back also passes the slope of its tanh.",
            edits=(("tanh_backward(dh, h)", "dh"),),
        ),
        Misconception(
            "matrix_left_out",
            "Only slopes are multiplied in; between two states lies W_hh.",
            edits=((' @ cache["W_hh"]', ""),),
        ),
        Misconception(
            "W_hh_transposed",
            "Blame goes back through W_hh turned over; forward, the transpose was used.",
            edits=(('@ cache["W_hh"]', '@ cache["W_hh"].T'),),
        ),
        Misconception(
            "in_front_of_tanh",
            "You measure in front of the tanh, after the slope: that is the norm at z, not at the state.",
            edits=(("np.linalg.norm(dh))", "np.linalg.norm(tanh_backward(dh, h)))"),),
        ),
        Misconception(
            "one_step_too_far",
            (
                "Every entry is the one that belongs to the state before: the last entry must be the norm of what you "
                "were given."
            ),
            edits=(
                (
                    '        norms.append(np.linalg.norm(dh))\n        dh = tanh_backward(dh, h) @ cache["W_hh"]\n',
                    '        dh = tanh_backward(dh, h) @ cache["W_hh"]\n        norms.append(np.linalg.norm(dh))\n',
                ),
            ),
        ),
        Misconception("squared", "You return squared lengths.", edits=(("np.linalg.norm(dh))", "np.sum(dh**2))"),)),
        Misconception(
            "spectral_norm",
            (
                "With 2 as its second argument, np.linalg.norm takes a matrix for a map and gives its largest "
                "singular value. Here an array is one long vector."
            ),
            edits=(("np.linalg.norm(dh))", "np.linalg.norm(dh, 2))"),),
        ),
        Misconception(
            "matrix_before_slope",
            (
                "You pass the matrix first and the slope afterwards. That is the order of the way forward, where the tanh "
                "comes last."
            ),
            edits=(('tanh_backward(dh, h) @ cache["W_hh"]', 'tanh_backward(dh @ cache["W_hh"], h)'),),
        ),
        Misconception(
            "mean_over_rows",
            "You average the norms of the rows; the whole array is to be taken as one vector.",
            edits=(("np.linalg.norm(dh))", "np.linalg.norm(dh, axis=1).mean())"),),
        ),
        Misconception(
            "slope_of_state_before",
            "The slope is taken at the neighbouring state: the step back from h_t passes the tanh that made h_t.",
            edits=(
                (
                    'cache["states"].swapaxes(0, 1)[::-1]:',
                    'np.concatenate([cache["h0"][:, None], cache["states"][:, :-1]], axis=1).swapaxes(0, 1)[::-1]:',
                ),
            ),
        ),
    ),
    accepts=(
        Accepted("a Jacobian per row", right.norms_from_matrices),
        Accepted("filled from the back", right.norms_by_rnn_walk),
    ),
)
