"""The feedback page in a real browser: nothing runs, nothing is loaded, and it reads well on a phone and without colour."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium
from hostile.viewer import OUTPUTS, TERMINAL, WRITTEN
from nbformat.v4 import new_code_cell
from playwright.sync_api import Page
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.feedback.page import OUTCOMES
from grader.records.course import CourseRecords

ROAD = "lesson3_rnn_cell"
PHONE = {"width": 360, "height": 740}
ON_TWO_LINES = """all => all.map(one => {
    const text = document.createRange();
    text.selectNodeContents(one);
    return new Set([...text.getClientRects()].map(line => line.top)).size > 1;
})"""


@pytest.fixture(scope="module")
def page_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a submission with a known mix-up, figures, a written answer, and active content in all of them."""
    folder = tmp_path_factory.mktemp("class")
    notebook = notebook_of(next(item for item in labelled_submissions(ROAD) if "rnn_step" in item.misconception))
    notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
    cells = {cell.id: cell for cell in notebook.cells}
    cells["why_share_weights"].source = "One matrix, many steps. " * 20 + "unbroken" * 40 + "\n\n" + WRITTEN
    cells["readout-answer"].source += f"\n{OUTPUTS}\n{TERMINAL}"
    cells["rnn_costs-answer"].source += "\nplt.plot([1, 2], [3, 4])\nplt.show()"
    notebook.cells.append(new_code_cell("print('x' * 4000)"))
    target = folder / "submitted" / "ada" / ROAD
    target.mkdir(parents=True)
    (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert main(["grade", str(folder / "submitted"), "--to", str(folder)]) == 0
        assert main(["feedback", "--to", str(folder)]) == 0
    return CourseRecords(folder).feedback("ada", ROAD).as_uri()


@pytest.fixture(scope="module")
def phone(page_address: str) -> Iterator[tuple[Page, list[str]]]:
    """The page on a phone, everything unfolded, and what the browser asked for to show it."""
    with chromium() as browser:
        page = browser.new_context(viewport=PHONE, device_scale_factor=1).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_address)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        page.wait_for_timeout(300)
        yield page, asked


def test_nothing_runs_and_nothing_but_the_page_itself_is_loaded(phone, page_address: str) -> None:
    page, asked = phone
    assert [address for address in asked if not address.startswith("data:image/png;base64,")] == [page_address]
    assert page.locator("script, iframe, object, embed, form, link, base, svg, a").count() == 0
    assert page.locator("img").count() >= 1
    assert all(page.locator("img").evaluate_all("all => all.map(image => image.alt.length > 0 && image.width > 0)"))


def test_it_fits_a_phone_without_scrolling_sideways_and_breaks_no_short_word(phone, tmp_path: Path) -> None:
    page, _ = phone
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    width = "document.documentElement.{}Width"
    assert page.evaluate(width.format("scroll")) <= page.evaluate(width.format("client")) == PHONE["width"]
    words = page.locator("details thead th, details tbody td:nth-child(2)")
    assert not any(words.evaluate_all(ON_TWO_LINES))


def test_every_outcome_is_a_word_and_no_text_has_a_colour_of_its_own(phone) -> None:
    page, _ = phone
    words = page.locator("details tbody tr td:last-child").all_inner_texts()
    assert words
    assert set(words) <= {*OUTCOMES.values(), "not graded"}
    colours = "all => all.map(one => getComputedStyle(one).color)"
    assert len(set(page.locator("main *:visible").evaluate_all(colours))) == 1
