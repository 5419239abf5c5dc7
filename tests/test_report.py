"""Reports on a class: figures worked out by hand agree, strange items and likenesses are seen, and nothing active gets in."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from recorded_class import JUDGED, LESSON, ROAD, book_in, graded, item_of, material_of, record, twice
from submissions.build import labelled_submissions, notebook_of

from grader.build.lesson import notebook_text
from grader.cli import main
from grader.judge.key import lesson_key
from grader.records.course import CourseRecords
from grader.report.lesson_page import lesson_page
from grader.report.likeness import Pair, alike, fingerprints
from grader.report.statistics import discrimination, facility
from grader.report.suspicions import suspicions
from grader.spec import Written

WRITTEN = next(exercise for exercise in LESSON.exercises if isinstance(exercise, Written))
BELIEF = next(LESSON.judged).misconceptions[0]


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten students: seven hold one belief on the first exercise; the three others fail the last case of readout."""
    folder = tmp_path_factory.mktemp("ten")
    students = {f"s{number}": graded(**{JUDGED[0]: BELIEF.slug}) for number in range(7)}
    students |= {f"t{number}": graded(readout="fails hidden") for number in range(3)}
    students["s0"] = graded(**{JUDGED[0]: BELIEF.slug}, generate="untried", rnn_costs="untried")
    record(folder, students)
    return folder


@pytest.fixture(scope="module")
def page(ten: Path) -> str:
    return lesson_page(material_of(ten), ())


def test_a_belief_is_counted_in_students_and_shown_with_the_hint_that_they_saw(page: str) -> None:
    assert f"7 students: {BELIEF.slug.replace('_', ' ')}" in page
    assert BELIEF.hint.split(".")[0] in page


def test_facility_is_the_mean_share_of_the_points(ten: Path) -> None:
    material = material_of(ten)
    assert item_of(material, JUDGED[0]).facility == pytest.approx(0.3)
    assert item_of(material, "readout").facility == pytest.approx(0.7)
    assert item_of(material, "generate").facility == pytest.approx(0.9)
    assert item_of(material, WRITTEN.name).facility is None


def test_discrimination_leaves_the_exercise_out_of_its_own_total(ten: Path) -> None:
    material = material_of(ten)
    scores = np.array([item.scores for item in material.items if not item.written])
    position = JUDGED.index("generate")
    rest = scores.sum(axis=0) - scores[position]
    expected = np.corrcoef(scores[position], rest)[0, 1]
    assert item_of(material, "generate").discrimination == pytest.approx(expected)


def test_an_exercise_that_contradicts_the_others_is_suspicious(ten: Path) -> None:
    reasons = [reason for name, reason in suspicions(material_of(ten)) if name == "readout"]
    assert item_of(material_of(ten), "readout").discrimination < 0
    assert "students who do well elsewhere do worse here" in reasons[0]


def test_everybody_or_nobody_or_few_give_no_discrimination() -> None:
    rising = np.arange(8.0)
    assert discrimination(rising, rising) == pytest.approx(1.0)
    assert discrimination(rising[:7], rising[:7]) is None
    assert discrimination(np.ones(8), rising) is None
    assert discrimination(np.where(rising < 1, np.nan, rising), rising) is None
    assert facility(np.full(3, np.nan), 2.0) is None


def test_a_hidden_case_that_nobody_passes_is_suspicious(tmp_path: Path) -> None:
    record(tmp_path, {f"s{number}": graded(readout="fails hidden") for number in range(4)})
    info = twice("readout")
    reasons = [reason for name, reason in suspicions(material_of(tmp_path)) if name == "readout"]
    passed = {
        case.name: (case.passed, case.asked)
        for case in item_of(material_of(tmp_path), "readout").cases
        if not case.visible
    }
    assert passed[info.cases[-1].name] == (0, 4)
    assert any(f"nobody passes the hidden case \u201c{info.cases[-1].name}\u201d" in reason for reason in reasons)
    assert any("no known misconception" in reason for reason in reasons)


