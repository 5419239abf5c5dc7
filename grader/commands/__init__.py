"""The verbs of the command line, one module each."""

from grader.commands import audit, build
from grader.commands.command import Command

COMMANDS: tuple[Command, ...] = (build.COMMAND, audit.COMMAND)

__all__ = ["COMMANDS", "Command"]
