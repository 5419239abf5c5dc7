"""Notebooks that are edited, old, damaged or huge: each costs at most its own points, and says why."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hostile.corpus import EVERYWHERE, SETUP, STEP, WRONG_STEP, Entry

Tree = dict[str, Any]
NOTHING = {"rnn_step": 0.0, "readout": 0.0}


def edited(change: Callable[[Tree], object]) -> Callable[[bytes], bytes]:
    """The notebook's JSON after `change`, which may break it."""

    def edit(content: bytes) -> bytes:
        tree = json.loads(content)
        change(tree)
        return json.dumps(tree).encode()

    return edit


def each_cell(change: Callable[[Tree], object]) -> Callable[[bytes], bytes]:
    """The notebook with `change` done to every cell."""
    return edited(lambda tree: [change(found) for found in tree["cells"]])


def named(tree: Tree, name: str) -> Tree:
    return next(found for found in tree["cells"] if found["id"] == name)


def delete(*names: str) -> Callable[[bytes], bytes]:
    return edited(lambda tree: tree.update(cells=[found for found in tree["cells"] if found["id"] not in names]))


def copied_with(source: str, before: bool) -> Callable[[Tree], object]:
    """A second copy of the first answer, with another source, before or after the first."""

    def change(tree: Tree) -> None:
        answer = named(tree, "rnn_step-answer")
        place = tree["cells"].index(answer)
        tree["cells"].insert(place + (not before), {**copy.deepcopy(answer), "source": source})

    return change


def points(value: object) -> Callable[[bytes], bytes]:
    return each_cell(
        lambda found: found["metadata"].setdefault("nbgrader", {}).update(points=value, locked=False, solution=True)
    )


def renamed(tree: Tree) -> None:
    for found in tree["cells"]:
        found["id"] += "-x"
        found["metadata"]["nbgrader"] = {"grade_id": "../../etc/passwd\0" + found["id"], "grade": True}


def swapped(tree: Tree) -> None:
    """The easy exercise's cell poses as the harder one's, and the other way round."""
    one, other = named(tree, "readout-answer"), named(tree, "rnn_costs-answer")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]
    one["id"], other["id"] = other["id"], one["id"]


def retyped(tree: Tree) -> None:
    for found in tree["cells"]:
        found["cell_type"] = "raw" if found["id"] == "readout-answer" else found["cell_type"]
        found["outputs"] = {"output_type": 3}


def old(tree: Tree) -> None:
    """Format 3 kept its cells in worksheets, and their code in `input`."""
    for found in tree["cells"]:
        found["input"], found["language"] = found.pop("source"), "python"
        found.pop("id")
    tree.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": tree.pop("cells"), "metadata": {}}])


def surrogates(tree: Tree) -> None:
    named(tree, "readout-answer")["source"] += "\n# \ud800 \x00"
    named(tree, SETUP)["metadata"]["\udfff"] = "\ud800"


def nonsense(tree: Tree) -> None:
    tree["cells"] += [
        None,
        3,
        [],
        {},
        {"cell_type": 7, "source": {"a": 1}, "metadata": [], "id": {}},
        {"source": [1, None, "x"]},
    ]
    tree["metadata"] = None


def tagged(tree: Tree) -> None:
    for found in tree["cells"]:
        found["metadata"]["tags"] = ["experiment", "skip-execution", "raises-exception", "remove-cell"]
    tree["metadata"]["kernelspec"] = {"name": "bash", "display_name": "x", "language": "../../x"}


