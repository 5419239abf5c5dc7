"""Several small recurrent networks trained side by side, as one batch of matrices with a leading axis S.

Small networks leave a processor idle. The formulas and the weights' layout are those of `torch.nn.RNN`, `nn.GRU` and
`nn.LSTM`, so that every network of a group ends up in one of them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

LAYERS: dict[str, Any] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def first_weights(kind: str, inputs: int, hidden: int, outputs: int, seed: int) -> dict[str, Tensor]:
    """PyTorch's own start for one network: every number uniform in +-1/sqrt(H)."""
    rows, generator = GATES[kind] * hidden, torch.Generator().manual_seed(seed)
    shapes = {"W_xh": (rows, inputs), "W_hh": (rows, hidden), "b_xh": (rows,), "b_hh": (rows,)}
    shapes |= {"W_hy": (outputs, hidden), "b_y": (outputs,)}
    return {name: (2 * torch.rand(shape, generator=generator) - 1) / hidden**0.5 for name, shape in shapes.items()}


def as_group(weights: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The weights of S networks stacked under their names, ready to be trained."""
    return {name: torch.stack([one[name] for one in weights]).requires_grad_() for name in weights[0]}


def states(kind: str, w: dict[str, Tensor], words: Tensor, ids: Tensor) -> Tensor:
    """All states (T, S, B, H) of a group that reads ids (S, B, T), where words (V, D) are the input vectors."""
    bias = w["b_xh"] if kind == "gru" else w["b_xh"] + w["b_hh"]
    table = words @ w["W_xh"].mT + bias[:, None]  # (S, V, G*H): the input's part for every word there is
    offset = torch.arange(len(table))[:, None] * len(words)
    inputs = nn.functional.embedding(ids.permute(2, 0, 1) + offset, table.flatten(0, 1))
    return torch.stack(_unroll(kind, inputs, w["W_hh"].mT, w["b_hh"][:, None]))


def _unroll(kind: str, inputs: Tensor, W: Tensor, b: Tensor) -> list[Tensor]:
    """inputs (T, S, B, G*H), W (S, H, G*H), b (S, 1, G*H) -> T states (S, B, H), by the formulas of torch.nn."""
    h = inputs.new_zeros(*inputs.shape[1:3], W.shape[1])
    c, found, size = h, [], h.shape[-1]
    for a in inputs.unbind(0):
        if kind == "rnn":
            h = torch.tanh(torch.baddbmm(a, h, W))
        elif kind == "gru":
            g = torch.baddbmm(b, h, W)
            r, z = torch.sigmoid(a[..., : 2 * size] + g[..., : 2 * size]).chunk(2, -1)
            n = torch.tanh(torch.addcmul(a[..., 2 * size :], r, g[..., 2 * size :]))
            h = torch.lerp(n, h, z)
        else:
            i, f, n, o = torch.baddbmm(a, h, W).chunk(4, -1)
            c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(n))
            h = torch.sigmoid(o) * torch.tanh(c)
        found.append(h)
    return found


def clip_each(group: dict[str, Tensor], limit: float) -> None:
    """Clip the gradient of every network of the group by its own global norm."""
    gradients = [weight.grad for weight in group.values() if weight.grad is not None]
    squares = torch.stack([(gradient.flatten(1) ** 2).sum(1) for gradient in gradients]).sum(0)
    factors = torch.clamp(limit / (squares.sqrt() + 1e-6), max=1.0)
    for gradient in gradients:
        gradient *= factors.view(-1, *[1] * (gradient.dim() - 1))


def load(layer: nn.Module, output: nn.Linear, group: dict[str, Tensor], index: int) -> None:
    """Copy network `index` of a group into a layer of torch.nn and the linear read-out behind it."""
    names = {"weight_ih_l0": "W_xh", "weight_hh_l0": "W_hh", "bias_ih_l0": "b_xh", "bias_hh_l0": "b_hh"}
    layer.load_state_dict({theirs: group[ours].detach()[index] for theirs, ours in names.items()})
    output.load_state_dict({"weight": group["W_hy"].detach()[index], "bias": group["b_y"].detach()[index]})
