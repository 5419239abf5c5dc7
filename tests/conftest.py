"""What several tests share."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.commands import grade
from grader.engine.choosing import choose_engine
from grader.engine.interface import Engine, Level
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


@pytest.fixture(scope="session", autouse=True)
def _grading_with_that_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """`grader grade` in a test's own process takes that engine too: a warm one needs seconds to start."""

    def chosen(isolation: Level | None) -> contextlib.AbstractContextManager[Engine]:
        if isolation == "none":
            return choose_engine(isolation)
        return contextlib.nullcontext(request.getfixturevalue("engine"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "choose_engine", chosen)
        yield


# The files that take longest, each as a whole in one process: begun first, so that no core waits for another at the end.
LONGEST = (
    "test_hostile_corpus",
    "test_labelled_submissions",
    "test_nbgrader_tools",
    "test_grading_records",
    "test_engine_boxes",
    "test_new",
    "test_formgrader_in_browser",
    "test_student_in_jupyterlab",
    "test_untouched",
    "test_stopping",
    "test_engine_ordinary_user",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first; the order within a file, and that of the others, stays."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `lesson_name` runs for every lesson."""
    if "lesson_name" in metafunc.fixturenames:
        metafunc.parametrize("lesson_name", lesson_names())
