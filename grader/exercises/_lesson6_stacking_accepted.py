"""Other right answers of lesson 6, in the ways in which students write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

Array = Any


def grid_by_steps(x: Array, layers: Any, h0: Array) -> Any:
    """All layers of one step, then the next step; tops gathered in a list."""
    states = [np.array(start) for start in h0]
    tops = []
    for t in range(x.shape[1]):
        below = x[:, t]
        for index, (W_xh, W_hh, b_h) in enumerate(layers):
            states[index] = np.tanh(
                np.einsum("bd,hd->bh", below, W_xh) + np.einsum("bg,hg->bh", states[index], W_hh) + b_h
            )
            below = states[index]
        tops.append(below)
    return np.array(tops).reshape(x.shape[1], *h0.shape[1:]).transpose(1, 0, 2), np.array(states)


def torch_inside(x: Array, layers: Any, h0: Array) -> Any:
    """float32 tensors inside, arrays outside."""
    rows, final = [torch.tensor(x[:, t], dtype=torch.float32) for t in range(x.shape[1])], []
    for (W_xh, W_hh, b_h), start in zip(layers, h0, strict=True):
        W, U, b = (torch.tensor(array, dtype=torch.float32) for array in (W_xh, W_hh, b_h))
        h, above = torch.tensor(start, dtype=torch.float32), []
        for row in rows:
            h = torch.tanh(nn.functional.linear(row, W, b) + nn.functional.linear(h, U))
            above.append(h)
        rows = above
        final.append(h)
    top = torch.stack(rows, dim=1) if rows else torch.zeros(x.shape[0], 0, h0.shape[2])
    return top.numpy(), torch.stack(final).numpy()


def backward_by_steps(dtop: Array, caches: Any) -> Any:
    """Time outside, layers inside; weights' gradients added up step by step."""
    L, T = len(caches), dtop.shape[1]
    dh = [np.zeros_like(cache[1]) for cache in caches]
    dW_xh = [np.zeros_like(cache[3][0]) for cache in caches]
    dW_hh = [np.zeros_like(cache[3][1]) for cache in caches]
    db_h = [np.zeros_like(cache[3][2]) for cache in caches]
    dx = np.zeros_like(caches[0][0])
    for t in range(T - 1, -1, -1):
        above = dtop[:, t]
        for index in range(L - 1, -1, -1):
            x, h0, states, (W_xh, W_hh, _) = caches[index]
            da = (above + dh[index]) * (1 - np.square(states[:, t]))
            dW_xh[index] += da.T @ x[:, t]
            dW_hh[index] += da.T @ (states[:, t - 1] if t else h0)
            db_h[index] += da.sum(0)
            dh[index] = da @ W_hh
            above = da @ W_xh
        dx[:, t] = above
    return dx, np.array(dh), dW_xh, dW_hh, db_h


def backward_by_autograd(dtop: Array, caches: Any) -> Any:
    """Runs the stack again in torch and asks autograd: allowed, although it learns nothing."""
    x = torch.tensor(caches[0][0], dtype=torch.float64, requires_grad=True)
    h0 = torch.tensor(np.stack([cache[1] for cache in caches]), dtype=torch.float64, requires_grad=True)
    weights = [[torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in c[3]] for c in caches]
    rows = [x[:, t] for t in range(dtop.shape[1])]
    for (W_xh, W_hh, b_h), start in zip(weights, h0, strict=True):
        h, above = start, []
        for row in rows:
            h = torch.tanh(row @ W_xh.T + h @ W_hh.T + b_h)
            above.append(h)
        rows = above
    if rows:
        loss: Any = (torch.stack(rows, dim=1) * torch.tensor(dtop)).sum()
        loss.backward()
    leaves = [x, h0, *(array for layer in weights for array in layer)]
    found = [np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy() for leaf in leaves]
    return found[0], found[1], found[2::3], found[3::3], found[4::3]


