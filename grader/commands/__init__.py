"""The verbs of the command line, one module each."""

from grader.commands import (
    audit,
    build,
    check,
    collect,
    doctor,
    explain,
    export,
    feedback,
    grade,
    lessons,
    new,
    release,
    report,
)
from grader.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    build.COMMAND,
    audit.COMMAND,
    check.COMMAND,
    grade.COMMAND,
    feedback.COMMAND,
    explain.COMMAND,
    lessons.COMMAND,
    release.COMMAND,
    collect.COMMAND,
    export.COMMAND,
    report.COMMAND,
    doctor.COMMAND,
    new.COMMAND,
)

__all__ = ["COMMANDS", "Command"]
