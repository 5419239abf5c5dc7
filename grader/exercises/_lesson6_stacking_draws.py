"""Draws of lesson 6: stacks, caches, decoders and probes of sizes that tell axes apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.drawing import normal
from grader.exercises import _lesson6_stacking_oracles as oracles

Rng = np.random.Generator
Drawn = dict[str, Any]
Draw = Callable[[Rng], Drawn]


def layers(rng: Rng, D: int, H: int, L: int) -> list[Any]:
    """L layers (W_xh, W_hh, b_h) of a size at which tanh bends and does not saturate."""
    return [
        (
            normal(rng, H, D if layer == 0 else H, scale=0.7),
            normal(rng, H, H, scale=0.5),
            normal(rng, H, scale=0.5),
        )
        for layer in range(L)
    ]


def forward_draw(B: int, T: int, D: int, H: int, L: int) -> Draw:
    return lambda rng: {
        "x": normal(rng, B, T, D),
        "layers": layers(rng, D, H, L),
        "h0": normal(rng, L, B, H, scale=0.6),
    }


def backward_draw(B: int, T: int, D: int, H: int, L: int) -> Draw:
    """Caches of a real forward pass; states rounded so that they stand in a file."""

    def draw(rng: Rng) -> Drawn:
        given = forward_draw(B, T, D, H, L)(rng)
        below, caches = given["x"], []
        for layer, h0 in zip(given["layers"], given["h0"], strict=True):
            states = np.round(oracles.forward(below, [layer], h0[None])[0], 8)
            caches.append((below, h0, states, layer))
            below = states
        return {"dtop": normal(rng, B, T, H), "caches": caches}

    return draw


def module_draw(
    B: int, T: int, D: int, H: int, L: int, dropout: float = 0.0, start: bool = True, copies: int = 0
) -> Draw:
    return lambda rng: {
        "sizes": [D, H, L, dropout],
        "layers": layers(rng, D, H, L),
        "x": normal(rng, B, T, D),
        "h0": normal(rng, L, B, H, scale=0.6) if start else None,
        "upstream": {"outputs": normal(rng, B, T, H), "final": normal(rng, L, B, H)},
        "repeats": copies,
    }


def dropout_draw(p: float, training: bool, shape: tuple[int, int, int] = (2, 4, 6), calls: int = 200) -> Draw:
    """With so few numbers that no whole number of them is their share p, many calls show whoever drops exactly that share."""

    def draw(rng: Rng) -> Drawn:
        signs = rng.choice([-1.0, 1.0], shape)
        return {
            "x": np.round(rng.uniform(0.5, 1.5, shape), 3) * signs,
            "p": p,
            "seed": int(rng.integers(10**6)),
            "calls": calls,
            "training": training,
        }

    return draw


def count_draw(D: int, H: int, L: int) -> Draw:
    return lambda rng: {"D": D + int(rng.integers(3)), "H": H + int(rng.integers(3)), "L": L}


def budget_draw(D: int, H: int, L: int, over: int) -> Draw:
    """A budget `over` above what a stack of width H costs (H and D vary a little)."""

    def draw(rng: Rng) -> Drawn:
        inputs, width = D + int(rng.integers(4)), H + int(rng.integers(4))
        return {"budget": oracles.parameter_count(inputs, width, L) + over, "D": inputs, "L": L}

    return draw


def given_budget(least: int, span: int, D: int, L: int) -> Draw:
    """A budget from `least` to below `least + span`."""
    return lambda rng: {"budget": least + int(rng.integers(span)), "D": D, "L": L}


def decode_draw(V: int, H: int, max_length: int, shortest: int, longest: int) -> Draw:
    """A decoder whose greedy sentence has from `shortest` to `longest` tokens; drawn until one is found."""

    def draw(rng: Rng) -> Drawn:
        while True:
            bos, eos = (int(token) for token in rng.permutation(V)[:2])
            given: Drawn = {
                "encoder_state": normal(rng, H),
                "embedding": normal(rng, V, H, scale=1.5),
                "W_hh": normal(rng, H, H, scale=0.8),
                "W_hy": normal(rng, V, H),
                "bos": bos,
                "eos": eos,
                "max_length": max_length,
            }
            tokens = oracles.decoded(**given)
            if shortest <= len(tokens) <= longest and bos not in tokens:
                return given

    return draw


def probe_draw(N: int, H: int, classes: int, noise: float, offset: float = 0.0) -> Draw:
    """Class means in no order, plus noise."""

    def draw(rng: Rng) -> Drawn:
        labels = rng.permutation(np.arange(N) % classes)
        means = rng.normal(0.0, 1.0, (classes, H))
        means *= 1.5 / np.linalg.norm(means, axis=1, keepdims=True)
        states = means[labels] + rng.normal(0.0, noise, (N, H)) + offset
        return {"states": np.round(states, 3), "labels": labels.astype(np.int64)}

    return draw
