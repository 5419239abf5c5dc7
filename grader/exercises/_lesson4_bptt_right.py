"""Other right answers of lesson 4, in styles that students have: loops, einsum, torch inside, lists for arrays, float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from grader.drawing import Floats
from grader.exercises._lesson4_bptt_wrong import RECURRENT, Weights, blame


def numerical_in_place(f: Any, x: Floats, eps: float = 1e-5) -> Floats:
    """Pushes x itself and puts the numbers back by arithmetic, so that last digits may differ."""
    flat, gradient = x.reshape(-1), []
    for i in range(flat.size):
        flat[i] += eps
        above = f(x)
        flat[i] -= 2 * eps
        gradient.append((above - f(x)) / (2 * eps))
        flat[i] += eps
    return np.array(gradient).reshape(x.shape)


def numerical_by_units(f: Any, x: Floats, eps: float = 1e-5) -> Floats:
    """One unit array per entry, nothing changed in place."""
    units = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + eps * unit) - f(x - eps * unit)) / 2 / eps for unit in units]).reshape(x.shape)


def tanh_by_loop(dh: Floats, h: Floats) -> Floats:
    """Entry by entry."""
    dz = np.empty(h.shape)
    for index, value in np.ndenumerate(h):
        dz[index] = dh[index] * (1 + value) * (1 - value)
    return dz


def tanh_in_float32(dh: Floats, h: Floats) -> Floats:
    """Float32 throughout."""
    return dh.astype(np.float32) * (np.float32(1) - np.square(h.astype(np.float32)))


def step_by_rows(dh_next: Floats, cache: Mapping[str, Floats]) -> list[Floats]:
    """Row by row with outer products, returned as a list."""
    dW_xh, dW_hh, db = (np.zeros_like(cache[name]) for name in RECURRENT)
    dx, dh = np.zeros_like(cache["x_t"]), np.zeros_like(cache["h"])
    for b in range(len(dh_next)):
        dz = dh_next[b] * (1 - cache["h_next"][b] ** 2)
        dW_xh, dW_hh, db = dW_xh + np.outer(dz, cache["x_t"][b]), dW_hh + np.outer(dz, cache["h"][b]), db + dz
        dx[b], dh[b] = cache["W_xh"].T @ dz, cache["W_hh"].T @ dz
    return [dx, dh, dW_xh, dW_hh, db]


def step_in_torch(dh_next: Floats, cache: Mapping[str, Floats]) -> tuple[torch.Tensor, ...]:
    """Tensors in float32 all through, by einsum."""
    held = {name: torch.tensor(value, dtype=torch.float32) for name, value in cache.items()}
    dz = torch.tensor(dh_next, dtype=torch.float32) * (1 - held["h_next"] ** 2)
    dW_xh, dW_hh = torch.einsum("bh,bd->hd", dz, held["x_t"]), torch.einsum("bh,bi->hi", dz, held["h"])
    return dz @ held["W_xh"], dz @ held["W_hh"], dW_xh, dW_hh, dz.sum(0)


def loop_all_at_the_end(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """Every dz first, then five contractions over batch and time."""
    dz = np.zeros_like(dstates)
    for t in range(dstates.shape[1] - 1, -1, -1):
        arriving = dstates[:, t] + (dz[:, t + 1] @ cache["W_hh"] if t + 1 < dstates.shape[1] else 0)
        dz[:, t] = arriving * (1 - cache["states"][:, t] ** 2)
    dW_hh = np.einsum("bh,bi->hi", dz[:, 0], cache["h0"]) + np.tensordot(
        dz[:, 1:], cache["states"][:, :-1], ([0, 1], [0, 1])
    )
    dW_xh = np.tensordot(dz, cache["x"], ([0, 1], [0, 1]))
    return dz @ cache["W_xh"], dz[:, 0] @ cache["W_hh"], dW_xh, dW_hh, dz.sum(axis=(0, 1))


def loop_in_a_copy(dstates: Floats, cache: Mapping[str, Floats]) -> list[Any]:
    """What arrives at each state is added up in a copy of dstates; nested lists out."""
    arriving, states = dstates.copy(), [cache["h0"], *cache["states"].swapaxes(0, 1)]
    dx, totals = np.zeros_like(cache["x"]), {name: np.zeros_like(cache[name]) for name in RECURRENT}
    dh0 = np.zeros_like(cache["h0"])
    for t in range(dstates.shape[1])[::-1]:
        dz = arriving[:, t] * (1 - states[t + 1] ** 2)
        dx[:, t] = dz @ cache["W_xh"]
        target = arriving[:, t - 1] if t else dh0
        target += dz @ cache["W_hh"]
        totals["W_xh"] += dz.T @ cache["x"][:, t]
        totals["W_hh"] += dz.T @ states[t]
        totals["b_h"] += dz.sum(axis=0)
    return [value.tolist() for value in (dx, dh0, *totals.values())]


def softmax_one_by_one(logits: Floats, targets: Any, mask: Any) -> list[Any]:
    """Position by position, returned as nested lists."""
    dlogits, count = np.zeros(logits.shape), int(np.sum(mask))
    for b, t in np.argwhere(mask):
        odds = np.exp(logits[b, t] - np.max(logits[b, t]))
        dlogits[b, t] = odds / odds.sum() / count
        dlogits[b, t, targets[b, t]] -= 1 / count
    nested: Any = dlogits.tolist()
    return list(nested)


def softmax_in_torch(logits: Floats, targets: Any, mask: Any) -> torch.Tensor:
    """torch.softmax and scatter."""
    dlogits = torch.softmax(torch.tensor(logits), -1)
    dlogits.scatter_add_(-1, torch.tensor(targets)[..., None], -torch.ones((*targets.shape, 1), dtype=torch.float64))
    return dlogits * torch.tensor(mask)[..., None] / max(1, int(mask.sum()))


def clip_with_if(gradients: list[Floats], max_norm: float) -> tuple[list[Floats], float]:
    """Hands back the arrays as they are when nothing is to be done."""
    norm = float(np.linalg.norm(np.concatenate([gradient.ravel() for gradient in gradients])))
    if norm <= max_norm:
        return gradients, norm
    return [gradient * max_norm / norm for gradient in gradients], norm


def clip_with_epsilon(gradients: list[Floats], max_norm: float) -> tuple[tuple[Floats, ...], float]:
    """As PyTorch does it: a small number below the line, the factor at most 1."""
    norm = sum(float(np.vdot(gradient, gradient)) for gradient in gradients) ** 0.5
    return tuple(gradient * min(1.0, max_norm / (norm + 1e-6)) for gradient in gradients), norm


def step_on_its_own(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """Written out without any other function of the lesson."""
    loss, gradients, _ = blame(weights, x, y, np.zeros((len(x), len(weights["b_h"]))), lambda t: True)
    norm = np.sqrt(sum(np.sum(gradient * gradient) for gradient in gradients.values()))
    if norm > 1:
        gradients = {name: gradient / norm for name, gradient in gradients.items()}
    return loss, {name: weights[name] - lr * gradients[name] for name in weights}


def step_in_float32(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """Everything in float32."""
    small: Any = {name: value.astype(np.float32) for name, value in weights.items()}
    given: Any = x.astype(np.float32)
    return step_on_its_own(small, given, y, float(np.float32(lr)))


def norms_from_matrices(dL_dh_T: Floats, cache: Mapping[str, Floats]) -> list[float]:
    """One Jacobian per row and step, as a list of floats."""
    rows, steps = dL_dh_T.copy(), cache["states"].shape[1]
    norms = [0.0] * steps
    for t in range(steps - 1, -1, -1):
        norms[t] = float(np.sqrt((rows**2).sum()))
        for b in range(len(rows)):
            rows[b] = rows[b] @ np.diag(1 - cache["states"][b, t] ** 2) @ cache["W_hh"]
    return norms


def norms_by_rnn_walk(dL_dh_T: Floats, cache: Mapping[str, Floats]) -> Floats:
    """Filled from the back into an array."""
    steps, dh = cache["x"].shape[1], np.array(dL_dh_T)
    norms = np.zeros(steps)
    norms[-1] = np.linalg.norm(dh)
    for t in range(steps - 2, -1, -1):
        dh = (dh * (1 - cache["states"][:, t + 1] ** 2)).dot(cache["W_hh"])
        norms[t] = np.linalg.norm(dh)
    return norms


def chunks_as_lists(model: Weights, x: Floats, y: Any, k: int) -> tuple[list[float], dict[str, list[Floats]]]:
    """Lists of chunks in place of arrays, written out without any other function of the lesson."""
    h, losses, gradients = np.zeros((len(x), len(model["b_h"]))), [], {name: [] for name in model}  # type: ignore[var-annotated]
    for start in range(0, y.shape[1], k):
        piece = y[:, start : start + k]
        loss, found, states = blame(model, x[:, start : start + k], piece, h, lambda t: True)
        losses.append(loss * piece.size / y.size)
        for name in model:
            gradients[name].append(found[name] * piece.size / y.size)
        h = states[:, -1]
    return losses, gradients


def chunks_in_one_walk(model: Weights, x: Floats, y: Any, k: int) -> tuple[Floats, dict[str, Floats]]:
    """The whole sequence forward once; the blame cut wherever a chunk begins."""
    zero = np.zeros((len(x), len(model["b_h"])))
    starts = range(0, y.shape[1], k)
    losses, found = [], []
    for start in starts:
        end = min(start + k, y.shape[1])
        states = blame(model, x[:, :end], y[:, :end], zero, lambda t: True)[2]
        entering = states[:, start - 1] if start else zero
        loss, gradients, _ = blame(model, x[:, start:end], y[:, start:end], entering, lambda t: True)
        losses.append(loss * (end - start) / y.shape[1])
        found.append({name: value * (end - start) / y.shape[1] for name, value in gradients.items()})
    return np.array(losses), {name: np.stack([item[name] for item in found]) for name in model}
