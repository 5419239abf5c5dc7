"""Lesson 6: stacked layers. Oracles, wrong and accepted answers stand in the modules beside this one."""

from __future__ import annotations

from course_utils.comparing import Counts
from course_utils.probes.decoding import greedy_tokens
from course_utils.probes.masks import dropout_pairs
from course_utils.probes.stacks import stack
from course_utils.properties import Causal, InputsUnchanged, NoAlias, NoState
from grader.exercises import _lesson6_stacking_accepted as accepted
from grader.exercises import _lesson6_stacking_draws as draws
from grader.exercises import _lesson6_stacking_misconceptions as misconceptions
from grader.exercises import _lesson6_stacking_oracles as oracles
from grader.spec import Accepted, Criterion, Exercise, Lesson, Part, Written

STACKED_FORWARD = Exercise(
    name="stacked_forward",
    points=3,
    parts=(Part("top", 2), Part("final", 1)),
    draws={
        "two rows, three steps, three layers": draws.forward_draw(2, 3, 5, 4, 3),
        "as many inputs as units": draws.forward_draw(3, 4, 2, 2, 2),
        "one layer": draws.forward_draw(2, 5, 3, 1, 1),
        "all sizes one, two layers": draws.forward_draw(1, 1, 1, 1, 2),
        "no step at all": draws.forward_draw(2, 0, 3, 1, 2),
    },
    oracle=oracles.forward,
    properties=(InputsUnchanged(), NoAlias(), NoState(), Causal("x")),
    hints=(
        "A layer does not know where its inputs come from. What does the second layer read?",
        "Finish one layer for all time steps, then hand its states (B, T, H) to the next as if they were inputs.",
        "Two loops: over the layers outside, over time inside. Each layer starts from its own h0[l] and its last state "
        "goes into final[l].",
    ),
    misconceptions=misconceptions.STACKED_FORWARD,
    accepts=(
        Accepted("grid_by_steps", right=accepted.grid_by_steps),
        Accepted("torch_inside", right=accepted.torch_inside),
    ),
)

INTER_LAYER_DROPOUT = Exercise(
    name="inter_layer_dropout",
    points=2,
    draws={
        "eight numbers, p = 0.3, in training": draws.dropout_draw(0.3, True, (2, 2, 2), calls=1200),
        "p = 0.8, in training": draws.dropout_draw(0.8, True),
        "p = 0, in training": draws.dropout_draw(0.0, True),
        "p = 0.3, not in training": draws.dropout_draw(0.3, False),
    },
    oracle=oracles.dropout,
    probe=dropout_pairs,
    compare=Counts(),
    time_limit=8.0,
    hints=(
        "Two questions: what happens outside training, and what is the mean of a number that survives with "
        "probability 1 - p?",
        "Draw one uniform number per entry of x. Where it is at least p, the entry survives.",
        "Divide the survivors by 1 - p, so that the mean over all masks is x again. Outside training return x "
        "unchanged.",
    ),
    misconceptions=misconceptions.INTER_LAYER_DROPOUT,
    accepts=(
        Accepted("binomial_mask", right=accepted.binomial_mask),
        Accepted("coin_by_coin", right=accepted.coin_by_coin),
        Accepted("torch_dropout", right=accepted.torch_dropout),
    ),
    equivalent={
        "rng.random(x.shape) >= p -> rng.random(x.shape) > p": "a uniform number equals p with probability zero",
    },
)

