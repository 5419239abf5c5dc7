"""Lesson 2: whole answers, wrong ones that a student believes in and right ones in another style."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import torch

# --- sequence_log_prob -------------------------------------------------------------------------------------------------


def product_first(tokens: Any, conditional: Any) -> Any:
    product = 1.0
    for t, token in enumerate(tokens):
        product *= conditional(tokens[:t])[token]
    return math.log(product) if product > 0 else -math.inf


def log_prob_by_recursion_free_sum(tokens: Any, conditional: Any) -> Any:
    with np.errstate(divide="ignore"):
        logs = [
            np.log(np.asarray(conditional(list(tokens[:t])), dtype=np.float64))[tokens[t]] for t in range(len(tokens))
        ]
    return np.sum(logs)


def log_prob_in_torch(tokens: Any, conditional: Any) -> Any:
    total = torch.zeros((), dtype=torch.float64)
    prefix: list[int] = []
    for token in tokens:
        total = total + torch.log(torch.tensor(conditional(prefix)))[token]
        prefix.append(token)
    return total


def log_prob_by_recursion(tokens: Any, conditional: Any) -> Any:
    def log_of(t: int) -> Any:
        with np.errstate(divide="ignore"):
            return np.log(conditional(tokens[:t])[tokens[t]])

    def rest(t: int) -> Any:
        return sum([log_of(t), *[rest(later) for later in (t + 1,)]]) if t < len(tokens) else 0.0

    return rest(0)


# --- total_probability -------------------------------------------------------------------------------------------------


def mass_of_greedy_path(conditional: Any, vocabulary_size: int, length: int) -> Any:
    prefix: list[int] = []
    total = 1.0
    for _ in range(length):
        row = np.asarray(conditional(prefix))
        total *= row.max()
        prefix.append(int(row.argmax()))
    return total


def mass_by_recursion(conditional: Any, vocabulary_size: int, length: int) -> Any:
    def below(prefix: list[int]) -> float:
        if len(prefix) == length:
            return 1.0
        row = conditional(prefix)
        return float(sum(row[token] * below([*prefix, token]) for token in range(vocabulary_size)))

    return below([])


def mass_by_logs(conditional: Any, vocabulary_size: int, length: int) -> Any:
    total = 0.0
    for sequence in itertools.product(range(vocabulary_size), repeat=length):
        rows = [conditional(sequence[:t])[token] for t, token in enumerate(sequence)]
        total += 0.0 if min(rows, default=1.0) <= 0 else math.exp(sum(map(math.log, rows)))
    return total


# --- fit_ngram ---------------------------------------------------------------------------------------------------------


def ngram_with_counters(corpus: Any, order: int, vocabulary_size: int, alpha: float) -> Any:
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for sentence in corpus:
        for t in range(len(sentence)):
            start = t - (order - 1)
            counts[tuple(sentence[start if start > 0 else 0 : t])][sentence[t]] += 1
    return {
        context: [
            (seen[token] + alpha) / (sum(seen.values()) + alpha * vocabulary_size) for token in range(vocabulary_size)
        ]
        for context, seen in counts.items()
    }


def ngram_in_torch(corpus: Any, order: int, vocabulary_size: int, alpha: float) -> Any:
    rows: dict[tuple[int, ...], Any] = {}
    for sentence in corpus:
        past: tuple[int, ...] = ()
        for token in sentence:
            rows.setdefault(past, torch.full((vocabulary_size,), float(alpha), dtype=torch.float64))[token] += 1.0
            past = (*past, token)
            past = past[len(past) - min(len(past), order - 1) :]
    return {context: row / row.sum() for context, row in rows.items()}


def ngram_with_final_contexts(corpus: Any, order: int, vocabulary_size: int, alpha: float) -> Any:
    counts: dict[tuple[int, ...], Any] = defaultdict(lambda: np.zeros(vocabulary_size))
    occurs: Counter[tuple[int, ...]] = Counter()
    for sentence in corpus:
        for t in range(len(sentence) + (order > 1)):
            context = tuple(sentence[max(0, t - order + 1) : t])
            occurs[context] += 1
            if t < len(sentence):
                counts[context][sentence[t]] += 1
    return {context: (row + alpha) / (occurs[context] + alpha * vocabulary_size) for context, row in counts.items()}


def ngram_of_every_length(corpus: Any, order: int, vocabulary_size: int, alpha: float) -> Any:
    counts: dict[tuple[int, ...], Any] = defaultdict(lambda: np.zeros(vocabulary_size))
    for sentence in corpus:
        for t, token in enumerate(sentence):
            for length in range(min(t, order - 1) + 1):
                counts[tuple(sentence[t - length : t])][token] += 1
    return {context: (row + alpha) / (row.sum() + alpha * vocabulary_size) for context, row in counts.items()}


# --- perplexity, masked_nll --------------------------------------------------------------------------------------------


def perplexity_of_sentences_averaged(log_probs: Any, mask: Any) -> Any:
    real = np.asarray(mask, dtype=bool)
    return np.mean([np.exp(-row[keep].mean()) for row, keep in zip(log_probs, real, strict=True) if keep.any()])


def perplexity_of_mean_of_means(log_probs: Any, mask: Any) -> Any:
    real = np.asarray(mask, dtype=bool)
    return np.exp(-np.mean([row[keep].mean() for row, keep in zip(log_probs, real, strict=True) if keep.any()]))


def perplexity_by_multiplying(log_probs: Any, mask: Any) -> Any:
    return np.exp(-(log_probs * mask).sum() / mask.sum())


def perplexity_by_indexing(log_probs: Any, mask: Any) -> Any:
    return np.exp(-log_probs[mask].mean())


def perplexity_by_loop(log_probs: Any, mask: Any) -> Any:
    total, count = 0.0, 0
    for row, keeps in zip(log_probs, mask, strict=True):
        for number, keep in zip(row, keeps, strict=True):
            if keep:
                total -= number
                count += 1
    return math.exp(total / count)


def perplexity_with_where(log_probs: Any, mask: Any) -> Any:
    keep = np.asarray(mask) > 0
    return np.exp(-np.where(keep, log_probs, 0.0).sum() / keep.sum())


def perplexity_in_torch(log_probs: Any, mask: Any) -> Any:
    chosen = torch.tensor(log_probs, dtype=torch.float32)[torch.tensor(mask).bool()]
    return torch.exp(-chosen.mean())


def nll_of_classes_reshaped(logits: Any, targets: Any, mask: Any) -> Any:
    batch, steps, classes = logits.shape
    scores = torch.tensor(logits).reshape(batch, classes, steps)
    losses = torch.nn.functional.cross_entropy(scores, torch.tensor(targets), reduction="none")
    return losses.numpy()[mask.astype(bool)].mean()


def nll_ignoring_token_zero(logits: Any, targets: Any, mask: Any) -> Any:
    return -_chosen(logits, targets)[targets != 0].mean()


def nll_mean_of_means(logits: Any, targets: Any, mask: Any) -> Any:
    chosen = _chosen(logits, targets)
    return -np.mean([row[keep].mean() for row, keep in zip(chosen, mask.astype(bool), strict=True) if keep.any()])


def nll_of_zeroed_logits(logits: Any, targets: Any, mask: Any) -> Any:
    return -_chosen(logits * mask.astype(float)[..., None], targets).mean()


def nll_of_zeroed_logits_counted_right(logits: Any, targets: Any, mask: Any) -> Any:
    return -_chosen(logits * mask.astype(float)[..., None], targets).sum() / mask.sum()


def nll_with_plain_softmax(logits: Any, targets: Any, mask: Any) -> Any:
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        shares = powers / powers.sum(axis=-1, keepdims=True)
        chosen = np.log(np.take_along_axis(shares, targets[..., None], axis=-1)[..., 0])
        return -chosen[mask.astype(bool)].mean()


def nll_by_loop(logits: Any, targets: Any, mask: Any) -> Any:
    losses = []
    for b, t in itertools.product(range(targets.shape[0]), range(targets.shape[1])):
        if mask[b, t]:
            row = logits[b, t]
            top = row.max()
            losses.append(top + math.log(sum(math.exp(score - top) for score in row)) - row[targets[b, t]])
    return sum(losses) / len(losses)


def nll_with_one_hot(logits: Any, targets: Any, mask: Any) -> Any:
    one_hot = np.eye(logits.shape[-1])[targets]
    scores = logits - logits.max(axis=-1, keepdims=True)
    log_probs = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    weight = mask.astype(np.float64)
    return -(one_hot * log_probs).sum(axis=-1).ravel() @ weight.ravel() / weight.sum()


def nll_in_torch(logits: Any, targets: Any, mask: Any) -> Any:
    scores = torch.tensor(logits).flatten(0, 1)
    losses = torch.nn.functional.cross_entropy(scores, torch.tensor(targets).flatten(), reduction="none")
    weight = torch.tensor(mask.astype(np.float64)).flatten()
    return (losses * weight).sum() / weight.sum()


def _chosen(logits: Any, targets: Any) -> Any:
    log_probs = torch.log_softmax(torch.tensor(logits, dtype=torch.float64), dim=-1).numpy()
    return np.take_along_axis(log_probs, targets[..., None], axis=-1)[..., 0]


# --- log_softmax -------------------------------------------------------------------------------------------------------


def textbook_formula(scores: Any, axis: int = -1) -> Any:
    with np.errstate(all="ignore"):
        powers = np.exp(scores)
        return np.log(powers / powers.sum(axis=axis, keepdims=True))


def epsilon_in_log(scores: Any, axis: int = -1) -> Any:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.log(powers / powers.sum(axis=axis, keepdims=True) + 1e-9)


def softmax_then_log(scores: Any, axis: int = -1) -> Any:
    with np.errstate(divide="ignore"):
        powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return np.log(powers / powers.sum(axis=axis, keepdims=True))


def no_shift(scores: Any, axis: int = -1) -> Any:
    with np.errstate(all="ignore"):
        return scores - np.log(np.exp(scores).sum(axis=axis, keepdims=True))


def one_shift_for_all(scores: Any, axis: int = -1) -> Any:
    with np.errstate(all="ignore"):
        shifted = scores - scores.max()
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax_by_logaddexp(scores: Any, axis: int = -1) -> Any:
    return scores - np.logaddexp.reduce(scores, axis=axis, keepdims=True)


def log_softmax_moved(scores: Any, axis: int = -1) -> Any:
    last = np.moveaxis(np.asarray(scores, dtype=np.float64), axis, -1)
    top = last.max(axis=-1)[..., None]
    return np.moveaxis(last - top - np.log(np.exp(last - top).sum(axis=-1)[..., None]), -1, axis)


def log_softmax_in_torch(scores: Any, axis: int = -1) -> Any:
    return torch.nn.functional.log_softmax(torch.from_numpy(np.array(scores, dtype=np.float32)), dim=axis)


# --- sample_sequence ---------------------------------------------------------------------------------------------------


def _tempered(conditional: Any, prefix: list[int], temperature: float) -> Any:
    """The probabilities after `prefix` at this temperature, largest power 1 before they are normalised."""
    row = np.asarray(conditional(prefix))
    powers = (row / row.max()) ** (1.0 / temperature)
    return powers / powers.sum()


def powers_underflow(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    while len(tokens) < max_length:
        powers = np.asarray(conditional(tokens)) ** (1.0 / temperature)
        token = int(rng.choice(len(powers), p=powers / powers.sum()))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def epsilon_added(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    while len(tokens) < max_length:
        scores = np.log(np.asarray(conditional(tokens)) + 1e-9) / temperature
        powers = np.exp(scores - scores.max())
        token = int(rng.choice(len(powers), p=powers / powers.sum()))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def reseeded_each_step(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    while len(tokens) < max_length:
        shares = _tempered(conditional, tokens, temperature)
        token = int(np.random.default_rng(0).choice(len(shares), p=shares))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def one_number_for_all_steps(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    dart = rng.random()
    while len(tokens) < max_length:
        shares = _tempered(conditional, tokens, temperature)
        token = min(int((np.cumsum(shares) <= dart).sum()), len(shares) - 1)
        if token == eos:
            break
        tokens.append(token)
    return tokens


def global_generator(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    while len(tokens) < max_length:
        shares = _tempered(conditional, tokens, temperature)
        token = int(np.random.choice(len(shares), p=shares))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def sample_by_inverse(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    for _ in range(max_length):
        edges = np.cumsum(_tempered(conditional, tokens, temperature))
        token = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
        if token == eos:
            return tokens
        tokens.append(token)
    return tokens


def sample_by_gumbel(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    noise = rng.gumbel(size=(max_length, 16))
    for t in range(max_length):
        with np.errstate(divide="ignore"):
            scores = np.log(conditional(tokens)) / temperature
        token = int(np.argmax(scores + noise[t, : len(scores)]))
        if token == eos:
            break
        tokens.append(token)
    return np.array(tokens, dtype=np.int64)


def sample_by_multinomial(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    tokens: list[int] = []
    while True:
        if len(tokens) == max_length:
            return tokens
        token = int(rng.multinomial(1, _tempered(conditional, list(tokens), temperature)).argmax())
        if token == eos:
            return tokens
        tokens = [*tokens, token]


def sample_by_recursion(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    def rest(prefix: list[int]) -> list[int]:
        if len(prefix) >= max_length:
            return prefix
        shares = _tempered(conditional, prefix, temperature)
        token = (
            int(rng.permuted(np.arange(len(shares)))[0]) if len(shares) == 1 else int(rng.choice(len(shares), p=shares))
        )
        return prefix if token == eos else rest([*prefix, token])

    return rest([])


def sample_in_torch(conditional: Any, rng: Any, max_length: int, eos: int, temperature: float = 1.0) -> Any:
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    tokens: list[int] = []
    while len(tokens) < max_length:
        shares = torch.softmax(torch.log(torch.tensor(conditional(tokens))) / temperature, dim=-1)
        token = int(torch.multinomial(shares, 1, generator=generator))
        if token == eos:
            break
        tokens.append(token)
    return tokens
