"""Probes for the lesson on long-range agreement."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from course_utils.data.agreement import mixed_examples
from course_utils.probes.modules import tensor
from course_utils.values import Inputs

TRAIN_SENTENCES = 2500


def chosen_states(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """Call `subject(states, lengths)` with tensors: what it picks, and the gradient that reaches `states` (B, T, H).

    The states are float32, as every module's are. The loss is the sum of the picked states times `upstream` (B, H);
    where nothing flows back, because the result was detached or is no tensor, the gradient is zeros.
    """
    states = tensor(inputs["states"]).requires_grad_(True)
    picked = subject(states, tensor(inputs["lengths"]))
    upstream = tensor(inputs["upstream"])
    if isinstance(picked, torch.Tensor) and picked.shape == upstream.shape and picked.requires_grad:
        (picked * upstream).sum().backward()
    return {"picked": picked, "gradient": torch.zeros_like(states) if states.grad is None else states.grad}


def trained_reader(subject: Any, inputs: Inputs) -> Any:
    """Train on sentences whose subjects have telling determiners; predictions for three lists, one sentence a string.

    inputs: corpus (seed of the training sentences), seed (the student's), held_out (what is judged), and marked and
    with_verb, which tell one misconception from another: an exception there is none of the student's.
    """
    train = mixed_examples(np.random.default_rng(inputs["corpus"]), "train", TRAIN_SENTENCES, marked=True)
    with torch.random.fork_rng(devices=[]):
        predict = subject(train, inputs["seed"])
        judged = predict(_words(inputs["held_out"]))
        return judged, _quietly(predict, inputs["marked"]), _quietly(predict, inputs["with_verb"])


def _quietly(predict: Any, texts: list[str]) -> Any:
    try:
        return predict(_words(texts))
    except Exception:
        return None


def _words(texts: list[str]) -> list[list[str]]:
    return [text.split() for text in texts]
