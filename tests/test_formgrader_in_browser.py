"""Written answers are graded in nbgrader's own formgrader inside JupyterLab, with the rubric in view and nothing active."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyter_lab, only_here
from hostile.viewer import OUTPUTS, WRITTEN
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from playwright.sync_api import BrowserContext
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.exercises import load_lesson
from grader.paths import ROOT
from grader.records.course import CourseRecords
from grader.spec import Written

ROAD = "lesson3_rnn_cell"
ANSWER = next(exercise for exercise in load_lesson(ROAD).exercises if isinstance(exercise, Written))
FAR = "http://far.example"
MARK = "<script>window.ran=1</script><img src=x onerror='window.ran=2'><svg onload='window.ran=3'></svg>"
PROSE = f"{MARK}\n\n```mermaid\n{MARK}\n```\n\n<div onclick='window.ran=4'>*[here](javascript:window.ran=5)*</div>"


def _notebook(verdict: str) -> nbformat.NotebookNode:
    """A labelled submission without its experiments, which keeps these tests quick."""
    notebook = notebook_of(next(item for item in labelled_submissions(ROAD) if item.verdict == verdict))
    notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
    return notebook


def _hostile() -> nbformat.NotebookNode:
    """Active content in everything a student can write: the answer, prose, outputs of every kind, an error."""
    notebook = _notebook("accepted")
    answer = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == ANSWER.name)
    answer.source = f"{PROSE}\n\n{WRITTEN.replace('http://127.0.0.1:@PORT@', FAR)}"
    notebook.cells[1].source += f"\n\n{PROSE}"
    outputs = OUTPUTS.replace("http://127.0.0.1:@PORT@", FAR)
    notebook.cells += [new_markdown_cell(PROSE), new_code_cell(outputs), new_code_cell(f"raise ValueError({MARK!r})")]
    return notebook


def _run(*arguments: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        status = main(list(arguments))
    assert status == 0, said.getvalue()


def _grade(folder: Path, *options: str) -> None:
    _run("grade", str(folder / "submitted"), "--to", str(folder), *options)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class of two in a folder that is a course to formgrader, as `make formgrader` makes it."""
    folder = tmp_path_factory.mktemp("class")
    for student, notebook in (("ada", _notebook("accepted")), ("mallory", _hostile())):
        target = folder / "submitted" / student / ROAD
        target.mkdir(parents=True)
        (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (folder / "solutions").symlink_to(ROOT / "solutions")
    _grade(folder)
    return folder


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1200, "height": 1000})
        only_here(context)
        yield context


@pytest.fixture(scope="module")
def lab(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with jupyter_lab(graded, tmp_path_factory.mktemp("home")) as address:
        yield address


def _submission_id(folder: Path, student: str) -> str:
    with Gradebook(CourseRecords(folder).database, "rnn-course") as book:
        return str(book.find_submission_notebook(ROAD, ROAD, student).id)


def _score_of_ada(folder: Path) -> float | None:
    with Gradebook(CourseRecords(folder).database, "rnn-course") as book:
        grade = book.find_grade(ANSWER.name, ROAD, ROAD, "ada")
        comment = book.find_comment(ANSWER.name, ROAD, ROAD, "ada")
        return grade.manual_score if comment.manual_comment and not grade.needs_manual_grade else None


def test_a_score_and_a_comment_given_in_formgrader_survive_a_regrade_and_reach_the_feedback(
    graded: Path, lab: str, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(f"{lab}/lab?formgrader=true")
    formgrader = page.frame_locator("#formgrader iframe")
    for name in ("Manual Grading", ROAD, ROAD):
        formgrader.get_by_role("link", name=name).first.click()
    formgrader.locator(f"a[href*='{_submission_id(graded, 'ada')}']").first.click()
    rubric = formgrader.locator(".text_cell_render", has_text="Rubric of")
    rubric.scroll_into_view_if_needed()
    for criterion in ANSWER.rubric:
        assert criterion.text in " ".join(rubric.inner_text().split())
    formgrader.locator(f"#{ANSWER.name}").fill("1.5")
    formgrader.locator(f"#{ANSWER.name}-comment").fill("The **count** is well said.")
    formgrader.locator(f"#{ANSWER.name}").focus()
    for _ in range(100):
        if _score_of_ada(graded) is not None:
            break
        page.wait_for_timeout(100)
    page.screenshot(path=tmp_path / "formgrader.png")
    assert _score_of_ada(graded) == 1.5

    _grade(graded, "--force")
    assert _score_of_ada(graded) == 1.5
    _run("feedback", "--to", str(graded))
    page.goto(CourseRecords(graded).feedback("ada", ROAD).as_uri())
    assert f"{ANSWER.name}: 1.5 of {ANSWER.points:g} points" in page.inner_text("body")
    assert "The count is well said." in page.inner_text("body")


def test_a_hostile_submission_runs_nothing_and_loads_nothing_that_an_honest_one_does_not(
    graded: Path, lab: str, context: BrowserContext, tmp_path: Path
) -> None:
    asked: dict[str, set[str]] = {}
    for student in ("ada", "mallory"):
        submission = _submission_id(graded, student)
        page = context.new_page()
        seen = asked.setdefault(student, set())
        page.on("request", lambda request, seen=seen, own=submission: seen.add(request.url.replace(own, "ID")))
        page.goto(f"{lab}/formgrader/submissions/{submission}/?index=0")
        page.locator(f"#{ANSWER.name}").wait_for()
        page.screenshot(path=tmp_path / f"{student}.png", full_page=True)
    assert page.evaluate("window.ran") is None
    assert page.title() == ROAD
    shown = page.locator("#notebook").first
    assert "window.ran=1" in shown.inner_text()
    assert shown.locator("script, iframe, object, embed, style, form, base, meta, svg, math").count() == 0
    assert shown.locator("a[href^='javascript:'], a[href^='data:'], [onclick], [onerror], [onload]").count() == 0
    pictures = shown.locator("img").evaluate_all("all => all.map(image => image.src)")
    assert all(source.startswith("data:image/png;base64,") for source in pictures)
    assert {url for url in asked["mallory"] if not url.startswith("data:")} == asked["ada"]
