"""Wrong answers of lesson 3 that are no small edit of the right one, each believed in by somebody."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

Array = Any


def _step(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)


def forward_same_array(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Writes each state over the one before, and keeps the same array T times."""
    h, states = h0.copy(), []
    for t in range(x.shape[1]):
        h[:] = _step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)


def forward_state_per_row(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Carries the state from one row of the batch into the next."""
    h, rows = h0[:1], []
    for row in x:
        states = []
        for x_t in row:
            h = _step(x_t[None], h, W_xh, W_hh, b_h)
            states.append(h[0])
        rows.append(states)
    return np.array(rows)


def forward_with_first(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Returns T + 1 states, h_0 among them."""
    states = [h0]
    for t in range(x.shape[1]):
        states.append(_step(x[:, t], states[-1], W_xh, W_hh, b_h))
    return np.stack(states, axis=1)


def forward_without_first_input(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Puts h_0 at the first position and begins to read at the second."""
    states = [h0]
    for t in range(1, x.shape[1]):
        states.append(_step(x[:, t], states[-1], W_xh, W_hh, b_h))
    return np.stack(states, axis=1)


def masked_ignoring(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Steps on through the padding."""
    states, h = [], h0
    for t in range(x.shape[1]):
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1), h


def masked_input_zeroed(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Sets the padding to zero and believes that a step on zeros changes nothing."""
    real = np.arange(x.shape[1])[None, :] < lengths[:, None]
    return masked_ignoring(x * real[:, :, None], lengths, h0, W_xh, W_hh, b_h)


def masked_zeroed(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Right last states, but zeros where the frozen state should stand."""
    states, _ = masked_ignoring(x, lengths, h0, W_xh, W_hh, b_h)
    last = states[np.arange(len(x)), lengths - 1]
    return states * (np.arange(x.shape[1])[None, :] < lengths[:, None])[:, :, None], last


def masked_reset(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Falls back to h_0 where a sequence has ended."""
    states, h = [], h0
    for t in range(x.shape[1]):
        h = np.where((t < lengths)[:, None], _step(x[:, t], h, W_xh, W_hh, b_h), h0)
        states.append(h)
    return np.stack(states, axis=1), h


def masked_left_sorted(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Sorts the rows by length, the longest first, and leaves them so."""
    order = np.argsort(-lengths, kind="stable")
    return _masked(x[order], lengths[order], h0[order], W_xh, W_hh, b_h)


def masked_one_length(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Stops the whole batch when its shortest sequence ends."""
    return _masked(x, np.full_like(lengths, lengths.min()), h0, W_xh, W_hh, b_h)


def _masked(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    states, h = [], h0
    for t in range(x.shape[1]):
        h = np.where((t < lengths)[:, None], _step(x[:, t], h, W_xh, W_hh, b_h), h)
        states.append(h)
    return np.stack(states, axis=1), h


def _counter(column: Array, recurrent: float, read: float) -> Any:
    one = np.ones((1, 1))
    return column[None, :], recurrent * one, np.zeros(1), read * one, np.zeros(1)


def _only(alphabet: str, letter: str, size: float) -> Array:
    return np.array([size if other == letter else 0.0 for other in alphabet])


def counting_saturates(alphabet: str, letter: str) -> Any:
    """A step of 1 for each letter: tanh is flat there."""
    return _counter(_only(alphabet, letter, 1.0), 1.0, 1.0)


def counting_everything(alphabet: str, letter: str) -> Any:
    """Counts the letters of the string, whichever they are."""
    return _counter(np.full(len(alphabet), 1e-4), 1.0, 1e4)


def counting_forgets(alphabet: str, letter: str) -> Any:
    """No recurrent weight: says whether the last letter is the wanted one."""
    return _counter(_only(alphabet, letter, 1e-4), 0.0, 1e4)


def counting_leaks(alphabet: str, letter: str) -> Any:
    """A recurrent weight of 0.9 loses a tenth of the count at every letter."""
    return _counter(_only(alphabet, letter, 1e-4), 0.9, 1e4)


def counting_banana_only(alphabet: str, letter: str) -> Any:
    """A step of 0.1: right for three letters, not for thirty."""
    return _counter(_only(alphabet, letter, 0.1), 1.0, 10.0)


def counting_unscaled(alphabet: str, letter: str) -> Any:
    """Small steps, and nothing that makes them large again."""
    return _counter(_only(alphabet, letter, 1e-4), 1.0, 1.0)


def counting_first_letter(alphabet: str, letter: str) -> Any:
    """Counts the first letter of the alphabet, whichever was asked for."""
    return _counter(_only(alphabet, alphabet[0], 1e-4), 1.0, 1e4)


def counting_transposed(alphabet: str, letter: str) -> Any:
    """W_xh as (D, H)."""
    w_xh, *others = _counter(_only(alphabet, letter, 1e-4), 1.0, 1e4)
    return w_xh.T, *others


class ModuleStateKept(nn.Module):
    """Goes on from where the last call stopped."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.i2h, self.h2h = nn.Linear(D, H), nn.Linear(H, H, bias=False)
        self.h: Any = None

    def forward(self, x: torch.Tensor, h0: Any = None) -> Any:
        if h0 is not None:
            self.h = h0
        if self.h is None or len(self.h) != len(x):
            self.h = torch.zeros(len(x), self.h2h.in_features)
        states = []
        for t in range(x.shape[1]):
            self.h = torch.tanh(self.i2h(x[:, t]) + self.h2h(self.h))
            states.append(self.h)
        return torch.stack(states, 1), self.h


class ModuleNewLayers(nn.Module):
    """Makes a new recurrent layer at every step: no weight is shared."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.i2h, self.h2h = nn.Linear(D, H), nn.Linear(H, H, bias=False)

    def forward(self, x: torch.Tensor, h0: Any = None) -> Any:
        h = torch.zeros(len(x), self.h2h.in_features) if h0 is None else h0
        states = []
        for t in range(x.shape[1]):
            self.h2h = nn.Linear(self.h2h.in_features, self.h2h.in_features, bias=False)
            h = torch.tanh(self.i2h(x[:, t]) + self.h2h(h))
            states.append(h)
        return torch.stack(states, 1), h


class ModuleTimeFirst(nn.Module):
    """Takes the first axis of x for time."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.i2h, self.h2h = nn.Linear(D, H), nn.Linear(H, H, bias=False)

    def forward(self, x: torch.Tensor, h0: Any = None) -> Any:
        h = torch.zeros(x.shape[1], self.h2h.in_features) if h0 is None else h0
        states = []
        for x_t in x:
            h = torch.tanh(self.i2h(x_t) + self.h2h(h))
            states.append(h)
        return torch.stack(states), h


def _softmax(scores: Array) -> Array:
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()


def generate_reset(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """Begins again from the start state at every token."""
    h = None
    for token in seed_tokens:
        h = step(token, h)
    tokens: list[int] = []
    for _ in range(n):
        tokens.append(int(rng.choice(len(readout(h)), p=_softmax(readout(h)))))
        h = step(tokens[-1], None)
    return tokens


def generate_reseeded(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """Makes a generator of its own with a fixed seed, so every continuation is the same."""
    h = None
    for token in seed_tokens:
        h = step(token, h)
    tokens: list[int] = []
    rng = np.random.default_rng(0)
    for _ in range(n):
        tokens.append(int(rng.choice(len(readout(h)), p=_softmax(readout(h)))))
        h = step(tokens[-1], h)
    return tokens


def generate_with_global_generator(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """Draws with NumPy's global generator."""
    return _generated(step, readout, seed_tokens, n, np.random, [])


def generate_into_seed(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """Appends to the list of the caller."""
    count = len(seed_tokens)
    return _generated(step, readout, tuple(seed_tokens), n, rng, seed_tokens)[count:]


def generate_last_twice(step: Any, readout: Any, seed_tokens: list[int], n: int, rng: Any) -> list[int]:
    """Reads the whole seed, and then its last token again."""
    return _generated(step, readout, [*seed_tokens, seed_tokens[-1]], n, rng, [])


def _generated(step: Any, readout: Any, read: Any, n: int, rng: Any, tokens: list[int]) -> list[int]:
    h = None
    for token in read:
        h = step(token, h)
    for _ in range(n):
        tokens.append(int(rng.choice(len(readout(h)), p=_softmax(readout(h)))))
        h = step(tokens[-1], h)
    return tokens
