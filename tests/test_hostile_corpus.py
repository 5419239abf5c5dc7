"""Every attack of the corpus gets its declared verdict and nothing else: no secret, no trace on the machine, nobody's time."""

from __future__ import annotations

import argparse
import base64
import codecs
import contextlib
import dataclasses
import gc
import os
import struct
import warnings
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hostile import broken, files, forging, leaking, neighbours, resources, viewer
from hostile.batch import LIMITS, LIMITS_OF, NEIGHBOUR, Batch, Canary, grade_batch, hostile_key, surroundings
from hostile.corpus import REACHED, ROAD, SOLVED, Entry, unique, write

from grader.commands import explain
from grader.commands.feedback import _material
from grader.engine.interface import CellSource, Engine, Level
from grader.engine.plain import PlainEngine
from grader.engine.probe_level import available_level
from grader.engine.warm import WarmEngine
from grader.feedback import feedback_page, safe
from grader.feedback.page import FeedbackMaterial
from grader.judge import grading
from grader.judge.grading import grade_submission
from grader.records.gradebook import GradeBook

FAMILIES = {
    module.__name__.removeprefix("hostile."): module.ENTRIES
    for module in (forging, leaking, broken, files, resources, neighbours, viewer)
}
CORPUS = unique(FAMILIES)
LEVELS: list[Level] = {"full": ["full", "partial", "none"], "partial": ["partial", "none"], "none": ["none"]}[  # type: ignore[assignment]
    available_level().level
]
GIGABYTE = 1 << 30


def at(level: Level) -> dict[str, Entry]:
    """The entries that run at a level."""
    return {name: entry for name, entry in CORPUS.items() if level in entry.levels}


EVERY_ENTRY = [(level, name) for level in LEVELS for name in at(level)]


def engine_of(level: Level, without: frozenset[str] = frozenset()) -> contextlib.AbstractContextManager[Engine]:
    return PlainEngine() if level == "none" else WarmEngine(level, without)


class Batches(dict[Level, Batch]):
    """The corpus graded at each level that is asked for, once."""

    def __init__(self, grade_at: Callable[[Level], Batch]) -> None:
        super().__init__()
        self._grade_at = grade_at
        self._tried: set[Level] = set()

    def __missing__(self, level: Level) -> Batch:
        assert level not in self._tried, "grading the corpus failed; see the first test"
        self._tried.add(level)
        self[level] = self._grade_at(level)
        return self[level]


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batches]:
    with contextlib.ExitStack() as stack:

        def grade_at(level: Level) -> Batch:
            around = stack.enter_context(surroundings())
            with engine_of(level) as engine:
                graded = grade_batch(at(level), engine, around, tmp_path_factory.mktemp(f"class-{level}"), every=7)
            with warnings.catch_warnings():
                # jupyter_core keeps an event loop for each thread that talked to a kernel, and never closes it.
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()
            return graded

        yield Batches(grade_at)


def test_the_corpus_has_sixty_entries_and_honest_work_in_every_family() -> None:
    assert len(CORPUS) >= 60
    for family, entries in FAMILIES.items():
        assert len(entries) >= 8, family


@pytest.mark.parametrize(("level", "name"), EVERY_ENTRY)
def test_an_entry_gets_the_points_that_it_is_declared_to_get(batches: Batches, level: Level, name: str) -> None:
    batch, entry = batches[level], CORPUS[name]
    state, cause = batch.states[name]
    assert state == ("unreadable" if entry.unreadable else "graded"), cause
    assert bool(cause) == entry.unreadable
    failures = [
        f"{row['exercise']}: {row['outcome']}: {row['cause'][:200]}" for row in batch.cases[name] if row["cause"]
    ]
    points = batch.points(name)
    if entry.at_most:
        assert all(points[exercise] <= most for exercise, most in entry.points.items()), failures
    else:
        assert points == entry.points, failures


@pytest.mark.parametrize("level", LEVELS)
def test_an_attack_that_is_left_out_costs_or_gains_nobody_anything(batches: Batches, level: Level) -> None:
    """Without its payload a notebook has the points of `SOLVED`; no entry may have more by what it attacks."""
    for name, entry in at(level).items():
        gained = {exercise for exercise, points in batches[level].points(name).items() if points > SOLVED[exercise]}
        assert not gained or entry.honest, name


@pytest.mark.parametrize("level", LEVELS)
def test_every_submission_has_a_record_and_a_page(batches: Batches, level: Level) -> None:
    batch = batches[level]
    assert {state for state, _ in batch.states.values()} <= {"graded", "unreadable"}
    assert all(len(batch.page(name)) > 500 for name in batch.states)


