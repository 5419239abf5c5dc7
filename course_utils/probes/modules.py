"""Probes for torch modules: build one, copy weights in by name, run it, return outputs and gradients as arrays.

A case for these probes has the inputs

    sizes      list or dict: the constructor's arguments, `Module(*sizes)` or `Module(**sizes)`
    weights    dict: an array for every parameter, by its name in `named_parameters()` ("i2h.weight", "layers.0.h2h.bias")
    ...        every other input is an argument of `forward`, in order: x (B, T, D), h0 (B, H), lengths (B,) ...;
               None at the end is left out, so that a default value is tried as well
    upstream   dict: the outputs' names in order, each with its upstream gradient, or None where nothing flows back
    twins      (optional) list of groups of parameter names whose sum alone matters, such as the two biases of a step
    training   (optional) True for `module.train()`; otherwise the module is in evaluation mode

Arrays of floats become float32 tensors, since that is what `torch.zeros(B, H)` in a student's code is; integers and
booleans keep their kind. The module is built under a fixed seed, and nobody else's random numbers are touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from course_utils.values import Inputs

NOT_FORWARD = frozenset({"sizes", "weights", "upstream", "twins", "training"})
SEED = 0

Tensors = dict[str, torch.Tensor]


def outputs(subject: Any, inputs: Inputs) -> Any:
    """What `forward` returns: an array, or a tuple of arrays."""
    with torch.random.fork_rng(devices=[]):
        module = build(subject, inputs)
        given = forward_arguments(inputs)
        returned = module(*given.values())
        _tell_changes(inputs, given)
        return returned


def outputs_and_gradients(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """Outputs, gradients and a second call of the same module.

    Returns `{name: array for each name in upstream, "gradients": {parameter or float input: array}, "second call": array}`.
    The gradients are those of `sum over outputs of (output * upstream).sum()`; one that nothing flows into is zero. The
    second call is the first output of the same instance called again with the same arguments: a module that keeps
    something from call to call gives itself away there. If autograd itself refuses, `gradients` is its message.
    """
    with torch.random.fork_rng(devices=[]):
        module = build(subject, inputs)
        leaves = _leaves(inputs)
        given = forward_arguments(inputs, leaves)
        named = _named(module(*given.values()), list(inputs["upstream"]))
        gradients = _gradients(named, inputs, {**_parameters(module, inputs), **leaves})
        again = _named(module(*forward_arguments(inputs).values()), list(inputs["upstream"]))
        _tell_changes(inputs, given)
        return {**named, "gradients": gradients, "second call": next(iter(again.values()))}


def build(subject: Any, inputs: Inputs) -> torch.nn.Module:
    """The module with the case's sizes and weights. Raises TypeError or ValueError with a sentence for the student."""
    torch.manual_seed(SEED)
    sizes = inputs["sizes"]
    module = subject(**sizes) if isinstance(sizes, Mapping) else subject(*sizes)
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"expected a torch.nn.Module, got {type(module).__name__}: does the class inherit from nn.Module?"
        )
    copy_weights(module, inputs["weights"], inputs.get("twins", []))
    return module.train(bool(inputs.get("training", False)))


def copy_weights(module: torch.nn.Module, weights: Mapping[str, Any], twins: Any = ()) -> None:
    """Copy arrays into the module's parameters by name; a twin that the module lacks is added to one it has."""
    parameters = dict(module.named_parameters())
    with torch.no_grad():
        for name, array in _merged(weights, parameters, twins).items():
            if name not in parameters:
                raise ValueError(_why_missing(module, name, parameters))
            wanted, got = tuple(np.shape(array)), tuple(parameters[name].shape)
            if wanted != got:
                raise ValueError(f"parameter {name} has shape {got}, expected {wanted}")
            parameters[name].copy_(tensor(array))


