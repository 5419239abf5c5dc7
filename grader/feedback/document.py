"""A whole HTML page around a body of ours: our style, a policy that allows nothing else, no address told to anybody."""

from __future__ import annotations

from html import escape

from grader.feedback import safe
from grader.feedback.style import POLICY, STYLE

MAX_TITLE = 200


def document(title: str, body: str) -> str:
    """The page; `title` is any text, `body` is HTML that is already harmless."""
    shown = safe.text(title, MAX_TITLE)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{shown}</title><style>{STYLE}</style></head>\n<body><main>"
        f"<h1>{shown}</h1>{body}</main></body></html>\n"
    )