@pytest.mark.parametrize("level", LEVELS)
def test_honest_neighbours_get_the_same_rows_before_between_and_after(batches: Batches, level: Level) -> None:
    batch = batches[level]
    assert len({batch.rows(name) for name in batch.neighbours}) == 1
    assert {tuple(batch.points(name).items()) for name in batch.neighbours} == {tuple(NEIGHBOUR.points.items())}
    assert len(batch.neighbours) >= 3


@pytest.mark.parametrize(("level", "name"), [(level, name) for level, name in EVERY_ENTRY if level != "none"])
def test_nothing_is_reached_that_must_not_be(batches: Batches, level: Level, name: str) -> None:
    batch = batches[level]
    assert REACHED not in batch.outputs(name)
    assert not [row for row in batch.cases[name] if REACHED in row["cause"]]


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "none"])
def test_the_host_is_the_same_afterwards(batches: Batches, level: Level) -> None:
    batch = batches[level]
    for what, before in batch.before.items():
        assert batch.afterwards[what] == before, what
    assert batch.signals == ()


@pytest.mark.parametrize("level", LEVELS)
def test_the_judge_needs_no_more_memory_than_honest_work_would(batches: Batches, level: Level) -> None:
    assert batches[level].growth < GIGABYTE


# --- the canary


def spellings(canary: Canary) -> set[bytes]:
    """The ways to write the word and the number of a canary that a search should find."""
    digits = repr(canary.number)[2:14]
    raw = {canary.word.encode(), struct.pack("<d", canary.number), struct.pack(">d", canary.number)}
    return {spelled for data in raw for spelled in encoded(data)} | {digits.encode(), digits[::-1].encode()}


def encoded(data: bytes) -> set[bytes]:
    text = data.decode("latin-1")
    shifted = (base64.b64encode(bytes(shift) + data)[4 if shift else 0 : -4] for shift in range(3))
    simple = {data, data[::-1], data.hex().encode(), data.hex().upper().encode(), base64.b32encode(data).rstrip(b"=")}
    spelled = {data.upper(), codecs.encode(text, "rot13").encode("latin-1"), text.encode("utf-16-le")}
    return {one for one in (*simple, *shifted, *spelled) if len(one) >= 6}


def shown_to_students(batch: Batch, name: str) -> bytes:
    """Executed notebook, page, and the records of what is not hidden."""
    visible = [row["cause"] for row in batch.cases[name] if row["visible"]]
    notes = [row["notes"] for row in batch.parts[name]]
    return "\n".join((batch.notebook(name), batch.page(name), *visible, *notes)).encode("utf-8", "replace")


@pytest.mark.parametrize("level", LEVELS)
def test_no_hidden_input_and_no_secret_is_in_what_students_are_shown(batches: Batches, level: Level) -> None:
    batch = batches[level]
    wanted = spellings(batch.around.canary)
    leaks = [name for name in batch.states if any(one in shown_to_students(batch, name) for one in wanted)]
    assert leaks == []


@pytest.mark.parametrize("level", LEVELS)
def test_the_judges_secret_is_in_no_artefact_at_all(batches: Batches, level: Level) -> None:
    batch = batches[level]
    wanted = spellings(Canary(batch.around.canary.word, 0.0)) - spellings(Canary("", 0.0))
    kept = [path for path in batch.records.folder.rglob("*") if path.is_file() and "submitted" not in path.parts]
    assert len(kept) > len(batch.states)
    leaks = [path.name for path in kept if any(one in path.read_bytes() for one in wanted)]
    assert leaks == []


def test_the_search_for_a_canary_finds_one() -> None:
    canary = Canary.drawn()
    for carried in (
        repr([canary.number]),
        canary.word.upper(),
        base64.b64encode(b"xy" + canary.word.encode()).decode(),
    ):
        assert any(one in carried.encode() for one in spellings(canary)), carried


# --- what is opened afterwards

HARMLESS = {
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
        "strong",
        "em",
    ),
    *(
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "ul",
        "ol",
        "li",
        "aside",
        "pre",
        "code",
        "img",
    ),
    *("blockquote", "br", "hr"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "scope", "class", "alt", "src"}


