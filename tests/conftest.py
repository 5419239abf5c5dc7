"""What several tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.engine.choosing import choose_engine
from grader.engine.interface import Engine
from grader.engine.probe_level import available_level
from grader.exercises import lesson_names
from grader.paths import ROOT

sys.path.insert(0, str(ROOT / "tests"))
# Tools that call others by name (nbgrader calls alembic) find those of this environment.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One engine for all tests that grade, of the highest level that this machine has."""
    with choose_engine("none" if available_level().level == "none" else None) as opened:
        yield opened


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `lesson_name` runs for every lesson."""
    if "lesson_name" in metafunc.fixturenames:
        metafunc.parametrize("lesson_name", lesson_names())