def test_a_small_class_is_told_that_it_is_small(tmp_path: Path) -> None:
    record(tmp_path, {"ada": graded(), "bob": graded(otherwise="untried")})
    material = material_of(tmp_path)
    assert all(item.discrimination is None for item in material.items)
    page = lesson_page(material, ())
    assert "no discrimination is worked out" in page
    assert "not known" in page


def test_what_could_not_be_graded_is_named_and_left_out_of_every_figure(tmp_path: Path) -> None:
    with book_in(tmp_path) as book:
        book.record("ada", lesson_key(ROAD), graded())
        book.record_unreadable("bob", lesson_key(ROAD), "", "it is no notebook", "full")
        book.record_not_graded("cem", lesson_key(ROAD), "", "no room", "full")
    material = material_of(tmp_path)
    assert material.students == ("ada",)
    page = lesson_page(material, ())
    assert "1 unreadable: bob" in page
    assert "not graded yet: cem" in page


def test_a_persons_score_counts_and_an_unread_answer_is_said(tmp_path: Path) -> None:
    record(tmp_path, {"ada": graded(), "bob": graded()})
    with Gradebook(CourseRecords(tmp_path).database, "rnn-course") as book:
        book.find_grade(WRITTEN.name, ROAD, ROAD, "ada").manual_score = 2.0
        book.find_grade("readout", ROAD, ROAD, "bob").manual_score = 0.25
        book.db.commit()
    material = material_of(tmp_path)
    judged = sum(exercise.points for exercise in LESSON.judged)
    readout = next(exercise.points for exercise in LESSON.judged if exercise.name == "readout")
    assert list(material.totals) == [judged + 2.0, judged - readout + 0.25]
    assert "1 written answers are not read yet" in lesson_page(material, ())


def test_who_handed_in_again_is_counted(tmp_path: Path) -> None:
    with book_in(tmp_path) as book:
        for student in ("ada", "bob"):
            book.record(student, lesson_key(ROAD), graded(otherwise="untried"))
        for digest in ("e" * 64, "f" * 64):
            how = "right" if digest.startswith("f") else "fails hidden"
            book.record("ada", lesson_key(ROAD), replace(graded(readout=how), digest=digest))
    page = lesson_page(material_of(tmp_path), ())
    assert "1 student handed in again and moved their score, at most 2 times" in page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.figures: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "img":
            self.figures.append(dict(attrs))


