"""The site: every page of the course is on it, nothing is said twice, nothing is executed, fetched or left dangling."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from grader.exercises import lesson_names
from grader.paths import ROOT

DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

from gather import gather, sections  # noqa: E402
from links import broken_links  # noqa: E402


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "built"
    gather(folder)
    return folder


def test_the_lessons_of_the_site_are_the_students_notebooks_without_answers(built: Path) -> None:
    notebooks = sorted((built / "lessons").glob("*.ipynb"))
    assert [path.stem for path in notebooks] == list(lesson_names())
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        assert not any("BEGIN SOLUTION" in "".join(cell["source"]) for cell in cells)


def test_the_table_of_lessons_is_the_readmes_with_a_link_to_each_lesson(built: Path) -> None:
    about = (built / "about.md").read_text(encoding="utf-8")
    for name in lesson_names():
        assert f"[`{name}`](built/lessons/{name}.ipynb)" in about
    assert "docs/figures/" not in about


def test_the_instructors_guide_is_the_readmes(built: Path) -> None:
    guide = (built / "instructors.md").read_text(encoding="utf-8")
    for command in (
        "grader release",
        "grader collect",
        "grader grade",
        "grader feedback",
        "grader report",
        "grader export",
    ):
        assert command in guide


def test_a_comment_in_a_block_of_code_is_no_heading() -> None:
    found = sections("# T\n\n## One\n\n```\n## not a heading\n```\n\n## Two\n\ntext\n")
    assert list(found) == ["", "One", "Two"]
    assert "## not a heading" in found["One"]


def test_a_link_that_leads_nowhere_and_a_thing_from_elsewhere_are_seen(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="other.html#here">1</a><a href="other.html#there">2</a><a href="gone.html">3</a><a href="#top">4</a>'
        '<a href="https://example.org">5</a><img src="https://example.org/x.png"><script src="//example.org/x.js"></script>'
    )
    (tmp_path / "other.html").write_text('<p id="here">')
    assert list(broken_links(tmp_path)) == [
        "index.html: other.html#there names a place that is not on the page",
        "index.html: gone.html is not there",
        "index.html: #top names a place that is not on the page",
        "index.html: https://example.org/x.png is loaded from elsewhere",
        "index.html: //example.org/x.js is loaded from elsewhere",
    ]


def test_every_package_of_the_site_is_pinned_in_its_declared_range() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))
    for requirement in map(Requirement, extras["site"]):
        assert requirement.specifier.contains(pinned[requirement.name]), requirement.name


def test_the_site_builds_without_a_warning_and_every_link_inside_leads_somewhere(tmp_path: Path) -> None:
    pytest.importorskip("myst_nb", reason="make site installs what the site needs")
    pytest.importorskip("latex2mathml", reason="make site installs what the site needs")
    site = tmp_path / "site"
    arguments = [
        "--fail-on-warning",
        "--keep-going",
        "--nitpicky",
        "--quiet",
        "--builder",
        "html",
        str(DOCS),
        str(site),
    ]
    done = subprocess.run([sys.executable, "-m", "sphinx", *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert not list(broken_links(site))
    lesson = (site / "built" / "lessons" / "lesson3_rnn_cell.html").read_text(encoding="utf-8")
    assert "<math" in lesson
    assert "MathJax" not in lesson
