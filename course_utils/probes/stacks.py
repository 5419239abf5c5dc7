"""A probe for a stacked recurrent module with one `i2h` and one `h2h` per layer.

Inputs of a case:

    sizes      list: the constructor's arguments
    layers     list: per layer the arrays (W_xh, W_hh, b_h)
    x, h0      arrays (B, T, D) and (L, B, H); None for an h0 that is left out
    upstream   dict: "outputs" (B, T, H) and "final" (L, B, H), what flows back into each
    repeats    0: one call in evaluation mode. Else the number of copies of a batch of one that go through the module in
               training mode; what comes out is reduced to the different results there are, see `different_results`
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from course_utils.probes.modules import SEED, tensor
from course_utils.values import Inputs

TOLERANCE = 1e-5
MOST_RESULTS = 64


def stack(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """Outputs, final states, gradients for every layer, a second call, and how many numbers an optimiser would find."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        module = subject(*inputs["sizes"])
        weights = copy_layers(module, inputs["layers"])
        module.eval()
        gradients, outputs, final = _gradients(module, weights, inputs)
        again = _run(module, inputs)[0]
        if inputs["repeats"]:
            outputs, final = _in_training(module, inputs)
        trainable = sum(parameter.numel() for parameter in module.parameters())
        return {
            "outputs": outputs,
            "final": final,
            "gradients": gradients,
            "second call": again,
            "trainable": trainable,
        }


def copy_layers(module: Any, layers: Any) -> dict[str, torch.Tensor]:
    """Copy the arrays into `module.i2h[l]` and `module.h2h[l]`; return the parameters by name. A bias too many is zeroed."""
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"expected a torch.nn.Module, got {type(module).__name__}: does the class inherit from nn.Module?"
        )
    named: dict[str, torch.Tensor] = {}
    for index, (w_xh, w_hh, b_h) in enumerate(layers):
        i2h, h2h = _linear(module, "i2h", index), _linear(module, "h2h", index)
        _fill(named, f"i2h.{index}.weight", i2h.weight, w_xh)
        _fill(named, f"i2h.{index}.bias", i2h.bias, b_h)
        _fill(named, f"h2h.{index}.weight", h2h.weight, w_hh)
        if h2h.bias is not None:
            torch.nn.init.zeros_(h2h.bias)
    return named


def different_results(rows: Any) -> Any:
    """The rows of an array that differ, each column then sorted by itself: (N, K) -> (n, K) with n <= MOST_RESULTS.

    With dropout a batch of copies gives as many different results as there are masks. Which copy got which is luck; the
    set is not, once there are copies enough.
    """
    found: list[Any] = []
    for row in np.asarray(rows, dtype=np.float64):
        if len(found) < MOST_RESULTS and not (found and (np.abs(np.array(found) - row).max(axis=1) < TOLERANCE).any()):
            found.append(row)
    return np.sort(np.array(found), axis=0)


def _linear(module: Any, name: str, index: int) -> Any:
    held = getattr(module, name, None)
    if held is None or not hasattr(held, "__getitem__"):
        raise ValueError(f"the module has no list of layers named self.{name}")
    if not 0 <= index < len(held):
        raise ValueError(f"self.{name} holds {len(held)} layers, this stack has more")
    return held[index]


def _fill(named: dict[str, torch.Tensor], name: str, parameter: Any, array: Any) -> None:
    if parameter is None:
        raise ValueError(f"{name} is missing: was the layer made with bias=False?")
    if tuple(parameter.shape) != np.shape(array):
        raise ValueError(f"{name} has shape {tuple(parameter.shape)}, expected {np.shape(array)}")
    with torch.no_grad():
        parameter.copy_(tensor(array))
    named[name] = parameter


def _run(module: Any, inputs: Inputs, **given: Any) -> tuple[Any, Any]:
    arguments = {"x": tensor(inputs["x"]), "h0": tensor(inputs["h0"])} | given
    used = [value for value in arguments.values() if value is not None]
    before = [value.detach().clone() for value in used]
    returned = module(*used)
    for name, old, new in zip(arguments, before, used, strict=False):
        if not torch.equal(old, new):
            inputs[name][...] = new.detach().numpy()
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError(f"forward returned {type(returned).__name__}, expected two things: outputs and final states")
    return returned[0], returned[1]


def _gradients(module: Any, weights: dict[str, torch.Tensor], inputs: Inputs) -> tuple[Any, Any, Any]:
    """Gradients of sum(outputs * upstream) + sum(final * upstream) for every layer's parameters, x and h0."""
    leaves = {name: tensor(inputs[name]).requires_grad_(True) for name in ("x", "h0") if inputs[name] is not None}
    outputs, final = _run(module, inputs, **{name: leaf.clone() for name, leaf in leaves.items()})
    total = torch.zeros(())
    for name, value in (("outputs", outputs), ("final", final)):
        if tuple(value.shape) != inputs["upstream"][name].shape:
            text = f"no gradients: {name} has shape {tuple(value.shape)}, expected {inputs['upstream'][name].shape}"
            return text, outputs, final
        total = total + (value * tensor(inputs["upstream"][name])).sum()
    wanted = weights | leaves
    if not total.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in wanted.items()}, outputs, final
    found = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
    pairs = zip(wanted.items(), found, strict=True)
    return {name: torch.zeros_like(leaf) if grad is None else grad for (name, leaf), grad in pairs}, outputs, final


def _in_training(module: Any, inputs: Inputs) -> tuple[Any, Any]:
    """The different results of many copies in training mode: outputs (n, T, H) and final states (n, L, H)."""
    copies = int(inputs["repeats"])
    module.train()
    with torch.no_grad():
        x = tensor(inputs["x"]).repeat(copies, 1, 1)
        h0 = None if inputs["h0"] is None else tensor(inputs["h0"]).repeat(1, copies, 1)
        outputs, final = module(x) if h0 is None else module(x, h0)
    module.eval()
    last = final.transpose(0, 1)
    rows = different_results(torch.cat([outputs.flatten(1), last.flatten(1)], dim=1).numpy())
    cut = outputs[0].numel()
    return rows[:, :cut].reshape(-1, *outputs.shape[1:]), rows[:, cut:].reshape(-1, *last.shape[1:])
