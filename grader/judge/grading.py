"""Grading one submission: repair, run in a session, judge every exercise from outside."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat

from course_utils.calling import Performance, probe_name
from course_utils.cases import Case, ExerciseInfo
from course_utils.judging import PartResult, Verdict, check_calls, judge
from course_utils.values import Inputs
from grader.build.freeze import bare_info, hidden_cases
from grader.engine.interface import CellRun, CellSource, Engine, Limits, ProbeCall, Session
from grader.judge.key import LessonKey
from grader.judge.repair import repair
from grader.judge.submission import read_submission
from grader.judge.told import Told
from grader.spec import Exercise

TOGETHER = "*"  # no exercise's name
# After one of these no further input is tried: there is nothing to try, or it would only wait or die again.
UNANSWERED = ("not_attempted", "missing", "timed_out", "died")


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave. `notebook` is the executed one; `verdicts` are keyed by exercise.

    `told` is what the submitted notebook tells of its check cells: nothing was made of it.
    """

    notebook: nbformat.NotebookNode
    verdicts: dict[str, Verdict]
    runs: tuple[CellRun, ...]
    notes: tuple[str, ...]
    digest: str
    key_digest: str
    level: str
    seconds: float
    told: dict[str, Told] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The points of all judged exercises."""
        return sum(verdict.score for verdict in self.verdicts.values())


def grade_submission(path: Path, key: LessonKey, engine: Engine, secret: bytes, limits: Limits | None = None) -> Graded:
    """Grade one submitted notebook. Raises UnreadableSubmission when there is nothing to grade in the file."""
    start = time.monotonic()
    submission = read_submission(path)
    repaired = repair(submission, key.released)
    asked = Asked(key, engine, secret, submission.digest, limits or Limits())
    sources = _sources(repaired.notebook, key)
    untouched = _untouched_experiments(repaired.notebook, key)
    needed = [source for source in sources if source.cell_id not in untouched]
    runs, verdicts = _run_and_judge(needed, asked)
    if len(needed) < len(sources) and _misses_a_name(verdicts):
        runs, verdicts = _run_and_judge(sources, asked)
    return Graded(
        notebook=_with_outputs(repaired.notebook, runs),
        verdicts=verdicts,
        runs=tuple(runs),
        notes=repaired.notes,
        digest=submission.digest,
        key_digest=key.digest,
        level=engine.level,
        seconds=time.monotonic() - start,
        told=submission.told({exercise.name for exercise in key.lesson.judged}),
    )


@dataclass(frozen=True)
class Asked:
    """What stays the same while one submission is graded."""

    key: LessonKey
    engine: Engine
    secret: bytes
    digest: str
    limits: Limits


def _run_and_judge(sources: Sequence[CellSource], asked: Asked) -> tuple[list[CellRun], dict[str, Verdict]]:
    """While the box computes, a thread of the judge draws the hidden cases, and later judges what is complete."""
    with ThreadPoolExecutor(1) as beside:
        judged = tuple(asked.key.lesson.judged)
        drawn = [beside.submit(hidden_cases, exercise, asked.secret, asked.digest) for exercise in judged]
        with asked.engine.open(asked.key.folder, asked.limits) as session:
            runs = session.run_cells(sources)
            checked = {source.pins: run.performed for source, run in zip(sources, runs, strict=True) if source.pins}
            trials = [Trial(exercise, session, asked) for exercise in judged]
            # All that may be shown to a student is known before the first hidden input of any exercise enters the box.
            for trial in trials:
                trial.ask_visible(checked.get(trial.exercise.name, []))
            asked_on_hidden = _ask_hidden(dict(zip(trials, drawn, strict=True)))
            verdicts = {trial: beside.submit(trial.verdict) for trial in asked_on_hidden}
            for trial in trials:
                if trial.may_be_disturbed(verdicts[trial].result()):
                    trial.ask_apart()
                    verdicts[trial] = beside.submit(trial.verdict)
        return runs, {trial.exercise.name: verdicts[trial].result() for trial in trials}


def _ask_hidden(drawn: dict[Trial, Future[list[Case]]]) -> Iterator[Trial]:
    """Ask every trial on its hidden cases, those that are asked together in one go if they are drawn by then."""
    waiting = list(drawn)
    while waiting:
        drawn[waiting[0]].result()
        together = [trial for trial in waiting if trial.is_together and drawn[trial].done()]
        group = together if waiting[0].is_together else waiting[:1]
        yield from Trial.ask_hidden({trial: drawn[trial].result() for trial in group})
        waiting = [trial for trial in waiting if trial not in group]


def _untouched_experiments(notebook: nbformat.NotebookNode, key: LessonKey) -> set[str]:
    """Experiments that stand as they were released: no exercise of the lesson depends on them, so they need not run."""
    released = {cell.id: cell.source for cell in key.released.cells if "experiment" in cell.metadata.get("tags", [])}
    return {cell.id for cell in notebook.cells if cell.source == released.get(cell.id)}


def _misses_a_name(verdicts: dict[str, Verdict]) -> bool:
    """Whether an answer uses a name that is not there: it may be one that an experiment defines."""
    return any(
        result.performance.error == "NameError" or result.status == "missing"
        for verdict in verdicts.values()
        for result in verdict.cases
    )


def _sources(notebook: nbformat.NotebookNode, key: LessonKey) -> list[CellSource]:
    judged = {exercise.name for exercise in key.lesson.judged}
    sources = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            name = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            checks = len(check_calls(key.visible.exercises[name])) if name in judged else 0
            sources.append(CellSource(cell.id, cell.source, pins=name if checks else "", checks=checks))
    return sources


def _with_outputs(notebook: nbformat.NotebookNode, runs: Sequence[CellRun]) -> nbformat.NotebookNode:
    by_id = {run.cell_id: run for run in runs}
    for cell in notebook.cells:
        run = by_id.get(cell.id)
        if run is not None:
            cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
            cell.execution_count = run.execution_count
    return notebook


class Trial:
    """One exercise of one submission: asked on the visible cases, then on hidden ones, then judged.

    What was right in its check cell is asked in one fork together with others of its kind, and anew in a fork of its own
    if it is not right there, where another one may have disturbed it; everything else has a fork of its own at once.
    """

    def __init__(self, exercise: Exercise, session: Session, asked: Asked) -> None:
        self.exercise = exercise
        self.is_together = False
        self._key, self._session = asked.key, session
        self._visible = asked.key.visible.exercises[exercise.name]
        self._hidden: list[Case] = []
        self._shown: list[Performance] = []
        self._of_properties: list[Performance] = []
        self._unseen: list[Performance] = []

    def ask_visible(self, checked: Sequence[Performance]) -> None:
        """Perform on the visible cases, unless what the check cell performed on them is right: then it stands.

        What is wrong there may be right now, after the later cells, and is asked again.
        """
        self._take(checked)
        self.is_together = bool(checked) and self._shows_nothing_wrong()
        if not self.is_together:
            [answers] = self._session.perform([self._call(check_calls(self._visible))])
            self._take(answers)

    def _take(self, answers: Sequence[Performance]) -> None:
        count = len(self._visible.cases)
        self._shown, self._of_properties = list(answers[:count]), list(answers[count:])

    def _shows_nothing_wrong(self) -> bool:
        verdict = judge(self._visible, self._visible.cases, self._shown, (), lambda asked: self._of_properties)
        return verdict.status == "passed"

    @staticmethod
    def ask_hidden(hidden: Mapping[Trial, list[Case]]) -> Iterator[Trial]:
        """Perform trials of one fork on their hidden cases and give each back once it is; not where there is no answer or no end."""
        asked = []
        for trial, cases in hidden.items():
            trial._hidden = cases
            last = trial._shown[-1]
            if last.happened in UNANSWERED or not cases:
                trial._unseen = [last] * len(cases)
                yield trial
            else:
                asked.append(trial)
        if asked:
            calls = [trial._call([case.inputs for case in hidden[trial]]) for trial in asked]
            for trial, answers in zip(asked, asked[0]._session.perform(calls), strict=True):
                trial._unseen = answers
                yield trial

    def may_be_disturbed(self, verdict: Verdict) -> bool:
        """Whether it was not right together with others. What waits or dies was tried again in a fresh fork already."""
        return self.is_together and verdict.status != "passed" and self._unseen[-1].happened not in UNANSWERED

    def ask_apart(self) -> None:
        """Perform on the same hidden cases in a fork of its own."""
        self.is_together = False
        list(self.ask_hidden({self: self._hidden}))

    def verdict(self) -> Verdict:
        """Judge all that was performed; misconceptions are looked for once nothing will be asked again."""
        cases = [*self._visible.cases, *self._hidden]
        performances = [*self._shown, *self._unseen]
        info = bare_info(self.exercise, cases)
        verdict = judge(info, cases, performances, (), lambda asked: self._of_properties)
        if verdict.status in ("passed", "not_attempted", "missing") or self.is_together:
            return verdict
        return _with_mistakes(verdict, self._visible, info, performances, self._key)

    def _call(self, inputs: Sequence[Inputs]) -> ProbeCall:
        exercise = self.exercise
        fork = TOGETHER if self.is_together else exercise.name
        return ProbeCall(exercise.name, probe_name(exercise.probe), inputs, exercise.time_limit, fork)


def _with_mistakes(
    verdict: Verdict, visible: ExerciseInfo, info: ExerciseInfo, performances: Sequence[Performance], key: LessonKey
) -> Verdict:
    """Recognise misconceptions on the visible cases, or on the hidden ones where only those show something wrong."""
    shown = judge(visible, visible.cases, performances[: len(visible.cases)], visible.mistakes)
    parts = shown.parts
    if shown.status == "passed":
        hidden: tuple[Case, ...] = info.cases[len(visible.cases) :]
        later = replace(info, cases=hidden)
        parts = judge(later, hidden, performances[len(visible.cases) :], key.mistakes_on(later)).parts
    return replace(verdict, parts=tuple(map(_named, verdict.parts, parts)))


def _named(part: PartResult, recognised: PartResult) -> PartResult:
    return replace(part, mistake=recognised.mistake)
