"""From performances to a verdict: pure functions on plain data, the same for the student's check, the judge and the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from course_utils.calling import Performance
from course_utils.cases import Case, ExerciseInfo, KnownMistake, Raises
from course_utils.comparing import Difference
from course_utils.properties import InputsUnchanged, NoAlias, Property
from course_utils.values import Inputs, Plain

Status = Literal["passed", "partial", "wrong", "raised", "timed_out", "not_attempted", "died", "missing"]


MAX_TEXT = 1_000
Perform = Callable[[list[Inputs]], Sequence[Performance]]


@dataclass(frozen=True)
class CaseResult:
    """What one case showed. `wrong_parts` lists the parts that differ; an exercise without parts has the one part ""."""

    case: Case
    performance: Performance
    status: Status
    reason: str = ""
    text: str = ""
    wrong_parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartResult:
    """A part of the result over all cases: its points and the misconception recognised in it."""

    name: str
    points: float
    score: float
    mistake: KnownMistake | None = None


@dataclass(frozen=True)
class Verdict:
    """What an exercise earned and why. `notes` are sentences on properties that do not hold.

    `asked` is what was performed for the properties, see `property_calls`; nothing where they were left out.
    """

    exercise: ExerciseInfo
    status: Status
    score: float
    cases: tuple[CaseResult, ...]
    parts: tuple[PartResult, ...]
    notes: tuple[str, ...] = ()
    asked: tuple[Performance, ...] = ()

    @property
    def performed(self) -> tuple[Performance, ...]:
        """All that was performed: on the cases, then for the properties, in the order of `check_calls`."""
        return (*(result.performance for result in self.cases), *self.asked)

    @property
    def mistakes(self) -> tuple[KnownMistake, ...]:
        """The misconceptions recognised, each once, in the order of the parts."""
        found = {part.mistake.slug: part.mistake for part in self.parts if part.mistake is not None}
        return tuple(found.values())

    @property
    def first_failure(self) -> CaseResult | None:
        """The first case that did not pass."""
        return next((result for result in self.cases if result.status != "passed"), None)


def judge(
    exercise: ExerciseInfo,
    cases: Sequence[Case],
    performances: Sequence[Performance],
    mistakes: Sequence[KnownMistake],
    perform_all: Perform | None = None,
) -> Verdict:
    """The verdict on `performances`, one per case; `mistakes` hold their outputs for the same cases.

    `perform_all` performs the probe on what `property_calls` gives; without it the properties are left out.
    """
    pairs = zip(cases, performances, strict=True)
    results = tuple(judge_case(exercise, case, performance) for case, performance in pairs)
    asked = perform_all(property_calls(exercise, cases[0].inputs)) if perform_all and _can_ask(results) else ()
    notes = _property_notes(exercise, cases[0].inputs, asked) if asked else ()
    parts = _part_results(exercise, results, mistakes, spoiled=bool(notes))
    score = sum(part.score for part in parts)
    return Verdict(exercise, _status(exercise, results, score, notes), score, results, parts, notes, tuple(asked))


def judge_calls(
    exercise: ExerciseInfo,
    cases: Sequence[Case],
    call: Callable[[Inputs], Performance],
    mistakes: Sequence[KnownMistake] = (),
) -> Verdict:
    """The verdict on what `call` performs in this process. After a wait, or where there is no answer, it is not called again."""
    performances: list[Performance] = []
    for case in cases:
        ended = performances and performances[-1].happened in ("timed_out", "not_attempted")
        performances.append(performances[-1] if ended else call(case.inputs))
    return judge(exercise, cases, performances, mistakes, lambda asked: [call(inputs) for inputs in asked])


def judge_case(exercise: ExerciseInfo, case: Case, performance: Performance) -> CaseResult:
    """Compare one performance with what its case expects."""
    everything = tuple(name for name, _ in _parts(exercise))
    if performance.happened != "returned":
        status: Status = performance.happened
        return CaseResult(case, performance, status, performance.happened, _what_happened(performance), everything)
    differences = exercise.compare.differences(case.expected, performance.value)
    if differences:
        wrong = tuple(name for name in everything if any(_touches(exercise, case, name, d) for d in differences))
        text = "; ".join(_told(exercise, case, difference)[:MAX_TEXT] for difference in differences[:3])
        return CaseResult(case, performance, "wrong", differences[0].kind, text, wrong or everything)
    broken = _broken_promise(exercise, performance)
    if broken:
        return CaseResult(case, performance, "wrong", *broken, everything)
    return CaseResult(case, performance, "passed")


def _parts(exercise: ExerciseInfo) -> tuple[tuple[str, float], ...]:
    if not exercise.parts:
        return (("", exercise.points),)
    return tuple((part.name, part.points) for part in exercise.parts)


def _part_path(exercise: ExerciseInfo, expected: Plain, name: str) -> str:
    if not name:
        return ""
    if isinstance(expected, dict):
        return f"[{name!r}]"
    return f"[{[part.name for part in exercise.parts].index(name)}]"


def _touches(exercise: ExerciseInfo, case: Case, name: str, difference: Difference) -> bool:
    return not name or not difference.path or difference.path.startswith(_part_path(exercise, case.expected, name))


def _told(exercise: ExerciseInfo, case: Case, difference: Difference) -> str:
    if not difference.path:
        return difference.text
    for part in exercise.parts:
        path = _part_path(exercise, case.expected, part.name)
        if difference.path.startswith(path):
            return f"{part.name}{difference.path[len(path) :]}: {difference.text}"
    return f"result{difference.path}: {difference.text}"


def _what_happened(performance: Performance) -> str:
    texts = {
        "raised": f"it raised {performance.error}: {performance.message}",
        "timed_out": f"there was {performance.message}: is there a loop that never ends?",
        "not_attempted": "not attempted yet",
        "died": "the process ended during the call",
        "missing": "the name is not defined: was its cell run?",
    }
    line = f" ({performance.line})" if performance.line and performance.happened == "raised" else ""
    return texts[performance.happened] + line


def _broken_promise(exercise: ExerciseInfo, performance: Performance) -> tuple[str, str] | None:
    if performance.changed and InputsUnchanged() in exercise.properties:
        names = ", ".join(performance.changed)
        return "changed", f"the result is right, but the input {names} was changed in place: work on a copy"
    if performance.aliases and NoAlias() in exercise.properties:
        names = ", ".join(performance.aliases)
        return "alias", f"the result is right, but it shares its memory with the input {names}: return a copy"
    return None


def _can_ask(results: Sequence[CaseResult]) -> bool:
    return bool(results) and all(result.performance.happened == "returned" for result in results)


def check_calls(exercise: ExerciseInfo) -> list[Inputs]:
    """What a check performs: the exercise's cases, then what its properties need, which are variations of the first."""
    cases = [case.inputs for case in exercise.cases]
    return [*cases, *property_calls(exercise, cases[0])]


