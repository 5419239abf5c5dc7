"""What students believe in lesson 6, each belief with a hint. Longer wrong answers stand in the module beside this."""

from __future__ import annotations

from grader.exercises import _lesson6_stacking_wrong as wrong
from grader.spec import Misconception

STACKED_FORWARD = (
    Misconception(
        "every_layer_reads_x",
        "Here every layer reads the inputs x, so the layers stand side by side instead of on top of each other.",
        wrong=wrong.every_layer_reads_x,
    ),
    Misconception(
        "one_state_through_all",
        "Here one state wanders up through the layers and on in time. Every layer has a state of its own, which only "
        "that layer continues.",
        wrong=wrong.one_state_through_all,
    ),
    Misconception(
        "one_cell_shared",
        "Here the first layer's weights are used in every layer. Weights are shared over time, not over depth.",
        edits=(
            (
                "for (W_xh, W_hh, b_h), h in zip(layers, h0):",
                "for (W_xh, W_hh, b_h), h in zip([layers[0]] * len(layers), h0):",
            ),
        ),
    ),
    Misconception(
        "h0_for_the_bottom_only",
        "Only the bottom layer starts from its h0 here, the layers above start from zeros.",
        edits=(
            (
                "        states = np.zeros(",
                "        h = h if not final else np.zeros_like(h)\n        states = np.zeros(",
            ),
        ),
    ),
    Misconception(
        "bottom_h0_for_all",
        "Every layer starts from the bottom layer's h0 here.",
        edits=(
            (
                "    for (W_xh, W_hh, b_h), h in zip(layers, h0):\n",
                "    for W_xh, W_hh, b_h in layers:\n        h = h0[0]\n",
            ),
        ),
    ),
    Misconception(
        "starts_where_the_layer_below_ended",
        "A layer above starts here from the last state of the layer below: that is a state of the future.",
        edits=(("        states = np.zeros(", "        h = final[-1] if final else h\n        states = np.zeros("),),
    ),
    Misconception(
        "reads_the_step_before",
        "A layer above reads here what the layer below said one step earlier. All layers of a step belong to the same "
        "moment.",
        wrong=wrong.reads_the_step_before,
    ),
    Misconception(
        "final_of_the_top_only",
        "`final` holds the top layer's last state only. A stack is continued from the last states of all its layers.",
        edits=(("np.stack(final)", "final[-1]"),),
    ),
    Misconception(
        "final_upside_down",
        "`final` runs from the top to the bottom here. It has the order of `layers` and `h0`.",
        edits=(("np.stack(final)", "np.stack(final[::-1])"),),
    ),
    Misconception(
        "no_bias",
        "The bias b_h is left out of the sum.",
        edits=((" + b_h)", ")"),),
    ),
)

INTER_LAYER_DROPOUT = (
    Misconception(
        "not_rescaled",
        "The survivors keep their size here, so on average the next layer receives less in training than later in use.",
        edits=(("x * keep / (1 - p)", "x * keep"),),
    ),
    Misconception(
        "active_outside_training",
        "Numbers are dropped outside training too.",
        edits=(("    if not training:\n        return x\n", ""),),
    ),
    Misconception(
        "training_and_use_exchanged",
        "Numbers are dropped in use and not in training: the flag is read the wrong way round.",
        edits=(("if not training", "if training"),),
    ),
    Misconception(
        "p_is_the_chance_to_stay",
        "Here p is the probability that a number stays. In this course, as in PyTorch, p is the probability that "
        "it is dropped.",
        edits=((">= p", "< p"), ("(1 - p)", "max(p, 1e-9)")),
    ),
    Misconception(
        "scaled_by_p",
        "The survivors are divided by p, the share that is dropped.",
        edits=(("(1 - p)", "max(p, 1e-9)"),),
    ),
    Misconception(
        "scaled_in_use",
        "Outside training the numbers are made smaller. That is the older recipe; the inverted one leaves them alone.",
        edits=(("        return x\n", "        return x * (1 - p)\n"), ("x * keep / (1 - p)", "x * keep")),
    ),
    Misconception(
        "exactly_a_share",
        "The same count of numbers is dropped every time. p is the chance of each number by itself, so the count varies.",
        wrong=wrong.drops_exactly_a_share,
    ),
    Misconception(
        "same_mask_for_every_row",
        "All rows of the batch lose the same numbers. Each row is an example of its own and draws for itself.",
        edits=(("rng.random(x.shape)", "rng.random(x.shape[1:])"),),
    ),
    Misconception(
        "same_mask_for_every_step",
        "All time steps lose the same units. That is a dropout of another kind (Gal and Ghahramani 2016); here "
        "every number is drawn by itself.",
        edits=(("rng.random(x.shape)", "rng.random((x.shape[0], 1, x.shape[2]))"),),
    ),
    Misconception(
        "whole_steps_dropped",
        "A whole state is dropped or kept here. The mask is drawn for each of its units.",
        edits=(("rng.random(x.shape)", "rng.random((*x.shape[:2], 1))"),),
    ),
    Misconception(
        "same_mask_for_every_call",
        "Every call draws the same mask: a generator made inside the function starts afresh each time. Draw from "
        "`rng`.",
        edits=(("rng.random(x.shape)", "np.random.default_rng(0).random(x.shape)"),),
    ),
)

