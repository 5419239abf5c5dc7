"""What grading adds to the work of a submission: the engine's wall time over the bare time of the same cells, and the whole cost,
judging and recording included, of a submission that computes nothing and of a solved lesson.

Run: `python benchmarks/engine_overhead.py [full|partial]`. Bare and engine runs alternate, so that a busy machine slows both;
the ratio or the difference of each pair counts, and the median over the pairs is printed.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import itertools
import multiprocessing
import os
import platform
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import nbformat
import numpy as np
from submissions.build import labelled_submissions, notebook_of

from course_utils.calling import Probe, perform
from course_utils.cases import FILE_NAME, LessonInfo, lesson_to_json
from course_utils.comparing import Close
from course_utils.judging import check_calls
from course_utils.probes.calls import call
from course_utils.tries import SWITCH
from course_utils.values import Inputs
from grader.build.freeze import bare_info, hidden_cases, visible_cases
from grader.build.lesson import notebook_text
from grader.engine.interface import CellSource, Engine, Limits, ProbeCall
from grader.engine.probe_level import available_level
from grader.engine.shell import OUTLET, make_shell
from grader.engine.warm import WarmEngine
from grader.judge.grading import Graded, grade_submission
from grader.judge.key import LessonKey, lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.spec import Exercise

LESSON = "lesson4_bptt"  # nine exercises, and little work of its own, whose noise would hide what is added
PAIRS = 7
CLASS = 8
PROCESSORS = os.cpu_count() or 1
SECRET = bytes(32)
SOURCES = [
    "import numpy as np, torch, matplotlib.pyplot as plt\ntorch.manual_seed(0)",
    "h = np.zeros((16, 64)); W = np.random.default_rng(0).normal(size=(64, 64)) / 8\n"
    "for _ in range(12_000): h = np.tanh(h @ W + 0.1)",
    "model = torch.nn.RNN(8, 32, batch_first=True); head = torch.nn.Linear(32, 1)\n"
    "optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=0.01)\n"
    "x = torch.randn(32, 30, 8); losses = []\n"
    "for _ in range(250):\n    optimizer.zero_grad(); loss = (head(model(x)[0]) ** 2).mean(); loss.backward()\n"
    "    optimizer.step(); losses.append(loss.item())",
    "plt.plot(losses); plt.xlabel('step'); plt.show()",
    "counts = {}\nfor n in range(1_500_000): counts[n % 97] = counts.get(n % 97, 0) + 1",
    "def f(a):\n    return a * 2",
]


# An answer's name, how it is called, with what, and for at most how many seconds.
Call = tuple[str, Probe, Inputs, float]
# Cells, calls of what they define, and the folder to be in.
Work = tuple[Sequence[str], Sequence[Call], str]


class Bare:
    """A process that has everything imported and forks once for each bare run. A context manager.

    Not the judge's own process: whoever forks goes on slower, since his memory has to be copied then.
    """

    def __enter__(self) -> Bare:
        context = multiprocessing.get_context("spawn")
        self._wire, theirs = context.Pipe()
        self._process = context.Process(target=_serve_bare, args=(theirs,))
        self._process.start()
        self._wire.recv()  # it is ready, and disturbs nothing that is measured from here on
        return self

    def __exit__(self, *_error: object) -> None:
        self._wire.send(None)
        self._process.join()

    def seconds(self, work: Work, at_once: int = 1) -> float:
        """Of a run, the mean of as many `at_once`."""
        self._wire.send((work, at_once))
        return statistics.mean(self._wire.recv())


def _serve_bare(judge: Connection) -> None:
    import matplotlib.pyplot
    import torch
    import torch._dynamo

    torch.set_num_threads(1)
    make_shell()
    matplotlib.pyplot.figure()
    judge.send("ready")
    while (asked := judge.recv()) is not None:
        work, count = asked
        pipes = [os.pipe() for _ in range(count)]
        for _, writing in pipes:
            if os.fork() == 0:
                os.write(writing, struct.pack("d", _run_bare(*work)))
                os._exit(0)
        judge.send([struct.unpack("d", os.read(reading, 8))[0] for reading, _ in pipes])
        for end in itertools.chain(*pipes):
            os.close(end)
        for _ in pipes:
            os.wait()


def _run_bare(cells: Sequence[str], calls: Sequence[Call], folder: str) -> float:
    OUTLET.connect(None)
    os.chdir(folder)
    shell = make_shell()
    run_cell: Callable[..., object] = shell.run_cell
    start = time.perf_counter()
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        for source in cells:
            run_cell(source)
        for name, probe, inputs, time_limit in calls:
            perform(probe, shell.user_ns[name], inputs, time_limit)
    return time.perf_counter() - start


def engine_seconds(engine: Engine, sources: list[str]) -> float:
    """The same cells as a submission, from opening the box until nothing of it is left, with probes."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, engine.open(Path(folder), Limits()) as session:
        cells = [CellSource(str(place), source) for place, source in enumerate(sources)]
        session.run_cells([*cells, CellSource("pin", "", pins="f")])
        list(
            session.perform([ProbeCall("f", "course_utils.probes.calls:call", [{"a": np.ones((2, 3))}] * 10, 5.0, "f")])
        )
    return time.perf_counter() - start


