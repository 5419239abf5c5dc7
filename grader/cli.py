"""The command `grader`: its verbs are the work. Each verb lives in `grader.commands`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from grader.commands import COMMANDS
from grader.engine.errors import EngineError
from grader.paths import GraderError
from grader.spec import SpecError


def parser() -> argparse.ArgumentParser:
    """The whole command line, every verb with its help and an example."""
    top = argparse.ArgumentParser(prog="grader", description="Build, prove and grade the course.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for command in COMMANDS:
        verb = verbs.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"example: {command.example}",
        )
        command.arguments(verb)
        verb.set_defaults(run=command.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Status 0 done, 1 something falls short, 2 wrong use, 128 and the signal's number when stopped by one."""
    options = parser().parse_args(arguments)
    try:
        with _ending_by_exception():
            return int(options.run(options))
    except (GraderError, SpecError, EngineError) as problem:
        print(f"grader {options.verb}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        print(
            f"grader {options.verb}: stopped. What was finished is kept; run the same command to go on.",
            file=sys.stderr,
        )
        return 128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT)


class Terminated(KeyboardInterrupt):
    """SIGTERM, which stops a verb as Ctrl-C does: boxes are ended, what is half recorded is undone."""


@contextmanager
def _ending_by_exception() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
