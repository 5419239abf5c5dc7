"""Training networks that read a sentence and say whether its verb is plural: several of them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from course_utils.data.agreement import SPELLING_SIZE, spell, spell_batch
from course_utils.training.side_by_side import LAYERS, as_group, clip_each, first_weights, load, states

Sentences = Sequence[Sequence[str]]
Corpus = tuple[Sentences, Sequence[int]]
Read = Callable[[Tensor, Tensor], Tensor]


class Reader(nn.Module):
    """A recurrent layer and one score per sentence, from the state that `read(states (B, T, H), lengths (B,))` picks."""

    def __init__(self, kind: str, hidden: int, read: Read) -> None:
        super().__init__()
        self.kind, self.hidden, self.read = kind, hidden, read
        self.recurrent = LAYERS[kind](SPELLING_SIZE, hidden, batch_first=True)
        self.score = nn.Linear(hidden, 1)

    def states(self, x: Tensor) -> Tensor:
        """(B, T, D) -> h (B, T, H)."""
        h: Tensor = self.recurrent(x)[0]
        return h

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, D), (B,) -> scores (B,): above 0 the verb is plural."""
        scores: Tensor = self.score(self.read(self.states(x), lengths))
        return scores.squeeze(-1)

    def predict(self, sentences: Sentences) -> NDArray[np.int64]:
        """1 where the verb is plural, (B,)."""
        x, lengths = spell_batch(sentences)
        with torch.no_grad():
            scores = self(torch.from_numpy(x), torch.from_numpy(lengths))
        return np.asarray((scores > 0).numpy(), dtype=np.int64)


def train_readers(
    kind: str,
    corpora: Sequence[Corpus],
    seeds: Sequence[int],
    read: Read,
    hidden: int = 24,
    steps: int = 400,
    batch: int = 32,
    rate: float = 4e-3,
    W_hh: Sequence[NDArray[Any]] | None = None,
) -> list[Reader]:
    """One trained network per corpus (sentences, labels) and seed of the same place in the lists.

    kind: "rnn", "gru" or "lstm". read: as in `Reader`. W_hh: for "rnn", the recurrent matrix (H, H) from which each
    network starts. Every network starts, draws its sentences and is clipped as if it were alone.
    """
    group = _start(kind, hidden, seeds, W_hh)
    optimizer = torch.optim.Adam(group.values(), rate)
    batches = _Batches(corpora, seeds, batch)
    for step in range(steps):
        if step == steps * 3 // 4:
            optimizer.param_groups[0]["lr"] = rate / 5
        optimizer.zero_grad()
        _loss(kind, group, batches, read).backward()  # type: ignore[no-untyped-call]
        clip_each(group, 1.0)
        optimizer.step()
    return _readers(kind, hidden, read, group)


def untrained_readers(
    kind: str, seeds: Sequence[int], read: Read, hidden: int = 24, W_hh: Sequence[NDArray[Any]] | None = None
) -> list[Reader]:
    """The networks from which `train_readers` starts."""
    return _readers(kind, hidden, read, _start(kind, hidden, seeds, W_hh))


def word_gradients(reader: Reader, sentences: Sentences) -> NDArray[np.float64]:
    """How much the score hangs on each word: the norm of d score / d x_t, (B, T), for sentences of one length."""
    x, lengths = spell_batch(sentences)
    inputs = torch.from_numpy(x).requires_grad_()
    reader(inputs, torch.from_numpy(lengths)).sum().backward()
    assert inputs.grad is not None
    return np.asarray(inputs.grad.double().norm(dim=2).numpy())


def gru_update_gates(reader: Reader, words: Sequence[str]) -> NDArray[np.float64]:
    """z (T, H) of a "gru" reader at every word of one sentence: the share of the old state that each unit keeps."""
    x = torch.from_numpy(spell(words))
    layer, hidden = reader.recurrent, reader.hidden
    with torch.no_grad():
        h = reader.states(x[None])[0]
        before = torch.cat([torch.zeros(1, hidden), h[:-1]])
        rows = slice(hidden, 2 * hidden)
        a = x @ layer.weight_ih_l0[rows].T + layer.bias_ih_l0[rows]
        z = torch.sigmoid(a + before @ layer.weight_hh_l0[rows].T + layer.bias_hh_l0[rows])
    return np.asarray(z.double().numpy())


