"""What a student's code can and cannot do in a box, at every level of isolation that this machine allows.

Every promise of the engine has a test here; the whole module also runs as an ordinary user (test_engine_ordinary_user).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_utils.calling import Performance
from course_utils.cases import FILE_NAME, read_lesson
from grader.engine.errors import EngineError
from grader.engine.interface import CellRun, CellSource, Level, Limits, ProbeCall, Session
from grader.engine.probe_level import available_level
from grader.engine.session import MAX_CELLS
from grader.engine.template import IMPORTED
from grader.engine.warm import WarmEngine
from grader.engine.wire import frame
from grader.paths import NOTEBOOKS

CALL = "course_utils.probes.calls:call"
CANARY = "canary-7f3a91"
LIMITS = Limits(cell_seconds=20.0, notebook_seconds=60.0, memory=1 << 30, processes=64, disk=32 << 20, output=200_000)
HASTY = replace(LIMITS, cell_seconds=0.8)  # for cells that are to run out of time, and for nothing else
LEVELS: list[Level] = {"full": ["full", "partial"], "partial": ["partial"], "none": []}[available_level().level]

Box = Callable[..., Session]


@pytest.fixture(scope="module", params=LEVELS)
def engine(request: pytest.FixtureRequest) -> Iterator[WarmEngine]:
    # A secret in the judge's environment and in one of its files, which everybody may read.
    os.environ["GRADER_SECRET"] = CANARY
    try:
        with WarmEngine(request.param) as warm:
            yield warm
    finally:
        del os.environ["GRADER_SECRET"]


@pytest.fixture
def box(engine: WarmEngine, tmp_path: Path) -> Iterator[Box]:
    """Opens sessions over `tmp_path`; all of them end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda limits=LIMITS: stack.enter_context(engine.open(tmp_path, limits))


def run(session: Session, *sources: str, pins: str = "") -> list[CellRun]:
    cells = [CellSource(f"c{place}", source) for place, source in enumerate(sources)]
    return session.run_cells([*cells, CellSource("pin", "", pins)] if pins else cells)


def printed(done: CellRun) -> str:
    return "".join(output.get("text", "") for output in done.outputs if output["output_type"] == "stream")


def told(session: Session, source: str) -> Any:
    """What the code in a box printed as JSON."""
    [done] = run(session, "import json, os, sys\n" + source)
    assert done.ended == "ok", done.outputs
    return json.loads(printed(done).strip().splitlines()[-1])


def ask(session: Session, name: str, *given: Any, seconds: float = 1.0) -> list[Performance]:
    [done] = session.perform([ProbeCall(name, CALL, [{"a": item} for item in given], seconds, name)])
    return done


def refused(session: Session, attempt: str) -> bool:
    """Whether the attempt raises in the box; "reached" is printed when it does not."""
    [done] = run(session, f"import ctypes, os, socket, signal, subprocess, sys\n{attempt}\nprint('reached')")
    assert done.ended in ("ok", "error"), (done.ended, done.outputs)
    return done.ended == "error" and "reached" not in printed(done)


# --- cells


def test_outputs_are_those_of_a_kernel(box: Box) -> None:
    stream, result, error, figure, both = run(
        box(),
        "print('a'); print('b')",
        "[1, 2]",
        "1 / 0",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import sys; print('out'); print('err', file=sys.stderr)",
    )
    assert stream.outputs == [{"output_type": "stream", "name": "stdout", "text": "a\nb\n"}]
    assert result.outputs == [
        {"output_type": "execute_result", "data": {"text/plain": "[1, 2]"}, "metadata": {}, "execution_count": 2}
    ]
    assert (error.ended, error.outputs[0]["ename"]) == ("error", "ZeroDivisionError")
    assert figure.outputs[0]["data"]["image/png"].startswith("iVBOR")
    assert [output["name"] for output in both.outputs] == ["stdout", "stderr"]
    assert [done.execution_count for done in (stream, result, error, figure, both)] == [1, 2, 3, 4, 5]


def test_displays_are_updated_and_cleared(box: Box) -> None:
    [updated, cleared] = run(
        box(),
        "from IPython.display import display, clear_output\nhandle = display(1, display_id=True)\nhandle.update(2)",
        "print('old'); clear_output(wait=True); print('new')",
    )
    assert [output["data"]["text/plain"] for output in updated.outputs] == ["2"]
    assert printed(cleared) == "new\n"


def test_magics_commands_and_top_level_await_work(box: Box) -> None:
    timed, command, script, awaited, inline, left = run(
        box(),
        "%time 1",
        "!echo from a shell",
        "%%bash\necho from bash",
        "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')",
        "%matplotlib inline",
        "exit()",
    )
    assert "Wall time" in printed(timed)
    assert printed(command) == "from a shell\n"
    assert printed(script) == "from bash\n"
    assert printed(awaited) == "awaited\n"
    assert (inline.ended, left.ended) == ("ok", "ok")


