"""Binder, Codespaces and Colab: their files stand on the same pins as everything else, and no step downloads data."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from grader.exercises import lesson_names
from grader.handing.bundle import bundle_files
from grader.paths import ROOT

DEVCONTAINER = ".devcontainer/devcontainer.json"


@pytest.fixture(scope="module")
def bundle() -> dict[str, str]:
    """The text files that students receive."""
    return {name: content.decode("utf-8") for name, content in bundle_files(lesson_names()[:1], 1).items()}


@pytest.fixture(scope="module")
def course() -> dict[str, str]:
    """The same files of the course itself."""
    names = ("environment.yml", "pyproject.toml", DEVCONTAINER)
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names}


@pytest.fixture(params=["bundle", "course"])
def files(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.getfixturevalue(request.param)


def _pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))


def test_conda_and_binder_install_the_package_itself_in_a_line_that_pip_takes(files: dict[str, str]) -> None:
    lines = files["environment.yml"].splitlines()
    assert lines[lines.index("  - pip:") + 1 :][-1] == "      - -e ."


def test_students_need_no_browser_that_a_program_drives(bundle: dict[str, str]) -> None:
    assert "playwright" not in bundle["environment.yml"] + bundle["pyproject.toml"]


def test_conda_and_binder_get_the_pinned_versions(files: dict[str, str]) -> None:
    found = dict(re.findall(r"^  - ([a-z0-9_-]+)=([^=\s]+)$", files["environment.yml"], flags=re.MULTILINE))
    torch = found.pop("pytorch-cpu")
    assert torch == _pinned()["torch"]
    for name in ("numpy", "matplotlib", "jupyterlab", "ipykernel"):
        assert found[name] == _pinned()[name]


def test_binder_finds_no_other_file_that_it_would_prefer() -> None:
    preferred = ("binder", ".binder", "Dockerfile", "postBuild", "start", "apt.txt", "requirements.txt", "runtime.txt")
    assert not [name for name in preferred if (ROOT / name).exists()]


def test_a_codespace_has_a_python_that_the_course_takes_and_installs_it_as_the_readme_says(
    files: dict[str, str],
) -> None:
    container = json.loads(files[DEVCONTAINER])
    version = container["image"].split(":")[1]
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert SpecifierSet(project["requires-python"]).contains(version)
    assert "python>=3.11,<3.14" in files["environment.yml"]
    assert SpecifierSet(">=3.11,<3.14").contains(version)
    command = container["postCreateCommand"]
    assert re.search(r"python -m pip install .*-e ['.]", command)
    assert command.endswith("&& python -m course_utils doctor")


def test_the_course_is_installed_with_its_constraints_in_a_codespace(course: dict[str, str]) -> None:
    assert "-c constraints.txt" in json.loads(course[DEVCONTAINER])["postCreateCommand"]


def test_students_install_versions_that_hold_the_pins(bundle: dict[str, str]) -> None:
    for requirement in map(Requirement, tomllib.loads(bundle["pyproject.toml"])["project"]["dependencies"]):
        assert requirement.specifier.contains(_pinned()[requirement.name]), requirement.name


def test_the_students_readme_says_how_in_each_place_and_names_what_is_there(bundle: dict[str, str]) -> None:
    readme = bundle["README.md"]
    for place in ("**Binder**", "**Codespaces**", "**Colab**"):
        assert place in readme
    assert DEVCONTAINER in readme
    assert "%pip install --no-deps -e /content/course" in readme
    assert "!python -m course_utils doctor" in readme
    assert "course_utils/__main__.py" in bundle
    assert "notebooks/LESSON".replace("LESSON", lesson_names()[0]) + "/checks.json" in bundle


def test_no_step_of_setting_up_downloads_data(files: dict[str, str], bundle: dict[str, str]) -> None:
    fetching = re.compile(r"\b(wget|curl|gdown|kaggle|load_dataset|urlretrieve|urlopen)\b|download=True")
    for name in ("environment.yml", DEVCONTAINER):
        assert not fetching.search(files[name]), name
    assert not [
        name for name, text in bundle.items() if Path(name).suffix in (".py", ".ipynb") and fetching.search(text)
    ]