class Inspector(HTMLParser):
    """Collects what a page has that is not harmless."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styles = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styles += tag == "style"
        given = dict(attrs)
        if (
            tag not in HARMLESS
            or not set(given) <= ATTRIBUTES
            or given.get("http-equiv", "Content-Security-Policy") != "Content-Security-Policy"
        ):
            self.found.append(f"{tag} {given}"[:200])
        if not str(given.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,"):
            self.found.append(f"{tag} {given}"[:200])

    def handle_pi(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("level", LEVELS)
def test_no_page_has_anything_active(batches: Batches, level: Level) -> None:
    batch = batches[level]
    for name in batch.states:
        inspected = Inspector(batch.page(name))
        assert (inspected.found, inspected.styles) == ([], 1), name


@pytest.mark.parametrize("level", LEVELS)
def test_no_page_and_no_explanation_has_codes_for_a_terminal(
    batches: Batches, level: Level, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = batches[level]
    for name in at(level):
        asked = argparse.Namespace(student=name, exercise="rnn_step", to=batch.records.folder, db="")
        explain.COMMAND.run(asked)
        told = capsys.readouterr().out + batch.page(name)
        assert not [code for code in told if (ord(code) < 32 and code not in "\n\t") or code in "\x7f\x9b\u202e"], name


# --- the layers: each holds back an entry that nothing else does

LAYERS: dict[str, tuple[Level, str]] = {
    "seccomp": ("full", "leaking-families"),
    "landlock": ("partial", "leaking-files"),
    "capabilities": ("full", "files-closed-file"),
    "limits": ("full", "resources-memory"),
    "user": ("full", "resources-forks"),
}


def gets_through(name: str, level: Level, without: frozenset[str], folder: Path) -> bool:
    """Whether the entry reaches what it tries to reach."""
    path = folder / f"{len(without)}.ipynb"
    with surroundings() as around, WarmEngine(level, without) as engine:
        write(CORPUS[name], path, around.values)
        # Filling memory takes longer than the corpus's cells have.
        limits = dataclasses.replace(LIMITS, cell_seconds=10.0)
        graded = grade_submission(path, hostile_key(around.canary), engine, bytes(32), limits)
    return any(REACHED in str(made.get("outputs")) for made in graded.notebook.cells)


@pytest.mark.parametrize("layer", LAYERS)
def test_without_a_layer_an_entry_gets_through(layer: str, tmp_path: Path) -> None:
    level, name = LAYERS[layer]
    if level not in LEVELS:
        pytest.skip(f"this machine has no isolation of the level {level}")
    if layer == "user" and os.geteuid() != 0:
        pytest.skip("there is no other user to become")
    assert gets_through(name, level, frozenset([layer]), tmp_path)


# --- the layers of the judge


def scores_of(name: str, folder: Path) -> dict[str, float]:
    """The points of one entry, graded now, with whatever is patched away."""
    level, path = LEVELS[0], folder / "entry.ipynb"
    with surroundings() as around, engine_of(level) as engine:
        write(CORPUS[name], path, around.values)
        graded = grade_submission(path, hostile_key(around.canary), engine, bytes(32), LIMITS_OF.get(level, LIMITS))
    return {exercise: verdict.score for exercise, verdict in graded.verdicts.items()}


def test_without_hidden_cases_copied_answers_earn_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "hidden_cases", lambda *given: [])
    assert scores_of("forging-visible-numbers", tmp_path)["rnn_costs"] > 0


def test_without_pinning_at_the_check_a_later_answer_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = grading._sources

    def at_the_end(*given: Any) -> list[CellSource]:
        sources = pinned(*given)
        pins = [CellSource(f"end-{source.pins}", "", source.pins) for source in sources if source.pins]
        return [*(dataclasses.replace(source, pins="") for source in sources), *pins]

    monkeypatch.setattr(grading, "_sources", at_the_end)
    assert scores_of("forging-two-answers", tmp_path)["rnn_step"] == SOLVED["rnn_step"]


def material_of(batches: Batches, name: str) -> FeedbackMaterial:
    with GradeBook(batches[LEVELS[0]].records) as book:
        return _material(book, name, ROAD)


def test_without_hiding_them_inputs_of_hidden_cases_are_on_the_page(batches: Batches) -> None:
    material = material_of(batches, "leaking-exception")
    told = [{**row, "visible": True} for row in material.cases if not row["visible"]]
    page = feedback_page(dataclasses.replace(material, cases=told)).encode()
    assert any(one in page for one in spellings(batches[LEVELS[0]].around.canary))


def test_without_escaping_a_script_gets_into_the_page(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "text", lambda value, limit=0: value)
    assert Inspector(feedback_page(material_of(batches, "viewer-error"))).found


def test_without_taking_them_out_an_explanation_has_codes_for_a_terminal(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(explain, "printable", str)
    records = batches[LEVELS[0]].records
    explain.COMMAND.run(argparse.Namespace(student="viewer-colours", exercise="rnn_step", to=records.folder, db=""))
    assert "\x1b" in capsys.readouterr().out
