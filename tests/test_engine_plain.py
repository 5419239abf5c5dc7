"""The engine without isolation keeps the same contract: cells, skipping, pins, probes, a private folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.engine.choosing import choose_engine
from grader.engine.interface import CellSource, Limits, ProbeCall, Session
from grader.engine.plain import PlainEngine

CALL = "course_utils.probes.calls:call"
LIMITS = Limits(cell_seconds=1.0, output=50_000)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("submission")
    (folder / "checks.json").write_text("{}")
    os.environ["GRADER_SECRET"] = "canary-19c2"
    with PlainEngine() as engine, engine.open(folder, LIMITS) as opened:
        yield opened
    del os.environ["GRADER_SECRET"]


def test_a_plain_kernel_gives_the_same_outcomes_as_a_box(session: Session) -> None:
    """One long story, since every kernel takes seconds to start: cells that go well, fail, hang and die; then probes."""
    cells = {
        "value": "import os\nprint(sorted(os.listdir()))\nx = [1]\nx",
        "error": "1 / 0",
        "hang": "print('so far')\nx.append(2)\nwhile True: pass",
        "exit": "import os\nos._exit(1)",
        "flood": "for _ in range(3000): print('y' * 100)",
        "define": (
            "def f(a):\n    import os\n    if a[0] == 1: os._exit(1)\n"
            "    if a[0] == 2:\n        while True: pass\n    return a * 2"
        ),
        "secret": "import os\nprint(x, 'GRADER_SECRET' in os.environ, 'canary' in str(dict(os.environ)))",
        "rich": "from IPython.display import HTML\nHTML('<b>x</b>')",
    }
    done = {run.cell_id: run for run in session.run_cells([CellSource(name, source) for name, source in cells.items()])}
    assert {name: run.ended for name, run in done.items()} == {
        "value": "ok",
        "error": "error",
        "hang": "timed_out",
        "exit": "died",
        "flood": "ok",
        "define": "ok",
        "secret": "ok",
        "rich": "ok",
    }
    assert done["value"].outputs[0]["text"] == "['checks.json']\n"
    assert done["value"].outputs[1]["data"] == {"text/plain": "[1]"}
    assert done["error"].outputs[0]["ename"] == "ZeroDivisionError"
    assert done["hang"].outputs[0]["text"] == "so far\n"
    assert "no end after 1 s" in done["hang"].outputs[-1]["text"]
    assert "truncated" in done["flood"].outputs[-1]["text"]
    assert done["secret"].outputs[0]["text"] == "[1] False False\n"
    assert done["rich"].outputs[0]["data"]["text/html"] == "<b>x</b>"

    session.run_cells([CellSource("check", "f = None", pins="f"), CellSource("later", "def f(a): return 0")])
    inputs = [{"a": np.array([float(number), 3.0])} for number in range(4)]
    [answers] = session.perform([ProbeCall("f", CALL, inputs, 0.5, "f")])
    assert [answer.happened for answer in answers] == ["returned", "died", "died", "died"]
    assert answers[0].value.tolist() == [0.0, 6.0]
    [answers] = session.perform([ProbeCall("f", CALL, inputs[2:], 0.5, "f")])
    assert [answer.happened for answer in answers] == ["timed_out"] * 2
    [[later]] = session.perform([ProbeCall("f", CALL, inputs[3:], 0.5, "f")])
    assert later.value.tolist() == [6.0, 6.0]
    [[missing]] = session.perform([ProbeCall("nothing", CALL, [{"a": 1}], 0.5, "f")])
    assert missing.happened == "missing"


def test_no_kernel_and_no_folder_stays_behind(tmp_path: Path) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    others = _homes()
    with PlainEngine() as engine, engine.open(tmp_path, LIMITS) as session:
        session.run_cells([CellSource("a", "import subprocess\nsubprocess.Popen(['sleep', '60'])")])
        [home] = _homes() - others
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before
    assert not home.exists()


def _homes() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("grader-kernel-*"))


def test_the_plain_engine_is_given_only_when_it_is_asked_for() -> None:
    assert isinstance(choose_engine("none"), PlainEngine)
