"""One set of packages: pyproject.toml names it, constraints.txt pins it, environment.yml says it again for conda."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from grader.paths import ROOT

CONDA_NAMES = {"pytorch-cpu": "torch"}


def _declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {Requirement(text).name.lower(): Requirement(text) for text in texts}


def _pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))


def _conda() -> dict[str, str]:
    lines = re.findall(
        r"^(?:    )?  - ([a-z0-9_-]+)==?([^=\s]+)$", (ROOT / "environment.yml").read_text(), flags=re.MULTILINE
    )
    return {CONDA_NAMES.get(name, name): version for name, version in lines}


def _installed() -> set[str]:
    return {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}


def test_conda_gets_the_packages_of_pyproject_in_the_versions_of_the_constraints() -> None:
    assert _conda() == {name: _pinned()[name] for name in _declared()}


def test_every_pinned_version_satisfies_its_declared_range() -> None:
    for name, requirement in _declared().items():
        assert requirement.specifier.contains(_pinned()[name]), name


def test_every_pinned_version_runs_on_the_oldest_python_of_the_course() -> None:
    """Debian 12 has Python 3.11.2, for which an index hides what asks for a later one."""
    found = _pinned().keys() & _installed()
    asked = {name: importlib.metadata.metadata(name).get("Requires-Python") or "" for name in found}
    assert len(asked) > 100
    assert [name for name, wanted in asked.items() if not SpecifierSet(wanted).contains("3.11.0")] == []


def test_torch_is_pinned_exactly_everywhere_so_that_a_cpu_build_can_satisfy_it() -> None:
    assert str(_declared()["torch"].specifier) == "==2.13.0"
    assert _pinned()["torch"] == "2.13.0"


def test_every_dependency_says_in_its_line_why_it_is_there() -> None:
    section = (ROOT / "pyproject.toml").read_text().split("dependencies = [")
    lines = [line for part in section[1:] for line in part.split("\n]")[0].splitlines() if line.strip().startswith('"')]
    assert lines
    for line in lines:
        assert re.search(r'",\s+# \w', line), line


@pytest.mark.parametrize("name", ["jupyterlab", "numpy", "torch", "matplotlib", "nbgrader", "nbval"])
def test_the_fixed_stack_of_the_course_is_declared(name: str) -> None:
    assert name in _declared()
