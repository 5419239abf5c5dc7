"""Probes for the lesson on long-range agreement."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from course_utils.data.agreement import mixed_examples
from course_utils.values import Inputs

TRAIN_SENTENCES = 2500


def chosen_states(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """Call `subject(states, lengths)` with tensors: what it picks, and the gradient that reaches `states` (B, T, H).

    The loss is the sum of the picked states times `upstream` (B, H).
    """
    states = torch.tensor(inputs["states"], requires_grad=True)
    picked = subject(states, torch.tensor(inputs["lengths"]))
    if not isinstance(picked, torch.Tensor) or picked.shape != inputs["upstream"].shape:
        return {"picked": picked, "gradient": None}
    (picked * torch.tensor(inputs["upstream"])).sum().backward()  # type: ignore[no-untyped-call]
    return {"picked": picked, "gradient": states.grad}


def trained_reader(subject: Any, inputs: Inputs) -> Any:
    """Train on sentences whose subjects have telling determiners, and predict for `held_out`, one sentence a string.

    inputs: corpus (seed of the training sentences), seed (the student's), held_out.
    """
    train = mixed_examples(np.random.default_rng(inputs["corpus"]), "train", TRAIN_SENTENCES, marked=True)
    with torch.random.fork_rng(devices=[]):
        predict = subject(train, inputs["seed"])
        return predict([text.split() for text in inputs["held_out"]])
