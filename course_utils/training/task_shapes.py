"""Small networks for the four shapes of task, around a recurrent module that the caller gives.

`cell(D, H)` must be a module whose `forward(x, h0)` returns (states (B, T, H), final state (B, H)), x being (B, T, D). Each
`learn_...` trains for about a second on one core and returns the trained network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from course_utils.data import task_shapes as data

Cell = Callable[[int, int], Any]
PAD = "<pad>"
END = "<end>"
Model = TypeVar("Model", bound=nn.Module)


class Vocabulary:
    """Words and their numbers; 0 is the padding, 1 the end mark."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = [PAD, END, *sorted(set(words))]
        self.number = {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def rows(self, sentences: Sequence[Sequence[str]], end: bool = False) -> torch.Tensor:
        """Numbers (B, T), padded on the right; with `end` each row closes with the end mark."""
        closed = [[*words, END] if end else list(words) for words in sentences]
        longest = max(map(len, closed))
        padded = [[*words, *[PAD] * (longest - len(words))] for words in closed]
        return torch.tensor([[self.number[word] for word in words] for words in padded])

    def one_hot(self, sentences: Sequence[Sequence[str]]) -> torch.Tensor:
        """(B, T, V) of float32."""
        return nn.functional.one_hot(self.rows(sentences), len(self)).float()


def remembering(cell: Any) -> Any:
    """The cell with its recurrent matrix set to the identity, so that it begins by keeping its state (Le et al. 2015)."""
    nn.init.eye_(cell.h2h.weight)
    return cell


class Reader(nn.Module):
    """Many to one, or aligned: reads words, gives scores (B, T, labels) after each of them."""

    def __init__(self, cell: Cell, words: Vocabulary, labels: Vocabulary, hidden: int) -> None:
        super().__init__()
        self.words, self.labels = words, labels
        self.cell = remembering(cell(len(words), hidden))
        self.out = nn.Linear(hidden, len(labels))

    def forward(self, sentences: Sequence[Sequence[str]]) -> torch.Tensor:
        """Scores (B, T, labels)."""
        states, _ = self.cell(self.words.one_hot(sentences))
        return torch.as_tensor(self.out(states))

    @torch.no_grad()
    def share(self, label: str, sentence: Sequence[str]) -> list[float]:
        """The probability of one label after each word of one sentence, among the real labels."""
        shares = torch.softmax(self([sentence])[0, :, 2:], -1)
        return [float(share) for share in shares[:, self.labels.number[label] - 2]]

    def label(self, sentence: Sequence[str]) -> list[str]:
        """The best label after each word of one sentence."""
        return self.labels_of([sentence])[0]

    @torch.no_grad()
    def labels_of(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The best label after each word of each sentence."""
        rows = (self(sentences)[..., 2:].argmax(-1) + 2).tolist()
        return [[self.labels.words[i] for i in row[: len(s)]] for row, s in zip(rows, sentences, strict=True)]


class Writer(nn.Module):
    """One to many, or the second half of sequence to sequence: a start state in, words out until the end mark."""

    def __init__(self, cell: Cell, words: Vocabulary, start: nn.Module, hidden: int) -> None:
        super().__init__()
        self.words, self.start = words, start
        self.cell = remembering(cell(len(words), hidden))
        self.out = nn.Linear(hidden, len(words))

    def loss(self, source: Any, sentences: Sequence[Sequence[str]]) -> torch.Tensor:
        """Mean surprise in nats at each word and at the end mark, given the words before."""
        targets = self.words.rows(sentences, end=True)
        inputs = torch.cat([torch.full_like(targets[:, :1], self.words.number[END]), targets[:, :-1]], 1)
        one_hot = nn.functional.one_hot(inputs, len(self.words)).float()
        states, _ = self.cell(one_hot, self.start(source))
        return nn.functional.cross_entropy(self.out(states).flatten(0, 1), targets.flatten(), ignore_index=0)

    @torch.no_grad()
    def write(self, source: Any, longest: int = 10) -> list[list[str]]:
        """The likeliest next word again and again, for each row of `source`."""
        h = self.start(source)
        word = torch.full((len(h),), self.words.number[END])
        written = []
        for _ in range(longest):
            _, h = self.cell(nn.functional.one_hot(word, len(self.words)).float()[:, None], h)
            word = self.out(h)[:, 1:].argmax(-1) + 1
            written.append(word)
        return [self._until_end(row) for row in torch.stack(written, 1).tolist()]

    def _until_end(self, row: list[int]) -> list[str]:
        words = [self.words.words[i] for i in row]
        return words[: words.index(END)] if END in words else words


class ImageStart(nn.Module):
    """A start state (B, H) from images (B, 12, 12)."""

    def __init__(self, pixels: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Linear(pixels, 2 * hidden)
        self.second = nn.Linear(2 * hidden, hidden)

    def forward(self, images: np.ndarray[Any, Any]) -> torch.Tensor:
        """Images to states."""
        flat = torch.as_tensor(np.asarray(images), dtype=torch.float32).flatten(1)
        return torch.tanh(self.second(torch.relu(self.first(flat))))


class StringStart(nn.Module):
    """A start state (B, H): the final state of a network that reads strings of one length."""

    def __init__(self, cell: Cell, letters: Vocabulary, hidden: int) -> None:
        super().__init__()
        self.letters = letters
        self.cell = remembering(cell(len(letters), hidden))

    def forward(self, strings: Sequence[str]) -> torch.Tensor:
        """Strings to states; shorter ones are padded on the left, so that each ends at the last step."""
        longest = max(map(len, strings))
        _, final = self.cell(self.letters.one_hot([[PAD] * (longest - len(s)) + list(s) for s in strings]))
        return torch.as_tensor(final)


def learn_verdicts(cell: Cell, examples: list[tuple[list[str], str]], seed: int, hidden: int = 32) -> Reader:
    """Many to one: the label counts after the last word only."""
    torch.manual_seed(seed)
    words, labels = Vocabulary(w for s, _ in examples for w in s), Vocabulary(label for _, label in examples)
    model = Reader(cell, words, labels, hidden)

    def loss(batch: list[Any]) -> torch.Tensor:
        scores = model([words for words, _ in batch])
        last = torch.tensor([len(words) - 1 for words, _ in batch])
        targets = torch.tensor([labels.number[label] for _, label in batch])
        return nn.functional.cross_entropy(scores[torch.arange(len(batch)), last], targets)

    return _trained(model, loss, examples, seed, steps=300, rate=0.02)


def learn_tags(cell: Cell, examples: list[tuple[list[str], list[str]]], seed: int, hidden: int = 16) -> Reader:
    """Aligned: every word's tag counts."""
    torch.manual_seed(seed)
    words, labels = (
        Vocabulary(w for s, _ in examples for w in s),
        Vocabulary(tag for _, tags in examples for tag in tags),
    )
    model = Reader(cell, words, labels, hidden)

    def loss(batch: list[Any]) -> torch.Tensor:
        scores = model([words for words, _ in batch])
        targets = labels.rows([tags for _, tags in batch])
        return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=0)

    return _trained(model, loss, examples, seed, steps=100)


def learn_captions(cell: Cell, examples: list[tuple[Any, list[str]]], seed: int, hidden: int = 48) -> Writer:
    """One to many: the image sets the start state, the words follow."""
    torch.manual_seed(seed)
    model = Writer(cell, Vocabulary(w for _, s in examples for w in s), ImageStart(examples[0][0].size, hidden), hidden)

    def loss(batch: list[Any]) -> torch.Tensor:
        return model.loss(np.stack([image for image, _ in batch]), [words for _, words in batch])

    return _trained(model, loss, examples, seed, steps=400)


def learn_sorting(cell: Cell, strings: list[str], seed: int, hidden: int = 32) -> Writer:
    """Sequence to sequence: one network reads the string, a second writes its letters in order."""
    torch.manual_seed(seed)
    letters = Vocabulary(letter for s in strings for letter in s)
    model = Writer(cell, letters, StringStart(cell, letters, hidden), hidden)
    return _trained(model, lambda batch: model.loss(batch, [sorted(s) for s in batch]), strings, seed, steps=320)


def _trained(
    model: Model,
    loss: Callable[[list[Any]], torch.Tensor],
    examples: list[Any],
    seed: int,
    steps: int,
    rate: float = 0.01,
) -> Model:
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    for _ in range(steps):
        batch = [examples[i] for i in rng.integers(0, len(examples), 64)]
        optimizer.zero_grad()
        loss(batch).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model


Trained = tuple[list[Any], list[float]]


def _verdicts(cell: Cell, seeds: Iterable[int]) -> Trained:
    examples = data.verdicts(600, 0)
    known = {tuple(words) for words, _ in examples}
    fresh = [(words, label) for words, label in data.verdicts(500, 1) if tuple(words) not in known]
    models = [learn_verdicts(cell, examples, seed) for seed in seeds]
    return models, [_share(said[-1] == label for said, (_, label) in _read(model, fresh)) for model in models]


def _tags(cell: Cell, seeds: Iterable[int]) -> Trained:
    examples = data.tagged_sentences(200, 0)
    known = {tuple(words) for words, _ in examples}
    fresh = [(words, tags) for words, tags in data.tagged_sentences(300, 1) if tuple(words) not in known]
    models = [learn_tags(cell, examples, seed) for seed in seeds]
    return models, [_share(said == tags for said, (_, tags) in _read(model, fresh)) for model in models]


def _captions(cell: Cell, seeds: Iterable[int]) -> Trained:
    examples, fresh = data.captioned_digits(2000, 0), data.captioned_digits(300, 1)
    images = np.stack([image for image, _ in fresh])
    models = [learn_captions(cell, examples, seed) for seed in seeds]
    return models, [_share(map(_equal, model.write(images), [words for _, words in fresh])) for model in models]


def _sorting(cell: Cell, seeds: Iterable[int]) -> Trained:
    strings, fresh = data.sorting_strings("abn", 3, 6, 0)
    models = [learn_sorting(cell, strings, seed) for seed in seeds]
    return models, [_share(map(_equal, model.write(fresh), map(sorted, fresh))) for model in models]


def _read(model: Reader, fresh: list[tuple[list[str], Any]]) -> Iterable[tuple[list[str], tuple[list[str], Any]]]:
    return zip(model.labels_of([words for words, _ in fresh]), fresh, strict=True)


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right)


def _share(right: Iterable[bool]) -> float:
    return float(np.mean(list(right)))


TASKS: dict[str, Callable[[Cell, Iterable[int]], Trained]] = {
    "many to one": _verdicts,
    "one to many": _captions,
    "aligned": _tags,
    "sequence to sequence": _sorting,
}
"""The four tasks: each trains one network for each seed and returns them with the share of new examples that is wholly right."""