def test_input_is_an_error_that_says_why(box: Box) -> None:
    [done] = run(box(), "input('name? ')")
    assert done.outputs[0]["ename"] == "StdinNotImplementedError"


def test_what_is_written_past_python_is_an_output(box: Box) -> None:
    [done] = run(box(), "import os; os.write(1, b'raw'); os.system('echo sub')\nNone")
    assert "raw" in printed(done)
    assert "sub" in printed(done)


def test_warnings_threads_and_a_first_call_that_warms_up_are_harmless(box: Box) -> None:
    session = box()
    done = run(
        session,
        "import warnings, sys\nwarnings.warn('honest')\nprint('noise', file=sys.stderr)",
        "import threading\ntotal = []\nthreads = [threading.Thread(target=total.append, args=(n,)) for n in range(8)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\nprint(sum(total))",
        "import torch\ntorch.set_num_threads(2)\nsquare = torch.ones(300, 300) @ torch.ones(300, 300)",
        "cache = {}\ndef f(a):\n    cache.setdefault('seen', 0)\n"
        "    return float((torch.ones(200, 200) @ torch.ones(200, 200)).sum()) + a",
        pins="f",
    )
    assert [one.ended for one in done] == ["ok"] * 5
    assert printed(done[1]) == "28\n"
    assert [one.value for one in ask(session, "f", 1.0, 2.0, seconds=5.0)] == [8e6 + 1, 8e6 + 2]


def test_output_of_many_threads_and_of_replaced_streams_arrives_whole(box: Box) -> None:
    many, replaced = run(
        box(),
        "import threading\nfrom IPython.display import display\n"
        "def talk(n):\n    for _ in range(50): display({'text/plain': f'{n}' * 500}, raw=True)\n"
        "threads = [threading.Thread(target=talk, args=(n,)) for n in range(6)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\nNone",
        "import sys, io\nprint('kept')\nsys.stdout = io.StringIO()\nprint('lost')",
    )
    assert many.ended == "ok"
    assert len(many.outputs) > 100
    assert printed(replaced) == "kept\n"


def test_a_fork_that_a_cell_forgets_answers_nothing(box: Box) -> None:
    first, second = run(box(), "import os\nchild = os.fork()\nprint('parent' if child else 'child')", "print(2)")
    assert (first.ended, second.ended) == ("ok", "ok")
    assert "parent" in printed(first)
    assert printed(second).replace("child", "").split() == ["2"]


def test_warnings_that_are_errors_and_a_running_thread_do_not_stop_probes(box: Box) -> None:
    session = box()
    run(
        session,
        "import threading, time, warnings\nwarnings.simplefilter('error')\n"
        "threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\ndef f(a): return a",
        pins="f",
    )
    assert ask(session, "f", 5)[0].value == 5


def test_a_data_loader_with_processes_works(box: Box) -> None:
    source = (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "loader = DataLoader(TensorDataset(torch.arange(8.0)), batch_size=4, num_workers=2)\n"
        "print(sum(float(batch.sum()) for batch, in loader))"
    )
    [done] = run(box(Limits(cell_seconds=20.0)), source)
    assert printed(done).strip().endswith("28.0"), done.outputs


