"""Lesson 4, the tools: measured gradients, the gradient of the loss, clipping."""

from __future__ import annotations

from course_utils.comparing import Close
from course_utils.probes import gradients as probes
from course_utils.properties import InputsUnchanged, NoAlias, NoState
from grader.exercises import _lesson4_bptt_draws as draws
from grader.exercises import _lesson4_bptt_oracles as oracles
from grader.exercises import _lesson4_bptt_right as right
from grader.spec import Accepted, Exercise, Misconception, Part

NUMERICAL = Exercise(
    name="numerical_gradient",
    points=3.0,
    parts=(Part("gradient", 2.0), Part("x afterwards", 1.0)),
    draws={
        "a quadratic of three numbers, a wide step of 0.25": draws.function("quadratic", 3, eps=0.25),
        "a quadratic of a matrix (2, 3), a step of 0.01": draws.function("quadratic", 2, 3, eps=0.01),
        "weighted sines of an array (2, 1, 3), a step of 0.5": draws.function("waves", 2, 1, 3, eps=0.5),
        "a layer that wants a matrix (2, 3), the default step": draws.function("layer", 2, 3),
        "one number in an array, the default step": draws.function("waves", 1),
    },
    oracle=oracles.numerical_gradient,
    compare=Close(rtol=1e-6, atol=1e-7),  # a step a hundred times as wide is off by some 1e-5
    probe=probes.numerical,
    properties=(NoState(),),
    hints=(
        "One entry at a time: how many times must f be called for an array of n entries?",
        (
            "np.ndindex(x.shape) visits every index of an array of any shape. Work on a copy, or put back what you "
            "changed."
        ),
        (
            "For each index: remember the entry, set it to entry + eps and call f, set it to entry - eps and call f, "
            "put it back; the difference over twice eps."
        ),
    ),
    misconceptions=(
        Misconception(
            "forward_difference",
            (
                "You compare a pushed point with the point itself. That is a slope to one side; its error falls with "
                "eps only, not with its square."
            ),
            edits=(("nudged[index] = middle - eps", "nudged[index] = middle"), ("(2 * eps)", "eps")),
        ),
        Misconception(
            "backward_difference",
            (
                "You compare the point itself with one pushed down. That is a slope to one side; its error falls with "
                "eps only, not with its square."
            ),
            edits=(("nudged[index] = middle + eps", "nudged[index] = middle"), ("(2 * eps)", "eps")),
        ),
        Misconception(
            "divided_by_eps",
            "Everything is twice too large: how far apart are the two points that you compare?",
            edits=(("(2 * eps)", "eps"),),
        ),
        Misconception(
            "one_sided_over_two_eps",
            "One of the two points that you compare is the point itself, and you divide as if both had been pushed.",
            edits=(("nudged[index] = middle - eps", "nudged[index] = middle"),),
        ),
        Misconception(
            "multiplied_by_eps",
            "Read from left to right: in a / 2 * eps the last thing done is a multiplication.",
            edits=(("(above - below) / (2 * eps)", "(above - below) / 2 * eps"),),
        ),
        Misconception(
            "rows_together",
            (
                "You visit the first axis only. In an array of several axes, x[i] is a whole row, and all of "
                "its entries move together."
            ),
            edits=(("np.ndindex(nudged.shape)", "range(len(nudged))"),),
        ),
        Misconception(
            "not_put_back",
            (
                "Entries that were treated stay pushed while the next ones are measured: later slopes belong to "
                "another point."
            ),
            edits=(("        nudged[index] = middle\n", ""),),
        ),
        Misconception(
            "x_left_moved",
            (
                "You work on the caller's own x and leave it changed. The gradient is then one of a point that the "
                "caller no longer has."
            ),
            edits=(("np.array(x, dtype=np.float64)", "x"), ("        nudged[index] = middle\n", "")),
        ),
        Misconception(
            "all_entries_at_once",
            "You push every entry together. That measures one slope, along the diagonal, and not one slope per entry.",
            edits=(
                ("nudged[index] = middle + eps", "nudged = np.array(x) + eps"),
                ("nudged[index] = middle - eps", "nudged = np.array(x) - eps"),
            ),
        ),
        Misconception(
            "eps_too_small",
            (
                "You use a step of your own that is tiny. A difference of two nearly equal numbers keeps few right "
                "digits, and you divide it by almost nothing."
            ),
            edits=(("    nudged = ", "    eps = 1e-14\n    nudged = "),),
        ),
        Misconception(
            "eps_ignored",
            "The step that the caller asks for is not the one you use.",
            edits=(("    nudged = ", "    eps = 1e-5\n    nudged = "),),
        ),
        Misconception(
            "float32",
            (
                "You compute in float32: it has seven digits, and the difference of two nearly equal numbers keeps one "
                "or two of them."
            ),
            edits=(
                ("dtype=np.float64", "dtype=np.float32"),
                (
                    "f(nudged)\n        nudged[index] = middle - eps",
                    "np.float32(f(nudged))\n        nudged[index] = middle - eps",
                ),
                ("below = f(nudged)", "below = np.float32(f(nudged))"),
            ),
        ),
    ),
    accepts=(
        Accepted("in place, put back by arithmetic", right.numerical_in_place),
        Accepted("unit arrays", right.numerical_by_units),
        Accepted("float32 out", edits=(("    return gradient", "    return gradient.astype(np.float32)"),)),
    ),
)