def _start(kind: str, hidden: int, seeds: Sequence[int], W_hh: Sequence[NDArray[Any]] | None) -> dict[str, Tensor]:
    weights = [first_weights(kind, SPELLING_SIZE, hidden, 1, seed) for seed in seeds]
    for start, matrix in zip(weights, W_hh or (), strict=False):
        start["W_hh"] = torch.tensor(matrix, dtype=torch.float32)
    return as_group(weights)


def _readers(kind: str, hidden: int, read: Read, group: dict[str, Tensor]) -> list[Reader]:
    readers = [Reader(kind, hidden, read) for _ in group["b_y"]]
    for i, reader in enumerate(readers):
        load(reader.recurrent, reader.score, group, i)
    return readers


class _Batches:
    """Batches of sentences of about the same length, another draw for every network of the group."""

    def __init__(self, corpora: Sequence[Corpus], seeds: Sequence[int], batch: int) -> None:
        words = sorted({word for sentences, _ in corpora for sentence in sentences for word in sentence})
        self.words = torch.from_numpy(spell(words))
        numbered = {word: i for i, word in enumerate(words)}
        once = {id(corpus): _by_length(corpus, numbered) for corpus in corpora}
        self.corpora = [once[id(corpus)] for corpus in corpora]
        self.generators = [np.random.default_rng([seed, 1]) for seed in seeds]
        self.shared = np.random.default_rng(2)
        self.batch = batch

    def draw(self) -> tuple[Tensor, Tensor, Tensor]:
        """ids (S, B, T), lengths (S, B), labels (S, B): a stretch of the length-sorted sentences."""
        place, drawn = self.shared.random(), []
        for (ids, lengths, labels), generator in zip(self.corpora, self.generators, strict=True):
            stretch = min(4 * self.batch, len(labels))
            first = int(place * (len(labels) - stretch + 1))
            rows = torch.from_numpy(first + generator.choice(stretch, min(self.batch, stretch), replace=False))
            drawn.append((ids[rows], lengths[rows], labels[rows]))
        longest = max(int(lengths.max()) for _, lengths, _ in drawn)
        ids = torch.stack([_to_length(ids, longest) for ids, _, _ in drawn])
        return ids, torch.stack([row[1] for row in drawn]), torch.stack([row[2] for row in drawn])


def _by_length(corpus: Corpus, numbered: dict[str, int]) -> tuple[Tensor, Tensor, Tensor]:
    """ids (N, T), lengths (N,), labels (N,), the shortest sentence first."""
    sentences, labels = corpus
    lengths = np.array([len(sentence) for sentence in sentences])
    order = np.argsort(lengths, kind="stable")
    ids = np.zeros((len(sentences), lengths.max()), dtype=np.int64)
    for row, i in enumerate(order):
        ids[row, : lengths[i]] = [numbered[word] for word in sentences[i]]
    chosen = np.asarray(labels, dtype=np.float32)[order]
    return torch.from_numpy(ids), torch.from_numpy(lengths[order]), torch.from_numpy(chosen)


def _to_length(ids: Tensor, length: int) -> Tensor:
    return ids[:, :length] if ids.shape[1] >= length else nn.functional.pad(ids, (0, length - ids.shape[1]))


def _loss(kind: str, w: dict[str, Tensor], batches: _Batches, read: Read) -> Tensor:
    """Sum over the networks of the mean cross-entropy of each."""
    ids, lengths, labels = batches.draw()
    h = states(kind, w, batches.words, ids).permute(1, 2, 0, 3)
    last = read(h.flatten(0, 1), lengths.flatten()).view(*labels.shape, -1)
    scores = (last @ w["W_hy"].mT + w["b_y"][:, None]).squeeze(-1)
    losses = nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    return losses.mean(1).sum()
