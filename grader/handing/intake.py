"""Looking through what came in, a folder or a zip file, without following a link or trusting a name, size or count.

Every notebook found is copied to a numbered file in a folder of our own; where it came from is kept as plain text. The source
itself is never changed.
"""

from __future__ import annotations

import datetime
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from grader.judge.submission import MAX_BYTES
from grader.paths import GraderError

MAX_FILES = 50_000
MAX_TOTAL = 8 << 30
# A class's download is a zip file, and some students hand in a zip file of their own.
MAX_NESTING = 2
MAX_DEPTH = 40
CHUNK = 1 << 20
# What systems and tools leave beside notebooks, and what the course itself put there.
NOT_HANDED_IN = {"timestamp.txt", "checks.json", "tries.json", ".DS_Store", "Thumbs.db", "deadlines.csv"}
EARLIER = ".earlier-versions"
TOOL_FOLDERS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", EARLIER}


@dataclass(frozen=True)
class Found:
    """A notebook that came in. `parts` is its path below the source, an archive being a folder on the way.

    `stamp` is the text of a timestamp.txt beside it that no student packed, "" without one. `modified` is the file's own
    time, which a download often resets.
    """

    parts: tuple[str, ...]
    copy: Path
    modified: datetime.datetime | None
    stamp: str = ""

    @property
    def place(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class Left:
    """A file that is not taken, and why. `harmless`: no submission is missing because of it."""

    place: str
    reason: str
    harmless: bool = False


class Intake:
    """Walks one source. `left` fills while `notebooks` is read."""

    def __init__(self, source: Path, folder: Path) -> None:
        self._source, self._folder = source, folder
        self._count = self._bytes = 0
        self.left: list[Left] = []

    def notebooks(self) -> Iterator[Found]:
        """Every notebook of the source. Raises GraderError when there is no source or it is beyond all limits."""
        if self._source.is_dir():
            yield from self._in_folder(self._source, ())
        elif self._source.is_file():
            with self._source.open("rb") as file:
                yield from self._in_archive(file, (), 1)
            for left in self.left:
                if not left.place:
                    raise GraderError(f"{self._source} {left.reason}.\nName a folder, or the zip file as downloaded.")
        else:
            raise GraderError(f"There is no {self._source}.\nName the folder or the zip file that came in.")

    def _in_folder(self, folder: Path, parts: tuple[str, ...]) -> Iterator[Found]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            below = (*parts, entry.name)
            if entry.is_symlink():
                self._leave(below, "is a link")
            elif entry.is_dir(follow_symlinks=False):
                if len(below) > MAX_DEPTH:
                    self._leave(below, "lies too deep")
                elif entry.name not in TOOL_FOLDERS:
                    yield from self._in_folder(folder / entry.name, below)
            elif not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                self._leave(below, "is no ordinary file")
            elif entry.name not in NOT_HANDED_IN:
                yield from self._file(folder / entry.name, below)

    def _file(self, path: Path, parts: tuple[str, ...]) -> Iterator[Found]:
        try:
            file = _opened(path)
        except OSError as problem:
            self._leave(parts, f"cannot be opened ({problem.strerror})")
            return
        with file:
            if path.suffix.lower() == ".zip":
                yield from self._in_archive(file, parts, 1)
                return
            modified = datetime.datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, datetime.UTC)
            yield from self._notebook(file, parts, modified, _stamp(path.parent / "timestamp.txt"))

    def _in_archive(self, file: IO[bytes], parts: tuple[str, ...], nesting: int) -> Iterator[Found]:
        if nesting > MAX_NESTING:
            self._leave(parts, "is an archive in an archive in an archive")
            return
        try:
            with zipfile.ZipFile(file) as archive:
                if len(archive.infolist()) > MAX_FILES:
                    raise ValueError(f"it holds more than {MAX_FILES} files")
                stamps = _stamps(archive) if nesting == 1 and not parts else {}
                for entry in archive.infolist():
                    yield from self._member(archive, entry, parts, nesting, stamps)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError) as problem:
            self._leave(parts, f"is no zip file that can be read ({problem})")

    def _member(
        self,
        archive: zipfile.ZipFile,
        entry: zipfile.ZipInfo,
        parts: tuple[str, ...],
        nesting: int,
        stamps: dict[str, str],
    ) -> Iterator[Found]:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        below = (*parts, *inside.parts)
        if entry.is_dir() or not inside.name or inside.name in NOT_HANDED_IN or TOOL_FOLDERS & set(inside.parts):
            return
        problem = _problem(entry, inside)
        if problem:
            self._leave(below, problem)
            return
        try:
            with archive.open(entry) as file:
                if inside.suffix.lower() == ".zip":
                    with self._spooled(file) as inner:
                        yield from self._in_archive(inner, below, nesting + 1)
                else:
                    yield from self._notebook(file, below, _entry_time(entry), stamps.get(str(inside.parent), ""))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as problem_found:
            self._leave(below, f"cannot be unpacked ({problem_found})")

    def _notebook(
        self, file: IO[bytes], parts: tuple[str, ...], modified: datetime.datetime | None, stamp: str
    ) -> Iterator[Found]:
        if ".ipynb" not in parts[-1].lower():
            self._leave(parts, "is not a notebook", harmless=True)
            return
        copy = self._copied(file, MAX_BYTES)
        if copy is None:
            self._leave(parts, f"is larger than {MAX_BYTES >> 20} MB")
        else:
            yield Found(parts, copy, modified, stamp)

    def _spooled(self, file: IO[bytes]) -> IO[bytes]:
        copy = self._copied(file, 16 * MAX_BYTES)
        if copy is None:
            raise zipfile.BadZipFile(f"it is larger than {16 * MAX_BYTES >> 20} MB")
        return copy.open("rb")

    def _copied(self, file: IO[bytes], most: int) -> Path | None:
        """A numbered copy of at most so many bytes; None when there is more. Counts towards the limits of all."""
        self._count += 1
        copy, size = self._folder / f"{self._count:06d}", 0
        with copy.open("xb") as target:
            while size <= most and (chunk := file.read(CHUNK)):
                target.write(chunk)
                size += len(chunk)
        self._bytes += size
        if self._count > MAX_FILES or self._bytes > MAX_TOTAL:
            raise GraderError(
                f"{self._source} holds more than {MAX_FILES} files or {MAX_TOTAL >> 30} GB.\nCollect it in smaller pieces."
            )
        if size > most:
            copy.unlink()
            return None
        return copy

    def _leave(self, parts: tuple[str, ...], reason: str, harmless: bool = False) -> None:
        self.left.append(Left("/".join(parts), reason, harmless))


def _opened(path: Path) -> IO[bytes]:
    """Open a file that is looked at as an ordinary one, and fail when it became a link in the meantime."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb")


def _stamp(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with _opened(path) as file:
        return file.read(100).decode("utf-8", "replace").strip()


def _stamps(archive: zipfile.ZipFile) -> dict[str, str]:
    """The timestamp.txt files of an archive by their folder."""
    stamps = {}
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if path.name == "timestamp.txt" and not _problem(entry, path):
            with archive.open(entry) as file:
                stamps[str(path.parent)] = file.read(100).decode("utf-8", "replace").strip()
    return stamps


def _problem(entry: zipfile.ZipInfo, inside: PurePosixPath) -> str:
    if inside.is_absolute() or ".." in inside.parts or ":" in entry.filename.split("/")[0][:2]:
        return "has a name that leads out of its archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 1:
        return "is encrypted"
    return ""


def _entry_time(entry: zipfile.ZipInfo) -> datetime.datetime | None:
    """A zip entry's time, which its maker wrote in local time."""
    try:
        return datetime.datetime(*entry.date_time).astimezone()
    except ValueError:
        return None