def test_the_folder_is_a_private_copy(box: Box, tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{}")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("12")
    source = "print(open('data/numbers.txt').read(), sorted(os.listdir()))\nopen('checks.json', 'w').write('changed')"
    [done] = run(box(), "import os\n" + source)
    assert printed(done) == "12 ['checks.json', 'data']\n"
    assert (tmp_path / "checks.json").read_text() == "{}"


def test_a_link_in_the_folder_is_not_followed(box: Box, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    assert told(box(), "print(json.dumps(os.listdir()))") == []


def test_modules_of_the_submission_do_not_replace_those_of_the_course(box: Box, tmp_path: Path) -> None:
    for name in ("numpy", "torch", "course_utils", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadow')")
    (tmp_path / "matplotlibrc").write_text("figure.facecolor: red\n")
    [done] = run(box(), "import numpy, torch, course_utils\nprint(numpy.ones(1), torch.__name__)")
    assert printed(done) == "[1.] torch\n"


def test_a_typical_notebook_imports_nothing_that_the_template_has_not(box: Box) -> None:
    session = box(Limits(cell_seconds=20.0))
    before = told(session, "print(json.dumps(sorted(sys.modules)))")
    run(
        session,
        "import numpy as np, torch, matplotlib.pyplot as plt\nprint(np.arange(3.0).reshape(3, 1))",
        "figure, axes = plt.subplots()\naxes.plot([1, 2]); axes.imshow(np.eye(2)); axes.legend(['a']); plt.show()",
        "torch.nn.Linear(2, 3)(torch.zeros(4, 2)).sum().backward()\nnp.testing.assert_allclose(1.0, 1.0)",
        "torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)\nnp.random.default_rng(0).normal()",
        "%time 1\n%matplotlib inline",
        "def wrong(a):\n    return a.b\nwrong(3)",
        "this is no Python",
        "!true",
    )
    after = told(session, "print(json.dumps(sorted(sys.modules)))")
    assert len(set(after) - set(before)) <= 3, f"add to IMPORTED ({len(IMPORTED)}): {sorted(set(after) - set(before))}"


def test_the_course_kernel_hook_makes_a_waiting_cell_end_well(box: Box) -> None:
    stub, waiting, other = run(
        box(), "from course_utils import check\ndef f():\n    raise NotImplementedError()", "value = f()", "value + 1"
    )
    assert [stub.ended, waiting.ended, other.ended] == ["ok", "ok", "ok"]
    assert "waits for f" in printed(waiting)


def test_unseeded_numbers_are_the_same_in_every_box(box: Box) -> None:
    source = (
        "import random, numpy, torch\nprint(json.dumps([random.random(), numpy.random.rand(), float(torch.rand(1))]))"
    )
    assert told(box(), source) == told(box(), source)


# --- cells that harm only themselves

HARM = {
    "hangs": ("while True: pass", "timed_out"),
    "hangs and ignores interrupts": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "timed_out",
    ),
    "hangs in C": ("import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')", "timed_out"),
    "exits": ("import os\nos._exit(0)", "died"),
    "segfaults": ("import ctypes\nctypes.string_at(0)", "died"),
    "kills all it can": (
        "import os, signal\ntry: os.kill(-1, 9)\nexcept OSError: pass\nos.kill(os.getpid(), signal.SIGKILL)",
        "died",
    ),
    "aborts": ("import os\nos.abort()", "died"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_cell_that_harms_itself_is_skipped_and_the_rest_goes_on_from_before_it(box: Box, harm: str) -> None:
    source, ended = HARM[harm]
    session = box(HASTY if ended == "timed_out" else LIMITS)
    before, harmed, after = run(session, "x = [1]\nprint('before')", f"x.append(2)\n{source}", "print(x)")
    assert (before.ended, harmed.ended, after.ended) == ("ok", ended, "ok")
    assert printed(after) == "[1]\n"


def test_a_hanging_cell_shows_what_it_printed_and_where_it_was(box: Box) -> None:
    [done] = run(box(HASTY), "print('so far')\nwhile True:\n    pass")
    assert printed(done).startswith("so far\n[stopped: no end after 0.8 s")
    assert "KeyboardInterrupt" in [output.get("ename") for output in done.outputs]


def test_many_cells_keep_their_order_and_each_its_outputs(box: Box) -> None:
    sources = [f"print({place})" for place in range(3 * MAX_CELLS)]
    sources[2] = "print('last words', flush=True)\nimport os; os._exit(1)"
    sources[MAX_CELLS + 1] = "while True: pass"
    sources[-2] = "1 / 0"
    done = run(box(HASTY), *sources)
    odd = {2: "died", MAX_CELLS + 1: "timed_out", len(sources) - 2: "error"}
    assert [one.ended for one in done] == [odd.get(place, "ok") for place in range(len(sources))]
    for place in set(range(len(sources))) - set(odd):
        assert printed(done[place]) == f"{place}\n"
    assert printed(done[2]).startswith("last words\n")


def test_every_cell_has_time_of_its_own(box: Box) -> None:
    work = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.5: pass\nprint('done')"
    done = run(box(HASTY), *[work] * 3)
    assert [printed(one) for one in done] == ["done\n"] * 3
    # Of each alone it cannot be said: a cell begins before the end of the last one is seen, on a busy machine long before.
    assert 1.4 < sum(one.cpu_seconds for one in done) < 2.2


def test_a_memory_bomb_is_a_memory_error(box: Box) -> None:
    bomb, after = run(box(), "x = []\nwhile True: x.append(bytearray(64 << 20))", "print('alive')")
    assert bomb.ended in ("error", "died")
    assert printed(after) == "alive\n"


def test_many_processes_share_one_memory_limit(box: Box) -> None:
    source = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        x = bytearray(os.urandom(1 << 20)) * 300\n"
        "        time.sleep(30)\n        os._exit(0)\ntime.sleep(20)"
    )
    bomb, after = run(box(), source, "print('alive')")
    assert bomb.ended == "died"
    assert "more memory" in printed(bomb)
    assert printed(after) == "alive\n"


def test_a_fork_bomb_ends_with_its_cell(box: Box) -> None:
    bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    bombed, after = run(box(HASTY), bomb, "print('alive')")
    assert bombed.ended in ("timed_out", "died")
    assert printed(after) == "alive\n"


def test_processes_and_threads_are_limited_for_root_too(box: Box) -> None:
    source = (
        "import os, time\nborn = 0\ntry:\n    while born < 500:\n        if os.fork() == 0:\n            time.sleep(60)\n"
        "            os._exit(0)\n        born += 1\nexcept OSError:\n    pass\nprint(json.dumps(born))"
    )
    assert told(box(), source) <= LIMITS.processes


def test_an_output_flood_is_cut_and_the_cell_ends_well(box: Box) -> None:
    flood, after = run(
        box(Limits(cell_seconds=30.0, output=200_000)), "for n in range(60_000): print('x' * 100)", "print('y')"
    )
    assert flood.ended == "ok"
    assert len(printed(flood)) < 210_000
    assert "truncated" in printed(flood)
    assert after.ended == "ok"


def test_a_disk_bomb_is_an_error_or_an_end(box: Box) -> None:
    source = "f = open('big', 'wb')\nfor _ in range(80): f.write(bytes(1 << 20)); f.flush()"
    bomb, after = run(box(), source, "print('alive')")
    assert bomb.ended in ("error", "died")
    assert printed(after) == "alive\n"


def test_when_the_time_of_the_notebook_is_over_cells_are_not_run(box: Box) -> None:
    session = box(Limits(cell_seconds=0.3, notebook_seconds=0.5))
    done = run(session, "while True: pass", "while True: pass", "1")
    assert done[-1].ended == "not_run"


def test_the_time_of_the_notebook_may_end_while_cells_are_waiting(box: Box) -> None:
    session = box(Limits(cell_seconds=5.0, notebook_seconds=0.6))
    work = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.4: pass"
    done = run(session, "1", work, work, "2", "3")
    assert [one.ended for one in done] == ["ok", "ok", "timed_out", "not_run", "not_run"]


# --- probes


def test_a_probe_calls_the_object_that_was_pinned(box: Box) -> None:
    session = box()
    session.run_cells(
        [
            CellSource("a", "def f(a):\n    return a * 2"),
            CellSource("b", "f = None", pins="f"),
            CellSource("c", "def f(a):\n    return 0"),
        ]
    )
    [done] = ask(session, "f", np.arange(3.0))
    assert done.happened == "returned"
    assert done.value.tolist() == [0.0, 2.0, 4.0]


def test_each_input_has_its_own_outcome(box: Box) -> None:
    source = (
        "import os, ctypes\ndef f(a):\n    if a == 1: os._exit(3)\n    if a == 2: ctypes.string_at(0)\n"
        "    if a == 3:\n        while True: pass\n    if a == 4: raise ValueError('no')\n"
        "    if a == 5: raise NotImplementedError\n    return a"
    )
    session = box()
    run(session, source, pins="f")
    done = ask(session, "f", 0, 4, 5, 6, seconds=0.8)
    assert [one.happened for one in done] == ["returned", "raised", "not_attempted", "returned"]
    assert (done[1].error, done[1].message) == ("ValueError", "no")
    for given, happened in ((1, "died"), (2, "died"), (3, "timed_out")):
        assert [one.happened for one in ask(session, "f", 0, given, 6, seconds=0.8)] == ["returned", happened, happened]


def test_a_probe_that_ignores_its_limit_is_ended(box: Box) -> None:
    source = (
        "import re, signal\ndef f(a):\n    if a == 1: re.match(r'(a+)+$', 'a' * 60 + 'b')\n"
        "    if a == 2:\n        signal.signal(signal.SIGPROF, signal.SIG_IGN); signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "        while True:\n            try:\n                while True: pass\n            except BaseException: pass\n"
        "    return a"
    )
    session = box()
    run(session, source, pins="f")
    assert [one.happened for one in ask(session, "f", 3, 1, 3, seconds=0.8)] == ["returned", "timed_out", "timed_out"]
    assert [one.happened for one in ask(session, "f", 2, seconds=0.8)] == ["timed_out"]
    assert [one.happened for one in ask(session, "f", 3, seconds=0.8)] == ["returned"]


def test_exercises_do_not_see_each_other(box: Box) -> None:
    session = box()
    source = "calls = []\ndef f(a):\n    calls.append(a)\n    return len(calls)\ng = f"
    session.run_cells([CellSource("a", source), CellSource("b", "", pins="f"), CellSource("c", "", pins="g")])
    assert [one.value for one in ask(session, "f", 0, 0)] == [1, 2]
    assert [one.value for one in ask(session, "g", 0)] == [1]
    assert [one.value for one in ask(session, "f", 0)] == [3]


def test_what_is_asked_together_shares_a_fork_until_one_ends_it(box: Box) -> None:
    source = (
        "import os\ncalls = []\ndef f(a):\n    calls.append(a)\n    if a == 1: os._exit(1)\n"
        "    if a == 2:\n        while True: pass\n    return len(calls)\ng = h = f"
    )
    session = box()
    session.run_cells([CellSource("a", source), *(CellSource(name, "", pins=name) for name in "fgh")])

    def together(**given: list[int]) -> list[list[Any]]:
        calls = [ProbeCall(name, CALL, [{"a": one} for one in numbers], 0.8, "*") for name, numbers in given.items()]
        return [[one.value for one in done] for done in session.perform(calls)]

    assert together(f=[0, 0], g=[0], h=[0]) == [[1, 2], [3], [4]]
    assert together(f=[0], g=[0]) == [[5], [6]]
    for harm in (1, 2):
        f, g, h = together(f=[0], g=[0, harm, 0], h=[0, 0])
        assert (len(f), g[0] > f[0], g[1:]) == (1, True, [None, None])
        assert h == [1, 2]


def test_after_a_death_or_a_time_out_an_exercise_begins_anew(box: Box) -> None:
    source = (
        "import os\ncalls = []\ndef f(a):\n    calls.append(a)\n    if a == 1: os._exit(1)\n"
        "    if a == 2:\n        while True: pass\n    return len(calls)\ng = f"
    )
    session = box()
    session.run_cells([CellSource("a", source), CellSource("b", "", pins="f"), CellSource("c", "", pins="g")])
    assert [one.value for one in ask(session, "g", 0)] == [1]
    for harm in (1, 2):
        assert ask(session, "f", 0, harm, seconds=0.8)[-1].value is None
        assert [one.value for one in ask(session, "f", 0, 0)] == [1, 2]
    assert ask(session, "g", 0)[0].value in (1, 2)  # it is ended together with what runs out of time


def test_what_a_probe_leaves_running_stands_still_while_others_are_asked(box: Box) -> None:
    source = (
        "import threading, time\ndef spin():\n    while True: pass\n"
        "def f(a):\n    threading.Thread(target=spin, daemon=True).start()\n    return time.process_time()\n"
        "def g(a):\n    start = time.monotonic()\n    while time.monotonic() - start < 1.0: pass\n    return a"
    )
    session = box()
    session.run_cells([CellSource("a", source), CellSource("b", "", pins="f"), CellSource("c", "", pins="g")])
    [first] = ask(session, "f", 0)
    ask(session, "g", 0, 0, seconds=3.0)
    [second] = ask(session, "f", 0)
    # It would be about 2; what is left is how late a busy machine stops it and reads its clock.
    assert second.value - first.value < 1.0


def test_a_missing_object_and_a_missing_exercise_are_named_so(box: Box) -> None:
    session = box()
    run(session, "1", pins="g")
    assert [one.happened for one in ask(session, "g", 1, 2)] == ["missing", "missing"]
    assert [one.happened for one in ask(session, "h", 1)] == ["missing"]


def test_after_the_first_probe_no_cell_runs(box: Box) -> None:
    session = box()
    run(session, "def f(a): return a", pins="f")
    ask(session, "f", 1)
    with pytest.raises(EngineError):
        run(session, "1")


def test_a_seed_set_in_the_notebook_holds_in_the_probe(box: Box) -> None:
    session = box()
    run(session, "import random\nrandom.seed(5)\ndef f(a):\n    return random.random()", pins="f")
    import random

    assert ask(session, "f", 0)[0].value == random.Random(5).random()


def test_a_forged_answer_is_a_claim_and_nothing_else(box: Box) -> None:
    """A student's code writes frames of its own on every descriptor that it finds."""
    spent = frame(b"s", {"cpu_seconds": 0.0, "timed_out": False, "lost": False})
    nonsense, end = frame(b"p", ["nonsense"]), frame(b"e", 7)
    source = (
        "import os\ndef forge(data):\n    for fd in range(3, 64):\n"
        "        try: os.write(fd, data)\n        except OSError: pass\n"
        f"def f(a):\n    forge({spent.packed()!r})\n    return a\n"
        f"def g(a):\n    forge({nonsense.packed()!r})\n    forge({end.packed()!r})\n    return a\n"
        "def h(a):\n    for fd in range(3, 64):\n        try: os.write(fd, b'garbage' * 9)\n        except OSError: pass\n"
    )
    session = box()
    session.run_cells([CellSource("a", source), *(CellSource(name, "", pins=name) for name in "fgh")])
    for name in "fgh":
        done = ask(session, name, 1, 2)
        assert len(done) == 2
        assert all(one.happened in ("died", "returned") for one in done)


def test_an_answer_of_very_many_numbers_is_no_answer(box: Box) -> None:
    session = box()
    run(session, "import numpy\ndef f(a):\n    return [numpy.zeros(1_900_000) for _ in range(8)] if a else 1", pins="f")
    large, small = ask(session, "f", 1, 0, seconds=10.0)
    assert "Opaque" in type(large.value).__name__
    assert small.value == 1


# --- secrets


def test_no_file_of_the_judge_can_be_read(box: Box, tmp_path: Path) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="judge-", suffix=".txt", dir="/var/tmp") as secret:
        secret.write(CANARY)
        secret.flush()
        os.chmod(secret.name, 0o644)
        here = Path(__file__).resolve().parent
        places = [
            secret.name,
            str(tmp_path),
            str(here / "conftest.py"),
            *(str(here.parent / name) for name in ("grader/spec.py", "grader/exercises", "solutions", ".git")),
            "/etc/shadow",
            "/root/.bashrc",
            "/home",
            "/var/log",
        ]
        found = told(
            box(),
            f"seen = []\nfor place in {places!r}:\n    try:\n"
            "        os.listdir(place) if os.path.isdir(place) else open(place).read()\n"
            "        seen.append(place)\n    except OSError: pass\nprint(json.dumps(seen))",
        )
    assert found == []


def test_nothing_outside_the_box_can_be_written(box: Box) -> None:
    places = ["/", "/usr", "/etc", "/var/tmp", "/work", str(Path(__file__).parent), sys.prefix, os.path.expanduser("~")]
    source = (
        f"seen = []\nfor place in {places!r}:\n    try:\n        open(place + '/left-behind', 'w').close()\n"
        "        seen.append(place)\n    except OSError: pass\nprint(json.dumps(seen))"
    )
    session = box()
    found = told(session, source)
    assert [place for place in found if (Path(place) / "left-behind").exists()] == []
    assert [place for place in found if place != "/work"] == []


def test_no_environment_holds_a_secret(box: Box) -> None:
    source = (
        f"text = repr(dict(os.environ))\nfor name in ['self', *range(1, 40), {os.getpid()}, {os.getppid()}]:\n"
        "    for part in ('environ', 'cmdline'):\n"
        "        try: text += open(f'/proc/{name}/{part}', errors='replace').read()\n"
        "        except OSError: pass\nprint(json.dumps(text))"
    )
    text = told(box(), source)
    assert CANARY not in text
    assert "TOKEN" not in text


def test_the_memory_of_no_other_process_can_be_read(box: Box) -> None:
    judge = os.getpid()
    for path in (
        f"/proc/{judge}/mem",
        f"/proc/{judge}/environ",
        f"/proc/{judge}/maps",
        f"/proc/{os.getppid()}/environ",
    ):
        session = box()
        [done] = run(session, f"data = open({path!r}, 'rb').read(10)\nprint('reached', data)")
        assert "reached" not in printed(done) or judge == 1, path


def test_only_the_connection_is_inherited(box: Box) -> None:
    kinds = told(
        box(),
        "kinds = []\nimport stat\nfor fd in range(256):\n    try: kinds.append(stat.S_ISSOCK(os.fstat(fd).st_mode))\n"
        "    except OSError: pass\nprint(json.dumps([len(kinds), sum(kinds)]))",
    )
    assert kinds[1] == 1
    assert kinds[0] <= 6


def test_no_answer_is_in_the_process(box: Box) -> None:
    names = told(box(), "print(json.dumps([name for name in sys.modules if name.startswith(('grader', 'nbgrader'))]))")
    assert names == []
    session = box()
    for name in ("grader.exercises", "grader.judge", "grader.spec", "solutions"):
        assert refused(session, f"import {name}"), name


# --- the machine

ATTEMPTS = {
    "internet": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "internet 6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "kernel messages": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "host of the virtual machine": "socket.socket(40, socket.SOCK_STREAM)",
    "kernel cryptography": "socket.socket(38, 5)",
    "trace": "assert ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) == 0",
    "new namespace": "assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "mount": "assert ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
    "limits of others": "import resource\nresource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
    "affinity of others": "os.sched_setaffinity(os.getppid() or 1, {0})",
    "priority of others": "os.setpriority(os.PRIO_USER, os.getuid(), 5)",
    "real time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    "become root": "os.setuid(0); os.chown('/etc/passwd', 0, 0)",
    "more memory": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "another root": "os.chroot('/tmp')",
    "a device": "os.mknod('disk', 0o60600, os.makedev(254, 0)); open('disk', 'rb')",
    "signal the first process": "os.kill(os.getppid(), 0 if os.getppid() == 0 else signal.SIGSTOP)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_machine_is_out_of_reach(box: Box, attempt: str) -> None:
    assert refused(box(), ATTEMPTS[attempt])


def test_the_judge_cannot_be_signalled(box: Box) -> None:
    assert refused(box(), f"os.kill({os.getpid()}, signal.SIGTERM)")


def test_no_socket_of_the_host_can_be_reached(box: Box) -> None:
    name = f"/tmp/judge-{os.getpid()}.sock"
    with socket.socket(socket.AF_UNIX) as abstract, socket.socket(socket.AF_UNIX) as named:
        abstract.bind(f"\0judge-{os.getpid()}")
        named.bind(name)
        os.chmod(name, 0o777)
        for listener in (abstract, named):
            listener.listen()
        try:
            session = box()
            for address in (f"\0judge-{os.getpid()}", name):
                assert refused(session, f"s = socket.socket(socket.AF_UNIX); s.connect({address!r})"), address
        finally:
            os.unlink(name)


def test_the_process_has_given_up_its_rights(box: Box) -> None:
    source = (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "print(json.dumps({'nnp': libc.prctl(39, 0, 0, 0, 0), 'seccomp': libc.prctl(21, 0, 0, 0, 0), 'uid': os.geteuid(),\n"
        "  'bound': [c for c in range(41) if libc.prctl(23, c, 0, 0, 0) == 1], 'threads': 1}))"
    )
    rights = told(box(), source)
    assert rights["nnp"] == 1
    assert rights["uid"] != 0
    assert rights["seccomp"] in (2, -1)
    if os.geteuid() == 0:
        assert rights["bound"] == []


def test_neighbours_do_not_see_each_other(box: Box) -> None:
    one, other = box(), box()
    run(
        one,
        "import os, subprocess\nopen(os.environ['TMPDIR'] + '/note', 'w').write('mine')\nopen('note', 'w').write('mine')\n"
        "sleeper = subprocess.Popen(['sleep', '77'])",
    )
    found = told(
        other,
        "import glob\nseen = []\nfor top in ('/tmp', '/box', '/dev/shm', '/var/tmp', os.environ['TMPDIR'], '..'):\n"
        "    for deeper in ('', '*/', '*/*/'): seen += glob.glob(f'{top}/{deeper}note')\nprint(json.dumps(seen))",
    )
    assert found == []
    assert refused(other, "print(subprocess.run(['pgrep', '-f', 'sleep 77'], check=True, capture_output=True))")


# Each layer, the attempt that only it stops, and the level at which nothing else does.
LAYERS = {
    "seccomp": ("full", "socket.socket(socket.AF_INET, socket.SOCK_STREAM)"),
    "landlock": ("partial", "os.listdir('/usr/..')"),
    "capabilities": ("full", "open('closed', 'w').close(); os.chmod('closed', 0); open('closed').close()"),
    "limits": ("full", "x = bytearray(3 << 30)"),
    "user": (
        "full",
        "import time\nfor _ in range(80):\n    if os.fork() == 0:\n        time.sleep(9)\n        os._exit(0)",
    ),
}


def test_a_check_tells_what_it_performed_when_nothing_was_wrong(engine: WarmEngine, tmp_path: Path) -> None:
    lesson = NOTEBOOKS / "lesson3_rnn_cell"
    visible = read_lesson(lesson / FILE_NAME).exercises["rnn_costs"]
    sources = (
        "def rnn_costs(T, D, H, O):\n    each = H * (D + H + O)\n    return each + H + O, T * each, T * H",
        "def rnn_costs(T, D, H, O):\n    return 0, 0, 0",
    )
    check = "from course_utils import check\ncheck('rnn_costs', rnn_costs)"
    told = []
    for source in sources:
        with engine.open(lesson, LIMITS) as session:
            cells = [CellSource("a", source), CellSource("b", check, "rnn_costs", len(visible.cases))]
            told.append(session.run_cells(cells)[1])
    assert [run.ended for run in told] == ["ok", "error"]
    assert [done.value for done in told[0].performed] == [case.expected for case in visible.cases]
    assert told[1].performed == []


@pytest.mark.parametrize("layer", LAYERS)
def test_without_a_layer_what_it_stops_is_reached(engine: WarmEngine, tmp_path: Path, layer: str) -> None:
    level, attempt = LAYERS[layer]
    if engine.level != level:
        pytest.skip(f"at the level {engine.level} another layer stops it too")
    if layer == "user" and os.geteuid() != 0:
        pytest.skip("there is no other user to become")
    with engine.open(tmp_path, LIMITS) as session:
        assert refused(session, attempt)
    engine._without = frozenset([layer])
    try:
        with engine.open(tmp_path, LIMITS) as session:
            assert not refused(session, attempt)
    finally:
        engine._without = frozenset()


def test_probes_are_performed_where_signals_are_refused(engine: WarmEngine, tmp_path: Path) -> None:
    if engine.level != "partial":
        pytest.skip("a box with namespaces may signal its own processes")
    engine._without = frozenset(["landlock"])  # as on kernels whose Landlock does not confine signals
    try:
        with engine.open(tmp_path, LIMITS) as session:
            assert refused(session, "os.kill(os.getppid(), 0)")
            run(session, "def f(a):\n    return 2 * a", pins="f")
            assert [[done.value for done in ask(session, "f", *given)] for given in ((1, 2), (3,))] == [[2, 4], [6]]
    finally:
        engine._without = frozenset()


def test_a_thread_that_computes_while_nothing_is_asked_costs_no_later_cell_its_time(box: Box) -> None:
    session = box(replace(LIMITS, cell_seconds=2.0))
    busy = "import threading, time\nend = time.monotonic() + 3\ndef spin():\n    while time.monotonic() < end: pass\n"
    run(session, busy + "threading.Thread(target=spin).start()")
    time.sleep(2.8)
    [done] = run(session, "while time.monotonic() < end: pass\nprint('later')")
    assert (done.ended, printed(done)) == ("ok", "later\n")


# --- the end


def _running(marker: str) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and marker.encode() in Path(f"/proc/{name}/cmdline").read_bytes():
                found.append(int(name))
    return found


def _gone(marker: str, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _running(marker):
            return True
        time.sleep(0.05)
    return False


DAEMON = (
    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        os.execvp('sleep', ['sleep', {marker!r}])\n    os._exit(0)\nos.wait()"
)


def test_a_daemon_ends_with_its_box(engine: WarmEngine, tmp_path: Path) -> None:
    marker = f"{1000 + os.getpid()}.25"
    with engine.open(tmp_path, LIMITS) as session:
        run(session, DAEMON.format(marker=marker), "import time; time.sleep(0.1)")
        assert _running(f"sleep\0{marker}")
    assert not _running(f"sleep\0{marker}")


def test_closing_a_box_leaves_nothing_on_the_host(
    engine: WarmEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tempfile.mkdtemp()  # where other tests, which run at the same time, put no boxes of theirs
    os.chmod(own, 0o711)
    monkeypatch.setattr(tempfile, "tempdir", own)

    def state() -> tuple[Sequence[str], ...]:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        return sorted(mounts), sorted(os.listdir("/dev/shm")), sorted(os.listdir(own))

    before = state()
    with engine.open(tmp_path, LIMITS) as session:
        run(
            session,
            "import os\nos.makedirs('deep/er')\nos.chmod('deep', 0)\nopen(os.environ['TMPDIR'] + '/x', 'w').close()",
            "from multiprocessing import shared_memory\nkept = shared_memory.SharedMemory(create=True, size=100)",
        )
    assert state() == before
    os.rmdir(own)


def test_killing_the_judge_ends_the_boxes(engine: WarmEngine, tmp_path: Path) -> None:
    marker = f"{2000 + os.getpid()}.25"
    reading, writing = os.pipe()
    judge = os.fork()
    if judge == 0:
        with engine.open(tmp_path, Limits()) as session:
            run(session, DAEMON.format(marker=marker))
            os.write(writing, b"running")
            run(session, "while True: pass")
        os._exit(0)
    assert os.read(reading, 7) == b"running"
    assert _running(f"sleep\0{marker}")
    os.kill(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    assert _gone(f"sleep\0{marker}")
    os.close(reading)
    os.close(writing)


def test_an_engine_survives_the_loss_of_its_template_and_its_boxes_do_not(engine: WarmEngine, tmp_path: Path) -> None:
    if engine.level != LEVELS[0]:
        pytest.skip("the same at every level, and a template takes seconds to start")
    with engine.open(tmp_path, LIMITS) as session:
        run(session, "x = 1")
        assert engine._template is not None
        engine._template._process.kill()
        engine._template._process.wait()
        # The box dies with its template; a new one from a new template replays the cell.
        lost, kept = run(session, "import time\nx = 2\ntime.sleep(4)", "print(x)")
    assert lost.ended == "died"
    assert printed(kept) == "1\n"


def test_a_level_that_is_not_to_be_had_is_refused() -> None:
    with pytest.raises(EngineError):
        WarmEngine("none")
