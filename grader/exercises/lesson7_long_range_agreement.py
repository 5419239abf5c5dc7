"""Lesson 7: long-range agreement. Draws, oracles and whole answers stand in the modules beside this one."""

from __future__ import annotations

import numpy as np
import torch

from course_utils.comparing import AtLeast
from course_utils.probes.agreement import chosen_states, trained_reader
from course_utils.properties import InputsUnchanged, NoAlias, NoState
from grader.exercises import _lesson7_long_range_agreement_draws as draws
from grader.exercises import _lesson7_long_range_agreement_oracles as oracles
from grader.exercises import _lesson7_long_range_agreement_wrong as wrong
from grader.spec import Accepted, Criterion, Exercise, Lesson, Misconception, Part, Written

COUNT_ATTRACTORS = Exercise(
    name="count_attractors",
    points=1,
    draws={
        "two of three nouns between": draws.numbers("s--p-S-p--s-p-", "-p-P--s-p---s"),
        "a noun of the other number before the subject": draws.numbers("-s-P--p-s--", "-p-S-s--s-p-"),
        "nothing after the subject": draws.numbers("-s-P", "--p-S"),
        "only nouns of the same number": draws.numbers("p-S--s-s-", "-s--P-p---p"),
        "subject and attractor alone": draws.numbers("Sp", "Ps"),
        "any nouns": draws.numbers("-?-P--?-?-?-?-", "?--S-??--?-?"),
    },
    oracle=oracles.count_attractors,
    hints=(
        "Three things must be true of an attractor: where it stands, that it is a noun, and its number.",
        "If the subject's number is n, which number has the other? Remember that -1 is no number at all.",
        "The other number is 1 - n. Lists can be cut with a slice and have a method that counts.",
    ),
    misconceptions=(
        Misconception(
            "every_noun_attracts",
            "This counts every noun in between. A noun of the subject's own number pulls the verb in the right direction.",
            wrong=lambda numbers, subject: sum(n >= 0 for n in numbers[subject + 1 :]),
        ),
        Misconception(
            "before_the_subject_too",
            "This counts nouns in front of the subject as well. Where does an attractor stand?",
            edits=(("numbers[subject:]", "numbers"),),
        ),
        Misconception(
            "other_words_too",
            "Words that are no nouns have been counted: -1 differs from the subject's number, too.",
            wrong=lambda numbers, subject: sum(n != numbers[subject] for n in numbers[subject + 1 :]),
        ),
        Misconception(
            "same_number",
            "These are the nouns that agree with the subject. An attractor is one that does not.",
            edits=(("1 - numbers[subject]", "numbers[subject]"),),
        ),
        Misconception(
            "plural_nouns",
            "This counts the plural nouns after the subject. After a plural subject the attractors are the others.",
            wrong=lambda numbers, subject: numbers[subject + 1 :].count(1),
        ),
    ),
    accepts=(
        Accepted("a loop over pairs", right=lambda n, s: sum(1 for i, v in enumerate(n) if i > s and v + n[s] == 1)),
        Accepted("numpy", right=lambda n, s: np.sum(np.array(n[s + 1 :], dtype=int) == 1 - n[s])),
    ),
)

EXAMPLES = {
    "seven sentences, five of them singular or so": draws.several,
    "mostly plural": draws.mostly_plural,
    "subjects without another noun": draws.bare_subjects,
    "one sentence": draws.one,
}