def property_calls(exercise: ExerciseInfo, inputs: Inputs) -> list[Inputs]:
    """What the exercise's properties need performed, in order and in one process, on the inputs of its first case."""
    return [given for item in _asked(exercise) for given in item.calls(inputs)]


def _asked(exercise: ExerciseInfo) -> list[Property]:
    """The properties that need calls of their own."""
    return [item for item in exercise.properties if item not in (InputsUnchanged(), NoAlias())]


def _property_notes(exercise: ExerciseInfo, inputs: Inputs, performances: Sequence[Performance]) -> tuple[str, ...]:
    notes, done = [], list(performances)
    for item in _asked(exercise):
        count = len(item.calls(inputs))
        notes.append(item.violated(inputs, done[:count]))
        done = done[count:]
    return tuple(filter(None, notes))


def _part_results(
    exercise: ExerciseInfo, results: Sequence[CaseResult], mistakes: Sequence[KnownMistake], spoiled: bool
) -> tuple[PartResult, ...]:
    """One belief that explains many wrong parts is named before several that explain one each."""
    wrong = [name for name, _ in _parts(exercise) if any(name in result.wrong_parts for result in results)]
    explained = {
        known.slug: [name for name in wrong if _recognised(exercise, name, results, known)] for known in mistakes
    }
    widest = sorted(mistakes, key=lambda known: -len(explained[known.slug]))

    def result(name: str, points: float) -> PartResult:
        if name not in wrong:
            return PartResult(name, points, 0.0 if spoiled else points)
        return PartResult(name, points, 0.0, next((known for known in widest if name in explained[known.slug]), None))

    return tuple(result(name, points) for name, points in _parts(exercise))


def _recognised(exercise: ExerciseInfo, part: str, results: Sequence[CaseResult], known: KnownMistake) -> bool:
    telling = False
    for result, output in zip(results, known.outputs, strict=True):
        if isinstance(output, Raises):
            if result.performance.error != output.error:
                return False
            telling = True
            continue
        if result.performance.happened != "returned":
            return False
        mistaken = _pick(exercise, part, output)
        if not _alike(exercise, part, result, mistaken):
            return False
        telling = telling or _differs(exercise, part, result.case.expected, mistaken)
    return telling


def _pick(exercise: ExerciseInfo, part: str, value: Plain) -> Plain:
    """The part's own value, or the whole when the value is not of the expected structure."""
    if not part:
        return value
    if isinstance(value, dict):
        return value.get(part)
    index = [item.name for item in exercise.parts].index(part)
    return value[index] if isinstance(value, (tuple, list)) and index < len(value) else value


def _alike(exercise: ExerciseInfo, part: str, result: CaseResult, mistaken: Plain) -> bool:
    expected = _pick(exercise, part, result.case.expected)
    returned = _pick(exercise, part, result.performance.value)
    return exercise.compare.alike(expected, mistaken, returned)


def _differs(exercise: ExerciseInfo, part: str, expected: Plain, mistaken: Plain) -> bool:
    return bool(exercise.compare.differences(_pick(exercise, part, expected), mistaken))


def _status(exercise: ExerciseInfo, results: Sequence[CaseResult], score: float, notes: tuple[str, ...]) -> Status:
    if score >= exercise.points and not notes:
        return "passed"
    failed = [result.status for result in results if result.status != "passed"]
    if failed and all(status == "not_attempted" for status in failed):
        return "not_attempted"
    if score > 0:
        return "partial"
    return failed[0] if failed else "wrong"
