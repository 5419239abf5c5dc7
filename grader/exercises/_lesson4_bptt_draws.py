"""Inputs of lesson 4: caches of a forward pass that was really made, weights, tokens, functions to differentiate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.values import Inputs
from grader.drawing import Floats, normal

Generator = np.random.Generator
Draw = Callable[[Generator], Inputs]


def cell_weights(rng: Generator, D: int, H: int, scale: float = 0.8) -> dict[str, Floats]:
    """W_xh (H, D), W_hh (H, H), b_h (H,)."""
    return {
        "W_xh": normal(rng, H, D, scale=scale),
        "W_hh": normal(rng, H, H, scale=scale),
        "b_h": normal(rng, H, scale=0.5),
    }


def _stepped(x_t: Floats, h: Floats, weights: dict[str, Floats]) -> Floats:
    """tanh of the step, unit by unit, rounded so that it stands in a file."""
    z = np.einsum("bd,hd->bh", x_t, weights["W_xh"]) + np.einsum("bi,oi->bo", h, weights["W_hh"]) + weights["b_h"]
    return np.asarray(np.round(np.tanh(z), 8))


def step_cache(rng: Generator, B: int, D: int, H: int, scale: float = 0.8) -> dict[str, Floats]:
    """The cache of one step: x_t (B, D), h and h_next (B, H), and the weights."""
    weights, x_t, h = cell_weights(rng, D, H, scale), normal(rng, B, D), normal(rng, B, H, scale=0.6)
    return {"x_t": x_t, "h": h, "h_next": _stepped(x_t, h, weights), **weights}


def step(B: int, D: int, H: int, scale: float = 0.8) -> Draw:
    """Inputs of `rnn_step_backward`."""

    def draw(rng: Generator) -> Inputs:
        return {"dh_next": normal(rng, B, H), "cache": step_cache(rng, B, D, H, scale)}

    return draw


def sequence_cache(rng: Generator, B: int, T: int, D: int, H: int, scale: float = 0.8) -> dict[str, Floats]:
    """The cache of a sequence: x (B, T, D), h0 (B, H), states (B, T, H), and the weights."""
    weights, x, h0 = cell_weights(rng, D, H, scale), normal(rng, B, T, D), normal(rng, B, H, scale=0.6)
    states, h = np.empty((B, T, H)), h0
    for t in range(T):
        states[:, t] = h = _stepped(x[:, t], h, weights)
    return {"x": x, "h0": h0, "states": states, **weights}


def sequence(B: int, T: int, D: int, H: int, last_only: bool = False, loud: float = 1.0) -> Draw:
    """Inputs of `rnn_backward`; with `last_only` the loss looks at the last state alone; `loud` is the size of its gradient."""

    def draw(rng: Generator) -> Inputs:
        dstates = normal(rng, B, T, H, scale=loud)
        if last_only:
            dstates[:, :-1] = 0.0
        return {"dstates": dstates, "cache": sequence_cache(rng, B, T, D, H)}

    return draw


def last_state(B: int, T: int, D: int, H: int, scale: float = 0.8) -> Draw:
    """Inputs of `state_gradient_norms`."""

    def draw(rng: Generator) -> Inputs:
        return {"dL_dh_T": normal(rng, B, H), "cache": sequence_cache(rng, B, T, D, H, scale)}

    return draw


def network(rng: Generator, D: int, H: int, O: int, readout: float = 0.8) -> dict[str, Floats]:
    """All five weights of a network from D features to the scores of O classes."""
    return {**cell_weights(rng, D, H), "W_hy": normal(rng, O, H, scale=readout), "b_y": normal(rng, O, scale=0.5)}


def training(B: int, T: int, D: int, H: int, O: int, readout: float = 0.8, **last: Any) -> Draw:
    """Inputs of `train_step` (last: lr=...) and of `truncated_bptt` (last: k=...): weights, x (B, T, D), y (B, T)."""

    def draw(rng: Generator) -> Inputs:
        first = "weights" if "lr" in last else "model"
        weights, x = network(rng, D, H, O, readout), normal(rng, B, T, D)
        return {first: weights, "x": x, "y": rng.integers(O, size=(B, T)), **last}

    return draw


def redrawn(draw: Draw, accept: Callable[[Inputs], bool]) -> Draw:
    """Draws again until the inputs are what the draw's name says."""

    def repeated(rng: Generator) -> Inputs:
        inputs = draw(rng)
        while not accept(inputs):
            inputs = draw(rng)
        return inputs

    return repeated


def function(kind: str, *shape: int, eps: float | None = None) -> Draw:
    """Inputs of `numerical_gradient`: what the function is made of, the point x, and the step (None: the default)."""

    def draw(rng: Generator) -> Inputs:
        n = int(np.prod(shape))
        made: dict[str, Any] = {"kind": kind}
        if kind == "quadratic":
            made |= {"A": normal(rng, n, n), "b": normal(rng, n)}
        elif kind == "waves":
            made |= {"C": normal(rng, *shape)}
        else:
            made |= {"A": normal(rng, shape[-1], shape[-1] + 1)}
        return {"f": made, "x": normal(rng, *shape), "eps": eps}

    return draw


def upstream_and_state(*shape: int, saturated: bool = False) -> Draw:
    """Inputs of `tanh_backward`; saturated units stand at exactly -1 and 1."""

    def draw(rng: Generator) -> Inputs:
        h = np.round(np.tanh(normal(rng, *shape)), 4)
        if saturated:
            h.flat[0], h.flat[-1] = 1.0, -1.0
        return {"dh": normal(rng, *shape), "h": h}

    return draw


def scores(B: int, T: int, V: int, lengths: tuple[int, ...], scale: float = 1.0, around: float = 0.0) -> Draw:
    """Inputs of `temporal_softmax_backward`, scores near `around`: the mask is True up to each row's length."""

    def draw(rng: Generator) -> Inputs:
        mask = np.arange(T)[None, :] < np.array(lengths)[:, None]
        logits = np.round(around + normal(rng, B, T, V, scale=scale), 3)
        return {"logits": logits, "targets": rng.integers(V, size=(B, T)), "mask": mask}

    return draw


def length(inputs: Inputs) -> float:
    """The global norm of the gradients in a case of `clip_by_global_norm`."""
    return float(np.linalg.norm(np.concatenate([np.ravel(gradient) for gradient in inputs["gradients"]])))


def gradient_list(*shapes: tuple[int, ...], max_norm: float, scale: float = 1.0) -> Draw:
    """Inputs of `clip_by_global_norm`."""

    def draw(rng: Generator) -> Inputs:
        return {"gradients": [normal(rng, *shape, scale=scale) for shape in shapes], "max_norm": max_norm}

    return draw