def test_names_of_students_are_text_and_the_page_holds_nothing_active(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    with book_in(tmp_path) as book:
        book.record("ada", lesson_key(ROAD), graded())
        book.record_unreadable(hostile, lesson_key(ROAD), "", "no", "full")
    page = lesson_page(material_of(tmp_path), [Pair(hostile, "\x1b[31mred", 9, 0.9)])
    reader = _Reader()
    reader.feed(page)
    assert not reader.tags & {"script", "iframe", "object", "link", "form", "svg"}
    assert not [name for name in reader.attributes if name.startswith("on") or name == "style"]
    assert "default-src &#x27;none&#x27;" in page
    assert "\x1b" not in page
    assert hostile not in page


def test_every_figure_stands_in_the_page_itself_and_has_a_text_for_those_who_do_not_see_it(page: str) -> None:
    reader = _Reader()
    reader.feed(page)
    assert len(reader.figures) == 5
    for figure in reader.figures:
        assert str(figure["src"]).startswith("data:image/svg+xml;base64,")
        assert len(str(figure["alt"])) > 30


def test_the_same_records_give_the_same_page(ten: Path, page: str) -> None:
    assert lesson_page(material_of(ten), ()) == page


GIVEN = """def total(values):
    result = 0
    for value in values:
        result = result + value * 2 - 1
    return result
"""
ODD = """def f(x, h):
    q = [0] * 7
    for i in range(3):
        q[i] = (x[i] - h[i]) ** 2 / (1 + h[i] * x[-i]) % 5
    return sorted(q)[::-1]
"""
RENAMED = '''def f(x, h):
    """A function of mine."""
    store = [0] * 7  # seven of them

    for step in range(3):
        store[step] = (x[step] -
            h[step]) ** 2 / (1 + h[step]
                * x[-step]) % 5
    return sorted(store)[::-1]
'''
OTHER = "def f(x, h):\n    return [value for value in zip(x, h) if value[0] > value[1] and not value[1] == 3 or len(x) < 2]\n"


def _pairs(own: dict[str, str], given: Sequence[str] = ()) -> list[tuple[str, str]]:
    return [(pair.first, pair.second) for pair in alike({name: [text] for name, text in own.items()}, given)]


def test_other_names_comments_and_layout_do_not_hide_a_likeness() -> None:
    assert _pairs({"ada": ODD, "bob": OTHER, "cem": RENAMED}) == [("ada", "cem")]


def test_given_code_and_the_courses_own_answer_are_no_likeness() -> None:
    assert _pairs({"ada": GIVEN, "bob": GIVEN}) == [("ada", "bob")]
    assert _pairs({"ada": GIVEN, "bob": GIVEN}, given=[GIVEN]) == []


def test_what_many_wrote_is_no_likeness() -> None:
    assert _pairs({f"s{number}": ODD for number in range(40)}) == []


def test_what_is_no_python_is_read_as_far_as_it_goes() -> None:
    for text in ("", "def f(:\n", "x = '''", "\x00", "if x:\n  y\n z\n"):
        fingerprints(text)


def test_a_large_class_is_compared_in_seconds() -> None:
    rng = np.random.default_rng(0)

    def text() -> str:
        lines = [
            f"    q{i} = x[{rng.integers(50)}] {rng.choice(list('+-*/%'))} h[{rng.integers(50)}]" for i in range(40)
        ]
        return "def f(x, h):\n" + "\n".join(lines) + "\n"

    own = {f"s{number:04d}": [text()] for number in range(500)}
    own["s0499"] = own["s0000"]
    start = time.process_time()
    assert [(pair.first, pair.second) for pair in alike(own, [GIVEN])] == [("s0000", "s0499")]
    assert time.process_time() - start < 15


def _run(*arguments: str) -> tuple[int, str]:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = main(list(arguments))
    return status, screen.getvalue()


def test_a_graded_class_has_a_page_per_lesson_and_one_for_the_course(tmp_path: Path) -> None:
    untouched = next(item for item in labelled_submissions(ROAD) if item.verdict == "untouched")
    notebook = notebook_of(untouched)
    next(cell for cell in notebook.cells if cell.id == "readout-answer").source = ODD.replace(
        "f(x, h)", "readout(x, h, b_y)"
    )
    check = next(cell for cell in notebook.cells if cell.id == "readout")
    check.outputs = [new_output("display_data", metadata={"course_utils": {"tries": 6, "minutes": 50}})]
    for student in ("ada", "bob"):
        target = tmp_path / "submitted" / student / ROAD
        target.mkdir(parents=True)
        (target / f"{ROAD}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    _run("grade", str(tmp_path / "submitted"), "--to", str(tmp_path), "--jobs", "1")
    status, said = _run("report", "--to", str(tmp_path))
    assert status == 0, said
    course = (tmp_path / "report" / "course.html").read_text(encoding="utf-8")
    lesson = (tmp_path / "report" / f"{ROAD}.html").read_text(encoding="utf-8")
    assert f'<a href="{ROAD}.html">' in course
    assert "2 students graded" in course
    assert "2 students graded" in lesson
    assert "ada</td><td>bob</td>" in lesson
    assert "50 minutes (median of the 2 notebooks that tell it; 0 do not)" in lesson
    assert "How often each check was tried: readout 6 to 6 of 2 who have not." in lesson
