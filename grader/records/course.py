"""Where the records of a course lie: grade book, executed notebooks, feedback and the secret of the hidden cases."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from grader.paths import ROOT, GraderError

SECRET_BYTES = 32
SECRET_NAME = ".hidden-cases-secret"


@dataclass(frozen=True)
class CourseRecords:
    """A folder in nbgrader's layout. `db_url` names another database than the folder's SQLite file."""

    folder: Path = ROOT
    db_url: str = ""

    @property
    def database(self) -> str:
        """The grade book's SQLAlchemy address."""
        return self.db_url or f"sqlite:///{self.folder.resolve() / 'gradebook.db'}"

    @property
    def nothing_graded(self) -> GraderError:
        """What to raise where something graded is needed and there is nothing."""
        return GraderError(
            f"Nothing is graded in {self.folder} yet.\nGrade first: grader grade SUBMISSIONS --to {self.folder}"
        )

    def autograded(self, student: str, lesson: str) -> Path:
        """Where the executed notebook of a submission is kept."""
        return self.folder / "autograded" / student / lesson / f"{lesson}.ipynb"

    def feedback(self, student: str, lesson: str) -> Path:
        """Where the feedback page of a submission is kept."""
        return self.folder / "feedback" / student / lesson / f"{lesson}.html"

    def secret(self) -> bytes:
        """The secret that hidden cases are drawn from, made at the first use and readable by its owner only."""
        path = self.folder / SECRET_NAME
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_secret(path)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(SECRET_BYTES).encode())
        return _read_secret(path)


def _read_secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise GraderError(
            f"The course's secret in {path} cannot be read.\nRestore it, or remove it to draw new cases."
        ) from None
    if len(secret) < SECRET_BYTES:
        raise GraderError(f"The course's secret in {path} is too short.\nRestore it, or remove it to draw new cases.")
    return secret
