"""Oracles of lesson 5: torch's own bidirectional layer in float64, Jacobians, tries and slow loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Array = NDArray[Any]


def prefix_ceiling(sentences: Sequence[Sequence[Any]], tags: Sequence[Sequence[Any]]) -> float:
    """Walk the trie of all sentences: at every node the best one answer, weighted by who passes there."""

    def best(rows: list[int], t: int) -> int:
        alive = [row for row in rows if len(sentences[row]) > t]
        right = 0
        for word in {sentences[row][t] for row in alive}:
            branch = [row for row in alive if sentences[row][t] == word]
            right += Counter(tags[row][t] for row in branch).most_common(1)[0][1]
            right += best(branch, t + 1)
        return right

    return best(list(range(len(sentences))), 0) / sum(len(words) for words in sentences)


def masked_accuracy(logits: Array, tags: Array, mask: Array) -> float:
    right = total = 0
    for b, t in np.ndindex(*mask.shape):
        if mask[b, t]:
            total += 1
            right += int(all(logits[b, t, tags[b, t]] >= score for score in logits[b, t]))
    return right / total


def reverse_sequences(x: Array, lengths: Array) -> Array:
    result = x.copy()
    for b, length in enumerate(lengths):
        for t in range(length):
            result[b, t] = x[b, length - 1 - t]
    return result


def _layer(D: int, H: int) -> nn.RNN:
    return nn.RNN(D, H, batch_first=True, bidirectional=True).double()


def bidirectional_forward(x: Array, lengths: Array, forward_weights: Any, backward_weights: Any) -> Array:
    """A packed `nn.RNN(bidirectional=True)`; rows of length 0, which cannot be packed, are left out and stay zero."""
    H, D = forward_weights[0].shape
    layer = _layer(D, H)
    with torch.no_grad():
        for (W_xh, W_hh, b_h), suffix in ((forward_weights, ""), (backward_weights, "_reverse")):
            for name, array in (("weight_ih", W_xh), ("weight_hh", W_hh), ("bias_ih", b_h), ("bias_hh", 0.0 * b_h)):
                getattr(layer, f"{name}_l0{suffix}").copy_(torch.tensor(array))
        outputs = np.zeros((*x.shape[:2], 2 * H))
        some = np.flatnonzero(lengths)
        if some.size:
            packed = nn.utils.rnn.pack_padded_sequence(
                torch.tensor(x[some]), torch.tensor(lengths[some]), batch_first=True, enforce_sorted=False
            )
            padded, _ = nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=x.shape[1])
            outputs[some] = padded.numpy()
    return outputs


def module(
    sizes: Any, weights: dict[str, Array], x: Array, lengths: Array, upstream: dict[str, Array]
) -> dict[str, Any]:
    """Row by row through torch's layer, each row cut to its length, and autograd over all of it."""
    D, H = sizes
    layer, inputs = _layer(D, H), torch.tensor(x, dtype=torch.float64, requires_grad=True)
    for name, array in weights.items():
        cell, parameter = name.split(".")
        suffix = "_reverse" if cell == "backward_cell" else ""
        getattr(layer, f"{parameter}_l0{suffix}").data.copy_(torch.tensor(array))
    outputs, final = _rows(layer, inputs, lengths, H)
    total = (outputs * torch.tensor(upstream["outputs"])).sum() + (final * torch.tensor(upstream["final"])).sum()
    leaves = {name: _parameter(layer, name) for name in weights} | {"x": inputs}
    found = torch.autograd.grad(total, list(leaves.values()))
    gradients = {name: gradient.numpy() for name, gradient in zip(leaves, found, strict=True)}
    told = outputs.detach().numpy()
    return {"outputs": told, "final": final.detach().numpy(), "gradients": gradients, "second call": told}


def _parameter(layer: nn.RNN, name: str) -> Tensor:
    cell, parameter = name.split(".")
    found: Tensor = getattr(layer, f"{parameter}_l0{'_reverse' if cell == 'backward_cell' else ''}")
    return found


def _rows(layer: nn.RNN, inputs: Tensor, lengths: Array, H: int) -> tuple[Tensor, Tensor]:
    T = inputs.shape[1]
    rows, finals = [], []
    for b, length in enumerate(lengths.tolist()):
        states = torch.zeros(0, 2 * H, dtype=torch.float64)
        end = torch.zeros(2, H, dtype=torch.float64)
        if length:
            states, end = layer(inputs[b, :length])
        rows.append(torch.cat([states, torch.zeros(T - length, 2 * H, dtype=torch.float64)]))
        finals.append(end)
    return torch.stack(rows), torch.stack(finals, dim=1)


def sequence_summary(outputs: Array, lengths: Array) -> Array:
    H = outputs.shape[2] // 2
    summary = np.empty((len(outputs), 2 * H))
    for b, length in enumerate(lengths):
        for unit in range(H):
            summary[b, unit] = outputs[b, length - 1, unit]
            summary[b, H + unit] = outputs[b, 0, H + unit]
    return summary


def future_leak(x: Array, mixing: Array, features: Array, squash: bool) -> Array:
    """Where the Jacobian of the case's own f is not zero."""
    M, A = torch.tensor(mixing), torch.tensor(features)

    def f(value: Tensor) -> Tensor:
        mixed = M @ value @ A + 0.25
        return torch.tanh(mixed) if squash else mixed

    jacobian: Tensor = torch.autograd.functional.jacobian(f, torch.tensor(x))  # type: ignore[no-untyped-call]
    return np.asarray((jacobian.abs().amax(dim=(1, 3)) > 0).numpy())


def held_out_labels(train: dict[str, Array], seed: int, held_out: dict[str, Array]) -> Array:
    """The right tags by the grammar itself, looked up sentence by sentence; -1 behind the ends."""
    from course_utils.data.garden_path import TAGS, WORDS, language

    known = {tuple(words): tags for words, tags in zip(*language(), strict=True)}
    labels = np.full(held_out["tokens"].shape, -1, np.int64)
    for b, (row, length) in enumerate(zip(held_out["tokens"], held_out["lengths"], strict=True)):
        words = tuple(WORDS[token] for token in row[:length])
        labels[b, :length] = [TAGS.index(tag) for tag in known[words]]
    return labels