MAJORITY_BASELINE = Exercise(
    name="majority_baseline",
    points=1,
    draws=EXAMPLES,
    oracle=oracles.majority_baseline,
    hints=(
        "This reader does not read. It gives the same answer to every example; which one is better for it?",
        "The share of plural examples is what it earns by always saying plural. What does always singular earn?",
        "Return the larger of the two shares.",
    ),
    misconceptions=(
        Misconception(
            "always_plural",
            "This is what always answering plural earns. The reader may choose, and here singular can be the better choice.",
            edits=(("return max(share, 1 - share)", "return share"),),
        ),
        Misconception(
            "always_singular",
            "This is what always answering singular earns. The reader may choose, and here plural can be the better choice.",
            edits=(("return max(share, 1 - share)", "return 1 - share"),),
        ),
        Misconception(
            "majority_within_each_sentence",
            "Here the reader looks at the nouns of each sentence and takes a vote. The majority meant is that of the "
            "right answers over all examples.",
            wrong=wrong.baseline(wrong.vote),
        ),
        Misconception(
            "majority_of_nouns",
            "All nouns were counted. Only the right answers decide what the constant reader earns.",
            wrong=lambda examples: (lambda nouns: max(nouns.count(1), nouns.count(0)) / len(nouns))(
                [n for e in examples for n in wrong.nouns_of(e)]
            ),
        ),
        Misconception(
            "the_answer_itself",
            "This is the answer that the reader gives, 0 or 1. Asked is how often it is right.",
            wrong=lambda examples: int(2 * sum(e["plural"] for e in examples) > len(examples)),
        ),
    ),
    accepts=(
        Accepted("numpy mean", right=lambda examples: 0.5 + abs(np.mean([e["plural"] for e in examples]) - 0.5)),
        Accepted(
            "verbs counted",
            right=lambda examples: max([e["verb"] for e in examples].count(v) for v in ("is", "are")) / len(examples),
        ),
    ),
)

RECENT_NOUN_BASELINE = Exercise(
    name="recent_noun_baseline",
    points=1,
    draws=EXAMPLES,
    oracle=oracles.recent_noun_baseline,
    hints=(
        "For one sentence: which noun did this reader see last? Read `numbers` from the right.",
        "Leave out every -1. What stands last in the rest is the reader's answer.",
        "Compare that number with example['plural'] and take the share of examples where they agree.",
    ),
    misconceptions=(
        Misconception(
            "last_attractor",
            "This reader agrees with the last attractor. A noun between subject and verb may well have the subject's number.",
            wrong=wrong.baseline(wrong.last_attractor),
        ),
        Misconception(
            "last_word",
            "The last word before the verb is not always a noun; behind it may stand a whole clause.",
            wrong=wrong.baseline(wrong.last_word),
        ),
        Misconception(
            "first_noun",
            "This is the noun that was read first. Some sentences begin with a phrase of their own, and none ends there.",
            wrong=wrong.baseline(lambda e: wrong.nouns_of(e)[0]),
        ),
        Misconception(
            "reads_the_verb",
            "Always right: this reader has looked at the verb, or at the subject's number. It knows no grammar and may not.",
            wrong=wrong.baseline(lambda e: int(e["verb"] == "are")),
        ),
        Misconception(
            "bare_subjects_left_out",
            "Sentences without a noun between subject and verb were left out. There the last noun is the subject.",
            wrong=wrong.baseline(lambda e: wrong.nouns_of(e)[-1], keep=wrong.between),
        ),
        Misconception(
            "vote_of_nouns",
            "This reader takes a vote among all nouns. It should remember one only.",
            wrong=wrong.baseline(wrong.vote),
        ),
    ),
    accepts=(
        Accepted("reads backwards", right=wrong.recent_backwards),
        Accepted("numpy", right=wrong.baseline(lambda e: np.array(wrong.nouns_of(e))[-1])),
    ),
)

WILSON_INTERVAL = Exercise(
    name="wilson_interval",
    points=2,
    parts=(Part("low", 1.0), Part("high", 1.0)),
    draws={
        "38 of 40": draws.trials(38, 40),
        "a third of 21": draws.trials(6, 21),
        "none of 9": draws.trials(0, 9),
        "all of 12": draws.trials(12, 12),
        "nothing was seen": draws.trials(0, 0),
        "another z": draws.trials(150, 200, 2.576),
        "one trial": draws.trials(1, 1, 1.0),
    },
    oracle=oracles.wilson_interval,
    hints=(
        "The interval is not centred at the share. Which p in the inequality stands on both sides?",
        "Written out, the inequality is quadratic in p. Its two roots are the ends.",
        "Both the centre and the half width of the given solution are divided by 1 + z^2 / n; n = 0 goes first.",
    ),
    misconceptions=(
        Misconception(
            "textbook",
            "This is the textbook interval, share plus and minus z standard errors with the share's own standard error.",
            wrong=wrong.textbook,
        ),
        Misconception(
            "agresti_coull",
            "Close: this is the textbook interval after adding z^2 trials (Agresti and Coull). Wilson's is another.",
            wrong=wrong.agresti,
        ),
        Misconception(
            "not_scaled",
            "Centre and half width are still those of the numerator.",
            edits=(("scale = 1 + z**2 / n", "scale = 1.0"),),
        ),
        Misconception(
            "centre_is_the_share",
            "The interval is centred at the share. Wilson's is drawn towards one half, the more the fewer trials there are.",
            edits=(("centre = share + z**2 / (2 * n)", "centre = share * (1 + z**2 / n)"),),
        ),
        Misconception(
            "nothing_seen_is_nothing_right",
            "Without a trial nothing is excluded. Your interval claims to know something.",
            edits=(("return 0.0, 1.0", "return 0.0, 0.0"),),
        ),
        Misconception(
            "z_left_out",
            "The interval does not move with z: is 1.96 written somewhere in it?",
            edits=(("    share = successes / n\n", "    share, z = successes / n, 1.96\n"),),
        ),
    ),
    properties=(InputsUnchanged(),),
    accepts=(
        Accepted("bisection of the inequality", right=wrong.wilson_by_bisection),
        Accepted("pseudo-counts, clipped, as an array", right=wrong.wilson_completed),
    ),
)