class GridModule(nn.Module):
    """Time outside, layers inside, dropout between; linear layers appended one by one."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.i2h, self.h2h = nn.ModuleList(), nn.ModuleList()
        for layer in range(num_layers):
            self.i2h.append(nn.Linear(hidden_size if layer else input_size, hidden_size))
            self.h2h.append(nn.Linear(hidden_size, hidden_size, bias=False))
        self.p = dropout

    def forward(self, x: Any, h0: Any = None) -> Any:
        """x (B, T, D) -> (B, T, H), (L, B, H)."""
        if h0 is None:
            bottom: Any = self.h2h[0]
            h0 = torch.zeros(len(self.i2h), x.size(0), bottom.in_features)
        states = list(h0)
        tops = []
        for t in range(x.size(1)):
            below = x[:, t]
            for index, (i2h, h2h) in enumerate(zip(self.i2h, self.h2h, strict=True)):
                if index > 0 and self.training:
                    keep = (torch.rand_like(below) >= self.p).float()
                    below = below * keep / (1 - self.p)
                states[index] = torch.tanh(i2h(below) + h2h(states[index]))
                below = states[index]
            tops.append(below)
        return torch.stack(tops, 1), torch.stack(states)


def binomial_mask(x: Array, p: float, rng: np.random.Generator, training: bool) -> Array:
    """The generator's own coin."""
    return np.where(rng.binomial(1, 1 - p, size=x.shape) == 1, x / (1 - p), 0.0) if training else x.copy()


def coin_by_coin(x: Array, p: float, rng: np.random.Generator, training: bool) -> Array:
    """One number after the other, last first, in float32."""
    kept = np.array(x, dtype=np.float32)
    if training:
        for index in reversed(list(np.ndindex(x.shape))):
            kept[index] = 0.0 if rng.uniform() < p else kept[index] / (1 - p)
    return kept


def torch_dropout(x: Array, p: float, rng: np.random.Generator, training: bool) -> Array:
    """PyTorch's dropout, seeded from the generator."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))
        return nn.functional.dropout(torch.tensor(x), p, training).numpy()


def summed_layers(D: int, H: int, L: int) -> int:
    """Layer by layer."""
    return sum(H * (D if layer == 0 else H) + H * H + H for layer in range(L))


def counted_on_modules(D: int, H: int, L: int) -> int:
    """Numbers of real cells."""
    cells = [nn.RNNCell(H if layer else D, H) for layer in range(L)]
    return sum(parameter.numel() for cell in cells for name, parameter in cell.named_parameters() if name != "bias_hh")


def bisected(budget: int, D: int, L: int) -> int:
    """Halves an interval."""
    low, high = 0, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle * (D + L) + (2 * L - 1) * middle**2 <= budget:
            low = middle
        else:
            high = middle
    return low


def solved_by_formula(budget: int, D: int, L: int) -> int:
    """The quadratic formula, mended where rounding would spoil it."""
    a, b = 2 * L - 1, D + L
    H = np.floor((np.sqrt(b * b + 4 * a * budget) - b) / (2 * a))
    while (a * (H + 1) + b) * (H + 1) <= budget:
        H += 1
    while (a * H + b) * H > budget:
        H -= 1
    return int(H)


def while_loop(encoder_state: Array, step: Any, bos: int, eos: int, max_length: int) -> list[int]:
    """Counts for itself and sorts the scores."""
    tokens = [bos]
    state = encoder_state
    while len(tokens) <= max_length:
        scores, state = step(tokens[-1], state)
        best = np.argsort(-np.asarray(scores))[0]
        if best == eos:
            break
        tokens.append(best)
    return tokens[1:]


def recursive(encoder_state: Array, step: Any, bos: int, eos: int, max_length: int) -> list[int]:
    """The rest of the sentence is a sentence."""
    if max_length == 0:
        return []
    scores, state = step(bos, encoder_state)
    best = max(range(len(scores)), key=lambda token: scores[token])
    return [] if best == eos else [best, *recursive(state, step, best, eos, max_length - 1)]


def normal_equations(states: Array, labels: Array) -> float:
    """Solves X'X W = X'Y with a column of ones in front."""
    half = len(states) // 2
    X = np.hstack([np.ones((len(states), 1)), states])
    classes = np.unique(labels)
    Y = (labels[:, None] == classes[None, :]).astype(float)
    W = np.linalg.solve(X[:half].T @ X[:half] + 1e-9 * np.eye(X.shape[1]), X[:half].T @ Y[:half])
    return float(np.mean(classes[np.argmax(X[half:] @ W, axis=1)] == labels[half:]))


def torch_least_squares(states: Array, labels: Array) -> float:
    """torch.linalg.lstsq in float32, one-hot by torch."""
    X = torch.cat([torch.tensor(states), torch.ones(len(states), 1)], dim=1).float()
    y = torch.tensor(labels)
    half = len(y) // 2
    W = torch.linalg.lstsq(X[:half], nn.functional.one_hot(y).float()[:half]).solution
    return float(((X[half:] @ W).argmax(1) == y[half:]).double().mean())
