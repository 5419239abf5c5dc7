"""What an engine raises. None of it is ever a student's fault: what is not graded is retried, and is never 0."""

from __future__ import annotations


class EngineError(Exception):
    """The engine or the machine failed; the submission was not graded. The message says what to do next."""


class FolderError(EngineError):
    """A submission's folder breaks a limit on sizes or counts."""
