"""Training models of the next letter, whatever they read, and letting them write."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_utils.data.garden_path import BEGIN, END, read_letters, spelled

Sentences = Sequence[Sequence[str]]


def _surprise(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Nats at every position, (B, T), zero behind the end."""
    scores = model(batch["inputs"], batch["lengths"])
    nats = nn.functional.cross_entropy(scores.transpose(1, 2), batch["targets"], reduction="none")
    return nats * (torch.arange(nats.shape[1]) < batch["lengths"].unsqueeze(1))


def fit_next_letter(model: nn.Module, sentences: Sentences, seed: int, passes: int) -> nn.Module:
    """Train `model(inputs (B, T), lengths (B,)) -> scores (B, T, symbols)` to say the next letter; returns it."""
    batch = spelled(sentences)
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(passes):
            for rows in torch.randperm(len(sentences)).split(64):  # type: ignore[no-untyped-call]
                part = {name: tensor[rows] for name, tensor in batch.items()}
                adam.zero_grad(set_to_none=True)
                (_surprise(model, part).sum() / part["lengths"].sum()).backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                adam.step()
    return model


def sentence_nats(model: nn.Module, sentences: Sentences) -> tuple[Tensor, Tensor]:
    """Minus the sum of the logs of what the model calls probabilities, per sentence (B,), and symbols to guess (B,)."""
    batch = spelled(sentences)
    with torch.no_grad():
        return _surprise(model, batch).sum(1).double(), batch["lengths"]


def write(model: nn.Module, count: int, seed: int, longest: int = 60, may_end: bool = True) -> list[str]:
    """`count` texts, a letter at a time: each letter is drawn from the scores at the last position of what stands so far.

    A text ends where the model draws its END, and at `longest` letters; without `may_end` only there.
    """
    generator = torch.Generator().manual_seed(seed)
    page = torch.full((count, 1), BEGIN)
    with torch.no_grad():
        for _ in range(longest):
            scores = model(page, torch.full((count,), page.shape[1]))[:, -1]
            scores[:, [BEGIN] if may_end else [BEGIN, END]] = -torch.inf
            page = torch.cat([page, torch.multinomial(scores.softmax(-1), 1, generator=generator)], dim=1)
    return [read_letters(row[1:].tolist()) for row in page]
