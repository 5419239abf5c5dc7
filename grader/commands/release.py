"""`grader release`: what students receive, as a folder or a zip file."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands.command import Command, add_lessons, chosen_lessons
from grader.exercises import lesson_names
from grader.handing.bundle import bundle_files
from grader.handing.changed import changes_between, consequences, require_said
from grader.handing.manifest import MANIFEST, Manifest, manifest_of, read_manifest
from grader.handing.writing import write_bundle


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_lessons(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR|FILE.zip", help="where the bundle goes")
    parser.add_argument(
        "--after", type=Path, metavar="DIR|FILE.zip", help="the release that students have (default: what is at --to)"
    )
    parser.add_argument(
        "--changed", nargs="+", default=[], metavar="EXERCISE", help="exercises of a released lesson that may change"
    )


def _run(options: argparse.Namespace) -> int:
    previous = read_manifest(options.after or options.to)
    files, manifest, said = _next_release(_lessons(options, previous), options.changed, previous)
    write_bundle(options.to, {**files, MANIFEST: manifest.text().encode()}, read_manifest(options.to))
    for line in said:
        print(line)
    print(f"Release {manifest.version}: {len(manifest.lessons)} lessons, {len(files) + 1} files in {options.to}")
    return 0


def _lessons(options: argparse.Namespace, previous: Manifest | None) -> tuple[str, ...]:
    """The lessons named and those released before: students keep what they have."""
    wanted = {*chosen_lessons(options), *(previous.lessons if previous else ())}
    return tuple(name for name in lesson_names() if name in wanted)


def _next_release(
    lessons: tuple[str, ...], said: list[str], previous: Manifest | None
) -> tuple[dict[str, bytes], Manifest, list[str]]:
    """The files, their manifest and what to tell. An unchanged release keeps its number."""
    version = previous.version if previous else 1
    files = bundle_files(lessons, version)
    manifest = manifest_of(files, version)
    if previous is None or manifest == previous:
        return files, manifest, []
    changes = list(changes_between(previous, manifest))
    require_said(changes, said, previous.version)
    files = bundle_files(lessons, version + 1)
    manifest = manifest_of(files, version + 1)
    return files, manifest, list(consequences(previous, manifest, changes))


COMMAND = Command(
    "release",
    "write what students receive, without answers",
    "grader release lesson3_rnn_cell --to handout.zip",
    _arguments,
    _run,
)
