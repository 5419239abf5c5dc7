"""Training plain recurrent networks to foretell the next word of the small grammar, several side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from course_utils.data.relative_clauses import END, VOCABULARY, WORD_IDS
from course_utils.training.side_by_side import LAYERS, as_group, clip_each, first_weights, load, states

TYPICAL_LENGTH = 6.0


class WordModel(nn.Module):
    """Reads words one by one and scores the next one: a recurrent layer and a linear read-out."""

    def __init__(self, kind: str, hidden: int) -> None:
        super().__init__()
        self.recurrent = LAYERS[kind](len(VOCABULARY), hidden, batch_first=True)
        self.score = nn.Linear(hidden, len(VOCABULARY))

    def logits(self, words: Sequence[str]) -> Tensor:
        """(T, V): row t scores the word that follows words[t]. Begin with ".", the end of the sentence before."""
        x = torch.eye(len(VOCABULARY))[[WORD_IDS[word] for word in words]]
        with torch.no_grad():
            scores: Tensor = self.score(self.recurrent(x[None])[0])[0]
        return scores


def train_word_models(
    kind: str,
    sentences: Sequence[Sequence[str]],
    seeds: Sequence[int],
    hidden: int = 48,
    steps: int = 700,
    batch: int = 32,
    rate: float = 5e-3,
) -> list[WordModel]:
    """One model per seed, all on the same sentences, each with its own start and its own draws."""
    group = as_group([first_weights(kind, len(VOCABULARY), hidden, len(VOCABULARY), seed) for seed in seeds])
    optimizer = torch.optim.Adam(group.values(), rate)
    ids = [[WORD_IDS[word] for word in [END, *words]] for words in sentences]
    generators = [np.random.default_rng([seed, 5]) for seed in seeds]
    for step in range(steps):
        if step == steps * 2 // 3:
            optimizer.param_groups[0]["lr"] = rate / 5
        drawn = [[ids[i] for i in rng.integers(len(ids), size=batch)] for rng in generators]
        optimizer.zero_grad()
        _loss(kind, group, _batch(drawn)).backward()  # type: ignore[no-untyped-call]
        clip_each(group, 1.0)
        optimizer.step()
    models = [WordModel(kind, hidden) for _ in seeds]
    for i, model in enumerate(models):
        load(model.recurrent, model.score, group, i)
    return models


def _batch(rows: list[list[list[int]]]) -> Tensor:
    """ids (S, B, T), -1 after the end."""
    longest = max(len(ids) for network in rows for ids in network)
    return torch.tensor([[ids + [-1] * (longest - len(ids)) for ids in network] for network in rows])


def _loss(kind: str, w: dict[str, Tensor], ids: Tensor) -> Tensor:
    """Sum over the networks of the cross-entropy of each, per word of an average batch.

    Divided by a constant and not by the words in the batch: that would give the words of long sentences less weight.
    """
    known = ids.clamp(min=0)
    h = states(kind, w, torch.eye(len(VOCABULARY)), known[..., :-1]).permute(1, 2, 0, 3).flatten(1, 2)
    logits = torch.baddbmm(w["b_y"][:, None], h, w["W_hy"].mT)
    targets = ids[..., 1:].flatten(1)
    losses = nn.functional.cross_entropy(logits.mT, targets, ignore_index=-1, reduction="none")
    return losses.sum() / (TYPICAL_LENGTH * ids.shape[1])
