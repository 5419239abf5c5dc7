"""What goes wrong when a grade book's database is opened, in words for who gave its address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError

from grader.paths import GraderError

EXAMPLE = "postgresql+psycopg://user@host/name"


@contextmanager
def opened_by_address() -> Iterator[None]:
    """Raises GraderError for an address that is none, a driver that is not installed, a database that is not there."""
    try:
        yield
    except ModuleNotFoundError as problem:
        raise GraderError(
            f"The grade book's database needs the package {problem.name}, which is not installed.\n"
            f"Install it beside the grader: python -m pip install {problem.name}"
        ) from None
    except (ArgumentError, DBAPIError) as problem:  # an unknown kind of database is an ArgumentError, too
        cause = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        raise GraderError(
            f"The grade book's database cannot be opened: {cause}.\n"
            f"Give its address as SQLAlchemy takes it, such as {EXAMPLE}, or leave out --db."
        ) from None
