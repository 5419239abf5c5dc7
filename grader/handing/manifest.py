"""What a release gave to students, exercise by exercise, so that the next release can say what it changes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.cases import FILE_NAME
from grader.paths import GraderError

MANIFEST = "release.json"
FORMAT = 1
MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Manifest:
    """A release: its number, digests of its exercises by lesson, and digests of its files by path."""

    version: int
    lessons: Mapping[str, Mapping[str, str]]
    files: Mapping[str, str]

    def text(self) -> str:
        """The text of `release.json`, the same for the same release."""
        tree = {"format": FORMAT, "version": self.version, "lessons": self.lessons, "files": self.files}
        return json.dumps(tree, indent=1) + "\n"


def manifest_of(files: Mapping[str, bytes], version: int) -> Manifest:
    """The manifest of a bundle's files."""
    names = [path.split("/")[1] for path in files if path.endswith(f"/{FILE_NAME}")]
    lessons = {name: exercise_digests(files, name) for name in names}
    return Manifest(version, lessons, {path: digest(content) for path, content in files.items()})


def exercise_digests(files: Mapping[str, bytes], lesson: str) -> dict[str, str]:
    """For each exercise of a lesson a digest of what students were given: its cells, points and visible cases."""
    cells = json.loads(files[f"notebooks/{lesson}/{lesson}.ipynb"])["cells"]
    cases = {item["name"]: item for item in json.loads(files[f"notebooks/{lesson}/{FILE_NAME}"])["exercises"]}
    by_name = {_grade_id(cell): cell for cell in cells}
    graded = [name for name, cell in by_name.items() if cell["metadata"].get("nbgrader", {}).get("grade")]
    return {name: _exercise_digest(name, by_name, cases.get(name)) for name in graded}


def _exercise_digest(name: str, cells: Mapping[str, Any], cases: Any) -> str:
    given = [cells.get(f"{name}_answer"), cells[name]]
    sources = ["".join(cell["source"]) for cell in given if cell is not None]
    tree = [name, sources, cells[name]["metadata"]["nbgrader"].get("points"), cases]
    return digest(json.dumps(tree, sort_keys=True).encode())


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(bundle: Path) -> Manifest | None:
    """The manifest of an earlier release in a folder or a zip file; None when there is none."""
    text = _manifest_text(bundle)
    if text is None:
        return None
    try:
        tree = json.loads(text)
        if tree["format"] != FORMAT:
            raise ValueError(f"it has format {tree['format']}")
        return Manifest(int(tree["version"]), dict(tree["lessons"]), dict(tree["files"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise GraderError(
            f"{MANIFEST} of the earlier release in {bundle} cannot be read ({problem}).\n"
            "Restore it, or release to another place."
        ) from None


def _manifest_text(bundle: Path) -> str | None:
    if (bundle / MANIFEST).is_file():
        return (bundle / MANIFEST).read_text(encoding="utf-8")
    if not bundle.is_file():
        return None
    try:
        with zipfile.ZipFile(bundle) as archive, archive.open(MANIFEST) as file:
            return file.read(MAX_BYTES).decode()
    except (zipfile.BadZipFile, KeyError, OSError) as problem:
        raise GraderError(f"{bundle} is there and is no release ({problem}).\nName another file.") from None
