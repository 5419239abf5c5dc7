"""Right answers of lesson 5 in other honest styles."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_utils.data.garden_path import TAGS, WORDS


def ceiling_with_numpy(sentences: Any, tags: Any) -> Any:
    """Prefixes as growing numbers of a trie; answers counted with unique."""
    node_of: dict[Any, int] = {}
    seen = []
    for words, answers in zip(sentences, tags, strict=True):
        node = -1
        for word, tag in zip(words, answers, strict=True):
            node = node_of.setdefault((node, word), len(node_of))
            seen.append((str(node), str(tag)))
    pairs, counts = np.unique(np.array(seen), axis=0, return_counts=True)
    best: dict[str, int] = {}
    for (node_name, _), count in zip(pairs, counts, strict=True):
        best[node_name] = max(best.get(node_name, 0), int(count))
    return np.float64(sum(best.values()) / len(seen))


def ceiling_by_position(sentences: Any, tags: Any) -> Any:
    """All first words, then all second words; prefixes as strings."""
    right = total = 0
    for t in range(max(map(len, sentences))):
        seen: dict[str, list[Any]] = {}
        for words, answers in zip(sentences, tags, strict=True):
            if t < len(words):
                seen.setdefault(repr(words[: t + 1]), []).append(answers[t])
        right += sum(max(map(found.count, found)) for found in seen.values())
        total += sum(map(len, seen.values()))
    return np.float32(right / total)


def accuracy_by_product(logits: Any, tags: Any, mask: Any) -> Any:
    right = (np.argmax(logits, axis=2) == tags).astype(float)
    return (right * mask).sum() / mask.sum()


def accuracy_in_torch(logits: Any, tags: Any, mask: Any) -> Any:
    guesses, chosen = torch.tensor(logits).argmax(-1), torch.tensor(mask)
    return (guesses[chosen] == torch.tensor(tags)[chosen]).float().mean()


def reversed_by_loop(x: Any, lengths: Any) -> Any:
    result = np.array(x)
    for row, length in zip(result, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    return result


def reversed_as_lists(x: Any, lengths: Any) -> Any:
    return np.array([[*row[:n][::-1], *row[n:]] for row, n in zip(x.tolist(), lengths.tolist(), strict=True)])


def forward_row_by_row(x: Any, lengths: Any, forward_weights: Any, backward_weights: Any) -> Any:
    H = len(forward_weights[2])
    outputs = np.zeros((x.shape[0], x.shape[1], 2 * H))
    for b, length in enumerate(lengths):
        for half, (W_xh, W_hh, b_h), order in (
            (slice(0, H), forward_weights, range(length)),
            (slice(H, None), backward_weights, range(length - 1, -1, -1)),
        ):
            h = np.zeros(H)
            for t in order:
                h = outputs[b, t, half] = np.tanh(W_xh @ x[b, t] + W_hh @ h + b_h)
    return outputs


def forward_in_float32(x: Any, lengths: Any, forward_weights: Any, backward_weights: Any) -> Any:
    """Frozen states in torch, float32."""
    given, ends = torch.tensor(x, dtype=torch.float32), torch.tensor(lengths)
    halves = []
    for weights, backwards in ((forward_weights, False), (backward_weights, True)):
        W_xh, W_hh, b_h = (torch.tensor(w, dtype=torch.float32) for w in weights)
        h, states = torch.zeros(len(x), len(b_h)), []
        steps = list(range(x.shape[1]))[:: -1 if backwards else 1]
        for t in steps:
            real = (t < ends).unsqueeze(1)
            h = torch.where(real, torch.tanh(given[:, t] @ W_xh.T + h @ W_hh.T + b_h), h)
            states.append(h * real)
        halves.append(torch.stack(states[::-1] if backwards else states, dim=1))
    return torch.cat(halves, dim=2)


class GatheringBidirectionalRNN(nn.Module):
    """Reverses within lengths by gather, and reads the final states off the outputs."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.H = H
        self.forward_cell, self.backward_cell = nn.RNNCell(D, H), nn.RNNCell(D, H)

    def forward(self, x: Tensor, lengths: Tensor) -> Any:
        t, n = torch.arange(x.shape[1])[None], lengths[:, None]
        source = torch.where(t < n, n - 1 - t, t)[:, :, None]
        ahead = self.run(self.forward_cell, x)
        turned = self.run(self.backward_cell, torch.gather(x, 1, source.expand(-1, -1, x.shape[2])))
        back = torch.gather(turned, 1, source.expand(-1, -1, self.H))
        outputs = torch.cat([ahead, back], 2) * (t < n)[:, :, None]
        rows = torch.arange(len(x))
        return outputs, torch.stack([outputs[rows, (lengths - 1).clamp(min=0), : self.H], outputs[:, 0, self.H :]])

    def run(self, cell: nn.RNNCell, x: Tensor) -> Tensor:
        h, states = torch.zeros(len(x), self.H), []
        for t in range(x.shape[1]):
            h = cell(x[:, t], h)
            states.append(h)
        return torch.stack(states, 1)