STACKED_RNN = (
    Misconception(
        "plain_lists",
        "The layers stand in Python lists. nn.Module does not look into lists, so an optimiser finds no parameters.",
        wrong=wrong.PlainLists,
    ),
    Misconception(
        "every_layer_reads_x",
        "Every layer reads the inputs x.",
        edits=(
            ("            inputs = torch.stack(states, dim=1)\n", "            top = torch.stack(states, dim=1)\n"),
            ("return inputs, torch.stack(final)", "return top, torch.stack(final)"),
        ),
    ),
    Misconception(
        "dropout_after_the_top",
        "Dropout also falls on the top layer's outputs. It belongs between the layers only.",
        edits=(("return inputs, torch", "return self.dropout(inputs), torch"),),
    ),
    Misconception(
        "dropout_on_x",
        "Dropout falls on the inputs x of the bottom layer too. It belongs between the layers only.",
        edits=(("self.dropout(inputs) if layer else inputs", "self.dropout(inputs)"),),
    ),
    Misconception(
        "dropout_on_the_memory",
        "Dropout falls on the state that a layer hands to its own next step. Only what goes up to the next layer "
        "is dropped.",
        edits=(
            ("self.h2h[layer](h)", "self.h2h[layer](self.dropout(h))"),
            ("self.dropout(inputs) if layer else inputs", "inputs"),
        ),
    ),
    Misconception(
        "dropout_forgotten",
        "The argument `dropout` changes nothing.",
        edits=(("self.dropout(inputs) if layer else inputs", "inputs"),),
    ),
    Misconception(
        "dropout_always_on",
        "Dropout is active even after model.eval().",
        edits=(("self.dropout(inputs) if layer", "nn.functional.dropout(inputs, self.dropout.p) if layer"),),
    ),
    Misconception(
        "not_rescaled",
        "In training the survivors keep their size, so the layer above receives less than it will in use.",
        edits=(
            ("self.dropout(inputs) if layer", "self.dropout(inputs) * (1 - self.dropout.p * self.training) if layer"),
        ),
    ),
    Misconception(
        "dropped_on_the_way_to_final",
        "`final` shows what dropout has left for the layer above. The memory with which the sequence is continued is "
        "the state before dropout.",
        wrong=wrong.DropsFinal,
    ),
    Misconception(
        "one_mask_for_all_steps",
        "All time steps lose the same units. nn.Dropout, as nn.RNN uses it, draws for every number by itself.",
        edits=(("self.dropout(inputs) if layer", "inputs * self.dropout(torch.ones_like(inputs[:, :1])) if layer"),),
    ),
    Misconception(
        "one_cell_for_all_layers",
        "All upper layers use the weights of layer 1. Every layer has weights of its own.",
        edits=(("self.h2h[layer](h)", "self.h2h[min(layer, 1)](h)"), ("self.i2h[layer](", "self.i2h[min(layer, 1)](")),
    ),
    Misconception(
        "two_biases",
        "h2h has a bias as well. Two biases that are always added are one bias, counted twice.",
        edits=((", bias=False", ""),),
    ),
    Misconception(
        "h0_ignored",
        "The argument h0 changes nothing: every layer starts from zeros.",
        edits=(("if h0 is None:\n", "if True:\n"),),
    ),
    Misconception(
        "gradient_cut_between_layers",
        "No gradient comes down through the layers: something detaches the states, so lower layers cannot learn.",
        edits=(
            (
                "            inputs = torch.stack(states, dim=1)\n",
                "            inputs = torch.stack(states, dim=1).detach()\n",
            ),
            ("return inputs, torch", "return torch.stack(states, dim=1), torch"),
        ),
    ),
    Misconception(
        "gradient_cut_in_time",
        "No gradient goes back in time: something detaches the state between two steps.",
        edits=(("self.h2h[layer](h)", "self.h2h[layer](h.detach())"),),
    ),
    Misconception(
        "state_kept_between_calls",
        "A second call continues where the first one ended. Without h0 a call starts from zeros, with h0 from h0.",
        edits=(
            (
                "        inputs, final = x, []\n",
                "        h0 = getattr(self, 'kept', h0)\n        inputs, final = x, []\n",
            ),
            (
                "        return inputs, torch.stack(final)",
                "        self.kept = torch.stack(final).detach()\n        return inputs, torch.stack(final)",
            ),
        ),
    ),
)

