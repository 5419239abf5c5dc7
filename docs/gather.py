"""The pages that are written elsewhere in the course, brought into the site: README, CONTRIBUTING, the students' notebooks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDENT_README = ROOT / "grader" / "handing" / "student" / "README.md"
LESSON_LIST = "{lessons}"
LESSON_NAME = re.compile(r"^\| `(lesson\w+)` ", flags=re.MULTILINE)


def gather(target: Path) -> None:
    """Write the pages into `target`, anew each time."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "lessons").mkdir(parents=True)
    readme = sections((ROOT / "README.md").read_text(encoding="utf-8"))
    pages = {
        "about": readme[""] + LESSON_NAME.sub(r"| [`\1`](built/lessons/\1.ipynb) ", readme["The lessons"]),
        "instructors": "# For instructors\n\n" + readme["Start"] + _body(readme["For instructors"]),
        "contributing": _read("CONTRIBUTING.md") + "\n" + readme["For maintainers"],
        "changes": _read("CHANGELOG.md"),
        "students": STUDENT_README.read_text(encoding="utf-8").replace(LESSON_LIST, ""),
    }
    for name, text in pages.items():
        # The first page lies in the folder of the site's sources, the others one below it.
        here = "" if name == "about" else "../"
        moved = text.replace("](docs/", f"]({here}").replace('src="docs/', f'src="{here}')
        (target / f"{name}.md").write_text(moved, encoding="utf-8")
    for notebook in sorted((ROOT / "notebooks").glob("lesson*/lesson*.ipynb")):
        shutil.copy(notebook, target / "lessons")


def sections(text: str) -> dict[str, str]:
    """The sections of a Markdown text by their headings of level 2, heading included; "" is what stands before the first."""
    # A comment in a block of code is no heading.
    hidden = re.sub(r"^```.*?^```", lambda block: block[0].replace("#", "\0"), text, flags=re.MULTILINE | re.DOTALL)
    first, *rest = (piece.replace("\0", "#") for piece in re.split(r"^(?=## )", hidden, flags=re.MULTILINE))
    return {"": first, **{piece.split("\n", 1)[0].removeprefix("## "): piece for piece in rest}}


def _body(section: str) -> str:
    return section.split("\n", 1)[1]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
