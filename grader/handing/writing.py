"""Writing a bundle: into a folder, where nothing of somebody else's is touched, or into a zip file, the same bytes every time."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.handing.manifest import MANIFEST, Manifest, digest
from grader.paths import GraderError

# The earliest time that a zip file can say.
NO_TIME = (1980, 1, 1, 0, 0, 0)
UNIX, ORDINARY_FILE = 3, 0o100644


def write_bundle(target: Path, files: Mapping[str, bytes], previous: Manifest | None) -> None:
    """Write a release. Raises GraderError when that would overwrite what is not of an earlier release."""
    if target.suffix == ".zip":
        _write_bytes(target, _zipped(files))
    else:
        _write_folder(target, files, previous)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, NO_TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, UNIX
            entry.external_attr = ORDINARY_FILE << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _write_folder(target: Path, files: Mapping[str, bytes], previous: Manifest | None) -> None:
    released = dict(previous.files) if previous else {}
    for path, content in files.items():
        _require_ours(target / path, path, content, released)
    for path in sorted(set(released) - set(files)):
        if _is_inside(path) and _digest_of(target / path) == released[path]:
            (target / path).unlink()
    for path, content in files.items():
        if _digest_of(target / path) != digest(content):
            _write_bytes(target / path, content)


def _require_ours(place: Path, path: str, content: bytes, released: Mapping[str, str]) -> None:
    """What lies there may be overwritten when it is what an earlier release wrote, or already what is to be written."""
    found = _digest_of(place)
    if path != MANIFEST and found not in ("", digest(content), released.get(path)):
        raise GraderError(
            f"{place} was not written by a release, or was edited since.\n"
            "Move it away, or release to another folder, so that nothing is overwritten."
        )


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts


def _digest_of(place: Path) -> str:
    return digest(place.read_bytes()) if place.is_file() else ""


def _write_bytes(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(place.name + ".partial")
    partial.write_bytes(content)
    os.replace(partial, place)
