"""A network with one hidden unit that learns to count a letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Cell = Callable[[int, int], Any]
LETTERS = 3
LENGTH = 10
ROWS = 32
STEPS = 500
RATE = 0.05


class Counter(nn.Module):
    """A recurrent module with one hidden unit and a linear read-out; letter 0 of three is the one to count.

    `cell(D, H)` is a module with layers `i2h` and `h2h` whose `forward(x)` returns (states (B, T, H), final state (B, H)).
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell(LETTERS, 1)
        self.out = nn.Linear(1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One-hot letters (B, T, 3) to what is read out after each, (B, T)."""
        states, _ = self.cell(x)
        return torch.as_tensor(self.out(states)[..., 0])

    @torch.no_grad()
    def in_words(self) -> tuple[float, float, float, float, float]:
        """What each of the three letters adds inside tanh, the recurrent weight, the weight of the read-out.

        Signs are turned so that the read-out is positive; the biases of the cell are part of what each letter adds.
        """
        layers = [layer for layer in (self.cell.i2h, self.cell.h2h) if layer.bias is not None]
        pushes = self.cell.i2h.weight[0] + sum(layer.bias[0] for layer in layers)
        read = self.out.weight[0, 0]
        a, b, n = (float(push * torch.sign(read)) for push in pushes)
        return a, b, n, float(self.cell.h2h.weight[0, 0]), float(read.abs())

    @torch.no_grad()
    def counts(self, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
        """What is read out after each of the letters (B, T), given by their numbers."""
        read: torch.Tensor = self(nn.functional.one_hot(torch.as_tensor(tokens), LETTERS).float())
        return read.double().numpy()


def learn_to_count(cell: Cell, seed: int) -> Counter:
    """Train on random strings of ten letters, with the running count as target. About two seconds."""
    torch.manual_seed(seed)
    model = Counter(cell)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS, pct_start=0.1)
    for _ in range(STEPS):
        tokens = torch.randint(LETTERS, (ROWS, LENGTH))
        targets = (tokens == 0).float().cumsum(1)
        loss = ((model(nn.functional.one_hot(tokens, LETTERS).float()) - targets) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model


def random_strings(rows: int, length: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Letters (rows, length) by their numbers, and the running count of letter 0."""
    tokens = np.random.default_rng(seed).integers(0, LETTERS, (rows, length))
    return tokens, np.cumsum(tokens == 0, axis=1)
