"""Wrong answers of lesson 5 that are easier to read whole than as edits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_utils.data.garden_path import TAGS, WORDS

Key = Callable[[Sequence[Any], int], Hashable]


def ceiling_by(key: Key) -> Callable[..., float]:
    """The ceiling of a tagger that knows `key(words, t)` in place of the prefix."""

    def prefix_ceiling(sentences: Any, tags: Any) -> float:
        seen: dict[Hashable, Counter[Any]] = defaultdict(Counter)
        for words, answers in zip(sentences, tags, strict=True):
            for t, tag in enumerate(answers):
                seen[key(words, t)][tag] += 1
        return sum(max(counts.values()) for counts in seen.values()) / sum(len(answers) for answers in tags)

    return prefix_ceiling


def mean_of_sentences(sentences: Any, tags: Any) -> float:
    seen: dict[Hashable, Counter[Any]] = defaultdict(Counter)
    for words, answers in zip(sentences, tags, strict=True):
        for t, tag in enumerate(answers):
            seen[tuple(words[: t + 1])][tag] += 1
    best = {prefix: counts.most_common(1)[0][0] for prefix, counts in seen.items()}
    shares = [
        np.mean([best[tuple(words[: t + 1])] == tag for t, tag in enumerate(answers)])
        for words, answers in zip(sentences, tags, strict=True)
        if len(answers)
    ]
    return float(np.mean(shares))


def last_tag_seen(sentences: Any, tags: Any) -> float:
    last = {tuple(words[: t + 1]): tag for words, own in zip(sentences, tags, strict=True) for t, tag in enumerate(own)}
    pairs = list(zip(sentences, tags, strict=True))
    return float(np.mean([last[tuple(words[: t + 1])] == tag for words, own in pairs for t, tag in enumerate(own)]))


def doubt_counts_as_lost(sentences: Any, tags: Any) -> float:
    seen: dict[Hashable, set[Any]] = defaultdict(set)
    prefixes = []
    for words, answers in zip(sentences, tags, strict=True):
        for t, tag in enumerate(answers):
            prefixes.append(tuple(words[: t + 1]))
            seen[prefixes[-1]].add(tag)
    return sum(len(seen[prefix]) == 1 for prefix in prefixes) / len(prefixes)


def mask_as_lengths(logits: Any, tags: Any, mask: Any) -> float:
    right = logits.argmax(-1) == tags
    return float(right[np.arange(mask.shape[1]) < mask.sum(axis=1)[:, None]].mean())


def mean_of_rows(logits: Any, tags: Any, mask: Any) -> float:
    right = (logits.argmax(-1) == tags) & mask
    counted = mask.sum(1) > 0
    return float((right.sum(1)[counted] / mask.sum(1)[counted]).mean())


def batch_flipped(x: Any, lengths: Any) -> Any:
    return x[::-1].copy()


def longest_for_all(x: Any, lengths: Any) -> Any:
    result, longest = x.copy(), int(max(lengths))
    result[:, :longest] = x[:, :longest][:, ::-1]
    return result


def padding_cleared(x: Any, lengths: Any) -> Any:
    result = np.zeros_like(x)
    for b, length in enumerate(lengths):
        result[b, :length] = x[b, :length][::-1]
    return result


def last_step_left_out(x: Any, lengths: Any) -> Any:
    result = x.copy()
    for b, length in enumerate(lengths):
        end = max(length - 1, 0)
        result[b, :end] = x[b, :end][::-1]
    return result


def padding_reversed_as_well(x: Any, lengths: Any) -> Any:
    return np.stack([np.concatenate([row[:n][::-1], row[n:][::-1]]) for row, n in zip(x, lengths, strict=True)])


def starts_from_forward(x: Any, lengths: Any, forward_weights: Any, backward_weights: Any) -> Any:
    H = len(forward_weights[2])
    outputs = np.zeros((*x.shape[:2], 2 * H))
    for b, length in enumerate(lengths):
        h = np.zeros(H)
        steps = range(length)
        for half, weights, order in ((0, forward_weights, steps), (H, backward_weights, reversed(steps))):
            W_xh, W_hh, b_h = weights
            for t in order:
                h = outputs[b, t, half : half + H] = np.tanh(W_xh @ x[b, t] + W_hh @ h + b_h)
    return outputs


def padding_first(x: Any, lengths: Any) -> Any:
    result = x.copy()
    for b, length in enumerate(lengths):
        result[b] = np.concatenate([x[b, length:], x[b, :length][::-1]])
    return result


def network(
    choose: Callable[[Tensor, Tensor], Tensor],
    width: int = 48,
    reads_padding: bool = False,
    passes: int = 12,
    lr: float = 0.01,
) -> Callable[..., Any]:
    """A tagger of torch's bidirectional layer in which `choose(outputs, lengths)` says what the tags are made of.

    With `reads_padding` lengths are ignored, in reading and in the loss.
    """

    def train_tagger(train: dict[str, Tensor], seed: int) -> Any:
        torch.manual_seed(seed)
        layers = nn.ModuleList(
            [
                nn.Embedding(len(WORDS), 16),
                nn.RNN(16, 24, batch_first=True, bidirectional=True),
                nn.Linear(width, len(TAGS)),
            ]
        )

        def tagger(tokens: Tensor, lengths: Tensor) -> Any:
            outputs = _read(layers[1], layers[0](tokens), lengths, reads_padding)
            return layers[2](choose(outputs, lengths))

        mask = torch.arange(train["tokens"].shape[1]) < train["lengths"][:, None]
        mask = torch.ones_like(mask) if reads_padding else mask
        _descend(tagger, layers, train, mask, passes, lr)
        return tagger

    return train_tagger


def _read(layer: Any, vectors: Tensor, lengths: Tensor, reads_padding: bool) -> Any:
    if reads_padding:
        return layer(vectors)[0]
    packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    return nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=vectors.shape[1])[0]


def _descend(tagger: Any, layers: Any, train: dict[str, Tensor], mask: Tensor, passes: int, lr: float) -> None:
    adam = torch.optim.Adam(layers.parameters(), lr=lr)
    for _ in range(passes):
        for rows in torch.randperm(len(mask)).split(64):  # type: ignore[no-untyped-call]
            logits = tagger(train["tokens"][rows], train["lengths"][rows])
            loss = F.cross_entropy(logits[mask[rows]], train["tags"][rows][mask[rows]])
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()


def everything(outputs: Tensor, lengths: Tensor) -> Tensor:
    return outputs


def forward_half(outputs: Tensor, lengths: Tensor) -> Tensor:
    return outputs[..., :24]


def backward_half(outputs: Tensor, lengths: Tensor) -> Tensor:
    return outputs[..., 24:]


def one_state_for_all(outputs: Tensor, lengths: Tensor) -> Tensor:
    last = outputs[torch.arange(len(outputs)), lengths - 1]
    return last[:, None].expand_as(outputs)


def dictionary(train: dict[str, Tensor], seed: int) -> Any:
    """Each word its most frequent tag."""
    counts = torch.zeros(len(WORDS), len(TAGS))
    for tokens, tags, length in zip(train["tokens"], train["tags"], train["lengths"].tolist(), strict=True):
        for word, tag in zip(tokens[:length], tags[:length], strict=True):
            counts[word, tag] += 1
    return lambda tokens, lengths: counts[tokens]