def many(tree: Tree) -> None:
    tree["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}, "id": str(n)} for n in range(100_000)]


def quite_many(tree: Tree) -> None:
    tree["cells"] += [{"cell_type": "markdown", "source": "*x*", "metadata": {}, "id": "same"} for _ in range(1_500)]


def duplicate_keys(content: bytes) -> bytes:
    """Every key twice: the first time with nothing in it."""
    return b'{"cells": [], "metadata": 1, "nbformat": 9, ' + content.lstrip()[1:]


def huge_source(tree: Tree) -> None:
    tree["cells"].insert(0, {"cell_type": "code", "source": "#" * 5_000_000, "metadata": {}, "id": "huge"})


def refused(name: str, tries: str, raw: Callable[[bytes], bytes]) -> Entry:
    return Entry(name, tries, raw=raw, unreadable=True, earns=NOTHING)


def kept(name: str, tries: str, raw: Callable[[bytes], bytes], **options: Any) -> Entry:
    return Entry(name, tries, raw=raw, **options)


ENTRIES = [
    refused("empty", "an empty file", lambda content: b""),
    refused("null", "null", lambda content: b"null"),
    refused("truncated", "half a file", lambda content: content[: len(content) // 2]),
    refused("invalid UTF-8", "bytes that are no text", lambda content: content.replace(b"import", b"\xff\xfe\x80", 1)),
    refused("UTF-16", "another encoding", lambda content: content.decode().encode("utf-16")),
    refused(
        "depth", "100,000 lists in each other", lambda content: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    ),
    refused(
        "depth of objects",
        "100,000 objects in each other",
        lambda content: b'{"cells":' * 100_000 + b"1" + b"}" * 100_000,
    ),
    refused("size", "more than 32 MB", lambda content: content + b" " * (33 << 20)),
    refused("many cells", "100,000 cells", edited(many)),
    refused(
        "long number",
        "a number of 100,000 digits",
        lambda content: content.replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 100_000),
    ),
    refused(
        "many lists",
        "ten million lists, which take a gigabyte",
        lambda content: b'{"a": [' + b"[]," * 10_000_000 + b"[]]," + content.lstrip()[1:],
    ),
    kept("BOM", "a byte order mark", lambda content: b"\xef\xbb\xbf" + content, honest=True, levels=EVERYWHERE),
    kept(
        "NaN", "NaN where a number is expected", lambda content: content.replace(b'"nbformat": 4', b'"nbformat": NaN')
    ),
    kept("duplicate keys", "every key of the top twice", duplicate_keys),
    kept("format 999", "a format of the future", edited(lambda tree: tree.update(nbformat=999, nbformat_minor=-1))),
    kept("format 3", "a notebook of 2013", edited(old)),
    kept("surrogates", "text that cannot be encoded", edited(surrogates)),
    kept("nonsense", "cells that are none, and no metadata", edited(nonsense)),
    kept("retyped", "an answer that claims to be raw text, outputs that are none", edited(retyped)),
    kept("tags", "tags that skip cells, and another kernel", edited(tagged)),
    kept("renamed", "other ids and names for all cells", edited(renamed), earns=NOTHING),
    kept("swapped", "the answers of two exercises swapped", edited(swapped), earns={"readout": 0.0}),
    kept("deleted checks", "no check cells", delete("rnn_step", "readout", "rnn_costs", "generate")),
    kept("deleted answer", "no cell for an answer", delete("rnn_step-answer"), earns={"rnn_step": 0.0}),
    kept("reversed", "all cells in the opposite order", edited(lambda tree: tree["cells"].reverse()), earns={}),
    kept(
        "copied after",
        "a right answer, and a wrong copy of its cell behind it",
        edited(copied_with("rnn_step = 1", before=False)),
        earns={"rnn_step": 0.0},
    ),
    kept(
        "copied before",
        "a wrong answer, and a right copy of its cell before it",
        edited(copied_with(STEP, before=True)),
        replaced={"rnn_step": WRONG_STEP},
    ),
    kept("points not a number", "NaN points", points(float("nan"))),
    kept("points huge", "1e308 points", points(1e308)),
    kept("points negative", "points below 0", points(-5)),
    kept("points text", "points that are text", points("<script>")),
    kept("many notes", "1,500 cells of one id", edited(quite_many)),
    kept("huge source", "a cell of five million characters", edited(huge_source)),
    kept(
        "edited check",
        "locked cells with another source",
        each_cell(lambda found: found.update(source="check = print" if found["id"] == "rnn_step" else found["source"])),
    ),
    kept(
        "honest extra cells",
        "cells of one's own between the released ones",
        edited(
            lambda tree: tree["cells"].insert(
                3, {"cell_type": "code", "source": "%time rnn_step\n", "metadata": {}, "id": "mine"}
            )
        ),
        honest=True,
    ),
]
