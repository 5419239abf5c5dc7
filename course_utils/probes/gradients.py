"""Probes for exercises on gradients: functions to differentiate, made from plain data, and results laid out by weight.

A function to differentiate is a dict: `{"kind": "quadratic", "A": (n, n), "b": (n,)}` on all n entries of x,
`{"kind": "waves", "C": shape of x}` for the sum of C sin(x), or `{"kind": "layer", "A": (D, H)}` for the sum of
sin(x A) with x (B, D).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.values import Inputs, describe, plain


def numerical(subject: Any, inputs: Inputs) -> dict[str, Any]:
    """Call `subject(f, x)` or, when the case has an eps, `subject(f, x, eps)`; look at x again afterwards."""
    x = np.array(inputs["x"])
    step = () if inputs["eps"] is None else (inputs["eps"],)
    gradient = subject(scalar_function(inputs["f"]), x, *step)
    return {"gradient": np.array(gradient) if gradient is x else gradient, "x afterwards": x}


def scalar_function(made_of: Mapping[str, Any]) -> Callable[[Any], float]:
    """The function of one array that the dict describes. It returns a float and leaves its argument alone."""
    kind = made_of["kind"]
    if kind == "quadratic":
        return lambda x: float(0.5 * np.ravel(x) @ made_of["A"] @ np.ravel(x) + made_of["b"] @ np.ravel(x))
    if kind == "waves":
        return lambda x: float((made_of["C"] * np.sin(x)).sum())
    if kind == "layer":
        return lambda x: float(np.sin(x @ made_of["A"]).sum())
    raise ValueError(f"no function of kind {kind!r}")


def by_weight(subject: Any, inputs: Inputs) -> Any:
    """Call `subject`; of a result (loss, dict of arrays) make one dict, the loss first under "loss".

    None is returned as it came, for the comparison to name. Anything else raises TypeError with a sentence for the student.
    """
    returned = subject(*inputs.values())
    if returned is None:
        return None
    if isinstance(returned, (tuple, list)) and len(returned) == 2 and isinstance(returned[1], Mapping):
        return {"loss": returned[0], **returned[1]}
    raise TypeError(
        f"expected a pair of the loss and a dict with the names of the weights, got {describe(plain(returned))}"
    )
