"""Lesson 4, training: one exact step, truncated backpropagation, and the written answer."""

from __future__ import annotations

from course_utils.comparing import Gradients
from course_utils.probes import gradients as probes
from course_utils.properties import InputsUnchanged, NoState
from grader.exercises import _lesson4_bptt_draws as draws
from grader.exercises import _lesson4_bptt_oracles as oracles
from grader.exercises import _lesson4_bptt_right as right
from grader.exercises import _lesson4_bptt_wrong as wrong
from grader.spec import Accepted, Criterion, Exercise, Misconception, Part, Written

WEIGHT_PARTS = ("loss", "W_xh", "W_hh", "b_h", "W_hy", "b_y")

TRAINING_PATTERNS = (
    (
        "loss W_xh W_hh b_h W_hy b_y",
        "even the loss is wrong, so look at the forward pass and at the mean first",
    ),
    (
        "W_xh W_hh b_h W_hy b_y",
        "every weight has moved wrongly, so look at what they share: the mean, the clipping, the size of the step",
    ),
    (
        "W_xh W_hh b_h",
        "the read-out has moved rightly, so the loss and its gradient are right; the way back through time is not",
    ),
    ("W_hy b_y", "the recurrent part is right; the read-out, which is a layer like any other, is not"),
    ("loss", "all weights are right; only the number that is reported is not"),
    (
        "W_hh",
        (
            "the blame of every step is right; the state it is paired with is not, or the product stands the "
            "wrong way round"
        ),
    ),
)

TRAIN = Exercise(
    name="train_step",
    points=6.0,
    parts=tuple(Part(name, 1.0) for name in WEIGHT_PARTS),
    compare=Gradients(parts=WEIGHT_PARTS, patterns=TRAINING_PATTERNS),
    probe=probes.by_weight,
    draws={
        "two rows, three steps, a gradient that is short enough": draws.redrawn(
            draws.training(2, 3, 4, 5, 6, readout=0.3, lr=2.0), lambda inputs: 0.55 < wrong.gradient_norm(inputs) < 0.95
        ),
        "a gradient that must be clipped": draws.redrawn(
            draws.training(2, 4, 3, 2, 5, readout=4.0, lr=1.0),
            lambda inputs: wrong.gradient_norm(inputs) > 1.3 and wrong.longest_piece(inputs) > 1.1,
        ),
        "a batch of one, five steps": draws.training(1, 5, 2, 3, 4, readout=0.5, lr=0.5),
        "one step, one unit": draws.training(3, 1, 2, 1, 4, readout=0.5, lr=1.5),
        "two steps, a small gradient": draws.redrawn(
            draws.training(1, 2, 3, 2, 2, readout=1.5, lr=1.0), lambda inputs: 0.15 < wrong.gradient_norm(inputs) < 0.45
        ),
    },
    oracle=oracles.train_step,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        (
            "Separate three phases: forward, all gradients, one update. Which arrays does the second phase read, and "
            "which may it write?"
        ),
        (
            "forward gives scores and cache; temporal_softmax_backward with a mask of True gives dlogits; what of it "
            "arrives at the states is dlogits @ W_hy."
        ),
        (
            "dW_hy sums dlogits times states over batch and time, db_y sums dlogits. Clip all five in one list, then "
            "make the new dict; the loss is mean_nll of the scores you have."
        ),
    ),
    misconceptions=(
        Misconception(
            "gradient_not_accumulated",
            "Only one step's share of the gradient is used; each turn of the loop overwrites the last.",
            wrong=wrong.step_not_accumulated,
        ),
        Misconception(
            "clips_after_update",
            (
                "The step is as long as the gradient was. A clipping that comes after the update, or whose limit is never "
                "reached, shortens nothing."
            ),
            wrong=wrong.step_without_clipping,
        ),
        Misconception(
            "updates_inside_loop",
            "The weights move while blame is still on its way back through them, and the clipping comes too late.",
            wrong=wrong.step_inside_loop,
        ),
        Misconception(
            "clips_inside_loop",
            (
                "The weights move while blame is still on its way back through them, and each step's share is "
                "clipped before the whole is known."
            ),
            wrong=wrong.step_clipping_inside_loop,
        ),
        Misconception(
            "clips_each_weight",
            "Every weight's gradient is clipped by its own norm. The limit is meant for the five together.",
            wrong=wrong.step_clipping_each,
        ),
        Misconception(
            "carry_lost",
            (
                "The recurrent weights learn from each step's own output only: blame does not cross from one step to "
                "the one before."
            ),
            wrong=wrong.step_without_carry,
        ),
        Misconception(
            "uphill", "You walk up the slope: the gradient points to where the loss grows.", wrong=wrong.step_uphill
        ),
        Misconception(
            "summed_loss",
            (
                "A sum over positions stands where the mean over all B times T of them is asked for, so that the step does not "
                "depend on the batch."
            ),
            wrong=wrong.step_summed_loss,
        ),
        Misconception(
            "always_length_one",
            (
                "Every gradient was brought to norm 1, one that was shorter too. Clipping is an upper limit, "
                "not a wish for a length."
            ),
            wrong=wrong.step_of_length_one,
        ),
        Misconception(
            "loss_after_step",
            "The loss you report is that of the new weights; the one before the step is asked for.",
            wrong=wrong.step_loss_afterwards,
        ),
        Misconception(
            "readout_forgotten",
            (
                "The read-out, or a part of it, was left out: W_hy and b_y belong to the update, and to the "
                "norm, like the other three."
            ),
            wrong=wrong.step_forgets_readout,
        ),
        Misconception(
            "step_clipped_after_lr",
            "You clip the step, lr already inside, in place of the gradient.",
            edits=(
                (
                    "clip_by_global_norm(list(gradients.values()), 1.0)",
                    "clip_by_global_norm([lr * gradient for gradient in gradients.values()], 1.0)",
                ),
                ("weights[name] - lr * step", "weights[name] - step"),
            ),
        ),
        Misconception(
            "changes_weights_in_place",
            (
                "You write the new numbers into the caller's weights. Whoever compares before and after finds no "
                "difference."
            ),
            edits=(
                (
                    "    return mean_nll",
                    "    for name in weights:\n        weights[name][...] = updated[name]\n    return mean_nll",
                ),
            ),
        ),
    ),
    accepts=(Accepted("written out on its own", right.step_on_its_own), Accepted("float32", right.step_in_float32)),
)

