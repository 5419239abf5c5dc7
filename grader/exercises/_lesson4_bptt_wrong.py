"""Wrong answers of lesson 4 that are whole functions: each is one training pass with one belief changed.

They stand on their own, since a wrong answer that called the right functions of the lesson could not be wrong inside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.drawing import Floats

Weights = Mapping[str, Floats]
RECURRENT = ("W_xh", "W_hh", "b_h")


def forward_order(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` walking from the first step to the last."""
    return _rnn_backward(dstates, cache, order=1)


def last_step_only(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` that starts from the gradient of the last state alone."""
    only = np.zeros_like(dstates)
    only[:, -1] = dstates[:, -1]
    return _rnn_backward(only, cache)


def carry_after_slope(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` that adds what comes from the future behind the tanh."""
    return _rnn_backward(dstates, cache, late=True)


def carry_through_transpose(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` that sends blame back through W_hh turned over."""
    return _rnn_backward(dstates, {**cache, "W_hh": cache["W_hh"].T})


def slope_forgotten(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` in which no tanh has a slope."""
    return _rnn_backward(dstates, cache, slope=np.ones_like(dstates))


def carry_skips_slope(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` that hands back what arrived at a state, before its slope was taken."""
    return _rnn_backward(dstates, cache, handed=lambda arriving, dz, carry: arriving @ cache["W_hh"])


def carry_piles_up(dstates: Floats, cache: Mapping[str, Floats]) -> tuple[Floats, ...]:
    """`rnn_backward` that adds to the carry where it should replace it."""
    return _rnn_backward(dstates, cache, handed=lambda arriving, dz, carry: carry + dz @ cache["W_hh"])


def _rnn_backward(
    dstates: Floats,
    cache: Mapping[str, Floats],
    order: int = -1,
    late: bool = False,
    slope: Floats | None = None,
    handed: Callable[[Floats, Floats, Floats], Floats] | None = None,
) -> tuple[Floats, ...]:
    before = np.concatenate([cache["h0"][:, None], cache["states"][:, :-1]], axis=1)
    slope = 1 - cache["states"] ** 2 if slope is None else slope
    dz, carry = np.zeros_like(dstates), np.zeros_like(cache["h0"])
    for t in list(range(dstates.shape[1]))[::order]:
        arriving = dstates[:, t] + carry
        dz[:, t] = dstates[:, t] * slope[:, t] + carry if late else arriving * slope[:, t]
        carry = handed(arriving, dz[:, t], carry) if handed else dz[:, t] @ cache["W_hh"]
    dW_xh, dW_hh = np.einsum("bth,btd->hd", dz, cache["x"]), np.einsum("bth,bti->hi", dz, before)
    return dz @ cache["W_xh"], carry, dW_xh, dW_hh, dz.sum((0, 1))


def blame(
    weights: Weights, x: Floats, y: Any, h0: Floats, links: Callable[[int], bool]
) -> tuple[float, dict[str, Floats], Floats]:
    """Mean loss, gradients and states (B, T, H); blame crosses from step t to t - 1 where `links(t)`."""
    states, logits = _forward(weights, x, h0)
    dlogits = _softmax(logits)
    loss = -np.log(np.take_along_axis(dlogits, y[..., None], -1)).mean()
    np.put_along_axis(dlogits, y[..., None], np.take_along_axis(dlogits, y[..., None], -1) - 1, -1)
    dlogits /= y.size
    before = np.concatenate([h0[:, None], states[:, :-1]], axis=1)
    dz, carry = np.zeros_like(states), np.zeros_like(h0)
    for t in range(x.shape[1] - 1, -1, -1):
        dz[:, t] = (dlogits[:, t] @ weights["W_hy"] + carry) * (1 - states[:, t] ** 2)
        carry = dz[:, t] @ weights["W_hh"] if links(t) else np.zeros_like(h0)
    gradients = {
        "W_xh": np.einsum("bth,btd->hd", dz, x),
        "W_hh": np.einsum("bth,bti->hi", dz, before),
        "b_h": dz.sum((0, 1)),
        "W_hy": np.einsum("bto,bth->oh", dlogits, states),
        "b_y": dlogits.sum((0, 1)),
    }
    return float(loss), gradients, states


def _forward(weights: Weights, x: Floats, h0: Floats) -> tuple[Floats, Floats]:
    states, h = np.empty((*x.shape[:2], h0.shape[1])), h0
    for t in range(x.shape[1]):
        states[:, t] = h = np.tanh(x[:, t] @ weights["W_xh"].T + h @ weights["W_hh"].T + weights["b_h"])
    return states, states @ weights["W_hy"].T + weights["b_y"]


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _start(weights: Weights, x: Floats) -> Floats:
    return np.zeros((x.shape[0], weights["W_hh"].shape[0]))


def _always(t: int) -> bool:
    return True


def _never(t: int) -> bool:
    return False


def _norm(gradients: Mapping[str, Floats]) -> float:
    return float(np.sqrt(sum((gradient**2).sum() for gradient in gradients.values())))


def gradient_norm(inputs: Mapping[str, Any]) -> float:
    """The global norm of the gradient in a case of `train_step`."""
    weights, x = inputs["weights"], inputs["x"]
    return _norm(blame(weights, x, inputs["y"], _start(weights, x), _always)[1])


def _stepped(weights: Weights, gradients: Mapping[str, Floats], lr: float, max_norm: float = 1.0) -> dict[str, Floats]:
    scale = max_norm / max(max_norm, _norm(gradients))
    return {name: weights[name] - lr * scale * gradients[name] for name in weights}


def step_without_clipping(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` whose clipping comes after the update, and so does nothing."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    return loss, _stepped(weights, gradients, lr, max_norm=1e12)


def step_clipping_each(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that clips every gradient to norm 1 on its own."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    return loss, {name: _stepped({name: weights[name]}, {name: gradients[name]}, lr)[name] for name in weights}


def step_without_carry(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` in which every state answers for its own output only."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _never)
    return loss, _stepped(weights, gradients, lr)


def step_uphill(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that adds the gradient."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    return loss, _stepped(weights, gradients, -lr)


def step_summed_loss(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` on the sum over positions in place of the mean."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    return loss * y.size, _stepped(weights, {name: y.size * gradients[name] for name in gradients}, lr)


def step_of_length_one(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that brings every gradient to norm 1, short ones too."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    return loss, _stepped(weights, gradients, lr / min(1.0, _norm(gradients)))


def step_loss_afterwards(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that returns the loss of the new weights."""
    _, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    updated = _stepped(weights, gradients, lr)
    return blame(updated, x, y, _start(weights, x), _always)[0], updated


def step_forgets_readout(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that leaves W_hy and b_y as they are, the norm taken of the other three."""
    loss, gradients, _ = blame(weights, x, y, _start(weights, x), _always)
    moved = _stepped({name: weights[name] for name in RECURRENT}, {name: gradients[name] for name in RECURRENT}, lr)
    return loss, {**weights, **moved}


def step_inside_loop(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that moves the weights while it still sends blame back through them."""
    loss, logits_states = _loss_and_pieces(weights, x, y)
    moving = {name: value.copy() for name, value in weights.items()}
    for piece in _pieces(moving, x, logits_states):
        for name in moving:
            moving[name] -= lr * piece[name]
    return loss, moving


def step_clipping_inside_loop(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` whose clipping was moved into the loop, and the update left there."""
    loss, logits_states = _loss_and_pieces(weights, x, y)
    moving = {name: value.copy() for name, value in weights.items()}
    for piece in _pieces(moving, x, logits_states):
        moving.update(_stepped(moving, piece, lr))
    return loss, moving


def longest_piece(inputs: Mapping[str, Any]) -> float:
    """The largest norm that the gradient of a single step has in a case of `train_step`."""
    weights, x = inputs["weights"], inputs["x"]
    return max(map(_norm, _pieces(weights, x, _loss_and_pieces(weights, x, inputs["y"])[1])))


def step_not_accumulated(weights: Weights, x: Floats, y: Any, lr: float) -> tuple[float, dict[str, Floats]]:
    """`train_step` that keeps the gradient of the step treated last (the first in time) and forgets the others."""
    loss, logits_states = _loss_and_pieces(weights, x, y)
    pieces = list(_pieces(dict(weights), x, logits_states))
    return loss, _stepped(weights, pieces[-1], lr)


def _loss_and_pieces(weights: Weights, x: Floats, y: Any) -> tuple[float, tuple[Floats, Floats]]:
    states, logits = _forward(weights, x, _start(weights, x))
    dlogits = _softmax(logits)
    chosen = np.take_along_axis(dlogits, y[..., None], -1)
    loss = float(-np.log(chosen).mean())
    np.put_along_axis(dlogits, y[..., None], chosen - 1, -1)
    return loss, (states, dlogits / y.size)


def _pieces(moving: Weights, x: Floats, made: tuple[Floats, Floats]) -> Any:
    """The gradients of one step after another, last step first, with the weights as they are when it is asked for."""
    states, dlogits = made
    carry = np.zeros_like(states[:, 0])
    for t in range(x.shape[1] - 1, -1, -1):
        before = states[:, t - 1] if t else np.zeros_like(states[:, 0])
        dz = (dlogits[:, t] @ moving["W_hy"] + carry) * (1 - states[:, t] ** 2)
        readout = {"W_hy": dlogits[:, t].T @ states[:, t], "b_y": dlogits[:, t].sum(0)}
        yield {"W_xh": dz.T @ x[:, t], "W_hh": dz.T @ before, "b_h": dz.sum(0), **readout}
        carry = dz @ moving["W_hh"]


Chunks = tuple[Floats, dict[str, Floats]]


def chunks_reset_state(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` whose every chunk begins at zero."""
    return _chunks(model, x, y, k, carried=lambda states, h: np.zeros_like(h))


def chunks_carry_first_state(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` that hands over the first state of a chunk."""
    return _chunks(model, x, y, k, carried=lambda states, h: states[:, 0])


def chunks_cut_every_step(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` that lets no blame cross any step."""
    return _chunks(model, x, y, k, links=_never)


def chunks_own_mean(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` whose losses are means over the chunk."""
    return _chunks(model, x, y, k, weigh=lambda length: 1.0)


def chunks_mean_of_means(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` in which every chunk has the same weight, a short one too."""
    count = -(-x.shape[1] // k)
    return _chunks(model, x, y, k, weigh=lambda length: 1.0 / count)


def chunks_counted(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` that takes k for the number of chunks."""
    return _chunks(model, x, y, -(-x.shape[1] // k))


def chunks_not_divided(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` of sums over batch and time."""
    return _chunks(model, x, y, k, weigh=lambda length: float(x.shape[0] * length))


def chunks_drop_rest(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` that leaves out a last, shorter chunk (but keeps a sequence that is one short chunk)."""
    whole = max(x.shape[1] // k * k, min(k, x.shape[1]))
    share = whole / x.shape[1]
    losses, gradients = _chunks(model, x[:, :whole], y[:, :whole], k)
    return losses * share, {name: share * value for name, value in gradients.items()}


def chunks_running_total(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` that never sets its sums back to zero between chunks."""
    losses, gradients = _chunks(model, x, y, k)
    return losses, {name: value.cumsum(axis=0) for name, value in gradients.items()}


def chunks_never_cut(model: Weights, x: Floats, y: Any, k: int) -> Chunks:
    """`truncated_bptt` whose chunks send blame back to the beginning."""
    losses, _ = _chunks(model, x, y, k)
    ends = [min(start + k, x.shape[1]) for start in range(0, x.shape[1], k)]
    summed = [_until(model, x, y, end) for end in ends]
    rows = {name: np.stack([item[name] for item in summed]) for name in model}
    return losses, {name: np.diff(value, axis=0, prepend=0.0) for name, value in rows.items()}


def _until(model: Weights, x: Floats, y: Any, end: int) -> dict[str, Floats]:
    _, gradients, _ = blame(model, x[:, :end], y[:, :end], _start(model, x), _always)
    return {name: value * end / x.shape[1] for name, value in gradients.items()}


def _carried_on(states: Floats, h: Floats) -> Floats:
    return states[:, -1]


def _chunks(
    model: Weights,
    x: Floats,
    y: Any,
    k: int,
    carried: Callable[[Floats, Floats], Floats] = _carried_on,
    links: Callable[[int], bool] = _always,
    weigh: Callable[[int], float] | None = None,
) -> Chunks:
    h, rows, losses = _start(model, x), [], []
    for start in range(0, x.shape[1], k):
        part = slice(start, start + k)
        loss, gradients, states = blame(model, x[:, part], y[:, part], h, links)
        weight = weigh(states.shape[1]) if weigh else states.shape[1] / x.shape[1]
        losses.append(weight * loss)
        rows.append({name: weight * value for name, value in gradients.items()})
        h = carried(states, h)
    return np.array(losses), {name: np.stack([row[name] for row in rows]) for name in model}
