"""Wrong beliefs and other right ways of lesson 1, arrays and series: whole functions, each as a student might write it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from grader.spec import Misconception

# to_batch_first

TURN = "x.transpose(1, 0, 2)"
BATCH_FIRST = (
    Misconception(
        "reshape_for_transpose",
        "A reshape keeps the run of the numbers and only cuts it anew: your rows mix the steps of different sequences.",
        edits=((TURN, "x.reshape(x.shape[1], x.shape[0], x.shape[2])"),),
    ),
    Misconception(
        "all_axes_reversed",
        "All three axes were turned round. The last axis, the numbers of a step, stays last.",
        edits=((TURN, "x.T"),),
    ),
    Misconception(
        "last_axes_swapped",
        "The axes of the batch and of the numbers changed places. Time and batch are the two to exchange.",
        edits=((TURN, "x.transpose(0, 2, 1)"),),
    ),
    Misconception(
        "left_as_it_is",
        "Time is still first. Equal sizes of two axes do not make them the same axis.",
        edits=((TURN, "x.copy()"),),
    ),
    Misconception(
        "axes_rolled",
        "The axes moved round in a circle: batch came first, but the time steps ended up last.",
        edits=((TURN, "x.transpose(1, 2, 0)"),),
    ),
    Misconception(
        "time_reversed",
        "The axes are right, and the sequences run backwards.",
        edits=((TURN, "x.transpose(1, 0, 2)[:, ::-1]"),),
    ),
)

# pad_batch


def _pad(sequences: list[Any], value: float, left: bool = False) -> tuple[Any, Any]:
    longest = max(len(sequence) for sequence in sequences)
    x = np.full((len(sequences), longest, sequences[0].shape[1]), value)
    mask = np.zeros((len(sequences), longest), dtype=bool)
    for b, sequence in enumerate(sequences):
        place = slice(longest - len(sequence), longest) if left else slice(len(sequence))
        x[b, place], mask[b, place] = sequence, True
    return x, mask


def _pad_inverted(sequences: list[Any], value: float = 0.0) -> Any:
    x, mask = _pad(sequences, value)
    return x, ~mask


def _pad_mask_by_value(sequences: list[Any], value: float = 0.0) -> Any:
    x, _ = _pad(sequences, value)
    return x, (x != value).any(axis=2)


def _pad_mask_by_first_number(sequences: list[Any], value: float = 0.0) -> Any:
    x, _ = _pad(sequences, value)
    return x, x[:, :, 0] != value


def _pad_truncated(sequences: list[Any], value: float = 0.0) -> Any:
    shortest = min(len(sequence) for sequence in sequences)
    return np.stack([s[:shortest] for s in sequences]), np.ones((len(sequences), shortest), dtype=bool)


def _pad_mask_per_number(sequences: list[Any], value: float = 0.0) -> Any:
    x, mask = _pad(sequences, value)
    return x, np.repeat(mask[:, :, None], x.shape[2], axis=2)


def _pad_mask_long(sequences: list[Any], value: float = 0.0) -> Any:
    x, _ = _pad(sequences, value)
    lengths = np.array([len(sequence) for sequence in sequences])
    return x, np.arange(x.shape[1]) <= lengths[:, None]


def _pad_repeats(sequences: list[Any], value: float = 0.0) -> Any:
    x, mask = _pad(sequences, value)
    for row, sequence in zip(x, sequences, strict=True):
        if len(sequence):
            row[len(sequence) :] = sequence[-1]
    return x, mask


def _pad_time_first(sequences: list[Any], value: float = 0.0) -> Any:
    x, mask = _pad(sequences, value)
    return x.transpose(1, 0, 2), mask.T


def _pad_integers(sequences: list[Any], value: float = 0.0) -> Any:
    x, mask = _pad(sequences, value)
    return x.astype(int), mask


def pad_by_loops(sequences: list[Any], value: float = 0.0) -> Any:
    longest = max(map(len, sequences))
    x = np.zeros((len(sequences), longest, sequences[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(sequences), longest))
    for b in range(len(sequences)):
        for t in range(longest):
            x[b, t] = sequences[b][t] if t < len(sequences[b]) else value
            mask[b, t] = t < len(sequences[b])
    return [x, mask]


def pad_by_lists(sequences: list[Any], value: float = 0.0) -> Any:
    longest, filler = max(map(len, sequences)), [value] * sequences[0].shape[1]
    x = np.array([s.tolist() + [filler] * (longest - len(s)) for s in sequences])
    return x, np.array([[t < len(s) for t in range(longest)] for s in sequences])


def pad_by_torch(sequences: list[Any], value: float = 0.0) -> Any:
    tensors = [torch.tensor(sequence) for sequence in sequences]
    x = torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=value)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(t)) for t in tensors], batch_first=True)
    return x, mask.bool()


PAD = (
    Misconception(
        "pads_left",
        "Your padding stands before the sequences. Each sequence begins at the beginning of its row.",
        wrong=lambda sequences, value=0.0: _pad(sequences, value, left=True),
    ),
    Misconception("mask_inverted", "Your mask is True on the padding. It marks the real steps.", wrong=_pad_inverted),
    Misconception(
        "mask_from_values",
        "Your mask looks for the pad value in the numbers. A real step may hold that very number: only the lengths know.",
        wrong=_pad_mask_by_value,
    ),
    Misconception(
        "mask_from_first_number",
        "Your mask looks at the first number of each step. A real step may begin with the pad value: only the lengths know.",
        wrong=_pad_mask_by_first_number,
    ),
    Misconception(
        "cut_to_shortest",
        "You cut all sequences to the length of the shortest. Nothing of a sequence may be lost.",
        wrong=_pad_truncated,
    ),
    Misconception(
        "mask_per_number",
        "Your mask has an entry for every number. A whole step is real or padding: one entry for each row and step.",
        wrong=_pad_mask_per_number,
    ),
    Misconception(
        "mask_one_too_long",
        "Your mask also marks the first step after the end. A sequence of length 2 has the steps 0 and 1.",
        wrong=_pad_mask_long,
    ),
    Misconception(
        "always_pads_zero",
        "You pad with 0 whatever `value` says.",
        wrong=lambda sequences, value=0.0: _pad(sequences, 0.0),
    ),
    Misconception(
        "repeats_last_step",
        "You fill the rows with copies of the last real step. The filling is `value`.",
        wrong=_pad_repeats,
    ),
    Misconception(
        "time_first",
        "Your arrays have time first and the batch second, as `pad_sequence` makes them when it is told nothing else.",
        wrong=_pad_time_first,
    ),
    Misconception(
        "sorted_by_length",
        "Your rows are sorted by length. Row b belongs to sequence b, or labels no longer stand beside their sequences.",
        wrong=lambda sequences, value=0.0: _pad(sorted(sequences, key=len, reverse=True), value),
    ),
    Misconception(
        "results_exchanged",
        "The two results stand in the other order than asked for.",
        wrong=lambda sequences, value=0.0: _pad(sequences, value)[::-1],
    ),
    Misconception(
        "integer_array", "The fractions are gone: your array was made for whole numbers.", wrong=_pad_integers
    ),
)

# parameter_counts


def _counts(T: int, D: int, H: int, O: int, *, flat: int = 0, recurrent: int = 0) -> tuple[int, int]:
    """The right counts, moved by the given amounts."""
    readout = (H + 1) * O
    return (T * D + 1) * H + readout + flat, (D + H + 1) * H + readout + recurrent


def parameters_by_arrays(T: int, D: int, H: int, O: int) -> tuple[int, int]:
    both = [(O, H), (O,), (H,)]
    sizes = [sum(np.zeros(shape).size for shape in [*both, *own]) for own in ([(H, T * D)], [(H, D), (H, H)])]
    return sizes[0], sizes[1]


def parameters_as_floats(T: int, D: int, H: int, O: int) -> list[float]:
    out = O * (H + 1.0)
    return [H * (T * D + 1.0) + out, H * (D + H + 1.0) + out]


PARAMETERS = (
    Misconception(
        "biases_forgotten",
        "Only the matrices were counted. Hidden units and outputs have a bias each.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, flat=-H - O, recurrent=-H - O),
    ),
    Misconception(
        "hidden_bias_forgotten",
        "The biases of the hidden units are missing.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, flat=-H, recurrent=-H),
    ),
    Misconception(
        "output_biases_forgotten",
        "The biases of the outputs are missing.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, flat=-O, recurrent=-O),
    ),
    Misconception(
        "readout_forgotten",
        "The way from the hidden units to the outputs is missing.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, flat=-(H + 1) * O, recurrent=-(H + 1) * O),
    ),
    Misconception(
        "time_in_recurrent",
        "Your recurrent network has weights of its own for every time step. It uses the same ones at each.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=(T - 1) * (D + H + 1) * H),
    ),
    Misconception(
        "time_in_everything",
        "Your recurrent count is T copies of one step, read-out included. A loop that runs T times stores its weights once.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=(T - 1) * ((D + H + 1) * H + (H + 1) * O)),
    ),
    Misconception(
        "readout_for_each_step",
        "Your recurrent network has a read-out of its own for every time step. Whichever state is read, the weights are the same.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=(T - 1) * (H + 1) * O),
    ),
    Misconception(
        "time_in_recurrent_inputs",
        "Your recurrent network has one input matrix for each time step. It uses the same one at each.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=(T - 1) * D * H),
    ),
    Misconception(
        "time_missing_in_feedforward",
        "Your feedforward network sees a single step. The flattened sequence is longer.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, flat=-(T - 1) * D * H),
    ),
    Misconception(
        "two_recurrent_biases",
        "You counted two hidden biases, as PyTorch stores them. Our table has the one b_h: only their sum matters.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=H),
    ),
    Misconception(
        "no_state_to_state",
        "The weights from state to state are missing: without them nothing is carried along.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O, recurrent=-H * H),
    ),
    Misconception(
        "counts_exchanged",
        "The two counts stand in the other order than asked for.",
        wrong=lambda T, D, H, O: _counts(T, D, H, O)[::-1],
    ),
)

# create_sequences


def _cut(series: Any, starts: Iterable[int], window: int, ahead: int) -> tuple[Any, Any]:
    """Windows at `starts`, targets `ahead` steps after the window's first step."""
    starts = list(starts)
    return np.array([series[s : s + window] for s in starts]), np.array([series[s + ahead] for s in starts])