def _why_missing(module: torch.nn.Module, name: str, parameters: Mapping[str, torch.Tensor]) -> str:
    """A layer that stands under two names has its parameters under the first one only."""
    shared = dict(module.named_parameters(remove_duplicate=False)).get(name)
    twin = next((other for other, parameter in parameters.items() if parameter is shared), "")
    if twin:
        return f"{name} and {twin} are one and the same parameter: are two layers wanted?"
    known = ", ".join(sorted(parameters)) or "none: are its layers attributes of self?"
    return f"the module has no parameter named {name}. Its parameters: {known}"


def forward_arguments(inputs: Inputs, leaves: Mapping[str, torch.Tensor] | None = None) -> dict[str, Any]:
    """The arguments of `forward` by name, without None at the end; floats are copies of `leaves` where given."""
    names = [name for name in inputs if name not in NOT_FORWARD]
    while names and inputs[names[-1]] is None:
        names.pop()
    known = leaves or {}
    return {name: known[name].clone() if name in known else tensor(inputs[name]) for name in names}


def tensor(value: Any) -> Any:
    """An array as a tensor of its own: floats as float32, integers as int64, booleans as they are."""
    if not isinstance(value, np.ndarray):
        return value
    kinds = {"f": torch.float32, "i": torch.int64, "u": torch.int64, "b": torch.bool}
    return torch.tensor(value, dtype=kinds[value.dtype.kind])


def _leaves(inputs: Inputs) -> Tensors:
    """The float inputs of `forward`, such that gradients can be asked for."""
    return {
        name: argument.requires_grad_(True)
        for name, argument in forward_arguments(inputs).items()
        if isinstance(argument, torch.Tensor) and argument.is_floating_point()
    }


def _merged(weights: Mapping[str, Any], parameters: Mapping[str, Any], twins: Any) -> dict[str, Any]:
    merged = dict(weights)
    for missing, present in _stand_ins(parameters, twins):
        merged[present] = merged[present] + merged.pop(missing)
    return merged


def _stand_ins(parameters: Mapping[str, Any], twins: Any) -> Iterator[tuple[str, str]]:
    """Pairs (a twin that the module lacks, the twin that stands for it)."""
    for group in twins:
        present = [name for name in group if name in parameters]
        if present:
            yield from ((name, present[0]) for name in group if name not in parameters)


def _parameters(module: torch.nn.Module, inputs: Inputs) -> Tensors:
    """The case's parameters by name; a twin that the module lacks has the gradient of the one that stands for it."""
    found = dict(module.named_parameters())
    stand_ins = dict(_stand_ins(found, inputs.get("twins", [])))
    return {name: found[stand_ins.get(name, name)] for name in inputs["weights"]}


def _named(returned: Any, names: list[str]) -> dict[str, Any]:
    items = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    if len(items) != len(names):
        what = "one thing" if len(items) == 1 else f"{len(items)} things"
        raise TypeError(
            f"forward returned {what} ({type(returned).__name__}), expected {len(names)}: {', '.join(names)}"
        )
    return dict(zip(names, items, strict=True))


def _gradients(named: Mapping[str, Any], inputs: Inputs, wanted: Tensors) -> Any:
    total = torch.zeros(())
    for name, upstream in inputs["upstream"].items():
        output = named[name]
        if upstream is None or not isinstance(output, torch.Tensor):
            continue
        if tuple(output.shape) != tuple(upstream.shape):
            return f"no gradients: {name} has shape {tuple(output.shape)}, expected {tuple(upstream.shape)}"
        total = total + (output * tensor(upstream)).sum()
    if not total.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in wanted.items()}
    return _differentiate(total, wanted)


def _differentiate(total: torch.Tensor, wanted: Tensors) -> Any:
    try:
        found = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
    except RuntimeError as error:
        return f"no gradients: {str(error)[:300]}"
    pairs = zip(wanted.items(), found, strict=True)
    return {name: torch.zeros_like(leaf) if grad is None else grad for (name, leaf), grad in pairs}


def _tell_changes(inputs: Inputs, given: Mapping[str, Any]) -> None:
    """Write into the case's arrays what `forward` changed in its arguments, so that the change is seen."""
    for name, argument in given.items():
        if isinstance(argument, torch.Tensor) and not torch.equal(argument, tensor(inputs[name])):
            inputs[name][...] = argument.detach().numpy()
