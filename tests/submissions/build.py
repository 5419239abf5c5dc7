"""Whole submissions from small edits: the labelled notebooks that tests grade and `make demo` shows.

A file `tests/submissions/<lesson>/<verdict>/<name>.py` says in a TOML header what the notebook is based on and what a grader
must say of it; its cells replace answers or stand after a check. Run as a script it writes a class of them:

    python tests/submissions/build.py FOLDER LESSON [LESSON ...] [--times N]
"""

from __future__ import annotations

import argparse
import copy
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell

from grader.build.lesson import notebook_text
from grader.paths import NOTEBOOKS, SOLUTIONS

HERE = Path(__file__).parent
SOLUTION_MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
HEADER = re.compile(r"^# /// submission\n(.*?)^# ///$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Labelled:
    """One labelled submission. `score`, `outcome` and `misconception` hold what differs from the base."""

    lesson: str
    verdict: str
    name: str
    base: str
    score: dict[str, float]
    outcome: dict[str, str]
    misconception: dict[str, str]
    replaced: dict[str, str]
    inserted: tuple[tuple[str, str], ...]

    @property
    def student(self) -> str:
        return f"{self.verdict}-{self.name}".replace("_", "-")


def labelled_submissions(lesson: str) -> Iterator[Labelled]:
    """All labelled submissions of a lesson, in order of verdict and name."""
    for path in sorted((HERE / lesson).glob("*/*.py")):
        yield read_labelled(path, lesson)


def read_labelled(path: Path, lesson: str) -> Labelled:
    """Read one file. Raises ValueError when its header is missing or its base is unknown."""
    text = path.read_text(encoding="utf-8")
    found = HEADER.search(text)
    if found is None:
        raise ValueError(f"{path} has no header.\nBegin it with `# /// submission` and end the header with `# ///`.")
    header = tomllib.loads("\n".join(line.removeprefix("#").strip() for line in found[1].splitlines()))
    if header.get("base") not in ("solved", "untouched"):
        raise ValueError(f"{path} has base {header.get('base')!r}.\nIt must be solved or untouched.")
    cells = jupytext.reads(text[found.end() :], fmt="py:percent").cells
    return Labelled(
        lesson=lesson,
        verdict=path.parent.name,
        name=path.stem,
        base=header["base"],
        score=header.get("score", {}),
        outcome=header.get("outcome", {}),
        misconception=header.get("misconception", {}),
        replaced={cell.metadata["exercise"]: cell.source for cell in cells if "exercise" in cell.metadata},
        inserted=tuple((cell.metadata["after"], cell.source) for cell in cells if "after" in cell.metadata),
    )


def notebook_of(labelled: Labelled) -> nbformat.NotebookNode:
    """The whole notebook that this student hands in."""
    notebook = copy.deepcopy(_released(labelled.lesson))
    if labelled.base == "solved":
        _fill_in(notebook, _solved_sources(labelled.lesson))
    unknown = set(labelled.replaced) - {cell.id.removesuffix("-answer") for cell in notebook.cells}
    if unknown:
        raise ValueError(
            f"{labelled.verdict}/{labelled.name}.py replaces {sorted(unknown)}, which the lesson does not have."
        )
    _fill_in(notebook, {f"{name}-answer": source for name, source in labelled.replaced.items()})
    for name, source in labelled.inserted:
        position = next(i for i, cell in enumerate(notebook.cells) if cell.id == name)
        notebook.cells.insert(position + 1, new_code_cell(source))
    return notebook


def _released(lesson: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / lesson / f"{lesson}.ipynb", as_version=4)


def _solved_sources(lesson: str) -> dict[str, str]:
    """From cell id to the solved source, for the cells that students write."""
    solved = nbformat.read(SOLUTIONS / lesson / f"{lesson}.ipynb", as_version=4)
    written = [cell for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.id: SOLUTION_MARK.sub("", cell.source) for cell in written}


def _fill_in(notebook: nbformat.NotebookNode, sources: dict[str, str]) -> None:
    for cell in notebook.cells:
        cell.source = sources.get(cell.id, cell.source)


def write_class(folder: Path, lessons: list[str], times: int = 1) -> int:
    """Write every labelled submission in nbgrader's layout, `times` students each; returns how many notebooks."""
    count = 0
    for lesson in lessons:
        for labelled in labelled_submissions(lesson):
            text = notebook_text(notebook_of(labelled))
            for number in range(times):
                student = labelled.student if times == 1 else f"{labelled.student}-{number:04d}"
                target = folder / student / lesson
                target.mkdir(parents=True, exist_ok=True)
                (target / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
                count += 1
    return count


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the labelled submissions as a class of notebooks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("lessons", nargs="+")
    parser.add_argument("--times", type=int, default=1, help="students per labelled submission")
    options = parser.parse_args(arguments)
    count = write_class(options.folder, options.lessons, options.times)
    print(f"{count} notebooks written to {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