SOFTMAX = Exercise(
    name="temporal_softmax_backward",
    points=3.0,
    draws={
        "two rows of three steps, one shorter, four symbols": draws.scores(2, 3, 4, (3, 2)),
        "a batch of one, all real": draws.scores(1, 5, 3, (5,)),
        "large scores": draws.scores(2, 4, 3, (1, 4), scale=700.0),
        "scores all near nine hundred": draws.scores(2, 3, 5, (3, 1), around=900.0),
        "one row all padding": draws.scores(3, 2, 5, (2, 0, 1)),
        "nothing real at all": draws.scores(1, 2, 3, (0,)),
        "a single real token": draws.scores(2, 1, 3, (0, 1)),
    },
    oracle=oracles.temporal_softmax_backward,
    properties=(InputsUnchanged(), NoAlias(), NoState()),
    hints=(
        "Begin with one position and no mask: what is the gradient of -log softmax at the target?",
        "A mean over n positions has a factor in its gradient. Which n, when some positions are padding?",
        (
            "Probabilities minus one-hot, times mask[..., None], over the number of True entries of the whole mask (at "
            "least 1)."
        ),
    ),
    misconceptions=(
        Misconception(
            "mask_forgotten",
            "Padding receives blame: positions that do not exist pull at the weights.",
            edits=(("mask[..., None] / max(mask.sum(), 1)", "np.ones_like(mask[..., None]) / max(mask.sum(), 1)"),),
        ),
        Misconception(
            "mask_inverted",
            "Padding receives blame and real tokens none. Read again what True means in this mask.",
            edits=(("    raised =", "    mask = ~mask\n    raised ="),),
        ),
        Misconception(
            "logits_masked",
            "You set the scores of padding to zero. Equal scores are still a guess, and blame is taken for it.",
            edits=(
                ("    raised =", "    logits = logits * mask[..., None]\n    raised ="),
                ("surplus * mask[..., None]", "surplus"),
            ),
        ),
        Misconception(
            "mask_from_ids",
            "Symbol 0 was taken for padding. What is real is told by the mask, and 0 is a symbol like any other.",
            edits=(("    raised =", "    mask = targets != 0\n    raised ="),),
        ),
        Misconception(
            "divided_by_all_positions",
            "You divide by all positions, padding included. The mean is over those that count.",
            edits=(("max(mask.sum(), 1)", "mask.size"),),
        ),
        Misconception(
            "not_divided",
            "That is the gradient of the sum. The loss is a mean.",
            edits=((" / max(mask.sum(), 1)", ""),),
        ),
        Misconception(
            "divided_by_batch",
            "You divide by the number of rows. The mean is over positions, and a row has several.",
            edits=(("max(mask.sum(), 1)", "len(mask)"),),
        ),
        Misconception(
            "mean_of_row_means",
            "Each row is averaged on its own and then the rows: a short row's positions weigh more than a long row's.",
            edits=(("max(mask.sum(), 1)", "np.maximum(mask.sum(axis=1), 1)[:, None, None] / len(mask)"),),
        ),
        Misconception(
            "one_hot_twice",
            "The target is subtracted twice: its entry is lower by one than it should be, before the mean is taken.",
            edits=(("- np.eye(logits.shape[-1])[targets]", "- 2 * np.eye(logits.shape[-1])[targets]"),),
        ),
        Misconception(
            "sign_turned",
            "The sign is turned over: with this gradient, steps downhill would make the targets less likely.",
            edits=(
                (
                    "probabilities - np.eye(logits.shape[-1])[targets]",
                    "np.eye(logits.shape[-1])[targets] - probabilities",
                ),
            ),
        ),
        Misconception(
            "overflow",
            "Scores of several hundred overflow in exp. A shift of all scores of a position changes no probability.",
            edits=(("logits - logits.max(axis=-1, keepdims=True)", "logits"),),
        ),
        Misconception(
            "one_shift_for_all",
            (
                "One maximum was subtracted everywhere: a position far below it loses all its exponentials. "
                "Each has its own."
            ),
            edits=(("logits.max(axis=-1, keepdims=True)", "logits.max()"),),
        ),
        Misconception(
            "overflow_swept_away",
            "Where exp overflowed, what was not a number was replaced by 0. Zero is not the gradient there.",
            edits=(
                ("np.exp(logits - logits.max(axis=-1, keepdims=True))", "np.exp(logits)"),
                (
                    "probabilities = raised / raised.sum(axis=-1, keepdims=True)",
                    "probabilities = np.nan_to_num(raised / raised.sum(axis=-1, keepdims=True))",
                ),
            ),
        ),
        Misconception(
            "softmax_over_time",
            (
                "Your probabilities sum to one over the steps of a row. They must sum to one over the symbols of a "
                "position."
            ),
            edits=(("raised.sum(axis=-1, keepdims=True)", "raised.sum(axis=1, keepdims=True)"),),
        ),
        Misconception(
            "softmax_over_everything",
            "The probabilities of the whole batch together sum to one. Every position is a choice of its own.",
            edits=(
                ("logits.max(axis=-1, keepdims=True)", "logits.max()"),
                ("raised.sum(axis=-1, keepdims=True)", "raised.sum()"),
            ),
        ),
        Misconception(
            "target_only",
            (
                "Only the score of the target receives blame. The loss depends on the other scores too: they "
                "take probability away from it."
            ),
            edits=(
                (
                    "probabilities - np.eye(logits.shape[-1])[targets]",
                    "(probabilities - 1) * np.eye(logits.shape[-1])[targets]",
                ),
            ),
        ),
        Misconception(
            "slope_added",
            "You multiply by p(1 - p), a slope that is already contained in probabilities minus one-hot.",
            edits=(("surplus * mask", "surplus * probabilities * (1 - probabilities) * mask"),),
        ),
        Misconception(
            "no_target",
            "You return the probabilities. Where does the target come in?",
            edits=(("probabilities - np.eye(logits.shape[-1])[targets]", "probabilities"),),
        ),
        Misconception(
            "divided_by_zero",
            "When the mask counts nothing you divide zero by zero. The text says what the gradient is then.",
            edits=(("max(mask.sum(), 1)", "mask.sum()"),),
        ),
    ),
    accepts=(
        Accepted("one position after another, lists", right.softmax_one_by_one),
        Accepted("torch inside", right.softmax_in_torch),
    ),
)

