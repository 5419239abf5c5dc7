"""A student's hour in a real JupyterLab: run all, answer, be told the mix-up, mend it, ask for hints; by keyboard alone."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyter_lab, only_here
from playwright.sync_api import Locator, Page

from course_utils.tries import SWITCH
from grader.exercises import load_lesson
from grader.judge.submission import UnreadableSubmission, read_submission
from grader.paths import NOTEBOOKS, ROOT, SOLUTIONS

ROAD = "lesson3_rnn_cell"
SOURCES = {cell.id: cell.source for cell in nbformat.read(SOLUTIONS / ROAD / f"{ROAD}.ipynb", as_version=4).cells}
TRANSPOSED = SOURCES["rnn_step-answer"].replace("h @ W_hh.T", "h @ W_hh")
# The contrast of every text of a report with the background it stands on, as WCAG defines it.
CONTRASTS = """report => {
    const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(x => x / 255)
        .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
        .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = node => {
        for (; node; node = node.parentElement) {
            const found = parts(getComputedStyle(node).backgroundColor);
            if (found.length === 3 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    return [...report.querySelectorAll('p, td, th, pre, summary')].map(node => {
        const both = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
        return (both[0] + 0.05) / (both[1] + 0.05);
    });
}"""


class Student:
    """Someone at a keyboard: every action is a key or a text typed, nothing is clicked."""

    def __init__(self, page: Page, cells: list[str]) -> None:
        self.page, self.cells = page, cells
        self.keyboard = page.keyboard

    def command(self, name: str) -> None:
        """Run a command of JupyterLab from its palette."""
        self.keyboard.press("Escape")
        self.keyboard.press("Control+Shift+C")
        self.page.locator(".jp-ModalCommandPalette input").wait_for()
        self.keyboard.insert_text(name)
        self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=name).wait_for()
        self.keyboard.press("Enter")

    def cell(self, name: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.cells.index(name))

    def go_to(self, name: str) -> None:
        """Select a cell with the arrow keys."""
        self.keyboard.press("Escape")
        here = self.page.evaluate(
            "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].findIndex(cell => cell.matches('.jp-mod-active'))"
        )
        steps = self.cells.index(name) - here
        for _ in range(abs(steps)):
            self.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert "jp-mod-active" in (self.cell(name).get_attribute("class") or "")

    def write(self, name: str, source: str) -> None:
        """Replace what stands in a cell."""
        self.go_to(name)
        self.keyboard.press("Enter")
        self.keyboard.press("ControlOrMeta+A")
        self.keyboard.insert_text(source)

    def new_cell_below(self, name: str, source: str) -> str:
        self.go_to(name)
        self.keyboard.press("b")
        new = f"new-{len(self.cells)}"
        self.cells.insert(self.cells.index(name) + 1, new)
        self.write(new, source)
        return new

    def run(self, name: str) -> Locator:
        """Run a cell and wait until it is done; what it shows."""
        self.go_to(name)
        prompt = self.cell(name).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.keyboard.press("Shift+Enter")
        for _ in range(600):
            now = prompt.inner_text()
            if now != before and re.fullmatch(r"\[\d+\]:", now.strip()):
                break
            self.page.wait_for_timeout(50)
        return self.cell(name).locator(".jp-OutputArea").first

    def answer(self, name: str, source: str) -> Locator:
        """Write an answer, run it and its check; what the check shows."""
        self.write(f"{name}-answer", source)
        self.run(f"{name}-answer")
        return self.run(name)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """JupyterLab on what a student has: a lesson's folder and course_utils."""
    monkeypatch.delenv(SWITCH, raising=False)
    course = tmp_path / "course"
    shutil.copytree(NOTEBOOKS / ROAD, course / ROAD)
    shutil.copytree(ROOT / "course_utils", course / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    with jupyter_lab(course, tmp_path / "home", ["--KernelManager.transport_encryption=auto"]) as address:
        yield address


def _look(student: Student, shown: Locator, picture: Path) -> None:
    """Photograph an output in the light and in the dark theme; its text must stand out from its background in both."""
    for theme in ("Dark", "Light"):
        student.command(f"Use Theme: JupyterLab {theme}")
        student.page.locator(f"body[data-jp-theme-light={'true' if theme == 'Light' else 'false'}]").wait_for(
            state="attached"
        )
        shown.scroll_into_view_if_needed()
        student.page.screenshot(path=picture.with_stem(f"{picture.stem}_{theme.lower()}"))
        contrasts = shown.locator(".jp-RenderedHTMLCommon > div").last.evaluate(CONTRASTS)
        assert contrasts
        assert min(contrasts) >= 4.5, (theme, contrasts)


def _untouched(student: Student) -> None:
    student.command("Run All Cells")
    student.cell(student.cells[-1]).locator("table").wait_for()
    said = student.page.locator(".jp-OutputArea-output").all_inner_texts()
    for exercise in load_lesson(ROAD).judged:
        assert any(text.startswith(f"{exercise.name}: not attempted yet") for text in said)
    waiting = [text for text in said if "This cell waits for" in text]
    assert waiting
    assert all(len(text.strip().splitlines()) <= 2 for text in waiting)
    assert not any("Traceback" in text or "Error" in text for text in said)
    assert student.page.locator("[data-mime-type='application/vnd.jupyter.stderr'], .jp-mod-error").count() == 0


def _told_when_saved(student: Student, notebook: Path) -> dict[str, int | None]:
    """Save, and read the tries as the grader does."""
    student.keyboard.press("Escape")
    student.keyboard.press("ControlOrMeta+S")
    told: dict[str, int | None] = {}
    for _ in range(200):
        with contextlib.suppress(UnreadableSubmission):  # half written
            cells = read_submission(notebook).told(["rnn_step", "rnn_forward", "readout", "generate"])
            told = {name: one.tries for name, one in cells.items()}
        if told.get("readout"):
            break
        student.page.wait_for_timeout(50)
    return told


def test_a_students_hour_by_keyboard_alone(lab: str, tmp_path: Path) -> None:
    cells = [cell.id for cell in nbformat.read(NOTEBOOKS / ROAD / f"{ROAD}.ipynb", as_version=4).cells]
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1200, "height": 1000})
        refused = only_here(context)
        page = context.new_page()
        page.goto(f"{lab}/lab/tree/{ROAD}/{ROAD}.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        student = Student(page, cells)
        _untouched(student)

        shown = student.answer("rnn_step", TRANSPOSED)
        text = shown.inner_text()
        assert "rnn_step: not right yet" in text
        assert "What came back" in text
        assert "This looks like a known mix-up: The recurrent matrix stands the wrong way round." in text
        assert "the weights that lead into unit i." in text  # *into* in the spec
        assert "expected and returned arrays" in (shown.locator("img").first.get_attribute("alt") or "")
        _look(student, shown, tmp_path / "mix_up.png")
        assert "Hint 1 of 3" in student.run(student.new_cell_below("rnn_step", 'hint("rnn_step")')).inner_text()

        for name in ("rnn_step", "rnn_forward", "readout"):
            assert "visible cases pass (" in student.answer(name, SOURCES[f"{name}-answer"]).inner_text()
        for drawing in ("code-88387e1f44", "experiment-44e8a8b2b5"):
            student.run(drawing)
        progress = student.run(cells[-1])
        assert "visible cases speak for 6 of 25 points" in progress.inner_text()
        _look(student, progress, tmp_path / "progress.png")

        figures = page.locator(".jp-OutputArea-output img")
        assert figures.count() == 1
        assert all(len(figure.get_attribute("alt") or "") > 20 for figure in figures.all())
        told = _told_when_saved(student, tmp_path / "course" / ROAD / f"{ROAD}.ipynb")
        assert told == {"rnn_step": 2, "rnn_forward": 1, "readout": 1, "generate": None}
        assert refused == []
