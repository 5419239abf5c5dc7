"""What is meant for whoever opens the results: scripts, remote loads, pictures, terminal codes, formulas."""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from hostile.corpus import EVERYWHERE, SETUP, Entry, cell, forged

SCRIPT = "<script>fetch('http://127.0.0.1:@PORT@/script')</script><img src=x onerror=alert(1)><svg onload=alert(2)>"
WRITTEN = (
    "[a](javascript:alert(1)) ![b](http://127.0.0.1:@PORT@/pixel) <iframe src='http://127.0.0.1:@PORT@/frame'></iframe>\n\n"
    "<style>@import 'http://127.0.0.1:@PORT@/style'; td{background:url(http://127.0.0.1:@PORT@/b)}</style>\n\n"
    "<form action='http://127.0.0.1:@PORT@/'><input name=q></form><a href='data:text/html,x'>c</a>\n\n"
    "<object data=x></object><embed src=x><base href='http://127.0.0.1:@PORT@/'><meta http-equiv=refresh content='0;url=x'>\n\n"
    "[ref]: http://127.0.0.1:@PORT@/r 'onload=alert(3)'\n\n`</code><script>alert(4)</script>`\n\n```html\n</pre><script>\n```\n"
)

OUTPUTS = f"""from IPython.display import display, HTML, Javascript, SVG, Markdown, Latex
bad = {SCRIPT!r}
for kind in ('text/html', 'image/svg+xml', 'application/javascript', 'text/markdown', 'text/latex', 'application/pdf',
             'application/vnd.jupyter.widget-view+json', 'application/vnd.jupyter.widget-state+json',
             'application/vnd.plotly.v1+json',
             'text/x"><script>alert(5)</script>'):
    display({{kind: bad, 'text/plain': bad}}, raw=True, metadata={{'onload': bad}})
print(bad)
class Bad:
    def __repr__(self): return bad
    _repr_html_ = _repr_svg_ = _repr_javascript_ = lambda self: bad
display(Bad())"""

ERROR = f"""class Bad(Exception): pass
Bad.__name__ = Bad.__qualname__ = {SCRIPT!r}
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    raise Bad({SCRIPT!r} + '\\x1b]8;;http://127.0.0.1:@PORT@/\\x07click\\x1b]8;;\\x07 \\u202e =cmd()')"""

TERMINAL = r"""print('\x1b]8;;http://127.0.0.1:@PORT@/link\x07click\x1b]8;;\x07 \x1b[2J\x1b]0;title\x07')
print('\x9b31m \x00 \u202eevil\u202c \x1bPq\x1b\\')
raise ValueError('\x1b[31m<script>\x1b]52;c;aGk=\x07')"""

FORMULA = """def rnn_step(*given):
    raise ValueError('=HYPERLINK("http://127.0.0.1:@PORT@/","x"),+1,-1,@SUM(1)\\t=1\\r\\n=2')"""


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> str:
    """A PNG in base64 with the size that it claims, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


TEXT_BOMB = zlib.compress(bytes(80 << 20), 9)
PICTURES = [
    png(60_000, 60_000),
    png(10_000, 10_000),
    png(2_000, 2_001),
    png(3, 3, (b"zTXt", b"k\0\0" + TEXT_BOMB)),
    png(3, 3, (b"PLTE", b"\0"), (b"tRNS", b"\0" * 9), (b"iCCP", b"x\0\0" + b"junk")),
    png(0, 0),
    b64encode(b"<svg onload=alert(1)>").decode(),
    b64encode(b"\xff\xd8\xff\xe0" + bytes(40)).decode(),
    b64encode(b"GIF89a" + bytes(40)).decode(),
    '" onerror=alert(1) x="',
    "",
]
SHOWN = f"""from IPython.display import display
for data in {PICTURES!r}:
    for kind in ('image/png', 'image/jpeg'):
        display({{kind: data}}, raw=True, metadata={{kind: {{'width': '"><script>'}}}})"""


def with_written(source: str) -> Callable[[bytes], bytes]:
    """The written answer replaced."""
    return with_cells([{"cell_type": "markdown", "id": "why_share_weights", "metadata": {}, "source": source}])


def with_cells(cells: list[dict[str, Any]]) -> Callable[[bytes], bytes]:
    """More cells at the notebook's end, and metadata that front ends act upon."""

    def edit(content: bytes) -> bytes:
        tree = json.loads(content)
        tree["cells"] += cells
        tree["metadata"] |= {
            "title": SCRIPT,
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": SCRIPT}}},
        }
        tree["metadata"]["kernelspec"] = {"name": SCRIPT, "display_name": SCRIPT, "language": SCRIPT}
        return json.dumps(tree).encode()

    return edit


ATTACHED = {
    "cell_type": "markdown",
    "id": "<script>",
    "metadata": {"tags": [SCRIPT], "slideshow": {"x": SCRIPT}},
    "attachments": {SCRIPT: {"image/svg+xml": SCRIPT}},
    "source": f"![x](attachment:{SCRIPT}) {SCRIPT}",
}

ENTRIES = [
    cell("outputs", "every kind of active output", OUTPUTS, EVERYWHERE),
    Entry("outputs of a check", "active outputs in a cell that the page shows", after={"rnn_step-answer": OUTPUTS}),
    Entry(
        "outputs of an answer",
        "active outputs, terminal codes and pictures in the answer's own cell",
        {"rnn_step": OUTPUTS + "\n" + SHOWN + "\n" + TERMINAL},
    ),
    forged("error", "a script in the name and the text of an error", ERROR, levels=EVERYWHERE),
    forged(
        "colours",
        "codes for a terminal in the text of an error",
        "def rnn_step(*given):\n    raise ValueError('\\x1b[2J\\x1b]0;title\\x07')",
    ),
    forged("formula", "a formula of a table in the text of an error", FORMULA),
    cell("terminal", "codes that a terminal acts upon", TERMINAL),
    Entry("pictures", "pictures that explode or are none", {"readout": SHOWN}),
    Entry("written", "active markdown and HTML in a written answer", raw=with_written(WRITTEN), levels=EVERYWHERE),
    Entry(
        "slow markdown",
        "markdown that takes long to read",
        raw=with_written("[" * 9_000 + "*a_`" * 2_000 + "> " * 3_000),
    ),
    Entry("metadata", "scripts in ids, tags, attachments and the kernel's name", raw=with_cells([ATTACHED])),
    Entry("title", "a script in a comment of the answer", after={SETUP: f"# {SCRIPT}\n'''</pre>{SCRIPT}'''"}),
    Entry(
        "honest figure",
        "a figure, a table and markdown with a formula",
        after={
            "rnn_step-answer": "plt.figure(figsize=(2, 1)); plt.plot([1, 2]); plt.show()\n"
            "from IPython.display import HTML\nHTML('<b>bold</b>')"
        },
        raw=with_written("**Bold**, $x < y$ & a table\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        honest=True,
    ),
]