ACCURACY_BY = Exercise(
    name="accuracy_by",
    points=2,
    draws={
        "by distance": draws.by("distance", [(4, 1, 1), (4, 1, 0), (4, 0, 0), (7, 2, 1), (7, 1, 1), (10, 3, 2)], 2),
        "by attractors": draws.by("attractors", [(9, 3, 0), (9, 3, 2), (9, 2, 2), (6, 2, 2), (8, 1, 1), (9, 1, 1)], 3),
        "many of one value": draws.by("attractors", [(6, 1, 1)] * 5 + [(3, 0, 0)] * 2 + [(7, 2, 1), (9, 3, 3)], 4),
        "all wrong": draws.by("distance", [(3, 1, 1), (3, 0, 0), (5, 1, 0)], 3),
        "one example": draws.by("distance", [(2, 0, 0)], 0),
    },
    oracle=oracles.accuracy_by,
    hints=(
        "Sort the examples into boxes first, one box for each value, and count inside each box afterwards.",
        "A dict from value to a list of True and False holds all that you need.",
        "dict.setdefault(value, []).append(...) fills a box; sum and len of each box give accuracy and count.",
    ),
    misconceptions=(
        Misconception(
            "cumulative",
            "These are bins of everything up to the value. Easy examples hide in them what happens at the far ones.",
            wrong=wrong.cumulative,
        ),
        Misconception(
            "distance_with_the_subject",
            "The distances are too large by one: the subject itself does not stand between subject and verb.",
            wrong=wrong.grouped(wrong.by_verb_position),
        ),
        Misconception(
            "nouns_for_attractors",
            "These groups are by the number of nouns. A noun of the subject's own number is no attractor.",
            wrong=wrong.grouped(wrong.by_nouns),
        ),
        Misconception(
            "count_of_right_ones",
            "The second number is how many were right. Asked is how many examples the accuracy was measured on.",
            edits=(("(sum(found) / len(found), len(found))", "(sum(found) / len(found), sum(found))"),),
        ),
        Misconception(
            "share_of_everything",
            "The number of right ones was divided by the number of all examples instead of those with this value.",
            wrong=wrong.grouped(lambda e, key: e[key], lambda found, n: (sum(found) / n, len(found))),
        ),
        Misconception(
            "error_rate",
            "These are shares of wrong predictions.",
            wrong=wrong.grouped(lambda e, key: e[key], lambda found, n: (1 - sum(found) / len(found), len(found))),
        ),
    ),
    accepts=(
        Accepted("masks in numpy", right=wrong.numpy_groups),
        Accepted("lists for tuples", right=wrong.grouped(lambda e, k: e[k], lambda f, n: [np.mean(f), len(f)])),
    ),
)

