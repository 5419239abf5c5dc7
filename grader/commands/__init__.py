"""The verbs of the command line, one module each."""

from grader.commands import audit, build, check, explain, feedback, grade, lessons
from grader.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    build.COMMAND,
    audit.COMMAND,
    check.COMMAND,
    grade.COMMAND,
    feedback.COMMAND,
    explain.COMMAND,
    lessons.COMMAND,
)

__all__ = ["COMMANDS", "Command"]
