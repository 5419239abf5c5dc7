"""Copying a submission's folder without following a link: files go as bytes, under caps on size, depth and count."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from grader.engine.errors import FolderError

MAX_FILES = 2_000
MAX_DEPTH = 8
MAX_WRITTEN = 20_000
Files = dict[str, bytes]


def read_folder(folder: Path, cap: int) -> Files:
    """The regular files below `folder` by relative name. Links, pipes and devices are left out.

    Raises FolderError when there are more than `MAX_FILES` files or more than `cap` bytes.
    """
    files: Files = {}
    for name, content in _contents(folder, cap):
        cap -= len(content)
        files[name] = content
        if len(files) > MAX_FILES:
            raise FolderError(f"{folder} holds more than {MAX_FILES} files; leave only what the notebook needs")
        if cap < 0:
            raise FolderError(f"{folder} is larger than a submission may be; leave only what the notebook needs")
    return files


def holds_more(folder: str, cap: int) -> bool:
    """Whether the files below `folder` take more than `cap` bytes, are very many, or lie where one may not look."""
    left, entries = cap, MAX_WRITTEN
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries -= 1
                    about = entry.stat(follow_symlinks=False)
                    left -= about.st_blocks * 512
                    if left < 0 or entries < 0:
                        return True
                    if stat.S_ISDIR(about.st_mode):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # it was removed in the meantime
        except OSError:
            return True
    return False


def _contents(folder: Path, cap: int) -> Iterator[tuple[str, bytes]]:
    if os.open not in os.supports_dir_fd:  # Windows, where only the plain engine runs
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                yield path.relative_to(folder).as_posix(), path.read_bytes()[: cap + 1]
        return
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield from _read(top, "", MAX_DEPTH, cap)
    finally:
        os.close(top)


def _read(directory: int, prefix: str, depth: int, cap: int) -> Iterator[tuple[str, bytes]]:
    for name in sorted(os.listdir(directory)):
        kind = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
        if stat.S_ISREG(kind):
            yield prefix + name, _read_file(directory, name, cap)
        elif stat.S_ISDIR(kind) and depth > 0:
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            try:
                yield from _read(below, f"{prefix}{name}/", depth - 1, cap)
            finally:
                os.close(below)


def _read_file(directory: int, name: str, cap: int) -> bytes:
    # Not blocking: what was a file a moment ago may be a pipe by now.
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    with os.fdopen(opened, "rb") as file:
        return file.read(cap + 1)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write what `read_folder` returned below `folder`, which exists and is empty."""
    for name, content in files.items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise FolderError(f"{name!r} is no name inside a folder")
        target = folder / parts
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all below it, whatever modes a student's code gave to it."""
    for place, below, _ in os.walk(folder, onerror=None):
        for name in below:
            path = os.path.join(place, name)
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