LAST_STATE = Exercise(
    name="last_state",
    points=1,
    parts=(Part("picked", 0.5), Part("gradient", 0.5)),
    kind="function",
    probe=chosen_states,
    draws={
        "three sentences of different length": draws.padded(3, 5, 4, [2, 5, 3]),
        "one sentence": draws.padded(1, 4, 3, [2]),
        "one word each": draws.padded(2, 1, 3, [1, 1]),
        "as many sentences as steps": draws.padded(4, 4, 2, [1, 4, 2, 3]),
        "one unit": draws.padded(2, 3, 1, [3, 1]),
    },
    oracle=oracles.chosen_states,
    hints=(
        "Which column holds the state after the last word of a sentence with 3 words?",
        "Two lists of whole numbers as indices pick one entry for each pair: row 0 with the first, row 1 with the second.",
        "Rows are torch.arange(B), columns are lengths - 1.",
    ),
    misconceptions=(
        Misconception(
            "reads_the_padding",
            "This is the last column of the batch. For the shorter sentences that is a state after padding.",
            wrong=lambda states, lengths: states[:, -1],
        ),
        Misconception(
            "one_step_late",
            "The columns are counted from 0: the state after three words is not in column 3.",
            wrong=lambda states, lengths: states[range(len(lengths)), lengths.clamp(max=states.shape[1] - 1)],
        ),
        Misconception(
            "gradient_cut",
            "The numbers are right, but no gradient reaches the states: they were detached, or went through NumPy.",
            wrong=lambda states, lengths: wrong.last(states, lengths).detach(),
        ),
        Misconception(
            "mean_over_words",
            "This is an average over words. Asked is a single state.",
            wrong=lambda states, lengths: (
                (states * (torch.arange(states.shape[1]) < lengths[:, None])[..., None]).sum(1) / lengths[:, None]
            ),
        ),
        Misconception(
            "first_state",
            "This is the state after the first word.",
            wrong=lambda states, lengths: states[:, 0],
        ),
    ),
    properties=(NoState(),),
    accepts=(
        Accepted("gather", right=wrong.last),
        Accepted("a product with float32 ones and zeros", right=wrong.last_by_product),
        Accepted("a row at a time", right=lambda s, n: torch.stack([s[b, k - 1] for b, k in enumerate(n.tolist())])),
    ),
)

STATE_JACOBIAN = Exercise(
    name="state_jacobian",
    points=3,
    draws={
        "three steps": draws.chain(5, 4, 1, 4),
        "one step": draws.chain(3, 5, 0, 1),
        "no step": draws.chain(3, 4, 2, 2),
        "one unit, two steps": draws.chain(4, 1, 1, 3),
        "the end is not the last state": draws.chain(7, 3, 1, 5),
    },
    oracle=oracles.state_jacobian,
    hints=(
        "Begin with the smallest case: one step. Which states enter diag(1 - h^2), the one before or the one after?",
        "Begin with the identity. Each further step multiplies from the left, because it acts after all earlier ones.",
        "From start + 1 up to and including end: (1 - states[t]**2)[:, None] * W_hh is diag(1 - h_t^2) W_hh.",
    ),
    misconceptions=(
        Misconception(
            "no_derivative",
            "This is a power of W_hh. Every step goes through a tanh, whose slope depends on the state.",
            edits=(("(1 - states[t] ** 2)[:, None] * W_hh @ jacobian", "W_hh @ jacobian"),),
        ),
        Misconception(
            "order_reversed",
            "The steps are multiplied in the wrong order: the latest one must act last.",
            edits=(
                (
                    "(1 - states[t] ** 2)[:, None] * W_hh @ jacobian",
                    "jacobian @ ((1 - states[t] ** 2)[:, None] * W_hh)",
                ),
            ),
        ),
        Misconception(
            "transposed",
            "This is the transpose, which carries a gradient back. Entry [i, j] should be d h_end[i] / d h_start[j].",
            edits=(("return jacobian", "return jacobian.T"),),
        ),
        Misconception(
            "weights_transposed",
            "W_hh stands transposed, as it does in code for states in rows. Here h is a column.",
            wrong=wrong.jacobian(lambda h, W, J: np.diag(1 - h**2) @ W.T @ J),
        ),
        Misconception(
            "slope_on_the_wrong_side",
            "The slope of tanh stands on the other side of W_hh: it belongs to the unit that a step writes, not reads.",
            wrong=wrong.jacobian(lambda h, W, J: W @ np.diag(1 - h**2) @ J),
        ),
        Misconception(
            "slope_of_the_state_before",
            "The slope was taken at the state before the step. tanh is what made the state after it.",
            wrong=wrong.jacobian(lambda h, W, J: np.diag(1 - h**2) @ W @ J, shift=-1),
        ),
        Misconception(
            "one_step_too_many",
            "There is one factor too many: the step that led to h_start does not count.",
            wrong=wrong.jacobian(lambda h, W, J: np.diag(1 - h**2) @ W @ J, first=0),
        ),
        Misconception(
            "last_step_missing",
            "There is one factor too few: the step that leads to h_end counts.",
            wrong=wrong.jacobian(lambda h, W, J: np.diag(1 - h**2) @ W @ J, last_step=0),
        ),
        Misconception(
            "tanh_of_the_state",
            "The states are tanh already. The slope is 1 - h^2, not 1 - tanh(h)^2.",
            wrong=wrong.jacobian(lambda h, W, J: np.diag(1 - np.tanh(h) ** 2) @ W @ J),
        ),
    ),
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("backwards, with diag", right=wrong.jacobian_backwards),
        Accepted("einsum in torch", right=wrong.jacobian_in_torch),
    ),
)