STACKED_BACKWARD = (
    Misconception(
        "above_forgotten",
        "Lower layers receive nothing from the layer above. Blame comes down as well as back.",
        edits=(("        upstream = da @ W_xh\n", "        upstream = np.zeros_like(da @ W_xh)\n"),),
    ),
    Misconception(
        "future_forgotten",
        "No blame comes back from the next time step: the carry is lost.",
        edits=(("upstream[:, t] + carry", "upstream[:, t]"),),
    ),
    Misconception(
        "slope_missing_on_the_way_down",
        "What goes down was taken in front of tanh's derivative. The layer below was read inside the tanh, so its "
        "blame passes through the slope too.",
        wrong=wrong.goes_down_without_slope,
    ),
    Misconception(
        "carry_taken_along",
        "The carry of one layer was taken along to the next. In every layer it begins with zeros: nothing comes from "
        "behind the last step.",
        edits=(
            (
                "        da, carry = np.zeros_like(states), np.zeros_like(h0)\n",
                "        da, carry = np.zeros_like(states), dh0[0] if dh0 else np.zeros_like(h0)\n",
            ),
        ),
    ),
    Misconception(
        "layers_upside_down",
        "The gradients are listed from the top layer to the bottom one. They have the order of `caches`.",
        edits=(("np.stack(dh0), dW_xh, dW_hh, db_h", "np.stack(dh0[::-1]), dW_xh[::-1], dW_hh[::-1], db_h[::-1]"),),
    ),
    Misconception(
        "dtop_into_every_layer",
        "The loss's gradient enters every layer here. The loss reads the top layer only; the others hear of it "
        "from above.",
        edits=(
            ("        upstream = da @ W_xh\n", "        dx, upstream = da @ W_xh, dtop\n"),
            ("return upstream, np", "return dx, np"),
        ),
    ),
    Misconception(
        "carry_after_tanh",
        "The carry from the next step is added after the derivative of tanh. It flows into the same state, so it "
        "goes through it too.",
        edits=(
            ("(upstream[:, t] + carry) * (1 - states[:, t] ** 2)", "upstream[:, t] * (1 - states[:, t] ** 2) + carry"),
        ),
    ),
    Misconception(
        "tanh_forgotten",
        "The derivative of tanh is missing.",
        edits=((" * (1 - states[:, t] ** 2)", ""),),
    ),
    Misconception(
        "w_hh_transposed",
        "Going back in time, W_hh is used the wrong way round.",
        edits=(("da[:, t] @ W_hh\n", "da[:, t] @ W_hh.T\n"),),
    ),
    Misconception(
        "state_of_now_in_dW_hh",
        "dW_hh pairs each step with its own state. W_hh has multiplied the state before it.",
        edits=(("[h0[:, None], states], axis=1)[:, :-1]", "[h0[:, None], states], axis=1)[:, 1:]"),),
    ),
    Misconception(
        "h0_is_zero",
        "dW_hh forgets that the first step has read h0.",
        edits=(("[h0[:, None], states]", "[0 * h0[:, None], states]"),),
    ),
    Misconception(
        "x_into_every_layer",
        "dW_xh of the upper layers pairs with the network's inputs. An upper layer has read the states below it.",
        edits=(('np.einsum("bth,btd->hd", da, x)', 'np.einsum("bth,btd->hd", da, caches[0][0])'),),
    ),
    Misconception(
        "mean_over_the_batch",
        "The gradients are divided by the batch size. A gradient of a sum is a sum; who wants a mean puts it into "
        "the loss.",
        edits=(
            ('np.einsum("bth,btd->hd", da, x)', 'np.einsum("bth,btd->hd", da, x) / len(da)'),
            ('np.einsum("bth,btg->hg", da, before)', 'np.einsum("bth,btg->hg", da, before) / len(da)'),
            ("da.sum(axis=(0, 1))", "da.sum(axis=1).mean(axis=0)"),
        ),
    ),
    Misconception(
        "dh0_before_w_hh",
        "dh0 is the gradient of the first state's sum, one multiplication with W_hh short of h0.",
        edits=(("dh0.insert(0, carry)", "dh0.insert(0, da[:, 0] if states.shape[1] else carry)"),),
    ),
    Misconception(
        "last_step_only",
        "The weights' gradients come from the last step only. The weights were used at every step.",
        edits=(
            ('np.einsum("bth,btd->hd", da, x)', 'np.einsum("bth,btd->hd", da[:, -1:], x[:, -1:])'),
            ('np.einsum("bth,btg->hg", da, before)', 'np.einsum("bth,btg->hg", da[:, -1:], before[:, -1:])'),
            ("da.sum(axis=(0, 1))", "da[:, -1:].sum(axis=(0, 1))"),
        ),
    ),
)

