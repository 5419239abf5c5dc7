"""The verbs of the command line, one module each."""

from grader.commands import audit, build, feedback, grade
from grader.commands.command import Command

COMMANDS: tuple[Command, ...] = (build.COMMAND, audit.COMMAND, grade.COMMAND, feedback.COMMAND)

__all__ = ["COMMANDS", "Command"]
