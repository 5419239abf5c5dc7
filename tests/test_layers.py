"""Who may import whom: no answer can be in a process that runs a student's code."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext
import pytest

from grader.exercises import lesson_names
from grader.paths import ROOT, SOLUTIONS

LESSON_PACKAGES = {"numpy", "torch", "matplotlib", "course_utils"}


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", _modules("course_utils"), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_ships_to_students_knows_neither_the_grader_nor_nbgrader(path: Path) -> None:
    assert not [name for name in _imports(path.read_text()) if name.split(".")[0] in ("grader", "nbgrader")]


@pytest.mark.parametrize("path", _modules("grader/engine"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_neither_the_exercises_nor_the_judge(path: Path) -> None:
    forbidden = ("grader.exercises", "grader.judge", "grader.build", "grader.records", "grader.spec", "grader.audit")
    assert not [name for name in _imports(path.read_text()) if name.startswith(forbidden)]


def test_importing_the_engine_loads_no_answer() -> None:
    import subprocess

    code = (
        "import sys, grader.engine.choosing\n"
        "print([name for name in sys.modules if name.startswith(('grader.exercises', 'grader.judge'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_imports_only_the_packages_that_students_have(name: str) -> None:
    notebook = jupytext.reads((SOLUTIONS / name / f"{name}.py").read_text(encoding="utf-8"), fmt="py:percent")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    allowed = LESSON_PACKAGES | set(sys.stdlib_module_names)
    assert not [module for module in _imports(code) if module.split(".")[0] not in allowed]
