"""Performing probes inside a kernel for a judge in another process: inputs come in a file, results go to one.

Used only where nothing better than a plain kernel is there. The file holds inputs, never an expected value.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from course_utils.calling import Performance, perform, probe_named
from course_utils.values import decode, encode

MISSING = "nothing of this name exists when its check cell is reached"

_pinned: dict[str, Any] = {}


def pin(name: str) -> None:
    """Keep the object that the notebook calls `name` now, whatever the name means later."""
    names = vars(sys.modules["__main__"])
    if name in names:
        _pinned[name] = names[name]
    else:
        _pinned.pop(name, None)


def serve(request: str, results: str) -> None:
    """Perform what the file `request` asks for, in order; each result is a line of JSON in the file `results`.

    A call that runs out of time is the last.
    """
    asked = json.loads(Path(request).read_text(encoding="utf-8"))
    with open(results, "w", encoding="utf-8") as file:
        for inputs in asked["inputs"]:
            performance = _perform(asked["exercise"], asked["probe"], decode(inputs), asked["time_limit"])
            fields = {field.name: getattr(performance, field.name) for field in dataclasses.fields(performance)}
            fields["value"] = encode(performance.value)
            file.write(json.dumps(fields) + "\n")
            file.flush()
            if performance.happened == "timed_out":
                return


def _perform(exercise: str, probe: str, inputs: Any, time_limit: float) -> Performance:
    if exercise not in _pinned:
        return Performance("missing", message=MISSING)
    return perform(probe_named(probe), _pinned[exercise], inputs, time_limit)
