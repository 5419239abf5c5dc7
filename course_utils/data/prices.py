"""A real daily price series that comes with matplotlib: nothing is downloaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def google_closes() -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Trading days (T,) and closing prices in dollars (T,) of Google, from its first day in August 2004 to October 2008.

    The file is matplotlib's own sample data (`goog.npz`, 1,047 trading days), read from the installed package.
    """
    from matplotlib.cbook import get_sample_data

    archive: Any = get_sample_data("goog.npz")
    with archive:
        table = archive["price_data"]
    return table["date"].astype("datetime64[D]"), table["adj_close"].astype(np.float64)
