"""Wrong answers of lesson 6 that are no small edit of the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

Array = Any


def one_layers_formula(budget: int, D: int, L: int) -> int:
    """Forgets that there are L layers."""
    H = 0
    while budget >= (H + 1) * (D + H + 2):
        H += 1
    return H


def budget_shared_out(budget: int, D: int, L: int) -> int:
    """Gives every layer the same share, as if each read the input."""
    return one_layers_formula(budget // L, D, 1)


def only_the_squares(budget: int, D: int, L: int) -> int:
    """Keeps the H x H matrices and forgets what reads the input and the biases."""
    return int(np.sqrt(budget / (2 * L - 1)))


def nearest_width(budget: int, D: int, L: int) -> int:
    """Rounds the root."""
    a, b = 2 * L - 1, D + L
    return int(np.round((np.sqrt(b * b + 4 * a * budget) - b) / (2 * a)))


def regresses_on_the_number(states: Array, labels: Array) -> float:
    """Takes the class number for a quantity."""
    half = len(states) // 2
    features = np.column_stack([states, np.ones(len(states))])
    weights = np.linalg.lstsq(features[:half], labels[:half].astype(float), rcond=None)[0]
    return float((np.round(features[half:] @ weights) == labels[half:]).mean())


def every_layer_reads_x(x: Array, layers: Any, h0: Array) -> Any:
    """The stack as several networks side by side."""
    final = []
    for (W_xh, W_hh, b_h), start in zip(layers, h0, strict=True):
        states, h = [], start
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
            states.append(h)
        final.append(h)
    return np.stack(states, axis=1) if states else np.zeros((len(x), 0, h0.shape[2])), np.stack(final)


def one_state_through_all(x: Array, layers: Any, h0: Array) -> Any:
    """One state wanders up through the layers and on to the next step."""
    h, tops = h0[0], []
    final = list(h0)
    for t in range(x.shape[1]):
        inputs = x[:, t]
        for index, (W_xh, W_hh, b_h) in enumerate(layers):
            h = np.tanh(inputs @ W_xh.T + h @ W_hh.T + b_h)
            inputs = h
            final[index] = h
        tops.append(h)
    return np.stack(tops, axis=1) if tops else np.zeros((len(x), 0, h0.shape[2])), np.stack(final)


def reads_the_step_before(x: Array, layers: Any, h0: Array) -> Any:
    """A layer reads what the one below said one step ago."""
    inputs, final = x, []
    for index, ((W_xh, W_hh, b_h), start) in enumerate(zip(layers, h0, strict=True)):
        if index:
            inputs = np.concatenate([h0[index - 1][:, None], inputs], axis=1)[:, :-1]
        states, h = np.zeros((x.shape[0], x.shape[1], len(b_h))), start
        for t in range(x.shape[1]):
            h = np.tanh(inputs[:, t] @ W_xh.T + h @ W_hh.T + b_h)
            states[:, t] = h
        inputs = states
        final.append(h)
    return inputs, np.stack(final)


def drops_exactly_a_share(x: Array, p: float, rng: np.random.Generator, training: bool) -> Array:
    """Chooses round(p * size) numbers without repetition."""
    if not training:
        return x
    kept = np.ones(x.size)
    kept[rng.permutation(x.size)[: round(p * x.size)]] = 0.0
    return x * kept.reshape(x.shape) / (1 - p)


def goes_down_without_slope(dtop: Array, caches: Any) -> Any:
    """Hands the gradient of the states, not of what stands inside the tanh, to the layer below."""
    found: list[tuple[Array, ...]] = []
    upstream = dtop
    for x, h0, states, (W_xh, W_hh, _) in reversed(caches):
        blame, carry = np.zeros_like(states), np.zeros_like(h0)
        slope = 1 - states**2
        for t in reversed(range(states.shape[1])):
            blame[:, t] = upstream[:, t] + carry
            carry = (blame[:, t] * slope[:, t]) @ W_hh
        before = np.concatenate([h0[:, None], states], axis=1)[:, :-1]
        da = blame * slope
        found.insert(0, (carry, np.einsum("bth,btd->hd", da, x), np.einsum("bth,btg->hg", da, before), da.sum((0, 1))))
        upstream = blame @ W_xh
    dh0, dW_xh, dW_hh, db_h = zip(*found, strict=True)
    return upstream, np.stack(dh0), list(dW_xh), list(dW_hh), list(db_h)


def asks_ahead(encoder_state: Array, step: Any, bos: int, eos: int, max_length: int) -> list[int]:
    """Has the next scores ready before it knows whether another token may be written."""
    tokens: list[int] = []
    scores, state = step(bos, encoder_state)
    while len(tokens) < max_length and np.argmax(scores) != eos:
        tokens.append(int(np.argmax(scores)))
        scores, state = step(tokens[-1], state)
    return tokens


class PlainLists(nn.Module):
    """Layers in Python lists, which nn.Module does not look into."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        widths = [input_size] + [hidden_size] * (num_layers - 1)
        self.i2h = [nn.Linear(width, hidden_size) for width in widths]
        self.h2h = [nn.Linear(hidden_size, hidden_size, bias=False) for _ in widths]
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, h0: Any = None) -> Any:
        """x (B, T, D) -> (B, T, H), (L, B, H)."""
        final = []
        for index, (i2h, h2h) in enumerate(zip(self.i2h, self.h2h, strict=True)):
            h = x.new_zeros(len(x), i2h.out_features) if h0 is None else h0[index]
            states = []
            for x_t in i2h(self.dropout(x) if index else x).unbind(1):
                h = torch.tanh(x_t + h2h(h))
                states.append(h)
            x = torch.stack(states, dim=1)
            final.append(h)
        return x, torch.stack(final)


class DropsFinal(nn.Module):
    """Takes the final states from what dropout has left for the layer above."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        widths = [input_size] + [hidden_size] * (num_layers - 1)
        self.i2h = nn.ModuleList(nn.Linear(width, hidden_size) for width in widths)
        self.h2h = nn.ModuleList(nn.Linear(hidden_size, hidden_size, bias=False) for _ in widths)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, h0: Any = None) -> Any:
        """x (B, T, D) -> (B, T, H), (L, B, H)."""
        final = []
        for index, (i2h, h2h) in enumerate(zip(self.i2h, self.h2h, strict=True)):
            below = i2h(x)
            h = torch.zeros_like(below[:, 0]) if h0 is None else h0[index]
            states = []
            for x_t in below.unbind(1):
                h = torch.tanh(x_t + h2h(h))
                states.append(h)
            x = torch.stack(states, dim=1)
            x = self.dropout(x) if index < len(self.i2h) - 1 else x
            final.append(x[:, -1])
        return x, torch.stack(final)