STACKED_RNN = Exercise(
    name="StackedRNN",
    points=4,
    kind="module",
    parts=(
        Part("outputs", 1),
        Part("final", 0.5),
        Part("gradients", 1.5),
        Part("second call", 0.5),
        Part("trainable", 0.5),
    ),
    draws={
        "three layers, dropout and not in training": draws.module_draw(1, 3, 4, 2, 3, dropout=0.5),
        "as many inputs as units, no h0": draws.module_draw(3, 2, 2, 2, 2, start=False),
        "one layer, one step, no h0": draws.module_draw(3, 1, 4, 2, 1, start=False),
        "all results that dropout can give one unit": draws.module_draw(1, 2, 3, 1, 2, dropout=0.4, copies=1500),
        "all results that dropout can give two units": draws.module_draw(1, 2, 3, 2, 2, dropout=0.4, copies=1500),
        "larger, three layers": draws.module_draw(2, 4, 5, 3, 3),
    },
    hidden_only=frozenset({"larger, three layers", "all results that dropout can give two units"}),
    oracle=oracles.module,
    probe=stack,
    time_limit=8.0,
    hints=(
        "Which layers read x, and which read H numbers? Who must be able to find all of them when training begins?",
        "Keep the linear layers in two nn.ModuleList: self.i2h with D or H inputs, self.h2h with H inputs and "
        "bias=False.",
        "forward is stacked_forward with tensors; collect states in a list and torch.stack them on axis 1.",
        "nn.Dropout stands between two layers: before every layer except the bottom one. model.eval() switches it "
        "off for you.",
    ),
    misconceptions=misconceptions.STACKED_RNN,
    accepts=(Accepted("grid_with_its_own_masks", right=accepted.GridModule),),
)

STACKED_BACKWARD = Exercise(
    name="stacked_backward",
    points=5,
    parts=(Part("dx", 1), Part("dh0", 1), Part("dW_xh", 1), Part("dW_hh", 1), Part("db_h", 1)),
    draws={
        "one row, three layers": draws.backward_draw(1, 3, 4, 2, 3),
        "as many inputs as units": draws.backward_draw(3, 2, 2, 2, 2),
        "one layer": draws.backward_draw(2, 4, 1, 3, 1),
        "all sizes one, two layers": draws.backward_draw(1, 1, 1, 1, 2),
        "no step at all": draws.backward_draw(2, 0, 3, 1, 2),
        "two rows, three layers": draws.backward_draw(2, 4, 5, 3, 3),
    },
    hidden_only=frozenset({"two rows, three layers"}),
    oracle=oracles.backward,
    properties=(InputsUnchanged(), NoAlias(), NoState()),
    hints=(
        "A state is read by two: by the layer above at the same step, and by its own layer one step later.",
        "Go through the layers from the top down. What one layer gives as gradient of its inputs is the upstream "
        "of the next.",
        "Inside a layer go back in time: add the upstream and the carry, times 1 - h**2; that times W_hh is the "
        "carry of the step before.",
        "The carry that is left before the first step is dh0 of that layer. Insert results at the front to keep "
        "the order.",
    ),
    misconceptions=misconceptions.STACKED_BACKWARD,
    accepts=(
        Accepted("time_outside", right=accepted.backward_by_steps),
        Accepted("autograd", right=accepted.backward_by_autograd),
    ),
)

LINEAR_PROBE = Exercise(
    name="linear_probe",
    points=2,
    draws={
        "four units, three classes": draws.probe_draw(60, 4, 3, 0.9),
        "one unit, two classes far from zero": draws.probe_draw(50, 1, 2, 0.8, offset=4.0),
        "an odd number of rows": draws.probe_draw(61, 3, 4, 0.6),
        "five units, five classes": draws.probe_draw(64, 5, 5, 0.7, offset=1.0),
    },
    oracle=oracles.probe_accuracy,
    hints=(
        "Why would a probe with as many weights as examples look perfect if it were scored on what it was fitted to?",
        "Columns: the states and a column of ones. Targets: one column per class, 1 in the label's column and 0 "
        "elsewhere.",
        "np.linalg.lstsq on the first N // 2 rows, argmax of the scores of all the other rows, share of right guesses.",
    ),
    misconceptions=misconceptions.LINEAR_PROBE,
    accepts=(
        Accepted("normal_equations", right=accepted.normal_equations),
        Accepted("torch_float32", right=accepted.torch_least_squares),
    ),
    equivalent={
        "1 -> 2 #2": "one more column of zeros: the scores of the real classes sum to one, so a zero never is the "
        "highest",
    },
)