def _axis_last(series: Any, window: int, horizon: int = 1) -> Any:
    count = len(series) - window - horizon + 1
    views = np.lib.stride_tricks.sliding_window_view(series, window, axis=0)[:count]
    return views.copy(), series[window + horizon - 1 :].copy()


def _whole_stretch(series: Any, window: int, horizon: int = 1) -> Any:
    starts = range(len(series) - window - horizon + 1)
    X, _ = _cut(series, starts, window, 0)
    return X, np.array([series[s + window : s + window + horizon] for s in starts])


def _axis_added(series: Any, window: int, horizon: int = 1) -> Any:
    X, y = sequences_by_loop(series, window, horizon)
    return (X[..., None], y[..., None]) if series.ndim == 1 else (X, y)


def _one_number_as_target(series: Any, window: int, horizon: int = 1) -> Any:
    X, y = sequences_by_loop(series, window, horizon)
    return X, y if series.ndim == 1 else y[:, 0]


def _windows_flattened(series: Any, window: int, horizon: int = 1) -> Any:
    X, y = sequences_by_loop(series, window, horizon)
    return X.reshape(len(X), -1), y


def sequences_by_loop(series: Any, window: int, horizon: int = 1) -> Any:
    X, y = [], []
    for end in range(window, len(series) - horizon + 1):
        X.append(series[end - window : end])
        y.append(series[end + horizon - 1])
    return np.array(X), np.array(y)


