"""Proving one exercise's checks: everything right is accepted, everything wrong is refused and named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from course_utils.calling import Performance, perform
from course_utils.cases import Case, ExerciseInfo, Raises
from course_utils.judging import Verdict, judge, judge_calls, judge_case
from course_utils.values import Inputs
from grader.audit.forms import broken_forms
from grader.audit.mutants import mutants
from grader.build.answers import Answers
from grader.build.freeze import hidden_cases, visible_info, with_cases
from grader.build.text import BEGIN, END
from grader.spec import Exercise, Misconception

AUDIT_SECRET = b"the audit's own secret"
MUTANT_SECONDS = 1.0
FORM_SECONDS = 0.5
LOOP_SECONDS = 0.1
STUB = "raise NotImplementedError()"


@dataclass
class Proof:
    """The row of one exercise in the kill table, and what is not proved."""

    exercise: str
    visible: int = 0
    hidden: int = 0
    misconceptions: int = 0
    recognised: int = 0
    mutants: int = 0
    killed: int = 0
    justified: int = 0
    forms: int = 0
    accepted: int = 0
    problems: list[str] = field(default_factory=list)


def prove(exercise: Exercise, answers: Answers) -> Proof:
    """All proofs of one exercise."""
    visible = visible_info(exercise, answers)
    hidden = with_cases(exercise, answers, hidden_cases(exercise, AUDIT_SECRET, "audit"))
    proof = Proof(exercise.name, visible=len(visible.cases), hidden=len(hidden.cases))
    answer = answers.answer(exercise.name)
    _prove_answer(proof, exercise, answer, visible, hidden, "the answer")
    _prove_stub(proof, exercise, answers, visible)
    for other in exercise.accepts:
        _prove_answer(
            proof, exercise, answers.variant(exercise.name, other), visible, hidden, f"the right answer {other.name!r}"
        )
        proof.accepted += 1
    for item in exercise.misconceptions:
        _prove_misconception(proof, exercise, item, answers, visible, hidden)
    _prove_mutants(proof, exercise, answers, [*visible.cases, *hidden.cases], visible)
    _prove_forms(proof, exercise, answer, visible)
    return proof


def verdict_on(info: ExerciseInfo, exercise: Exercise, subject: Any) -> Verdict:
    """The verdict on any object, on the cases that `info` holds."""

    def call(inputs: Inputs) -> Performance:
        return perform(exercise.probe, subject, inputs, exercise.time_limit)

    return judge_calls(info, info.cases, call, info.mistakes)


def _prove_answer(
    proof: Proof, exercise: Exercise, answer: Any, visible: ExerciseInfo, hidden: ExerciseInfo, what: str
) -> None:
    for side, info in (("visible", visible), ("hidden", hidden)):
        verdict = verdict_on(info, exercise, answer)
        if verdict.status != "passed":
            proof.problems.append(f"{what} is refused by the {side} cases: {_why(verdict)}")


def _why(verdict: Verdict) -> str:
    failure = verdict.first_failure
    return f"case {failure.case.name!r}: {failure.text}" if failure else "; ".join(verdict.notes)


def _prove_stub(proof: Proof, exercise: Exercise, answers: Answers, visible: ExerciseInfo) -> None:
    stub = answers.from_source(exercise.name, stub_source(answers.source(exercise.name)))
    status = verdict_on(visible, exercise, stub).status
    if status != "not_attempted" and exercise.kind != "values":
        proof.problems.append(f"the untouched stub is {status!r}, not 'not_attempted'")


def stub_source(source: str) -> str:
    """The exercise cell as a student finds it."""
    return re.sub(rf"( *){BEGIN}\n.*?{END}", rf"\1{STUB}", source, flags=re.DOTALL)


def _prove_misconception(
    proof: Proof, exercise: Exercise, item: Misconception, answers: Answers, visible: ExerciseInfo, hidden: ExerciseInfo
) -> None:
    proof.misconceptions += 1
    trained = exercise.kind == "training"
    wrong = None if trained else answers.variant(exercise.name, item)
    problems = []
    for side, info in (("visible", visible), ("hidden", hidden)):
        verdict = _verdict_on_training(info, item.slug) if trained else verdict_on(info, exercise, wrong)
        if verdict.status == "passed":
            problems.append(f"misconception {item.slug} is accepted by the {side} cases")
        elif not _recognised(verdict, item.slug):
            seen = [known.slug for known in verdict.mistakes]
            problems.append(
                f"misconception {item.slug} is not recognised by the {side} cases (seen: {seen}, {_why(verdict)})"
            )
    proof.recognised += not problems
    proof.problems += problems


def _verdict_on_training(info: ExerciseInfo, slug: str) -> Verdict:
    """On what the misconception gave when `info` was made: to train the same networks again would give the same."""
    known = next(known for known in info.mistakes if known.slug == slug)
    done = [
        Performance("raised", error=output.error) if isinstance(output, Raises) else Performance("returned", output)
        for output in known.outputs
    ]
    return judge(info, info.cases, done, info.mistakes)


def _recognised(verdict: Verdict, slug: str) -> bool:
    """Named as itself, or refused with the message of a property that it breaks."""
    failure = verdict.first_failure
    told = bool(verdict.notes) or (failure is not None and failure.reason in ("changed", "alias"))
    return told or slug in [known.slug for known in verdict.mistakes]


def _prove_mutants(
    proof: Proof, exercise: Exercise, answers: Answers, cases: Sequence[Case], info: ExerciseInfo
) -> None:
    """Mutants of a training exercise would each train a network: its misconceptions stand for them."""
    if exercise.kind == "training":
        return
    survivors = []
    for mutant in mutants(answers.source(exercise.name), exercise.name):
        proof.mutants += 1
        if _is_killed(exercise, answers, mutant.source, cases, info):
            proof.killed += 1
        else:
            survivors.append(mutant.label)
    proof.justified = sum(label in exercise.equivalent for label in survivors)
    proof.problems += [f"the mutant survives: {label}" for label in survivors if label not in exercise.equivalent]
    gone = [label for label in exercise.equivalent if label not in survivors]
    proof.problems += [f"`equivalent` justifies no survivor: {label}" for label in gone]


def _is_killed(exercise: Exercise, answers: Answers, source: str, cases: Sequence[Case], info: ExerciseInfo) -> bool:
    limit = min(exercise.time_limit, MUTANT_SECONDS)
    try:
        subject = answers.from_source(exercise.name, source)
    except Exception:
        return True
    short = replace(info, mistakes=())

    def call(inputs: Inputs) -> Performance:
        return perform(exercise.probe, subject, inputs, limit)

    if any(judge_case(short, case, call(case.inputs)).status != "passed" for case in cases):
        return True
    inputs = cases[0].inputs
    return any(item.violated(inputs, [call(given) for given in item.calls(inputs)]) for item in exercise.properties)


def _untrained(*given: Any) -> None:
    """Stands for an answer that takes long."""


def _prove_forms(proof: Proof, exercise: Exercise, answer: Any, visible: ExerciseInfo) -> None:
    if exercise.kind == "values":
        return
    if exercise.kind == "training":
        answer = _untrained  # what comes in place of the result is wrong whatever was learned
    case = max(visible.cases, key=lambda case: sum(getattr(value, "size", 0) for value in case.inputs.values()))
    for name, (broken, reasons) in broken_forms(exercise, answer, case).items():
        proof.forms += 1
        limit = LOOP_SECONDS if reasons == ("timed_out",) else FORM_SECONDS
        result = judge_case(visible, case, perform(exercise.probe, broken, case.inputs, limit))
        if result.reason not in reasons:
            proof.problems.append(
                f"an answer with {name} is told {result.reason or 'that it passed'!r}, not {reasons[0]!r}"
            )
