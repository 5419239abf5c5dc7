"""Right answers of lesson 3 in other people's handwriting: einsum, Python loops, float32, torch inside NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

Array = Any


def step_einsum(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Index by index."""
    return np.tanh(np.einsum("bd,hd->bh", x_t, W_xh) + np.einsum("bj,hj->bh", h, W_hh) + b_h)


def step_loops(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Plain Python, lists of lists out."""
    return [
        [
            math.tanh(sum(w * v for w, v in zip(W_xh[i], x, strict=True)) + sum(W_hh[i] * state) + b_h[i])
            for i in range(len(b_h))
        ]
        for x, state in zip(x_t, h, strict=True)
    ]


def step_torch32(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """torch in float32, a tensor out."""
    x, state, w_x, w_h, b = (torch.as_tensor(item, dtype=torch.float32) for item in (x_t, h, W_xh, W_hh, b_h))
    return torch.tanh(nn.functional.linear(x, w_x, b) + nn.functional.linear(state, w_h))


def step_concatenated(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """One product with both matrices side by side, written with exponentials."""
    z = np.concatenate([x_t, h], axis=1) @ np.concatenate([W_xh, W_hh], axis=1).T + b_h
    return 2.0 / (1.0 + np.exp(-2.0 * z)) - 1.0


def forward_preallocated(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """All inputs projected at once, the states written into an array of float32."""
    projected = np.einsum("btd,hd->bth", x, W_xh) + b_h
    states = np.zeros((x.shape[0], x.shape[1], h0.shape[1]), dtype=np.float32)
    for t in range(x.shape[1]):
        states[:, t] = np.tanh(projected[:, t] + (h0 if t == 0 else states[:, t - 1]) @ W_hh.T)
    return states


def forward_rows(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """A list of lists, row by row."""
    rows = []
    for row, h in zip(x, h0, strict=True):
        states = []
        for x_t in row:
            h = np.tanh(W_xh @ x_t + W_hh @ h + b_h)
            states.append(h.tolist())
        rows.append(states)
    return rows


def forward_torch(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """torch with gradients left on."""
    h, states = torch.tensor(h0), []
    w_x, w_h, b = (torch.tensor(w, requires_grad=True) for w in (W_xh, W_hh, b_h))
    for x_t in torch.tensor(x).unbind(1):
        h = torch.tanh(x_t @ w_x.mT + h @ w_h.mT + b)
        states.append(h)
    return torch.stack(states, dim=1)


def readout_loops(h: Array, W_hy: Array, b_y: Array) -> Any:
    """Lists."""
    return [[[float(row @ state + b) for row, b in zip(W_hy, b_y, strict=True)] for state in steps] for steps in h]


def masked_rows(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Each row alone, as long as it lasts; the rest filled up."""
    states = np.empty((*x.shape[:2], h0.shape[1]))
    last = h0.copy()
    for row, length in enumerate(lengths):
        for t in range(length):
            last[row] = np.tanh(W_xh @ x[row, t] + W_hh @ last[row] + b_h)
            states[row, t] = last[row]
        states[row, length:] = last[row]
    return states, last


def masked_arithmetic(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """A mask of zeros and ones that mixes new and old, a list of two out."""
    mask = (np.arange(x.shape[1]) < lengths[:, None]).astype(float)
    h, states = h0, []
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = mask[:, t : t + 1] * new + (1 - mask[:, t : t + 1]) * h
        states.append(h)
    return [np.array(states).transpose(1, 0, 2), h]


def masked_gathered(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Reads the padding too, and then takes from each row the state of its last real step."""
    states = forward_preallocated(x, h0, W_xh, W_hh, b_h)
    latest = np.minimum(np.arange(x.shape[1]), lengths[:, None] - 1)
    frozen = np.take_along_axis(states, latest[:, :, None], axis=1)
    return frozen, frozen[:, -1]


def masked_sorted(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Rows sorted by length, as packed sequences do; the order is put back at the end."""
    order = np.argsort(-lengths)
    x, h, states = x[order], h0[order], []
    for t in range(x.shape[1]):
        n = int((lengths > t).sum())
        h[:n] = np.tanh(x[:n, t] @ W_xh.T + h[:n] @ W_hh.T + b_h)
        states.append(h.copy())
    back = np.argsort(order)
    return np.stack(states, axis=1)[back], h[back]


def counting_lists(alphabet: str, letter: str) -> Any:
    """Lists, a negative unit and a negative read-out."""
    row = [0.0] * len(alphabet)
    row[alphabet.index(letter)] = -1e-5
    return [row], [[1.0]], [0.0], [[-1e5]], [0.0]


def counting_two_units(alphabet: str, letter: str) -> Any:
    """Two units that count half each, as tensors."""
    w_xh = torch.zeros(2, len(alphabet))
    w_xh[:, alphabet.index(letter)] = 1e-3
    return w_xh, torch.eye(2), torch.zeros(2), torch.full((1, 2), 500.0), torch.zeros(1)


def counting_layers(alphabet: str, letter: str) -> Any:
    """The parameters of three layers, gradients on."""
    into, onward, out = nn.Linear(len(alphabet), 1), nn.Linear(1, 1, bias=False), nn.Linear(1, 1)
    with torch.no_grad():
        into.weight.copy_(torch.tensor([[1e-4 * (other == letter) for other in alphabet]]))
        onward.weight.fill_(1.0)
        out.weight.fill_(1e4)
        into.bias.zero_()
        out.bias.zero_()
    return into.weight, onward.weight, into.bias, out.weight, out.bias


def costs_tensor(T: int, D: int, H: int, O: int) -> torch.Tensor:
    """Parameters of real layers; a tensor of integers out."""
    layers = (nn.Linear(D, H), nn.Linear(H, H, bias=False), nn.Linear(H, O))
    parameters = sum(p.numel() for layer in layers for p in layer.parameters())
    return torch.tensor([parameters, T * sum(layer.weight.numel() for layer in layers), T * H])


def costs_arrays(T: int, D: int, H: int, O: int) -> Any:
    """Sizes of real arrays; an array out."""
    arrays = [np.zeros((H, D)), np.zeros((H, H)), np.zeros(H), np.zeros((O, H)), np.zeros(O)]
    matrices = sum(array.size for array in arrays if array.ndim == 2)
    return np.array([sum(array.size for array in arrays), T * matrices, np.zeros((T, H)).size])


class ModuleTwoBiases(nn.Module):
    """Both layers with a bias, as in nn.RNN; writes into an array made first."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.hidden = H
        self.i2h = nn.Linear(D, H)
        self.h2h = nn.Linear(H, H)

    def forward(self, x: torch.Tensor, h0: Any = None) -> Any:
        B, T, _ = x.shape
        h = torch.zeros(B, self.hidden) if h0 is None else h0
        states = torch.zeros(B, T, self.hidden)
        for t in range(T):
            h = torch.tanh(self.i2h(x[:, t, :]) + self.h2h(h))
            states[:, t] = h
        return states, h


class ModuleBiasInRecurrence(nn.Module):
    """The bias in h2h, all inputs projected at once, a list out."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.i2h = nn.Linear(input_size, hidden_size, bias=False)
        self.h2h = nn.Linear(hidden_size, hidden_size)

    def forward(self, x: torch.Tensor, h: Any = None) -> Any:
        h = x.new_zeros(x.size(0), self.h2h.out_features) if h is None else h
        states = []
        for z in self.i2h(x).unbind(1):
            h = (z + self.h2h(h)).tanh()
            states.append(h)
        return [torch.stack(states, dim=1), states[-1]]


def _shares(scores: Array) -> Array:
    return torch.softmax(torch.tensor(np.asarray(scores)), 0).numpy()


def generate_inverse(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """One uniform number for each token, and the cumulative sum."""
    h = None
    for token in seed_tokens[:-1]:
        h = step(token, h)
    token, written = seed_tokens[-1], []
    for _ in range(n):
        h = step(token, h)
        token = int(np.searchsorted(np.cumsum(_shares(readout(h)))[:-1], rng.random(), side="right"))
        written.append(token)
    return written


def generate_gumbel(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> Array:
    """The largest score after Gumbel noise is added; an array out."""
    tokens, h = list(seed_tokens), None
    for token in tokens:
        h = step(token, h)
    for _ in range(n):
        scores = np.asarray(readout(h))
        tokens.append(int(np.argmax(scores + rng.gumbel(size=scores.shape))))
        h = step(tokens[-1], h)
    return np.array(tokens[len(seed_tokens) :], dtype=int)


def generate_multinomial(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """`rng.multinomial`, recursively."""
    h = None
    for token in seed_tokens:
        h = step(token, h)

    def more(state: Any, left: int) -> list[int]:
        if left == 0:
            return []
        token = int(rng.multinomial(1, _shares(readout(state))).argmax())
        return [token, *more(step(token, state), left - 1)]

    return more(h, n)


def generate_uniforms_first(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[Any]:
    """n uniform numbers at once; NumPy integers out."""
    h, written = None, []
    darts = rng.random(n)
    for token in seed_tokens:
        h = step(token, h)
    for dart in darts:
        written.append(np.digitize(dart, np.cumsum(_shares(readout(h)))[:-1]))
        h = step(written[-1], h)
    return written