def sequences_by_view(series: Any, window: int, horizon: int = 1) -> Any:
    y = series[window + horizon - 1 :]
    X = np.lib.stride_tricks.sliding_window_view(series, window, axis=0)[: len(y)]
    return np.moveaxis(X, -1, 1), y


def sequences_by_unfold(series: Any, window: int, horizon: int = 1) -> Any:
    steps = torch.tensor(series, dtype=torch.float32)
    y = steps[window + horizon - 1 :]
    return steps.unfold(0, window, 1)[: len(y)].movedim(-1, 1), y


SEQUENCES = (
    Misconception(
        "target_inside_window",
        "Your target is one step too early: with horizon 1 it is the window's own last number, which the network has just read.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(len(series) - window - horizon + 1), window, window + horizon - 2
        ),
    ),
    Misconception(
        "last_example_dropped",
        "One example is missing at the end: its target is the very last step of the series, which exists.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(len(series) - window - horizon), window, window + horizon - 1
        ),
    ),
    Misconception(
        "one_example_too_many",
        "Your loop runs one example too far: the target of the last one lies beyond the end of the series.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(len(series) - window - horizon + 2), window, window + horizon - 1
        ),
    ),
    Misconception(
        "horizon_counted_from_zero",
        "Your targets lie one step too far: a horizon of 1 is the step right after the window.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(len(series) - window - horizon), window, window + horizon
        ),
    ),
    Misconception(
        "horizon_ignored",
        "Your target is always the step right after the window, whatever the horizon.",
        wrong=lambda series, window, horizon=1: _cut(series, range(len(series) - window), window, window),
    ),
    Misconception(
        "horizon_from_first_step",
        "You count the horizon from the window's first step. It is counted from its last.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(len(series) - window - horizon + 1), window, horizon
        ),
    ),
    Misconception(
        "windows_do_not_overlap",
        "Your windows stand end to end. The next window begins one step later, not one window later.",
        wrong=lambda series, window, horizon=1: _cut(
            series, range(0, len(series) - window - horizon + 1, window), window, window + horizon - 1
        ),
    ),
    Misconception(
        "window_axis_last",
        "The steps of a window ended up on the last axis. They belong on the second: (N, window, D).",
        wrong=_axis_last,
    ),
    Misconception(
        "axis_added",
        "Your arrays have one axis more than asked for: a series (T,) gives windows (N, window) and targets (N,).",
        wrong=_axis_added,
    ),
    Misconception(
        "one_number_as_target",
        "Your target is one number of its step. With D numbers a step the target is the whole step.",
        wrong=_one_number_as_target,
    ),
    Misconception(
        "windows_flattened",
        "Your windows are flattened: steps and numbers of a step share one axis. They keep an axis each.",
        wrong=_windows_flattened,
    ),
    Misconception(
        "whole_stretch_as_target",
        "Your target is the whole stretch up to the horizon. One step is asked for, the one at the horizon.",
        wrong=_whole_stretch,
    ),
)