CHUNK_PATTERNS = (
    (
        "loss W_xh W_hh b_h W_hy b_y",
        (
            "even the losses are wrong: look at the forward pass first, at the state that enters a chunk and at what a "
            "share is"
        ),
    ),
    (
        "W_xh W_hh b_h W_hy b_y",
        "the losses are right and no gradient is: look at what is summed, and over what it is divided",
    ),
    ("W_xh W_hh b_h", "losses and read-out are right; how far blame travels is not"),
    (
        "W_hh",
        "only W_hh is wrong: blame stops at the state that enters a chunk, and W_hh multiplied that state all the same",
    ),
    ("loss", "all gradients are right; only the losses that are reported are not"),
)

TRUNCATED = Exercise(
    name="truncated_bptt",
    points=6.0,
    parts=tuple(Part(name, 1.0) for name in WEIGHT_PARTS),
    compare=Gradients(parts=WEIGHT_PARTS, patterns=CHUNK_PATTERNS),
    probe=probes.by_weight,
    draws={
        "six steps, cut every two": draws.training(2, 6, 1, 3, 4, k=2),
        "five steps, cut every three": draws.training(2, 5, 3, 2, 4, k=3),
        "k as long as the sequence": draws.training(3, 4, 2, 1, 5, k=4),
        "k longer than the sequence": draws.training(1, 2, 4, 3, 2, k=3),
        "cut at every step": draws.training(1, 3, 2, 4, 3, k=1),
    },
    oracle=oracles.truncated_bptt,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        "Forwards nothing changes: with a pencil, the states of a sequence cut in chunks are those of the whole.",
        (
            "Per chunk: forward from the state you hold, gradients of the chunk alone with rnn_backward (its dh0 is "
            "dropped: that is the cut), keep them, hold the chunk's last state."
        ),
        (
            "temporal_softmax_backward divides by the positions of the chunk; a share divides by those of the whole. "
            "The factor between the two is the chunk's length over T."
        ),
    ),
    misconceptions=(
        Misconception(
            "state_reset",
            "Every chunk begins from zero: you cut the memory. Only the blame is to be cut.",
            wrong=wrong.chunks_reset_state,
        ),
        Misconception(
            "never_cut",
            "Blame passes your cuts: later chunks still send it back to the very beginning.",
            wrong=wrong.chunks_never_cut,
        ),
        Misconception(
            "cut_every_step",
            "Blame is dropped at every step, not only where a chunk begins.",
            wrong=wrong.chunks_cut_every_step,
        ),
        Misconception(
            "own_mean",
            "Each chunk's loss is its own mean. The shares of all chunks must add up to the mean of the sequence.",
            wrong=wrong.chunks_own_mean,
        ),
        Misconception(
            "mean_of_means",
            "Every chunk has the same weight, a shorter one too: a mean of means is not the mean of all positions.",
            wrong=wrong.chunks_mean_of_means,
        ),
        Misconception(
            "k_chunks",
            "You made k chunks. k is the number of steps in a chunk.",
            wrong=wrong.chunks_counted,
        ),
        Misconception(
            "not_divided",
            "Losses and gradients are sums over batch and time; shares of a mean are asked for.",
            wrong=wrong.chunks_not_divided,
        ),
        Misconception("rest_dropped", "The last, shorter chunk is missing.", wrong=wrong.chunks_drop_rest),
        Misconception(
            "running_total",
            "Each chunk's gradient still contains those of the chunks before: the sums are not set back to zero.",
            wrong=wrong.chunks_running_total,
        ),
        Misconception(
            "carries_first_state",
            "The state that you hand over is not the last one of the chunk.",
            wrong=wrong.chunks_carry_first_state,
        ),
    ),
    accepts=(
        Accepted("lists, written out", right.chunks_as_lists),
        Accepted("states of the whole first", right.chunks_in_one_walk),
    ),
)

WRITTEN = Written(
    "wrong_yet_falling",
    rubric=(
        Criterion(
            1.0,
            (
                "Says why a loss can fall on a wrong gradient: any short enough step within ninety degrees of the "
                "right one goes downhill (or: the error is small when lr is)."
            ),
        ),
        Criterion(
            1.0,
            (
                "Names a test against an independent witness (central differences or autograd), on a small network, "
                "weight by weight, at fixed weights."
            ),
        ),
        Criterion(
            1.0,
            (
                "Gives a number that would satisfy, with a reason: a relative error around 1e-7 in float64 with a "
                "sensible eps, not a few per cent."
            ),
        ),
        Criterion(
            1.0, "Reads a pattern: which parts are wrong, or how the error changes with lr, and what each would mean."
        ),
    ),
)
