"""A character model around a recurrent module, and what a table of the last letters makes of the same text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

Cell = Callable[[int, int], Any]

ROWS = 32
WINDOW = 32
RATE = 1e-2


class CharacterModel(nn.Module):
    """Scores for the next character after each character of a text.

    `cell(D, H)` is a module whose `forward(x, h0)` returns (states (B, T, H), final state (B, H)).
    """

    def __init__(self, cell: Cell, alphabet: str, hidden: int) -> None:
        super().__init__()
        self.alphabet = alphabet
        self.cell = cell(len(alphabet), hidden)
        self.out = nn.Linear(hidden, len(alphabet))

    def forward(self, numbers: torch.Tensor, h0: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Numbers of characters (B, T) to scores (B, T, V) and the final state (B, H)."""
        x = nn.functional.one_hot(numbers, len(self.alphabet)).float()
        states, final = self.cell(x, h0)
        return self.out(states), final


def numbers_of(text: str, alphabet: str) -> torch.Tensor:
    """The place of each character in the alphabet, (T,)."""
    place = {character: i for i, character in enumerate(alphabet)}
    return torch.tensor([place[character] for character in text])


def learn_characters(cell: Cell, text: str, alphabet: str, hidden: int, steps: int, seed: int) -> CharacterModel:
    """Train on `text`, cut into 32 strips that are read side by side, 32 characters at a time, the state carried on."""
    torch.manual_seed(seed)
    model = CharacterModel(cell, alphabet, hidden)
    numbers = numbers_of(text, alphabet)
    strips = numbers[: len(numbers) // ROWS * ROWS].view(ROWS, -1)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    state, start = None, int(torch.randint(strips.shape[1] - WINDOW, ()))
    for _ in range(steps):
        if start + WINDOW >= strips.shape[1]:
            state, start = None, 0
        scores, state = model(strips[:, start : start + WINDOW], state)
        targets = strips[:, start + 1 : start + WINDOW + 1]
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        state, start = state.detach(), start + WINDOW
    return model


@torch.no_grad()
def network_bits(model: CharacterModel, text: str) -> float:
    """Bits per character on `text`, read in 64 strips side by side, each from the zero state.

    The first character of each strip is not counted.
    """
    numbers = numbers_of(text, model.alphabet)
    strips = numbers[: len(numbers) // 64 * 64].view(64, -1)
    scores, _ = model(strips[:, :-1])
    nats = nn.functional.cross_entropy(scores.flatten(0, 1), strips[:, 1:].flatten())
    return float(nats) / math.log(2)


def table_bits(order: int, train: str, text: str, alphabet: str) -> float:
    """Bits per character of the best table of that order on `text`; its smoothing is chosen on `text` itself.

    The choice favours the table a little, so a network that beats it beats it fairly.
    """
    k = order - 1
    seen = Counter(train[i : i + order] for i in range(len(train) - k))
    before = Counter(train[i : i + k] for i in range(len(train) - k))
    asked = [text[i : i + order] for i in range(len(text) - k)]
    pairs = np.array([(seen[piece], before[piece[:k]]) for piece in asked], dtype=float)

    def bits(share: float) -> float:
        return float(-np.log2((pairs[:, 0] + share) / (pairs[:, 1] + share * len(alphabet))).mean())

    return min(map(bits, (1.0, 0.3, 0.1, 0.03)))
