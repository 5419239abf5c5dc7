"""Attacks as submissions: an entry is a small change to a short honest notebook, with the points that it must get.

The notebook has two exercises solved (`rnn_step`, `readout`) and two untouched (`rnn_costs`, `generate`). A payload replaces an
answer, stands in a cell of its own, changes the file's bytes, or puts something else than a file in its place. Code that gets
where it must not prints REACHED. In sources these stand for things of the running test:

    @JUDGE@    the process id of the judge          @PORT@     a port on which the test listens, on the loopback only
    @WATCHED@  a folder that everybody may read     @SOCKET@   the name of an abstract socket of the test
    @GRADER@   the folder of the grader's code
    @MARK@     what names of files and processes of this run contain
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from submissions.build import Labelled, notebook_of

from grader.build.lesson import notebook_text
from grader.engine.interface import Level

ROAD = "lesson3_rnn_cell"
REACHED = "REACHED"
SOLVED = {"rnn_step": 2.0, "readout": 1.0, "rnn_costs": 0.0, "generate": 0.0}
SETUP = "setup-d85454934d"
BOXES: tuple[Level, ...] = ("full", "partial")
EVERYWHERE: tuple[Level, ...] = ("full", "partial", "none")

COSTS = """def rnn_costs(T, D, H, O):
    matrices = H * D + H * H + O * H
    return matrices + H + O, T * matrices, T * H"""
STEP = """def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)"""
READOUT = """def readout(h, W_hy, b_y):
    return h @ W_hy.T + b_y"""
WRONG_STEP = STEP.replace("np.tanh", "")


@dataclass(frozen=True)
class Entry:
    """One submission. Points are those of `SOLVED`, 0 for what is replaced, and as `earns` says where it says something.

    after: cells to insert, by the id of the cell that they follow. place: puts the file, or what is not one, at a path.
    at_most: it may spoil more of its own points than it says, as the machine's speed has it.
    honest: no attack at all, but work that looks like one; it keeps the points that it has.
    """

    name: str
    tries: str
    replaced: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[bytes], bytes] | None = None
    place: Callable[[Path, bytes], None] | None = None
    earns: Mapping[str, float] = field(default_factory=dict)
    at_most: bool = False
    unreadable: bool = False
    honest: bool = False
    levels: tuple[Level, ...] = BOXES

    @property
    def points(self) -> dict[str, float]:
        """The declared verdict."""
        return {**SOLVED, **dict.fromkeys(self.replaced, 0.0), **self.earns}


def forged(name: str, tries: str, source: str, exercise: str = "rnn_step", levels: tuple[Level, ...] = BOXES) -> Entry:
    """An answer that wants the points of an exercise without earning them."""
    return Entry(name, tries, replaced={exercise: source}, levels=levels)


def sabotage(name: str, tries: str, source: str, levels: tuple[Level, ...] = BOXES) -> Entry:
    """A forged `rnn_step` whose tampering spoils the right answers beside it as well."""
    return Entry(name, tries, replaced={"rnn_step": source}, earns={"readout": 0.0}, at_most=True, levels=levels)


def cell(name: str, tries: str, source: str, levels: tuple[Level, ...] = BOXES) -> Entry:
    """An attack in a cell of its own beside right answers, which keep their points."""
    return Entry(name, tries, after={SETUP: source}, levels=levels)


def write(entry: Entry, path: Path, values: Mapping[str, str]) -> None:
    """Hand the entry in at `path`."""
    content = _bytes(entry, values)
    if entry.raw is not None:
        content = entry.raw(content)
    if entry.place is not None:
        entry.place(path, content)
    else:
        path.write_bytes(content)


def _bytes(entry: Entry, values: Mapping[str, str]) -> bytes:
    notebook = copy.deepcopy(short_notebook())
    for made in notebook.cells:
        made.source = (
            entry.replaced.get(made.id.removesuffix("-answer"), made.source) if _is_answer(made) else made.source
        )
    for place, source in entry.after.items():
        position = next(i for i, made in enumerate(notebook.cells) if made.id == place)
        notebook.cells.insert(position + 1, new_code_cell(source, id=f"payload-{position}"))
    for made in notebook.cells:
        made.source = _filled(made.source, values)
    return notebook_text(notebook).encode()


def _is_answer(made: nbformat.NotebookNode) -> bool:
    return bool(made.id.endswith("-answer"))


def _filled(source: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        source = source.replace(f"@{name}@", value)
    return source


@functools.cache
def short_notebook() -> nbformat.NotebookNode:
    """The student notebook with the setup cell and the four exercises, two of them solved."""
    replaced = {"rnn_step": STEP, "readout": READOUT}
    notebook = notebook_of(Labelled(ROAD, "hostile", "short", "untouched", {}, {}, {}, replaced, ()))
    notebook.cells = [made for made in notebook.cells if _is_kept(made)]
    return notebook


def _is_kept(made: nbformat.NotebookNode) -> bool:
    return made.id == SETUP or made.id.removesuffix("-answer") in SOLVED


def unique(families: Mapping[str, Iterable[Entry]]) -> dict[str, Entry]:
    """All entries by family and name. Raises ValueError for a name that stands twice."""
    found: dict[str, Entry] = {}
    for family, entries in families.items():
        for entry in entries:
            name = f"{family}-{entry.name}".replace(" ", "-")
            if name in found:
                raise ValueError(f"two entries are named {name}")
            found[name] = entry
    return found
