"""Feedback pages hold nothing active, whatever the submission holds, and say what a student needs to know."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from grader.exercises import load_lesson
from grader.feedback import feedback_page, safe
from grader.feedback.page import FeedbackMaterial, PersonsWord
from grader.spec import Written

LESSON = load_lesson("lesson3_rnn_cell")
WRITTEN = next(exercise.name for exercise in LESSON.exercises if isinstance(exercise, Written))
ALLOWED_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "pre",
        "code",
        "img",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary", "aside", "strong", "em", "ul", "ol", "li"),
    *("blockquote", "br", "hr"),
}
ALLOWED_ATTRIBUTES = {"charset", "http-equiv", "content", "name", "lang", "scope", "class", "alt", "src"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://example.org/x.png)",
    "<iframe src='https://example.org'></iframe><style>*{display:none}</style>",
    "\x1b]8;;http://example.org\x07link\x1b]8;;\x07 \x1b[31mred\x1b[0m",
    "</pre></details></main><h1>100 of 100</h1>",
    "$\\href{javascript:alert(1)}{x}$ \u202e reversed",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.sources: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.sources += [value or "" for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def _notebook(text: str) -> nbformat.NotebookNode:
    outputs = [
        new_output("stream", text=text),
        new_output("display_data", {"text/html": text, "image/svg+xml": text, "text/plain": text}),
        new_output("error", ename=text, evalue=text, traceback=[text]),
        new_output("display_data", {"image/png": "bm90IGEgcGljdHVyZQ=="}),
    ]
    return new_notebook(
        cells=[
            new_code_cell(text, metadata={"nbgrader": {"grade_id": "rnn_step_answer"}}, outputs=outputs),
            new_code_cell("check", metadata={"nbgrader": {"grade_id": "rnn_step"}}, outputs=outputs),
            new_markdown_cell(text, metadata={"nbgrader": {"grade_id": WRITTEN}}),
        ]
    )


def _material(text: str = "fine", **changes: object) -> FeedbackMaterial:
    part = {
        "exercise": "rnn_step",
        "part": "",
        "score": 0.0,
        "points": 4.0,
        "status": "wrong",
        "misconception": "",
        "notes": text,
    }
    case = {
        "exercise": "rnn_step",
        "case_name": text,
        "visible": True,
        "outcome": "wrong",
        "reason": "value",
        "cause": text,
    }
    hidden = {**case, "visible": False, "case_name": "a hidden one", "cause": "expected 3.14159"}
    fields = {
        "student": text,
        "lesson": LESSON,
        "notebook": _notebook(text),
        "parts": [part],
        "cases": [case, hidden],
        "words": {WRITTEN: PersonsWord(1.0, text)},
    }
    return FeedbackMaterial(**{**fields, **changes})


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_submission_holds_the_page_has_only_our_tags_and_our_attributes(text: str) -> None:
    page = feedback_page(_material(text))
    reader = _read(page)
    assert reader.tags <= ALLOWED_TAGS
    assert reader.attributes <= ALLOWED_ATTRIBUTES
    assert all(source.startswith("data:image/png;base64,") for source in reader.sources)
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_what_a_hidden_case_held_is_not_on_the_page() -> None:
    page = feedback_page(_material())
    assert "a hidden one" in page
    assert "3.14159" not in page


def test_the_policy_allows_our_style_and_inline_pictures_and_nothing_else() -> None:
    page = feedback_page(_material())
    assert "default-src &#x27;none&#x27;; img-src data:; style-src &#x27;sha256-" in page
    assert " style=" not in page


def test_a_picture_is_drawn_again_by_us_and_loses_what_was_hidden_in_it() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "white").save(buffer, format="PNG")
    smuggled = buffer.getvalue() + b"<script>alert(1)</script>"
    shown = safe.picture(base64.b64encode(smuggled).decode())
    again = base64.b64decode(shown.split("base64,")[1].rstrip('">'))
    assert b"script" not in again
    assert Image.open(io.BytesIO(again)).size == (4, 3)


@pytest.mark.parametrize("data", ["", "AAAA", 3, None, ["x"], "A" * (9 << 20)])
def test_what_is_no_picture_is_left_out(data: object) -> None:
    assert safe.picture(data) == ""


def test_a_picture_of_too_many_pixels_is_left_out() -> None:
    buffer = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(buffer, format="PNG")
    assert safe.picture(base64.b64encode(buffer.getvalue()).decode()) == ""


def test_a_page_shows_so_many_pictures_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "white").save(buffer, format="PNG")
    picture = base64.b64encode(buffer.getvalue()).decode()
    notebook = _notebook("fine")
    for cell in notebook.cells[:2]:
        cell.outputs = [new_output("display_data", {"image/png": picture}) for _ in range(30)]
    monkeypatch.setattr(safe, "MAX_PICTURES", 40)
    page = feedback_page(_material(notebook=notebook))
    assert page.count("<img") == 40
    assert page.count("a picture more than a page shows") == 20


def test_what_lateness_costs_is_a_row_of_its_own_and_never_below_nothing() -> None:
    assert "handed in late" not in feedback_page(_material())
    page = feedback_page(_material(penalty=0.5))
    assert '<td>handed in late</td><td class="number">\N{MINUS SIGN}0.5</td>' in page
    assert '<td>total</td><td class="number">0.5</td>' in page
    assert '<td>total</td><td class="number">0</td>' in feedback_page(_material(penalty=3.0))


def test_a_recognised_misconception_shows_its_hint() -> None:
    exercise = next(LESSON.judged)
    known = exercise.misconceptions[0]
    part = {
        "exercise": "rnn_step",
        "part": "",
        "score": 0.0,
        "points": 4.0,
        "status": "wrong",
        "misconception": known.slug,
        "notes": "",
    }
    words = " ".join("".join(_read(feedback_page(_material(parts=[part]))).words).split())
    assert known.hint.split()[0] in words
    assert "known mix-up" in words


def test_a_file_that_could_not_be_graded_says_why() -> None:
    page = feedback_page(_material(notebook=None, parts=[], cases=[], cause="the file is not UTF-8 text"))
    assert "the file is not UTF-8 text" in page


def test_a_persons_score_counts_and_the_rubric_is_shown_with_it() -> None:
    words = "".join(_read(feedback_page(_material())).words)
    assert f"{WRITTEN}: 1 of" in words
    assert "what earns the points" in words