LINEAR_PROBE = (
    Misconception(
        "scored_on_what_it_was_fitted_to",
        "The score is that of the rows the probe was fitted to. Such a score says how much a probe can memorise.",
        edits=(
            ("guesses = (features[half:]", "guesses = (features[:half]"),
            ("labels[half:]).mean", "labels[:half]).mean"),
        ),
    ),
    Misconception(
        "fitted_on_everything",
        "The probe was fitted to all rows, the ones it is scored on among them.",
        edits=(("lstsq(features[:half], targets[:half]", "lstsq(features, targets"),),
    ),
    Misconception(
        "fitted_and_scored_on_everything",
        "All rows are used for fitting and all for the score. Nothing is held out.",
        edits=(
            ("lstsq(features[:half], targets[:half]", "lstsq(features, targets"),
            ("guesses = (features[half:]", "guesses = (features"),
            ("labels[half:]).mean", "labels).mean"),
        ),
    ),
    Misconception(
        "no_intercept",
        "The probe has no constant term, so its border between two classes must pass through zero.",
        edits=(("np.column_stack([states, np.ones(len(states))])", "states"),),
    ),
    Misconception(
        "label_as_a_quantity",
        "The class number is taken for a quantity, as if class 2 were twice class 1.",
        wrong=wrong.regresses_on_the_number,
    ),
    Misconception(
        "halves_exchanged",
        "The probe is fitted to the second half and scored on the first.",
        edits=(
            ("lstsq(features[:half], targets[:half]", "lstsq(features[half:], targets[half:]"),
            ("guesses = (features[half:]", "guesses = (features[:half]"),
            ("labels[half:]).mean", "labels[:half]).mean"),
        ),
    ),
    Misconception(
        "error_for_accuracy",
        "That is the share of wrong guesses.",
        edits=(("guesses == labels", "guesses != labels"),),
    ),
)

