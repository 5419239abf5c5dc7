"""Oracles of lesson 6, written differently from the answers: torch in float64, autograd, enumeration of masks, integer roots."""

from __future__ import annotations

from itertools import product
from math import isqrt
from typing import Any

import numpy as np
import torch

from course_utils.probes.stacks import different_results

Array = Any
Layers = Any


def forward(x: Array, layers: Layers, h0: Array) -> Any:
    """`torch.nn.RNN(num_layers=L)` in float64 with copied weights."""
    if x.shape[1] == 0:
        return np.zeros((x.shape[0], 0, h0.shape[2])), h0.copy()
    outputs, final = _network(layers)(_t(x), _t(h0))
    return outputs.detach().numpy(), final.detach().numpy()


def backward(dtop: Array, caches: Any) -> Any:
    """Autograd through `torch.nn.RNN(num_layers=L)` in float64, fed with the bottom cache's inputs."""
    layers = [cache[3] for cache in caches]
    h0 = _t(np.stack([cache[1] for cache in caches])).requires_grad_(True)
    x = _t(caches[0][0]).requires_grad_(True)
    network = _network(layers)
    if x.shape[1]:
        (network(x, h0)[0] * _t(dtop)).sum().backward()
    found = dict(network.named_parameters())
    per_layer = [
        [_grad(found[f"{name}_l{layer}"]) for layer in range(len(layers))]
        for name in ("weight_ih", "weight_hh", "bias_ih")
    ]
    return (_grad(x), _grad(h0), *per_layer)


def module(sizes: Any, layers: Layers, x: Array, h0: Array, upstream: Any, repeats: int) -> Any:
    """`torch.nn.RNN` for outputs and gradients; every possible dropout mask in turn for the results in training."""
    network = _network(layers)
    leaves = {"x": _t(x).requires_grad_(True)}
    if h0 is not None:
        leaves["h0"] = _t(h0).requires_grad_(True)
    outputs, final = network(*leaves.values())
    ((outputs * _t(upstream["outputs"])).sum() + (final * _t(upstream["final"])).sum()).backward()
    found = dict(network.named_parameters())
    names = {"i2h.{}.weight": "weight_ih_l{}", "i2h.{}.bias": "bias_ih_l{}", "h2h.{}.weight": "weight_hh_l{}"}
    gradients = {
        ours.format(layer): _grad(found[theirs.format(layer)])
        for layer in range(len(layers))
        for ours, theirs in names.items()
    } | {name: _grad(leaf) for name, leaf in leaves.items()}
    plain = outputs.detach().numpy()
    shown = _under_every_mask(layers, x, h0, sizes[3]) if repeats else (plain, final.detach().numpy())
    trainable = sum(array.size for layer in layers for array in layer)
    return {
        "outputs": shown[0],
        "final": shown[1],
        "gradients": gradients,
        "second call": plain,
        "trainable": trainable,
    }


def _under_every_mask(layers: Layers, x: Array, h0: Array, p: float) -> tuple[Array, Array]:
    """A stack of two layers on a batch of one, once for every mask between them; outputs (n, T, H), final (n, L, H)."""
    starts = [None, None] if h0 is None else [_t(h0[:1]), _t(h0[1:])]
    lower, last = _network(layers[:1])(_t(x), starts[0])
    rows = []
    for bits in product((0.0, 1.0), repeat=lower.numel()):
        mask = torch.tensor(bits, dtype=torch.float64).reshape(lower.shape) / (1 - p)
        upper, end = _network(layers[1:])(lower * mask, starts[1])
        rows.append(torch.cat([upper.flatten(), last.flatten(), end.flatten()]).detach().numpy())
    sorted_rows = different_results(np.array(rows))
    cut = lower.numel()
    return (
        sorted_rows[:, :cut].reshape(-1, *lower.shape[1:]),
        sorted_rows[:, cut:].reshape(-1, 2, lower.shape[2]),
    )


def parameter_count(D: int, H: int, L: int) -> int:
    """Counted on `torch.nn.RNN`, without the second bias that it keeps in every layer."""
    network = torch.nn.RNN(D, H, L)
    return sum(parameter.numel() for name, parameter in network.named_parameters() if not name.startswith("bias_hh"))


def width(budget: int, D: int, L: int) -> int:
    """The positive root of (2L - 1) H^2 + (D + L) H = budget, in whole numbers."""
    a, b = 2 * L - 1, D + L
    return (isqrt(b * b + 4 * a * budget) - b) // (2 * a)


def dropout(x: Array, p: float, seed: int, calls: int, training: bool) -> Any:
    """Two numbers are dropped independently; the pairs' shares are those of `dropout_pairs` with all axes even."""
    if training and p > 0:
        masks = {"0 and 0": p * p, "0 and x / (1 - p)": 2 * p * (1 - p), "x / (1 - p) and x / (1 - p)": (1 - p) ** 2}
    else:
        masks = {"x and x": 1.0}
    shares = {"two rows": 0.2, "two steps": 0.2, "two units": 0.2, "two calls": 0.4}
    return {
        "probabilities": {
            f"{kind}: {pair}": share * chance for kind, share in shares.items() for pair, chance in masks.items()
        }
    }


def decoded(
    encoder_state: Array, embedding: Array, W_hh: Array, W_hy: Array, bos: int, eos: int, max_length: int
) -> Any:
    """All `max_length` tokens by a loop over torch tensors, cut at the first EOS."""
    state, token, tokens = _t(encoder_state), bos, []
    for _ in range(max_length):
        state = torch.tanh(_t(embedding)[token] + torch.mv(_t(W_hh), state))
        token = int(torch.mv(_t(W_hy), state).topk(1).indices[0])
        tokens.append(token)
    return tokens[: tokens.index(eos)] if eos in tokens else tokens


def probe_accuracy(states: Array, labels: Array) -> float:
    """Centred least squares per class in torch: the intercept is what makes the means agree."""
    half = len(states) // 2
    seen, hidden = _t(states[:half]), _t(states[half:])
    classes = sorted(set(labels.tolist()))
    targets = torch.stack([torch.as_tensor(labels[:half] == c).double() for c in classes], dim=1)
    slope = torch.linalg.pinv(seen - seen.mean(0)) @ (targets - targets.mean(0))
    scores = (hidden - seen.mean(0)) @ slope + targets.mean(0)
    right = [classes[int(best)] == label for best, label in zip(scores.argmax(1), labels[half:], strict=True)]
    return float(np.mean(right))


def _t(array: Array) -> Any:
    return torch.as_tensor(np.asarray(array), dtype=torch.float64)


def _network(layers: Layers) -> Any:
    inputs, hidden = layers[0][0].shape[1], layers[0][1].shape[0]
    network = torch.nn.RNN(inputs, hidden, len(layers), batch_first=True).double()
    with torch.no_grad():
        for index, (w_xh, w_hh, b_h) in enumerate(layers):
            for name, array in (("weight_ih", w_xh), ("weight_hh", w_hh), ("bias_ih", b_h)):
                getattr(network, f"{name}_l{index}").copy_(_t(array))
            getattr(network, f"bias_hh_l{index}").zero_()
    return network


def _grad(leaf: Any) -> Array:
    return np.zeros(tuple(leaf.shape)) if leaf.grad is None else leaf.grad.numpy().copy()
