"""`grader doctor`: what is wrong with this installation, as students see it with `python -m course_utils doctor`."""

from __future__ import annotations

import argparse

from course_utils import doctor
from grader.commands.command import Command


def _arguments(parser: argparse.ArgumentParser) -> None:
    """None: it looks at the folder in which it is typed."""


def _run(options: argparse.Namespace) -> int:
    return doctor.main()


COMMAND = Command(
    "doctor", "say what is wrong with this installation and what to type", "grader doctor", _arguments, _run
)
