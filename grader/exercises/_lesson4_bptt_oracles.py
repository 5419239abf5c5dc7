"""Oracles of lesson 4. All of them are PyTorch in float64: autograd, `nn.RNN`, its losses, its clipping, its SGD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from grader.drawing import Floats

Tensors = dict[str, torch.Tensor]


def leaf(array: Any) -> torch.Tensor:
    """A float64 tensor that asks for a gradient."""
    return torch.tensor(np.asarray(array), dtype=torch.float64, requires_grad=True)


def numerical_gradient(f: Mapping[str, Any], x: Floats, eps: float | None) -> dict[str, Floats]:
    """The analytic gradient; central differences are exact for a quadratic and shrink a sine by sin(eps) / eps."""
    step = 1e-5 if eps is None else eps
    if f["kind"] == "quadratic":
        gradient = ((f["A"] + f["A"].T) @ x.reshape(-1) / 2 + f["b"]).reshape(x.shape)
    elif f["kind"] == "waves":
        gradient = f["C"] * np.cos(x) * np.sin(step) / step
    else:
        point = leaf(x)
        gradient = torch.autograd.grad(torch.sin(point @ torch.tensor(f["A"])).sum(), point)[0].numpy()
    return {"gradient": gradient, "x afterwards": x}


def tanh_backward(dh: Floats, h: Floats) -> Floats:
    """Autograd through tanh at the point where it gives h; a saturated unit is flat."""
    inner = np.where(np.abs(h) < 1.0, h, 0.0)
    z = leaf(np.arctanh(inner))
    gradient = torch.autograd.grad(torch.tanh(z), z, torch.tensor(dh))[0].numpy()
    return np.where(np.abs(h) < 1.0, gradient, 0.0)


def rnn_step_backward(dh_next: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """Autograd through nn.RNNCell with copied weights."""
    H, D = cache["W_xh"].shape
    cell = torch.nn.RNNCell(D, H, dtype=torch.float64)
    _copy(cell, cache)
    x_t, h = leaf(cache["x_t"]), leaf(cache["h"])
    found = torch.autograd.grad(
        cell(x_t, h), [x_t, h, cell.weight_ih, cell.weight_hh, cell.bias_ih], torch.tensor(dh_next)
    )
    return tuple(item.numpy() for item in found)


def rnn_backward(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """Autograd through nn.RNN with copied weights."""
    H, D = cache["W_xh"].shape
    network: Any = torch.nn.RNN(D, H, batch_first=True, dtype=torch.float64)
    _copy(network, cache, "_l0")
    x, h0 = leaf(cache["x"]), leaf(cache["h0"][None])
    states, _ = network(x, h0)
    wanted = [x, h0, network.weight_ih_l0, network.weight_hh_l0, network.bias_ih_l0]
    dx, dh0, *rest = torch.autograd.grad(states, wanted, torch.tensor(dstates))
    return tuple(item.numpy() for item in (dx, dh0[0], *rest))


def _copy(module: torch.nn.Module, cache: Mapping[str, Floats], suffix: str = "") -> None:
    names = {"weight_ih": "W_xh", "weight_hh": "W_hh", "bias_ih": "b_h"}
    with torch.no_grad():
        getattr(module, "bias_hh" + suffix).zero_()
        for theirs, ours in names.items():
            getattr(module, theirs + suffix).copy_(torch.tensor(cache[ours]))


def temporal_softmax_backward(logits: Floats, targets: Any, mask: Any) -> Floats:
    """Autograd through cross_entropy of the positions that count; nothing counts, nothing flows."""
    scores = leaf(logits)
    counted = torch.tensor(mask)
    if not counted.any():
        return np.zeros_like(logits)
    loss = F.cross_entropy(scores[counted], torch.tensor(targets)[counted])
    return torch.autograd.grad(loss, scores)[0].numpy()


def clip_by_global_norm(gradients: list[Floats], max_norm: float) -> tuple[list[Floats], float]:
    """`torch.nn.utils.clip_grad_norm_`."""
    holders = [torch.nn.Parameter(torch.zeros(gradient.shape, dtype=torch.float64)) for gradient in gradients]
    for holder, gradient in zip(holders, gradients, strict=True):
        holder.grad = torch.tensor(gradient)
    norm = torch.nn.utils.clip_grad_norm_(holders, max_norm)
    return [holder.grad.numpy() for holder in holders if holder.grad is not None], float(norm)


def train_step(weights: Mapping[str, Floats], x: Floats, y: Any, lr: float) -> dict[str, Any]:
    """Autograd, clip_grad_norm_ at 1 and one step of torch.optim.SGD."""
    leaves = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in weights.items()}
    loss = F.cross_entropy(_logits(leaves, x)[0].flatten(0, 1), torch.tensor(y).flatten())
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(leaves.values(), 1.0)
    torch.optim.SGD(leaves.values(), lr=lr).step()
    return {"loss": loss.item(), **{name: value.detach().numpy() for name, value in leaves.items()}}


def truncated_bptt(model: Mapping[str, Floats], x: Floats, y: Any, k: int) -> dict[str, Any]:
    """Autograd on the cut graph: the state is detached wherever a chunk begins."""
    leaves = {name: leaf(value) for name, value in model.items()}
    logits, _ = _logits(leaves, x, cut=k)
    each = F.cross_entropy(logits.flatten(0, 1), torch.tensor(y).flatten(), reduction="none").reshape(y.shape)
    chunks = [each[:, start : start + k].sum() / each.numel() for start in range(0, y.shape[1], k)]
    found = [torch.autograd.grad(chunk, list(leaves.values()), retain_graph=True) for chunk in chunks]
    gradients = {name: np.stack([item[i].numpy() for item in found]) for i, name in enumerate(leaves)}
    return {"loss": np.array([chunk.item() for chunk in chunks]), **gradients}


def _logits(leaves: Mapping[str, torch.Tensor], x: Floats, cut: int = 0) -> tuple[torch.Tensor, list[torch.Tensor]]:
    h = torch.zeros(x.shape[0], leaves["W_hh"].shape[0], dtype=torch.float64)
    inputs, states = torch.tensor(x), []
    for t in range(x.shape[1]):
        before = h.detach() if cut and t % cut == 0 else h
        h = torch.tanh(F.linear(inputs[:, t], leaves["W_xh"], leaves["b_h"]) + F.linear(before, leaves["W_hh"]))
        states.append(h)
    return F.linear(torch.stack(states, 1), leaves["W_hy"], leaves["b_y"]), states


def state_gradient_norms(dL_dh_T: Floats, cache: Mapping[str, Floats]) -> Floats:
    """Autograd with `retain_grad` on every state."""
    weights = {name: torch.tensor(cache[name]) for name in ("W_xh", "W_hh", "b_h")}
    h, states = leaf(cache["h0"]), []
    for t in range(cache["x"].shape[1]):
        h = torch.tanh(
            F.linear(torch.tensor(cache["x"][:, t]), weights["W_xh"], weights["b_h"]) + F.linear(h, weights["W_hh"])
        )
        h.retain_grad()
        states.append(h)
    states[-1].backward(torch.tensor(dL_dh_T))  # type: ignore[no-untyped-call]
    return np.array([float(state.grad.norm()) for state in states if state.grad is not None])
