"""Training small stacks of recurrent layers: seeded, a few seconds long, whoever wrote the layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

WARM_UP = 0.3


def seeded(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    """The module that `make()` builds under this seed, with orthogonal matrices from each state to the next.

    An orthogonal start keeps the length of a state's gradient, tanh aside (Saxe, McClelland and Ganguli 2014). The
    recurrent matrices are known by their name: it has `h2h` in it.
    """
    torch.manual_seed(seed)
    model = make()
    for name, parameter in model.named_parameters():
        if "h2h" in name and parameter.ndim == 2:
            nn.init.orthogonal_(parameter)
    return model


def fit(model: nn.Module, loss_of_batch: Callable[[], torch.Tensor], steps: int, peak: float) -> float:
    """`steps` updates by Adam (Kingma and Ba 2015); returns the mean loss of the last ten.

    The learning rate rises to `peak` in the first third and falls to zero at the end; the gradient is clipped at norm 1.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr=peak, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, peak, total_steps=steps, pct_start=WARM_UP)
    losses = []
    model.train()
    for _ in range(steps):
        loss = loss_of_batch()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        plan.step()
        losses.append(float(loss.detach()))
    model.eval()
    return float(np.mean(losses[-10:]))


def cross_entropy(scores: torch.Tensor, targets: Any, ignore: int = -100) -> torch.Tensor:
    """Mean surprise in nats: scores (B, T, V) against target ids (B, T); targets equal to `ignore` do not count."""
    wanted = torch.as_tensor(targets)
    return nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), ignore_index=ignore)


def windows(ids: NDArray[np.int64], starts: NDArray[np.int64], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pieces of a long text of ids: inputs (B, length) and the same one step later, (B, length)."""
    cut = torch.as_tensor(ids[np.asarray(starts)[:, None] + np.arange(length + 1)])
    return cut[:, :-1], cut[:, 1:]


def mean_and_spread(values: Any, digits: int = 2) -> str:
    """ "0.91 ± 0.01": the mean over seeds and their standard deviation (with n - 1 below)."""
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"
