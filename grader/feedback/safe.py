"""What a stranger wrote, made harmless: text escaped, markdown without HTML or links, pictures drawn again by us."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from PIL import Image

MAX_TEXT = 20_000
MAX_OUTPUTS = 40  # of a cell
MAX_PICTURES = 60  # of a page
MAX_PIXELS = 4_000_000
MAX_ENCODED = 8 << 20
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
PICTURE_TYPES = ("image/png", "image/jpeg")

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Control characters, and those that turn the direction of text and so make it read differently from what it says.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]"
)
MARKDOWN_TAGS = {
    *(
        "p",
        "em",
        "strong",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "br",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def printable(value: str) -> str:
    """Text that a terminal only prints: without colours, control characters or changes of direction."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", ANSI.sub("", value))


def text(value: str, limit: int = MAX_TEXT) -> str:
    """Escaped printable text; what is too long says so."""
    plain = printable(value)
    if len(plain) > limit:
        plain = plain[:limit] + f"\n[{len(plain) - limit} more characters are not shown]"
    return escape(plain)


def markdown(value: str, limit: int = MAX_TEXT) -> str:
    """Markdown as HTML of a few harmless tags, without attributes."""
    plain = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)[:limit]
    return nh3.clean(_markdown.render(plain), tags=MARKDOWN_TAGS, attributes={}, link_rel=None)


def picture(data: Any) -> str:
    """A PNG made again from a PNG or JPEG in base64, as an `<img>`; "" when it is neither or too large."""
    if isinstance(data, list):
        data = "".join(part for part in data if isinstance(part, str))
    if not isinstance(data, str) or len(data) > MAX_ENCODED:
        return ""
    try:
        again = _drawn_again(base64.b64decode(data, validate=False))
    except (binascii.Error, ValueError, OSError, SyntaxError, MemoryError, *BOMBS):
        return ""
    encoded = base64.b64encode(again).decode()
    return f'<img alt="a figure of the submission" src="data:image/png;base64,{encoded}">'


def _drawn_again(content: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        opened = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    with opened as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("the picture is too large")
        pixels = image.convert("RGB" if image.mode == "RGB" else "RGBA")
    buffer = io.BytesIO()
    pixels.save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()
