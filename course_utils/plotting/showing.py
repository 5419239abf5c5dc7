"""Showing a figure with a text for readers who do not see it."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

ALT_KEY = "alt"


def show(figure: Any, alt: str) -> None:
    """Display a matplotlib figure and close it. `alt` says in a sentence what is to be seen.

    The picture is displayed as PNG with the text as its metadata and, for front ends that render HTML, as an `<img>`
    with the same text. Outside a notebook the figure stays open for `plt.show()`.
    """
    import matplotlib.pyplot as plt

    if not alt.strip():
        raise ValueError(
            "show(figure, alt=...) needs a text that says what is to be seen.\nWrite one sentence for alt."
        )
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        return
    if get_ipython() is None:
        return
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    plt.close(figure)
    png = base64.b64encode(buffer.getvalue()).decode()
    html = f'<img alt="{escape(alt)}" src="data:image/png;base64,{png}" style="max-width:100%">'
    display(
        {"image/png": png, "text/html": html, "text/plain": f"[figure: {alt}]"},
        raw=True,
        metadata={"image/png": {ALT_KEY: alt}},
    )