CLIP = Exercise(
    name="clip_by_global_norm",
    points=3.0,
    parts=(Part("clipped", 2.0), Part("norm", 1.0)),
    draws={
        "a matrix and a vector, too long": draws.gradient_list((2, 3), (4,), max_norm=0.5),
        "three arrays, short enough": draws.gradient_list((3,), (1, 2), (2, 1, 2), max_norm=30.0),
        "two arrays, short enough, the square of their length above the limit": draws.redrawn(
            draws.gradient_list((4,), (1, 3), max_norm=5.0), lambda inputs: 2.4 < draws.length(inputs) < 4.5
        ),
        "one array, too long": draws.gradient_list((5,), max_norm=2.0, scale=10.0),
        "a small one and a large one": draws.gradient_list((2,), (3, 2), max_norm=3.0, scale=4.0),
        "nothing but zeros": draws.gradient_list((2,), (1, 3), max_norm=1.0, scale=0.0),
    },
    oracle=oracles.clip_by_global_norm,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        "Imagine all entries of all arrays in one long vector. What is its length?",
        "All arrays are multiplied by the same number. When must that number be exactly 1?",
        (
            "norm: the root of the sum of all squares. Factor: max_norm / norm when norm is the larger, else 1. Return "
            "the norm from before."
        ),
    ),
    misconceptions=(
        Misconception(
            "per_array",
            (
                "You clip every array by its own norm. That turns the step: the arrays no longer stand in the "
                "proportion that they had."
            ),
            edits=(
                (
                    "[scale * gradient for gradient in gradients]",
                    "[gradient * max_norm / max(max_norm, np.linalg.norm(gradient)) for gradient in gradients]",
                ),
            ),
        ),
        Misconception(
            "by_value",
            (
                "You cut off single entries. The direction of the step changes; the global norm is a matter of all "
                "entries together."
            ),
            edits=(
                (
                    "[scale * gradient for gradient in gradients]",
                    "[np.clip(gradient, -max_norm, max_norm) for gradient in gradients]",
                ),
            ),
        ),
        Misconception(
            "scales_up",
            "Short gradients are made longer. Clipping is an upper limit and never a wish for a length.",
            edits=((" if norm > max_norm else 1.0", " if norm > 0 else 1.0"),),
        ),
        Misconception(
            "norm_afterwards",
            "The norm you report is the one after clipping. One wants to know how large it was.",
            edits=(("for gradient in gradients], norm", "for gradient in gradients], min(norm, max_norm)"),),
        ),
        Misconception(
            "squared_norm",
            "The length of a vector is the root of the sum of squares; you compare and scale with the sum itself.",
            edits=(
                (
                    "np.sqrt(sum((gradient**2).sum() for gradient in gradients))",
                    "sum((gradient**2).sum() for gradient in gradients)",
                ),
            ),
        ),
        Misconception(
            "compares_squares",
            (
                "The squared length was compared with a limit for the length itself, so that some vectors "
                "which are short enough were changed."
            ),
            edits=(("if norm > max_norm", "if norm**2 > max_norm"),),
        ),
        Misconception(
            "comparison_turned",
            "Long vectors are left alone and short ones are changed: the comparison stands the wrong way round.",
            edits=(("if norm > max_norm", "if norm < max_norm"),),
        ),
        Misconception(
            "factor_turned",
            "The long vector has become longer still: the factor is turned over.",
            edits=(("max_norm / norm if", "norm / max_norm if"),),
        ),
        Misconception(
            "sum_of_norms",
            "You add the norms of the arrays. The length of a long vector is not the sum of the lengths of its pieces.",
            edits=(
                (
                    "np.sqrt(sum((gradient**2).sum() for gradient in gradients))",
                    "sum(np.linalg.norm(gradient) for gradient in gradients)",
                ),
            ),
        ),
        Misconception(
            "largest_norm",
            "You look at the largest of the arrays only. All of them together have a length, which is larger.",
            edits=(
                (
                    "np.sqrt(sum((gradient**2).sum() for gradient in gradients))",
                    "max(np.linalg.norm(gradient) for gradient in gradients)",
                ),
            ),
        ),
        Misconception(
            "normalised_to_one",
            "Gradients that are too long come back with length 1, whatever the limit is.",
            edits=(("max_norm / norm if", "1 / norm if"),),
        ),
        Misconception(
            "by_the_factor",
            "Above the limit you multiply by max_norm alone; how long the vector was does not enter.",
            edits=(("max_norm / norm if", "max_norm if"),),
        ),
        Misconception(
            "zero_by_zero",
            "A gradient of zero has norm 0, and you divide by it.",
            edits=((" if norm > max_norm else 1.0", " if norm > max_norm else norm / norm"),),
        ),
        Misconception(
            "changes_its_input",
            "You shorten the caller's own arrays. The caller may still need them as they were.",
            edits=(
                (
                    "    return [",
                    "    for gradient in gradients:\n        gradient *= scale\n    scale = 1.0\n    return [",
                ),
            ),
        ),
    ),
    equivalent={"norm > max_norm -> norm >= max_norm": "at equality the factor max_norm / norm is 1 as well"},
    accepts=(
        Accepted("unchanged when short enough", right.clip_with_if),
        Accepted("a small number below the line", right.clip_with_epsilon),
    ),
)
