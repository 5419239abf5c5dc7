"""Oracles of lesson 3, written differently from the answers: torch in float64, slow loops, enumeration."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch

from course_utils.probes.generation import step_and_readout

Array = Any


def step(x_t: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """`torch.nn.RNNCell` in float64 with the second of its two biases at zero."""
    cell = torch.nn.RNNCell(x_t.shape[1], h.shape[1]).double()
    _load(cell, weight_ih=W_xh, weight_hh=W_hh, bias_ih=b_h, bias_hh=np.zeros_like(b_h))
    return cell(_t(x_t), _t(h)).detach().numpy()


def forward(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """`torch.nn.RNN` in float64."""
    network = _network(W_xh, W_hh, b_h)
    return network(_t(x), _t(h0)[None])[0].detach().numpy()


def readout(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Every output by itself, in a slow loop."""
    B, T, _ = h.shape
    y = np.zeros((B, T, len(b_y)))
    for b, t, o in np.ndindex(y.shape):
        y[b, t, o] = sum(h[b, t, i] * W_hy[o, i] for i in range(h.shape[2])) + b_y[o]
    return y


def masked(x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Any:
    """Packed sequences; the frozen part is the last valid state again."""
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        _t(x), torch.as_tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, last = _network(W_xh, W_hh, b_h)(packed, _t(h0)[None])
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])
    frozen, final = padded.detach().numpy(), last[0].detach().numpy()
    for row, length in enumerate(lengths):
        frozen[row, length:] = final[row]
    return frozen, final


def module(sizes: Any, weights: Any, x: Array, h0: Array, upstream: Any, twins: Any = ()) -> Any:
    """`torch.nn.RNN` in float64 with the same four arrays, gradients by autograd."""
    names = {"i2h.weight": "weight_ih", "h2h.weight": "weight_hh", "i2h.bias": "bias_ih", "h2h.bias": "bias_hh"}
    network = torch.nn.RNN(*sizes, batch_first=True).double()
    _load(network, **{f"{names[name]}_l0": array for name, array in weights.items()})
    inputs = {"x": _t(x).requires_grad_(True)}
    if h0 is not None:
        inputs["h0"] = _t(h0).requires_grad_(True)
    states, final = network(inputs["x"], inputs["h0"][None] if "h0" in inputs else None)
    ((states * _t(upstream["states"])).sum() + (final[0] * _t(upstream["final_state"])).sum()).backward()
    parameters = {name: getattr(network, f"{names[name]}_l0") for name in weights}
    gradients = {name: leaf.grad.numpy() for name, leaf in {**parameters, **inputs}.items()}
    found = states.detach().numpy()
    return {"states": found, "final_state": final[0].detach().numpy(), "gradients": gradients, "second call": found}


def counts(alphabet: str, letter: str, texts: list[str]) -> dict[str, Array]:
    """Counting with `str.count`."""
    return {text: np.array([text[: t + 1].count(letter) for t in range(len(text))], dtype=float) for text in texts}


def costs(T: int, D: int, H: int, O: int) -> tuple[int, int, int]:
    """Run the network number by number and count what happens."""
    network, read = torch.nn.Linear(D + H, H), torch.nn.Linear(H, O)
    parameters = sum(p.numel() for p in [*network.parameters(), *read.parameters()])
    multiplied = stored = 0
    for _ in range(T):
        for _ in range(H):
            multiplied += len(range(D)) + len(range(H))
            stored += 1
        for _ in range(O):
            multiplied += len(range(H))
    return parameters, multiplied, stored


def continuation_probabilities(
    W_xh: Array, W_hh: Array, W_hy: Array, b_y: Array, seed_tokens: list[int], n: int, samples: int, seed: int
) -> dict[str, dict[str, float]]:
    """Every continuation of n tokens with its probability, by enumeration."""
    step_, read = step_and_readout({"W_xh": W_xh, "W_hh": W_hh, "W_hy": W_hy, "b_y": b_y})
    probabilities = {}
    for tokens in product(range(len(b_y)), repeat=n):
        h = None
        for token in seed_tokens:
            h = step_(token, h)
        log_p = 0.0
        for token in tokens:
            log_p += float(torch.log_softmax(_t(read(h)), 0)[token])
            h = step_(token, h)
        probabilities[" ".join(map(str, tokens))] = float(np.exp(log_p))
    return {"probabilities": probabilities}


def _t(array: Array) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64)


def _load(target: torch.nn.Module, **arrays: Array) -> None:
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(target, name).copy_(_t(array))


def _network(W_xh: Array, W_hh: Array, b_h: Array) -> torch.nn.RNN:
    hidden, features = W_xh.shape
    network = torch.nn.RNN(features, hidden, batch_first=True).double()
    _load(network, weight_ih_l0=W_xh, weight_hh_l0=W_hh, bias_ih_l0=b_h, bias_hh_l0=np.zeros(hidden))
    return network