@dataclass(frozen=True)
class Handed:
    """A right submission of a lesson, and where it lies."""

    key: LessonKey
    path: Path

    def graded(self, engine: Engine) -> Graded:
        return grade_submission(self.path, self.key, engine, SECRET)

    def work(self, graded: Graded) -> Work:
        """Its cells that were run and all calls of its answers."""
        ran = {run.cell_id for run in graded.runs}
        sources = [cell.source for cell in graded.notebook.cells if cell.id in ran]
        calls = [call for exercise in self.key.lesson.judged for call in self._calls(exercise, graded.digest)]
        return sources, calls, str(self.key.folder)

    def _calls(self, exercise: Exercise, digest: str) -> list[Call]:
        hidden = hidden_cases(exercise, SECRET, digest)
        inputs = [*check_calls(self.key.visible.exercises[exercise.name]), *(case.inputs for case in hidden)]
        return [(exercise.name, exercise.probe, given, exercise.time_limit) for given in inputs]


def solved(folder: Path) -> Handed:
    """The lesson as somebody solved it."""
    labelled = next(one for one in labelled_submissions(LESSON) if one.verdict == "accepted")
    path = folder / "solved.ipynb"
    path.write_text(notebook_text(notebook_of(labelled)), encoding="utf-8")
    return Handed(lesson_key(LESSON), path)


def light(folder: Path) -> Handed:
    """The lesson's exercises with nothing to compute in any of them, and no other cells: all that is left is fixed cost."""
    key = lesson_key(LESSON)
    exercises = tuple(map(_light, key.lesson.judged))
    lesson = dataclasses.replace(key.lesson, exercises=exercises)
    visible = {one.name: bare_info(one, visible_cases(one)) for one in exercises}
    info = LessonInfo(lesson.name, lesson.title, visible)
    (folder / FILE_NAME).write_text(lesson_to_json(info), encoding="utf-8")
    released = nbformat.from_dict({**key.released})
    wanted = {f"{one.name}{end}" for one in exercises for end in ("", "_answer")} | {f"{LESSON}_setup"}
    released.cells = [cell for cell in released.cells if cell.metadata.get("nbgrader", {}).get("grade_id") in wanted]
    answered = copy.deepcopy(released)
    for cell in answered.cells:
        name = cell.metadata.nbgrader.grade_id.removesuffix("_answer")
        if cell.metadata.nbgrader.solution:
            cell.source = f"def {name}(a):\n    return 2 * a"
    path = folder / "light.ipynb"
    path.write_text(notebook_text(answered), encoding="utf-8")
    return Handed(dataclasses.replace(key, lesson=lesson, visible=info, released=released, folder=folder), path)


def _light(exercise: Exercise) -> Exercise:
    draws = {name: (lambda rng: {"a": rng.normal(size=(2, 3))}) for name in ("one", "two", "three", "four")}
    return dataclasses.replace(
        exercise, draws=draws, oracle=lambda a: 2 * a, probe=call, compare=Close(), parts=(), hidden_only=frozenset()
    )


def alone(engine: Engine, handed: Handed, book: GradeBook, bare: Bare) -> Iterator[tuple[float, float]]:
    """One after another: seconds for grading and recording one, and for the same cells and calls bare."""
    book.record("student", handed.key, graded := handed.graded(engine))  # loads what is loaded once
    work = handed.work(graded)
    for student in range(PAIRS):
        start = time.perf_counter()
        book.record(f"student{student}", handed.key, handed.graded(engine))
        ours = time.perf_counter() - start
        yield ours, bare.seconds(work)


def at_once(engine: Engine, handed: Handed, book: GradeBook, bare: Bare) -> Iterator[tuple[float, float]]:
    """The same for a submission of a class, with as many at once as there are processors: all seconds over how many."""
    work = handed.work(handed.graded(engine))
    with ThreadPoolExecutor(PROCESSORS) as pool:
        for turn in range(PAIRS):
            start = time.perf_counter()
            for place, done in enumerate(as_completed([pool.submit(handed.graded, engine) for _ in range(CLASS)])):
                book.record(f"student{turn}_{place}", handed.key, done.result())
            ours = time.perf_counter() - start
            yield ours / CLASS, bare.seconds(work, PROCESSORS) / PROCESSORS


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", SWITCH: "off"}  # the bare run is in the lesson's own folder
    level = sys.argv[1] if len(sys.argv) > 1 else available_level().level
    print(
        f"{platform.system()} {platform.release()}, {PROCESSORS} processors, load {os.getloadavg()[0]:.1f}, level {level}"
    )
    with Bare() as bare, contextlib.ExitStack() as stack:
        start = time.perf_counter()
        engine = stack.enter_context(WarmEngine(level))  # type: ignore[arg-type]
        print(f"start of the template, once a run: {time.perf_counter() - start:.1f} s")
        pairs = [(engine_seconds(engine, SOURCES), bare.seconds((SOURCES, (), "."))) for _ in range(PAIRS)]
        ratios = [ours / bare for ours, bare in pairs]
        print(
            f"engine over bare, a notebook of {statistics.median(bare for _, bare in pairs):.2f} s of its own work: "
            f"median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
        )
        for make, what in ((light, "a submission that computes nothing"), (solved, LESSON)):
            for measure, how in ((alone, "alone"), (at_once, f"{PROCESSORS} at once")):
                with (
                    tempfile.TemporaryDirectory() as folder,
                    tempfile.TemporaryDirectory() as records,
                    GradeBook(CourseRecords(Path(records))) as book,
                ):
                    handed = make(Path(folder))
                    book.register(handed.key)
                    pairs = list(measure(engine, handed, book, bare))
                added = [ours - bare for ours, bare in pairs]
                print(
                    f"grading and recording {what}, {how}: adds {statistics.median(added):.3f} s, least {min(added):.3f} s, "
                    f"to the {statistics.median(bare for _, bare in pairs):.3f} s of its cells and calls",
                    flush=True,
                )


if __name__ == "__main__":
    main()
