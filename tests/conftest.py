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


# The groups that take longest, each as a whole in one process: begun first, so that no core waits for another at the end.
LONGEST = (
    "test_hostile_corpus none",
    "test_hostile_corpus partial",
    "test_nbgrader_tools",
    "test_hostile_corpus full",
    "test_grading_records",
    "test_engine_boxes",
    "test_new",
    "test_formgrader_in_browser",
    "test_student_in_jupyterlab",
    "test_untouched",
    "test_stopping",
    "test_engine_ordinary_user",
)


def _group(item: pytest.Item) -> str:
    """The tests of a file share what it sets up. The corpus is set up once for each level, a labelled submission alone."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if item.path.stem == "test_hostile_corpus":
        return f"{item.path.stem} {given.get('level', 'full')}"
    if "labelled" in given:
        return f"{item.path.stem} {given['labelled'].lesson}"
    return item.path.stem


def pytest_itemcollected(item: pytest.Item) -> None:
    """Each group runs in one process."""
    item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest groups first; the order within a group, and that of the others, stays."""
    items.sort(key=lambda item: LONGEST.index(_group(item)) if _group(item) in LONGEST else len(LONGEST))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `lesson_name` runs for every lesson."""
    if "lesson_name" in metafunc.fixturenames:
        metafunc.parametrize("lesson_name", lesson_names())