MATRICES = {
    "four by four": draws.square(4),
    "a rotation": draws.rotation,
    "a negative eigenvalue": draws.negative,
    "a shear": draws.sheared,
    "one by one": draws.lone,
}
ABOUT_MATRICES = {
    "signed": (
        "largest_signed_eigenvalue",
        "This is the eigenvalue with the largest real part. Far out on the negative or the imaginary side is large as well.",
        lambda W: np.linalg.eigvals(W).real.max(),
    ),
    "frobenius": (
        "frobenius",
        "This is the root of the sum of all squares, the Frobenius norm, which counts every direction at once.",
        wrong.frobenius,
    ),
    "row": (
        "row_sums",
        "This is the largest sum over a row, the infinity norm.",
        lambda W: np.abs(W).sum(axis=1).max(),
    ),
    "trace": ("diagonal", "Entries on the diagonal are not eigenvalues.", lambda W: np.abs(np.diag(W)).max()),
}
SIGNED, FROBENIUS, ROW_SUMS, DIAGONAL = (
    Misconception(slug, hint, wrong=made) for slug, hint, made in ABOUT_MATRICES.values()
)

SPECTRAL_RADIUS = Exercise(
    name="spectral_radius",
    points=1,
    draws=MATRICES,
    oracle=oracles.spectral_radius,
    hints=(
        "np.linalg has a function for the eigenvalues of any square matrix. They may be complex.",
        "The modulus of a complex number, its distance from 0, is what np.abs gives.",
    ),
    misconceptions=(
        SIGNED,
        Misconception(
            "singular_value",
            "This is the largest singular value, the most that one multiplication stretches. The two agree for symmetric "
            "matrices, and W_hh is not symmetric.",
            wrong=wrong.sigma,
        ),
        Misconception(
            "assumes_symmetry",
            "eigvalsh reads one half of the matrix and believes that the other half mirrors it.",
            wrong=lambda W: np.abs(np.linalg.eigvalsh(W)).max(),
        ),
        Misconception(
            "real_parts_only",
            "The imaginary parts were dropped. A rotation would have no size.",
            wrong=lambda W: np.abs(np.linalg.eigvals(W).real).max(),
        ),
        FROBENIUS,
        DIAGONAL,
        Misconception(
            "first_of_the_list",
            "The eigenvalue that stands first in the list was taken. numpy does not sort eigenvalues, as it does singular "
            "values.",
            wrong=lambda W: np.abs(np.linalg.eigvals(W)[0]),
        ),
    ),
    properties=(InputsUnchanged(),),
    accepts=(
        Accepted("torch", right=wrong.radius_in_torch),
        Accepted("characteristic polynomial", right=lambda W: max(abs(r) for r in np.roots(np.poly(W)))),
    ),
)