STACKED_PARAMETER_COUNT = (
    Misconception(
        "upper_layers_read_D",
        "Every layer is counted as if it read D inputs. A layer above reads H states.",
        edits=(("H * D + (L - 1) * H * H", "L * H * D"),),
    ),
    Misconception(
        "two_biases",
        "Two biases are counted per layer. PyTorch keeps two, this course one.",
        edits=(("H * H + H)", "H * H + 2 * H)"),),
    ),
    Misconception("no_bias", "The biases are not counted.", edits=((" + H)", ")"),)),
    Misconception(
        "one_bias_for_all",
        "One bias is counted for the whole stack. Every layer has its own.",
        edits=(("L * (H * H + H)", "L * H * H + H"),),
    ),
    Misconception(
        "one_layer_too_many",
        "L layers are counted above the bottom one; together with it there are L.",
        edits=(("(L - 1)", "L"), ("L * (H * H + H)", "(L + 1) * (H * H + H)")),
    ),
    Misconception(
        "nothing_between_the_layers",
        "The matrices with which a layer reads the one below are missing.",
        edits=((" + (L - 1) * H * H", ""),),
    ),
)

WIDTH_FOR_BUDGET = (
    Misconception(
        "first_that_is_too_wide",
        "That width costs more than the budget: it is the first that does not fit.",
        edits=(("    return H", "    return H + 1"),),
    ),
    Misconception(
        "budget_never_used_up",
        "A width that costs exactly the budget is refused. It fits.",
        edits=(("L) <= budget:", "L) < budget:"),),
    ),
    Misconception(
        "one_layers_formula",
        "The number of layers changes nothing here.",
        wrong=wrong.one_layers_formula,
    ),
    Misconception(
        "budget_shared_out",
        "Each layer receives an equal share of the budget, as if all read the input. Their costs differ, their "
        "width is the same.",
        wrong=wrong.budget_shared_out,
    ),
    Misconception(
        "only_the_squares",
        "Only the H x H matrices are counted. What reads the input, and the biases, cost something too.",
        wrong=wrong.only_the_squares,
    ),
    Misconception(
        "nearest_width",
        "That is the nearest width, and rounding up breaks the budget.",
        wrong=wrong.nearest_width,
    ),
)

GREEDY_DECODE = (
    Misconception(
        "never_stops",
        "Nothing ends the sentence: neither eos nor max_length.",
        edits=(("for _ in range(max_length)", "while True"), ("        if token == eos:\n            break\n", "")),
    ),
    Misconception(
        "stops_at_eos_only",
        "A decoder that never says eos would speak for ever: max_length is not heeded.",
        edits=(("for _ in range(max_length)", "while True"),),
    ),
    Misconception(
        "eos_ignored",
        "The sentence goes on after eos.",
        edits=(("        if token == eos:\n            break\n", ""),),
    ),
    Misconception(
        "eos_kept",
        "eos stands at the end of the result. It is a signal, not a word.",
        edits=(
            (
                "        if token == eos:\n            break\n        tokens.append(token)\n",
                "        tokens.append(token)\n        if token == eos:\n            break\n",
            ),
        ),
    ),
    Misconception(
        "bos_kept",
        "bos stands at the front of the result. It is a signal, not a word.",
        edits=(("tokens, token, state = []", "tokens, token, state = [bos]"),),
    ),
    Misconception(
        "feeds_bos_every_time",
        "Every step reads bos. The decoder must read the word it has just said.",
        edits=(("state = step(token, state)", "state = step(bos, state)"),),
    ),
    Misconception(
        "state_not_carried",
        "Every step starts from the encoder's state again.",
        edits=(("state = step(token, state)", "state = step(token, encoder_state)"),),
    ),
    Misconception(
        "least_likely",
        "The token with the lowest score is taken.",
        edits=(("np.argmax", "np.argmin"),),
    ),
    Misconception(
        "asks_once_too_often",
        "The sentence is right, but step is still asked for a token that will not be written.",
        wrong=wrong.asks_ahead,
    ),
    Misconception(
        "one_too_many",
        "One token more than max_length may be written.",
        edits=(("range(max_length)", "range(max_length + 1)"),),
    ),
)
