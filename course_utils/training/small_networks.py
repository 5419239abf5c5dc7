"""Training small networks on small sets of sentences or prices: seeded loops that take a second or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float64]
Forecasts = tuple[Floats, Floats]


@dataclass(frozen=True)
class History:
    """What training looked like on the whole training set: three columns of equal length; `loss` is in nats."""

    steps: tuple[int, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]


def mlp(inputs: int, hidden: int, seed: int) -> nn.Sequential:
    """Flattened inputs (N, ...), linear, tanh, linear to one number (N, 1); the weights depend on `seed` alone."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, 1))


def train_classifier(
    network: nn.Module,
    inputs: Sequence[Any],
    labels: Sequence[int],
    steps: int,
    lr: float = 0.01,
    batch: int | None = None,
    seed: int = 0,
    every: int = 10,
) -> History:
    """Train `network(*inputs)` (N, 1), the log-odds of label 1, by Adam on the cross-entropy; the gradient is clipped at norm 1.

    `inputs` are arrays with a leading axis N. Each step sees all N examples, or `batch` of them drawn with `seed`. Every
    `every` steps, and before the first and after the last, loss and accuracy on all N are noted.
    """
    tensors, target = _tensors(inputs), torch.as_tensor(labels, dtype=torch.float32)[:, None]
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr)
    noted = [(0, *_score(network, tensors, target))]
    for step in range(1, steps + 1):
        rows = slice(None) if batch is None else torch.randint(len(target), (batch,), generator=generator)
        loss = nn.functional.binary_cross_entropy_with_logits(network(*(x[rows] for x in tensors)), target[rows])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % every == 0 or step == steps:
            noted.append((step, *_score(network, tensors, target)))
    return History(*zip(*noted, strict=True))


def accuracy(network: nn.Module, inputs: Sequence[Any], labels: Sequence[int]) -> float:
    """The share of examples whose log-odds have the sign of the label."""
    return _score(network, _tensors(inputs), torch.as_tensor(labels, dtype=torch.float32)[:, None])[1]


class StepReader(nn.Module):
    """A recurrent forecaster: reads rows (N, T) one number at a time, answers (N, 1) from its last state."""

    def __init__(self, hidden: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.rnn = nn.RNN(1, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.rnn(x[:, :, None])
        answers: torch.Tensor = self.readout(states[:, -1])
        return answers


def learn_prices(network: nn.Module, X_train: Floats, y_train: Floats, X_test: Floats, steps: int) -> Forecasts:
    """Train `network` on prices, scaled by the mean and spread of the training windows; forecasts for both sets, in dollars."""
    mean, spread = X_train.mean(), X_train.std()
    _train_forecaster(network, (X_train - mean) / spread, (y_train - mean) / spread, steps)
    train, test = (mean + spread * _answers(network, (X - mean) / spread) for X in (X_train, X_test))
    return train, test


def learn_changes(network: nn.Module, X_train: Floats, y_train: Floats, X_test: Floats, steps: int) -> Forecasts:
    """The same for changes: the network reads T - 1 of them and foretells the next, in units of the training changes' spread."""
    unit = (y_train - X_train[:, -1]).std()
    _train_forecaster(network, np.diff(X_train, axis=1) / unit, (y_train - X_train[:, -1]) / unit, steps)
    train, test = (X[:, -1] + unit * _answers(network, np.diff(X, axis=1) / unit) for X in (X_train, X_test))
    return train, test


def _train_forecaster(network: nn.Module, X: Floats, y: Floats, steps: int, lr: float = 0.01) -> None:
    (inputs,), target = _tensors([X]), torch.as_tensor(y, dtype=torch.float32)[:, None]
    optimiser = torch.optim.Adam(network.parameters(), lr)
    for _ in range(steps):
        loss = nn.functional.mse_loss(network(inputs), target)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def _answers(network: nn.Module, X: Floats) -> Floats:
    with torch.no_grad():
        answers: Floats = network(*_tensors([X]))[:, 0].double().numpy()
    return answers


def mean_and_spread(values: Sequence[float], digits: int = 3) -> str:
    """ "0.721 ± 0.003": the mean of several seeds and their standard deviation (with n - 1 below)."""
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


def _tensors(inputs: Sequence[Any]) -> list[torch.Tensor]:
    return [torch.as_tensor(np.asarray(x)).to(torch.float32) for x in inputs]


def _score(network: nn.Module, tensors: list[torch.Tensor], target: torch.Tensor) -> tuple[float, float]:
    with torch.no_grad():
        logits = network(*tensors)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, target)
    right = (logits > 0) == (target > 0.5)
    return float(loss), float(right.double().mean())