LARGEST_SINGULAR_VALUE = Exercise(
    name="largest_singular_value",
    points=1,
    draws=MATRICES,
    oracle=oracles.largest_singular_value,
    hints=(
        "np.linalg.svd can return the singular values alone. In which order do they come?",
        "np.linalg.norm knows it as the norm of order 2 of a matrix.",
    ),
    misconceptions=(
        Misconception(
            "spectral_radius",
            "This is the spectral radius. One multiplication can stretch a vector by more than any eigenvalue says.",
            wrong=wrong.radius,
        ),
        FROBENIUS,
        Misconception(
            "root_forgotten",
            "This is the largest eigenvalue of W^T W, the square of what is asked.",
            wrong=lambda W: np.linalg.eigvalsh(W.T @ W).max(),
        ),
        Misconception(
            "smallest",
            "This is the least that a multiplication stretches. The singular values come in descending order.",
            edits=(("compute_uv=False)[0]", "compute_uv=False)[-1]"),),
        ),
        ROW_SUMS,
    ),
    properties=(InputsUnchanged(),),
    accepts=(
        Accepted("norm of order 2", right=wrong.sigma),
        Accepted("torch", right=lambda W: torch.linalg.matrix_norm(torch.as_tensor(W), 2)),
        Accepted("eigenvalues of W^T W", right=lambda W: np.linalg.eigvalsh(W.T @ W)[-1] ** 0.5),
    ),
)

GRADIENT_BOUND = Exercise(
    name="gradient_bound",
    points=2,
    parts=(Part("bound", 0.5), Part("must_vanish", 0.5), Part("may_explode", 0.5), Part("must_explode", 0.5)),
    draws={
        "a small matrix": draws.recurrent(draws.square(4, 0.15), 3),
        "a large matrix": draws.recurrent(draws.square(3, 1.5), 4),
        "radius below 1, norm above": draws.recurrent(draws.sheared, 2),
        "singular values of exactly 1": draws.recurrent(draws.unit_norm, 5),
        "no step": draws.recurrent(draws.square(3), 0),
    },
    oracle=oracles.gradient_bound,
    hints=(
        "One step multiplies the norm by sigma at most. What do several steps do, and where does that go?",
        "A bound that grows is permission, not an order. A bound that shrinks to nothing leaves no choice.",
        "tanh flattens: with states near 1 or -1 every gradient vanishes, however large the matrix. What can sigma alone "
        "guarantee, then?",
    ),
    misconceptions=(
        Misconception(
            "norm_over_one_explodes",
            "A norm above 1 was taken as proof of explosion. The tanh may flatten every step; see what the experiment "
            "after this exercise measures.",
            edits=(('"must_explode": False', '"must_explode": bool(sigma > 1)'),),
        ),
        Misconception(
            "radius_decides",
            "The spectral radius stands in the place of sigma. With a radius below 1 a product can still grow for a "
            "while, and products of different Jacobians can grow for ever.",
            wrong=wrong.bound(wrong.radius),
        ),
        Misconception(
            "bound_not_raised",
            "The bound is that of a single step.",
            edits=(("sigma**steps", "sigma"),),
        ),
        Misconception(
            "steps_times_sigma",
            "Factors of several steps were added. They multiply.",
            edits=(("sigma**steps", "sigma * steps"),),
        ),
        Misconception(
            "one_counts_as_vanishing",
            "With sigma exactly 1 the bound is 1 for ever: nothing forces the norm to shrink.",
            edits=(("sigma < 1", "sigma <= 1"),),
        ),
        Misconception(
            "growth_at_exactly_one",
            "With sigma exactly 1 the norm need not shrink, and it cannot grow either. Not to vanish is not yet to explode.",
            edits=(("sigma > 1", "sigma >= 1"),),
        ),
        Misconception(
            "frobenius",
            "The Frobenius norm bounds, too, but it is larger than what sigma allows.",
            wrong=wrong.bound(wrong.frobenius),
        ),
    ),
    accepts=(
        Accepted("norm of order 2", right=wrong.bound(wrong.sigma)),
        Accepted("eigenvalues of W^T W", right=wrong.bound(lambda W: np.linalg.eigvalsh(W.T @ W)[-1] ** 0.5)),
    ),
)