STACKED_PARAMETER_COUNT = Exercise(
    name="stacked_parameter_count",
    points=1,
    draws={
        "four inputs, five units, three layers": draws.count_draw(4, 5, 3),
        "one layer": draws.count_draw(7, 3, 1),
        "more layers than units": draws.count_draw(9, 2, 6),
        "a real size": draws.count_draw(300, 512, 4),
    },
    oracle=oracles.parameter_count,
    hints=(
        "Count the bottom layer alone: a matrix that reads, a matrix that remembers, a bias.",
        "The layers above are all alike. How many numbers does each of them read?",
    ),
    misconceptions=misconceptions.STACKED_PARAMETER_COUNT,
    accepts=(
        Accepted("layer_by_layer", right=accepted.summed_layers),
        Accepted("counted_on_modules", right=accepted.counted_on_modules),
    ),
)

WIDTH_FOR_BUDGET = Exercise(
    name="width_for_budget",
    points=1,
    draws={
        "a budget hit exactly": draws.budget_draw(4, 9, 3, 0),
        "one number short of the next width": draws.budget_draw(6, 11, 2, 2 * 3 * 11),
        "one layer": draws.budget_draw(30, 40, 1, 7),
        "many inputs, four layers": draws.budget_draw(90, 20, 4, 60),
        "not even one unit": draws.given_budget(0, 8, 9, 2),
        "a million": draws.given_budget(10**6, 1000, 64, 3),
    },
    oracle=oracles.width,
    time_limit=3.0,
    hints=(
        "Try widths one after the other: when do you stop, and which one do you return?",
        "stacked_parameter_count tells you what a width costs. The budget may be used up to the last number.",
    ),
    misconceptions=misconceptions.WIDTH_FOR_BUDGET,
    accepts=(
        Accepted("bisection", right=accepted.bisected),
        Accepted("quadratic_formula", right=accepted.solved_by_formula),
    ),
)

GREEDY_DECODE = Exercise(
    name="greedy_decode",
    points=2,
    draws={
        "a sentence that ends by itself": draws.decode_draw(7, 5, 9, 3, 6),
        "a sentence that is cut": draws.decode_draw(6, 4, 5, 5, 5),
        "a sentence exactly as long as allowed": draws.decode_draw(6, 4, 4, 4, 4),
        "an empty sentence": draws.decode_draw(5, 3, 6, 0, 0),
        "no token allowed": draws.decode_draw(4, 3, 0, 0, 0),
    },
    oracle=oracles.decoded,
    probe=greedy_tokens,
    hints=(
        "In training the decoder reads the right word before. What can it read when nobody knows the translation?",
        "Begin with bos and the encoder's state. Each call of step gives scores for the next token and the state "
        "to go on with.",
        "Stop at eos without keeping it, or after max_length tokens, whichever comes first.",
    ),
    misconceptions=misconceptions.GREEDY_DECODE,
    accepts=(
        Accepted("while_loop", right=accepted.while_loop),
        Accepted("recursive", right=accepted.recursive),
    ),
)

BEFORE_ADDING_A_LAYER = Written(
    name="before_adding_a_layer",
    rubric=(
        Criterion(
            1,
            "Looks at training and held-out error first, and says what each pattern means: "
            "no layer cures overfitting or too little data",
        ),
        Criterion(
            1,
            "Compares at an equal number of parameters (or equal computing), over several seeds, "
            "with the spread beside the difference",
        ),
        Criterion(
            1,
            "Names a measurement inside the network (gradient per layer, probe per layer, or what the state can hold) "
            "and what it would have to show",
        ),
    ),
)

LESSON = Lesson(
    name="lesson6_stacking",
    learns="stack layers with all their gradients, and compare depth with width fairly",
    figure="one wide network against several narrow layers, at equal parameters and over seeds",
    figure_alt="Held-out bits per character of one wide layer",
    title="Deeper, not only longer",
    minutes=90,
    exercises=(
        STACKED_FORWARD,
        INTER_LAYER_DROPOUT,
        STACKED_RNN,
        STACKED_BACKWARD,
        LINEAR_PROBE,
        STACKED_PARAMETER_COUNT,
        WIDTH_FOR_BUDGET,
        GREEDY_DECODE,
        BEFORE_ADDING_A_LAYER,
    ),
)
