"""Probes that call a function or look at a value."""

from __future__ import annotations

from typing import Any

from course_utils.values import Inputs


def call(subject: Any, inputs: Inputs) -> Any:
    """Call `subject` with the inputs in the order of its parameters."""
    return subject(*inputs.values())


def value(subject: Any, inputs: Inputs) -> Any:
    """The object itself, for an exercise whose answer is a value. The inputs are not used."""
    return subject