RESCALE_TO_RADIUS = Exercise(
    name="rescale_to_radius",
    points=1,
    draws={
        "four by four": draws.with_radius(draws.square(4), 1.2),
        "a rotation": draws.with_radius(draws.rotation, 0.9),
        "a negative eigenvalue": draws.with_radius(draws.negative, 2.5),
        "a shear": draws.with_radius(draws.sheared, 1.0),
        "one by one": draws.with_radius(draws.lone, 0.5),
    },
    oracle=oracles.rescale_to_radius,
    hints=(
        "What happens to every eigenvalue when the whole matrix is multiplied by a number c?",
        "Choose c so that the present radius times c is the radius that is wanted.",
    ),
    misconceptions=(
        Misconception(
            "scaled_by_the_norm",
            "The norm was set to the radius. The two are equal only for special matrices.",
            wrong=lambda W, radius: W * radius / wrong.sigma(W),
        ),
        Misconception(
            "divided_only",
            "The radius is 1 now, whatever was asked for.",
            edits=(("W * (radius / np.abs(np.linalg.eigvals(W)).max())", "W / np.abs(np.linalg.eigvals(W)).max()"),),
        ),
        Misconception(
            "multiplied_only",
            "The radius that the matrix had before is still in it.",
            edits=(("W * (radius / np.abs(np.linalg.eigvals(W)).max())", "W * radius"),),
        ),
        Misconception(
            "signed_eigenvalue",
            "The factor uses the eigenvalue with the largest real part, not the largest modulus.",
            wrong=lambda W, radius: W * radius / np.linalg.eigvals(W).real.max(),
        ),
        Misconception(
            "all_eigenvalues",
            "Every eigenvalue was moved to the radius. Asked is the same matrix times one number.",
            wrong=wrong.all_to_radius,
        ),
    ),
    properties=(InputsUnchanged(), NoAlias()),
    accepts=(
        Accepted("torch", right=lambda W, radius: torch.as_tensor(W) * radius / wrong.radius_in_torch(W)),
        Accepted("eigenvalue by eigenvalue", right=wrong.rescaled_by_parts),
    ),
)

TRAIN_AGREEMENT = Exercise(
    name="train_agreement",
    points=4,
    kind="training",
    probe=trained_reader,
    compare=AtLeast(threshold=0.85, band=0.12),
    time_limit=60.0,
    hidden_each=1,
    draws={"160 sentences with new nouns": draws.unseen},
    oracle=oracles.held_out_labels,
    threshold_evidence="The answer (GRU, 24 units, 600 steps) on 100 drawn cases, each with its own corpus, seed and "
    "held-out sentences: mean 0.9993, standard deviation 0.0021, worst 0.988. The threshold 0.85 lies 70 standard "
    "deviations below the mean and 0.138 below the worst. A network of true accuracy 0.95 would be below 0.85 of 160 "
    "sentences with probability 5e-7. Misconceptions, five cases each: determiner 0.49 to 0.60, determiner "
    "deleted 0.56 to 0.85, verb 0.54 to 0.62, "
    "last noun 0.39 to 0.40, inverted 0.06 to 0.24, endings removed 0.49 to 0.57. With 300 steps, and held-out sentences of "
    "six nouns, 1 of 100 answers fell to 0.81, which is why the text advises 600.",
    hints=(
        "Perfect in training and lost afterwards? Then ask what the training sentences offer that the others do not.",
        "Print the first two words of twenty training subjects, singular and plural. Take that away from all of them.",
        "Replace this, each, these and many by the, train on the words before the verb, read with last_state, and return "
        "the reader's predict.",
    ),
    misconceptions=(
        Misconception(
            "reads_the_determiner",
            "This reader learned the determiners of the training subjects, and held-out subjects have no telling ones.",
            wrong=wrong.reader_trained(sentences=wrong.raw),
        ),
        Misconception(
            "cue_deleted",
            "The telling words were deleted. Then every noun in training has a determiner but the subject, and that is a "
            "new cue: held-out subjects have one.",
            wrong=wrong.reader_trained(sentences=wrong.undetermined),
        ),
        Misconception(
            "reads_the_verb",
            "This reader had the verb among the words in training. Held-out sentences end before it.",
            wrong=wrong.reader_trained(sentences=wrong.with_verb),
        ),
        Misconception(
            "agrees_with_the_last_noun",
            "This reader learned to agree with the last noun: were the labels those of the subjects?",
            wrong=wrong.reader_trained(label=wrong.recent_label),
        ),
        Misconception(
            "singular_for_plural",
            "Nearly everything is wrong, so nearly everything is known: is 1 plural in what you return?",
            wrong=wrong.reader_trained(answer=lambda predicted: 1 - predicted),
        ),
        Misconception(
            "endings_removed",
            "The words were reduced to stems before training, and number lives in the ending.",
            wrong=wrong.reader_trained(sentences=wrong.stemmed),
        ),
    ),
    properties=(),
    accepts=(
        Accepted("its own loop with a packed LSTM", right=wrong.own_loop),
        Accepted("no determiner anywhere", right=wrong.without_determiners),
        Accepted("an LSTM", right=wrong.reader_trained(kind="lstm", steps=600)),
    ),
)