# chronological_split


def _split(X: Any, y: Any, window: int, test_fraction: float, gap: int) -> tuple[Any, Any, Any, Any]:
    """The last examples for the test, `gap` examples before them left out."""
    first = len(X) - int(test_fraction * len(X))
    return X[: first - gap], y[: first - gap], X[first:], y[first:]


def _split_shuffled(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    order = np.random.default_rng(0).permutation(len(X))
    return _split(X[order], y[order], window, test_fraction, 0)


def _split_scaled(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    mean, spread = X.mean(), X.std()
    return _split((X - mean) / spread, (y - mean) / spread, window, test_fraction, window)


def _split_scaled_by_training(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    first = len(X) - int(test_fraction * len(X))
    mean, spread = X[: first - window].mean(), X[: first - window].std() or 1.0
    return _split((X - mean) / spread, (y - mean) / spread, window, test_fraction, window)


def _split_test_first(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    count = int(test_fraction * len(X))
    return X[count + window :], y[count + window :], X[:count], y[:count]


def _split_order(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    X_train, y_train, X_test, y_test = _split(X, y, window, test_fraction, window)
    return X_train, X_test, y_train, y_test


def _split_from_test(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    first = len(X) - int(test_fraction * len(X))
    return X[:first], y[:first], X[first + window :], y[first + window :]


def _split_exchanged_share(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    return _split(X, y, window, 1 - test_fraction, window)


def split_by_masks(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    starts = np.arange(len(X))
    test = starts >= len(X) - int(len(X) * test_fraction)
    train = starts + window < starts[test].min()
    return X[train], y[train], X[test], y[test]


def split_by_sets(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    n = int(len(X) * test_fraction)
    tested = {step for i in range(len(X) - n, len(X)) for step in range(i, i + window + 1)}
    train = [i for i in range(len(X)) if tested.isdisjoint(range(i, i + window + 1))]
    return [[*X[train]], [*y[train]], X[-n:].astype(np.float32), torch.tensor(y[-n:])]


def _split_rounded_up(X: Any, y: Any, window: int, test_fraction: float) -> Any:
    first = int((1 - test_fraction) * len(X))
    return X[: first - window], y[: first - window], X[first:], y[first:]


SPLIT = (
    Misconception(
        "share_rounded_up",
        "Your test set has one example more than int(test_fraction * N) where that product is no whole number: it is cut, not "
        "rounded.",
        wrong=_split_rounded_up,
    ),
    Misconception(
        "random_split",
        "The examples were shuffled before the split: the training set then holds near-copies of test windows, from the future.",
        wrong=_split_shuffled,
    ),
    Misconception(
        "straddling_windows_kept",
        "The split is by time, but the last training windows reach over the border into the first test window.",
        wrong=lambda X, y, window, test_fraction: _split(X, y, window, test_fraction, 0),
    ),
    Misconception(
        "targets_forgotten",
        "You left out the windows that reach over the border, but one target still lies inside the first test window.",
        wrong=lambda X, y, window, test_fraction: _split(X, y, window, test_fraction, window - 1),
    ),
    Misconception(
        "one_example_left_out",
        "You left out one example at the border, whatever the window. Several windows reach over it: how many?",
        wrong=lambda X, y, window, test_fraction: _split(X, y, window, test_fraction, 1),
    ),
    Misconception(
        "gap_too_wide",
        "You leave out one example more than the border demands: that one shares no step with the test set.",
        wrong=lambda X, y, window, test_fraction: _split(X, y, window, test_fraction, window + 1),
    ),
    Misconception(
        "gap_taken_from_test",
        "You left out examples on the test side. The test set is fixed; the training set gives way.",
        wrong=_split_from_test,
    ),
    Misconception(
        "scaled_with_everything",
        "The numbers were scaled, and with a mean and spread that know the test set. The split itself scales nothing.",
        wrong=_split_scaled,
    ),
    Misconception(
        "scaled_with_training",
        "The numbers were scaled. Scaling by the training part is a good idea, but not the work of this function.",
        wrong=_split_scaled_by_training,
    ),
    Misconception(
        "past_for_test",
        "Your test set is the beginning of the series: the network would be trained on the future to foretell the past.",
        wrong=_split_test_first,
    ),
    Misconception(
        "results_in_other_order",
        "The four results stand in another order than asked for: X and y of training first, then X and y of the test.",
        wrong=_split_order,
    ),
)

# persistence_error


def _persistence(series: Any, horizon: int) -> Any:
    return series[horizon:] - series[:-horizon]


def persistence_by_loop(series: Any, horizon: int) -> float:
    total = 0.0
    for t in range(len(series) - horizon):
        total += (series[t] - series[t + horizon]) ** 2
    return total / (len(series) - horizon)


def persistence_by_torch(series: Any, horizon: int) -> Any:
    prices = torch.tensor(series, dtype=torch.float32)
    return torch.nn.functional.mse_loss(prices[:-horizon], prices[horizon:])


PERSISTENCE = (
    Misconception(
        "horizon_ignored",
        "You always compare neighbouring days, whatever the horizon.",
        wrong=lambda series, horizon: np.mean(_persistence(series, 1) ** 2),
    ),
    Misconception(
        "wraps_round",
        "The days at one end are compared with those at the other: a roll goes round in a circle, time does not.",
        wrong=lambda series, horizon: np.mean((series - np.roll(series, horizon)) ** 2),
    ),
    Misconception(
        "aligned_the_wrong_way",
        "The two stretches do not lie `horizon` days apart: the first and the last prices are paired as if they were neighbours.",
        wrong=lambda series, horizon: np.mean((series[: len(series) - horizon] - series[horizon:][::-1]) ** 2),
    ),
    Misconception(
        "compared_with_itself",
        "Every price was compared with itself or nearly so: the forecast must be made `horizon` days before.",
        wrong=lambda series, horizon: np.mean((series[horizon:] - series[horizon:]) ** 2),
    ),
    Misconception(
        "absolute_errors",
        "These are absolute errors. Squared ones are asked for.",
        wrong=lambda series, horizon: np.mean(np.abs(_persistence(series, horizon))),
    ),
    Misconception(
        "root_taken",
        "You took the square root of the mean. The mean of the squares is asked for.",
        wrong=lambda series, horizon: np.sqrt(np.mean(_persistence(series, horizon) ** 2)),
    ),
    Misconception(
        "summed",
        "The squared errors were added up. Their mean is asked for.",
        wrong=lambda series, horizon: np.sum(_persistence(series, horizon) ** 2),
    ),
    Misconception(
        "divided_by_all_days",
        "You divide by the number of days. There are fewer forecasts than days.",
        wrong=lambda series, horizon: np.sum(_persistence(series, horizon) ** 2) / len(series),
    ),
    Misconception(
        "square_of_mean",
        "You squared the mean error, in which rises and falls cancel. Square first, then take the mean.",
        wrong=lambda series, horizon: np.mean(_persistence(series, horizon)) ** 2,
    ),
    Misconception(
        "repeated_differences",
        "You took differences of differences: the `n` of np.diff says how often to subtract neighbours, not how far apart.",
        wrong=lambda series, horizon: np.mean(np.diff(series, n=horizon) ** 2),
    ),
    Misconception(
        "spread_of_changes",
        "This is the variance of the changes: their mean was subtracted first. A steady rise is an error of this forecast, too.",
        wrong=lambda series, horizon: np.var(_persistence(series, horizon)),
    ),
    Misconception(
        "mean_price_for_ever",
        "This is the variance of the prices: your forecast is their mean, which nobody knows before the end.",
        wrong=lambda series, horizon: np.var(series),
    ),
    Misconception(
        "first_price_for_ever",
        "Your forecast is the first price for every day. Persistence takes the newest price known when the forecast is made.",
        wrong=lambda series, horizon: np.mean((series[horizon:] - series[0]) ** 2),
    ),
)
