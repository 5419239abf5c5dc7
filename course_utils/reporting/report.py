"""A report in both its forms, and the few pieces of HTML that reports are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Colours of JupyterLab's theme where it has them, so that a report is readable in light and dark; a word, not a colour,
# carries the meaning.
FRAME = (
    "border:1px solid var(--jp-border-color1,#999);border-left-width:6px;border-left-style:{style};padding:0.5em 0.9em;"
    "margin:0.3em 0;max-width:60em;color:var(--jp-ui-font-color0,inherit);"
    "background:var(--jp-layout-color1,transparent);font-size:var(--jp-content-font-size1,14px);line-height:1.45"
)


MARKS = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*(\w[\w -]*)\*(?![\w*])"), r"<em>\1</em>"),
)


@dataclass(frozen=True)
class Report:
    """`headline` is one line, `text` the whole in plain text, `html` the whole as a fragment of HTML."""

    headline: str
    text: str
    html: str


def framed(body: str, style: str) -> str:
    """A box around `body`; `style` of its left border is solid, double or dashed."""
    return f'<div style="{FRAME.format(style=style)}">{body}</div>'


def paragraph(text: str, weight: str = "normal") -> str:
    """An escaped paragraph; line breaks are kept, and `code` and *stress* of a hint look like it."""
    body = escape(text).replace("\n", "<br>")
    for mark, html in MARKS:
        body = mark.sub(html, body)
    return f'<p style="margin:0.25em 0;font-weight:{weight}">{body}</p>'


def points_text(points: float) -> str:
    """ "1 point", "2.5 points"."""
    return f"{points:g} point" + ("" if points == 1 else "s")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A small HTML table of escaped cells."""
    cell = 'style="text-align:left;padding:0.15em 0.8em 0.15em 0"'
    top = "".join(f'<th scope="col" {cell}>{escape(item)}</th>' for item in head)
    body = "".join("<tr>" + "".join(f"<td {cell}>{escape(item)}</td>" for item in row) + "</tr>" for row in rows)
    style = "border-collapse:collapse;margin:0.3em 0"
    return f'<table style="{style}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def text_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """The same table in plain text."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join(
        "  ".join(item.ljust(width) for item, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )
