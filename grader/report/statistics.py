"""Item statistics of classical test theory, on arrays of shape (students,) that hold nan where nothing is known yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

SMALLEST_CLASS = 8


def facility(scores: Scores, points: float) -> float | None:
    """The mean share of the points, None when nobody has a score."""
    known = scores[~np.isnan(scores)]
    return float(known.mean() / points) if len(known) else None


def discrimination(scores: Scores, rest: Scores) -> float | None:
    """The correlation of an exercise with the rest of the lesson (Henrysson 1963: the item is not in its own total).

    None below `SMALLEST_CLASS` students, and where everybody has the same score.
    """
    known = ~np.isnan(scores) & ~np.isnan(rest)
    if known.sum() < SMALLEST_CLASS:
        return None
    item, others = scores[known], rest[known]
    if np.ptp(item) < 1e-9 or np.ptp(others) < 1e-9:
        return None
    return float(np.corrcoef(item, others)[0, 1])
