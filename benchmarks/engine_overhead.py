"""What grading adds: the engine's fixed cost per submission, its wall time over the bare time of the same cells, and all that a
whole submission costs, judging and recording included, over its cells and its answers in one warm process.

Run: `python benchmarks/engine_overhead.py [full|partial]`. Bare and engine runs alternate, so that a busy machine slows both;
the ratio or the difference of each pair counts, and the median over the pairs is printed.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np
from submissions.build import labelled_submissions, notebook_of

from course_utils.calling import perform
from course_utils.judging import property_calls
from course_utils.tries import SWITCH
from course_utils.values import Inputs
from grader.build.freeze import hidden_cases
from grader.build.lesson import notebook_text
from grader.engine.interface import CellSource, Engine, Limits, ProbeCall
from grader.engine.probe_level import available_level
from grader.engine.shell import OUTLET, make_shell
from grader.engine.warm import WarmEngine
from grader.judge.grading import grade_submission
from grader.judge.key import LessonKey, lesson_key
from grader.records.course import CourseRecords
from grader.records.gradebook import GradeBook
from grader.spec import Exercise

LESSON = "lesson4_bptt"  # nine exercises, and little work of its own, whose noise would hide what is added
PAIRS = 7
SMALL = [f"value_{n} = {n}\nprint(value_{n})" for n in range(17)] + ["def f(a):\n    return a * 2"]
WORK = [
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


def bare_seconds(
    sources: list[str], calls: Sequence[tuple[Exercise, Sequence[Inputs]]] = (), folder: str = "."
) -> float:
    """The cells in IPython in a fork of this process, which has everything imported; then the calls of its answers."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        OUTLET.connect(None)
        os.chdir(folder)
        shell = make_shell()
        run_cell: Callable[..., object] = shell.run_cell
        start = time.perf_counter()
        with open(os.devnull, "w") as nothing:
            sys.stdout = sys.stderr = nothing
            for source in sources:
                run_cell(source)
            for exercise, inputs in calls:
                for given in inputs:
                    perform(exercise.probe, shell.user_ns[exercise.name], given, exercise.time_limit)
        os.write(writing, repr(time.perf_counter() - start).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as file:
        return float(file.read())


def engine_seconds(engine: Engine, sources: list[str], exercises: int) -> float:
    """The same cells as a submission, from opening the box until nothing of it is left, with probes."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, engine.open(Path(folder), Limits()) as session:
        cells = [CellSource(str(place), source) for place, source in enumerate(sources)]
        session.run_cells([*cells, *(CellSource(f"pin{n}", "", pins="f") for n in range(exercises))])
        for _ in range(exercises):
            inputs = [{"a": np.ones((2, 3))} for _ in range(10)]
            session.perform(ProbeCall("f", "course_utils.probes.calls:call", inputs, 5.0))
    return time.perf_counter() - start


def whole_submissions(engine: Engine) -> Iterator[tuple[float, float]]:
    """Grading and recording the solved lesson without its experiments, and the same cells and calls bare; in seconds."""
    key = lesson_key(LESSON)
    solved = next(one for one in labelled_submissions(LESSON) if one.verdict == "accepted")
    secret = bytes(32)
    with tempfile.TemporaryDirectory() as folder, GradeBook(CourseRecords(Path(folder))) as book:
        path = Path(folder) / "submitted.ipynb"
        path.write_text(notebook_text(notebook_of(solved)), encoding="utf-8")
        book.register(key)
        for student in range(PAIRS + 1):
            start = time.perf_counter()
            graded = grade_submission(path, key, engine, secret)
            book.record(f"student{student}", key, graded)
            ours = time.perf_counter() - start
            ran = {run.cell_id for run in graded.runs}
            calls = [(exercise, _inputs(key, exercise, secret, graded.digest)) for exercise in key.lesson.judged]
            bare = bare_seconds(
                [cell.source for cell in graded.notebook.cells if cell.id in ran], calls, str(key.folder)
            )
            if student:  # the first one makes tables and loads what is loaded once
                yield ours, bare


def _inputs(key: LessonKey, exercise: Exercise, secret: bytes, digest: str) -> list[Inputs]:
    visible = key.visible.exercises[exercise.name]
    cases = [*visible.cases, *hidden_cases(exercise, secret, digest)]
    return [*(case.inputs for case in cases), *property_calls(visible, visible.cases[0].inputs)]


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ[SWITCH] = "off"  # the bare run is in the lesson's own folder
    import matplotlib.pyplot
    import torch
    import torch._dynamo

    torch.set_num_threads(1)
    make_shell()
    matplotlib.pyplot.figure()
    level = sys.argv[1] if len(sys.argv) > 1 else available_level().level
    print(
        f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, level {level}"
    )
    start = time.perf_counter()
    with WarmEngine(level) as engine:  # type: ignore[arg-type]
        print(f"start of the template, once a run: {time.perf_counter() - start:.1f} s")
        fixed = [engine_seconds(engine, SMALL, 8) for _ in range(3 * PAIRS)]
        print(
            f"fixed cost of a submission (18 small cells, 8 exercises of 10 inputs): median {statistics.median(fixed):.3f} s, "
            f"least {min(fixed):.3f} s"
        )
        pairs = [(engine_seconds(engine, WORK, 8), bare_seconds(WORK)) for _ in range(PAIRS)]
        ratios = [ours / bare for ours, bare in pairs]
        print(
            f"engine over bare, a notebook of {statistics.median(bare for _, bare in pairs):.2f} s of its own work: "
            f"median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
        )
        wholes = list(whole_submissions(engine))
        added = [ours - bare for ours, bare in wholes]
        print(
            f"grading and recording {LESSON}, whose cells and calls take {statistics.median(bare for _, bare in wholes):.2f} s: "
            f"adds {statistics.median(added):.3f} s, least {min(added):.3f} s"
        )


if __name__ == "__main__":
    main()