class SentenceBySentence(nn.Module):
    """No batch at all: a Python loop over rows."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.forward_cell = nn.RNNCell(input_size, hidden_size)
        self.backward_cell = nn.RNNCell(input_size, hidden_size)

    def forward(self, x: Tensor, lengths: Tensor) -> Any:
        H = self.forward_cell.hidden_size
        outputs, final = torch.zeros(len(x), x.shape[1], 2 * H), torch.zeros(2, len(x), H)
        for b, n in enumerate(lengths.tolist()):
            for k, cell in enumerate((self.forward_cell, self.backward_cell)):
                h = torch.zeros(H)
                for t in range(n) if k == 0 else reversed(range(n)):
                    h = cell(x[b, t], h)
                    outputs[b, t, k * H : (k + 1) * H] = h
                final[k, b] = h
        return outputs, final


def summary_by_lists(outputs: Any, lengths: Any) -> Any:
    H = outputs.shape[-1] // 2
    return [list(row[n - 1][:H]) + list(row[0][H:]) for row, n in zip(outputs, lengths, strict=True)]


def summary_with_take(outputs: Any, lengths: Any) -> Any:
    ahead, back = np.split(outputs.astype(np.float32), 2, axis=2)
    last = np.take_along_axis(ahead, lengths.reshape(-1, 1, 1) - 1, axis=1)[:, 0]
    return np.hstack([last, back[:, 0]])


def leak_by_adding_one(f: Any, x: Any) -> Any:
    T = len(x)
    before, rows = np.array(f(x)), []
    for s in range(T):
        nudged = np.array(x)
        nudged[s] = nudged[s] + np.linspace(0.7, 1.3, x.shape[1])
        rows.append([any(abs(a - b) > 1e-8 for a, b in zip(f(nudged)[t], before[t], strict=True)) for t in range(T)])
    return np.array(rows).T


def leak_by_several_nudges(f: Any, x: Any) -> Any:
    rng, found = np.random.default_rng(), np.zeros((len(x), len(x)), dtype=int)
    for _ in range(3):
        for s in range(len(x)):
            other = x.copy()
            other[s] = rng.normal(size=x.shape[1])
            found[:, s] |= (f(other) != f(x)).any(axis=1)
    return found


class PackedTagger(nn.Module):
    """Torch's own layer, packed: an LSTM or a GRU would do as well."""

    def __init__(self, kind: Any, hidden: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(len(WORDS), 12)
        self.layer = kind(12, hidden, batch_first=True, bidirectional=True)
        self.scores = nn.Linear(2 * hidden, len(TAGS))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Any:
        packed = nn.utils.rnn.pack_padded_sequence(
            self.vectors(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        return self.scores(nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True)[0])


def packed_trainer(kind: Any = nn.RNN, hidden: int = 20, passes: int = 15) -> Any:
    """Packed layer, one-dimensional cross-entropy with ignore_index, batches of 32."""

    def train_tagger(train: dict[str, Tensor], seed: int) -> Any:
        torch.manual_seed(seed)
        model = PackedTagger(kind, hidden)
        optimiser = torch.optim.Adam(model.parameters(), 1e-2)
        places = torch.arange(train["tags"].shape[1]).expand_as(train["tags"])
        labels = train["tags"].masked_fill(places >= train["lengths"][:, None], -100)
        for _ in range(passes):
            for rows in torch.randperm(len(labels)).split(32):  # type: ignore[no-untyped-call]
                scores = model(train["tokens"][rows], train["lengths"][rows])
                loss = F.cross_entropy(scores.flatten(0, 1), labels[rows, : scores.shape[1]].flatten())
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
        return model

    return train_tagger