SURPRISE_BITS = Exercise(
    name="surprise_bits",
    points=2,
    draws={
        "four words of five": draws.scores(4, 5),
        "as many words as there are": draws.scores(6, 6),
        "scores of a thousand": draws.scores(5, 4, around=1000.0),
        "two words": draws.scores(2, 3),
        "one word": draws.scores(1, 4),
    },
    oracle=oracles.surprise_bits,
    hints=(
        "Which row of the logits speaks about tokens[1]? Say it for the smallest case, two tokens.",
        "Rows 0 to T - 2 and tokens 1 to T - 1 belong together.",
        "Subtract each row's maximum before the exponential, take logarithms of sums, and divide by log 2 at the end.",
    ),
    misconceptions=(
        Misconception(
            "nats",
            "The numbers are too small by a factor of 0.69 everywhere: these are nats.",
            edits=(("tokens[1:]] / np.log(2)", "tokens[1:]]"),),
        ),
        Misconception(
            "row_of_the_word_itself",
            "Each token was scored by the row that was computed after reading it. By then it is no surprise.",
            edits=(("log_p[np.arange(len(tokens) - 1), tokens[1:]]", "log_p[np.arange(1, len(tokens)), tokens[1:]]"),),
        ),
        Misconception(
            "word_just_read",
            "Row t was asked about token t, the one it had just read. Its scores are about the token that comes next.",
            edits=(("tokens[1:]] / np.log(2)", "tokens[:-1]] / np.log(2)"),),
        ),
        Misconception(
            "first_token_too",
            "The first token was scored as well, by a row that had read it.",
            edits=(("log_p[np.arange(len(tokens) - 1), tokens[1:]]", "log_p[np.arange(len(tokens)), tokens]"),),
        ),
        Misconception(
            "no_shift",
            "Large scores overflow: the exponential of a thousand is more than a float can hold.",
            wrong=wrong.unshifted_bits,
        ),
        Misconception(
            "entropy",
            "This is the surprise expected before the word is known, the entropy. Asked is the surprise at the word that came.",
            wrong=wrong.entropy_bits,
        ),
        Misconception(
            "sign_forgotten",
            "Surprise is not negative.",
            edits=(("return -log_p", "return log_p"),),
        ),
    ),
    properties=(InputsUnchanged(), NoState()),
    accepts=(
        Accepted("loops and math", right=wrong.surprise_with_loops),
        Accepted("cross-entropy of torch", right=wrong.surprise_in_torch),
    ),
)

MEMORY_CLAIM = Written(
    name="memory_claim",
    rubric=(
        Criterion(
            1, "States one claim about memory that an experiment could refute, and says before it which result would."
        ),
        Criterion(1, "Changes one dial and holds the others; names at least one of the two baselines as what to beat."),
        Criterion(1, "Reports numbers with their intervals and the single networks, not only one mean."),
        Criterion(1, "Concludes no more than the numbers carry, and names one thing that this experiment cannot tell."),
    ),
)

LESSON = Lesson(
    name="lesson7_long_range_agreement",
    learns="measure how far a network remembers, with intervals, and say why it forgets",
    figure="error against distance and against attractors, with Wilson intervals and both baselines",
    figure_alt="Accuracy against distance and against attractors for three kinds of network",
    title="The keys to the cabinets",
    minutes=90,
    exercises=(
        COUNT_ATTRACTORS,
        MAJORITY_BASELINE,
        RECENT_NOUN_BASELINE,
        WILSON_INTERVAL,
        ACCURACY_BY,
        LAST_STATE,
        STATE_JACOBIAN,
        SPECTRAL_RADIUS,
        LARGEST_SINGULAR_VALUE,
        GRADIENT_BOUND,
        RESCALE_TO_RADIUS,
        TRAIN_AGREEMENT,
        SURPRISE_BITS,
        MEMORY_CLAIM,
    ),
)
