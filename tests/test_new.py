"""`grader new` in a copy of the course: what it writes is proved and built as it stands, and nothing of it is in a lesson."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import main
from grader.exercises import lesson_names
from grader.paths import ROOT
from grader.skeletons.writing import MARK

COPIED = ("grader", "course_utils", "solutions")
WRITE = """
from grader.cli import main
assert main(["new", "lesson8_attention"]) == 0
for number, lesson in enumerate({lessons}):
    assert main(["new", lesson, f"skeleton_{{number}}"]) == 0
"""
PROVE = """
from grader.audit import prove
from grader.build import build_lesson, compare_with_disk, write_lesson
from grader.build.answers import answers_of
from grader.build.text import read_text
from grader.exercises import all_lessons, load_lesson
for lesson in all_lessons():
    read_text(lesson)
for exercise in load_lesson("lesson8_attention").judged:
    proof = prove(exercise, answers_of("lesson8_attention"))
    assert not proof.problems, proof.problems
    assert proof.mutants == proof.killed
built = build_lesson("lesson8_attention")
write_lesson(built)
assert not list(compare_with_disk(built))
"""


WALK = """
from grader.audit import prove
from grader.build.answers import answers_of
from grader.exercises import load_lesson
exercise = next(item for item in load_lesson("lesson3_rnn_cell").judged if item.name == "state_at_end")
proof = prove(exercise, answers_of("lesson3_rnn_cell"))
assert not proof.problems, proof.problems
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course with a new lesson and a new exercise in every other one."""
    folder = tmp_path_factory.mktemp("course")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    _python(folder, WRITE.format(lessons=lesson_names()))
    return folder


def _python(folder: Path, program: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_written_agrees_with_its_text_is_proved_and_is_built(course: Path) -> None:
    _python(course, PROVE)
    assert (course / "notebooks" / "lesson8_attention" / "lesson8_attention.ipynb").is_file()
    assert (course / "docs" / "figures" / "lesson8_attention.png").is_file()


def test_the_walk_through_in_contributing_ends_with_an_exercise_that_is_proved(course: Path) -> None:
    _python(course, 'from grader.cli import main; assert main(["new", "lesson3_rnn_cell", "state_at_end"]) == 0')
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    answer, truth, beliefs, other = re.findall(r"```python\n(.*?)```", contributing, flags=re.DOTALL)
    text = course / "solutions" / "lesson3_rnn_cell" / "lesson3_rnn_cell.py"
    _replace(text, {r"def state_at_end\(.*?\n(?=\n# %% check)": answer})
    changes = {
        "import normal": "import lengths, normal",
        r'\("x",\)': '("h", "lengths")',
        r"def _draw.*?(?=STATE_AT_END = )": truth + "\n\n",
        r"_draw\((\d), (\d)\)": r"_draw(\1, \2, 6)",
        r"misconceptions=\(\n.*?(?=\n    \),\n    # MISSING)": beliefs.rstrip()
        .removesuffix("\n)")
        .replace(" = ", "=", 1),
        r"accepts=.*\n\)": f"accepts=({other.strip()},),\n)",
    }
    _replace(course / "grader" / "exercises" / "_lesson3_rnn_cell_state_at_end.py", changes)
    _python(course, WALK)


def _replace(path: Path, changes: dict[str, str]) -> None:
    """Make each change once or oftener; what is put in is taken as it stands, except for the drawing of sizes."""
    source = path.read_text(encoding="utf-8")
    for pattern, new in changes.items():
        taken = new if "\\1" in new else new.replace("\\", "\\\\")
        source, count = re.subn(pattern, taken, source, flags=re.DOTALL)
        assert count, pattern
    path.write_text(source, encoding="utf-8")


def test_an_exercise_changes_nothing_of_its_lesson_but_adds_to_it(course: Path) -> None:
    for name in lesson_names():
        for path in (f"solutions/{name}/{name}.py", f"grader/exercises/{name}.py"):
            before = (ROOT / path).read_text(encoding="utf-8").split()
            after = iter((course / path).read_text(encoding="utf-8").split())
            assert all(word in after for word in before), path


def test_what_is_written_is_as_ruff_writes_it(course: Path) -> None:
    new = [
        str(path)
        for path in (course / "grader" / "exercises").glob("*")
        if not (ROOT / "grader" / "exercises" / path.name).exists() and "state_at_end" not in path.name
    ]
    assert len(new) == len(lesson_names()) + 2
    for verb in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *verb, "--config", str(ROOT / "pyproject.toml"), *new],
            check=True,
            cwd=course,
        )


def test_no_lesson_of_the_course_has_an_open_place_of_a_skeleton() -> None:
    texts = [*(ROOT / "solutions").rglob("*.py"), *(ROOT / "grader" / "exercises").glob("*.py")]
    assert not [path for path in texts if MARK in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["attention"], "is no name of a lesson"),
        (["lesson3_rnn_cell"], "is there already"),
        (["lesson9_none", "f"], "there is no lesson named"),
        (["lesson3_rnn_cell", "2nd"], "cannot be the name of a function"),
        (["lesson3_rnn_cell", "lambda"], "cannot be the name of a function"),
        (["lesson4_bptt", "rnn_step"], "lesson3_rnn_cell has an exercise rnn_step already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *arguments]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert len(said.strip().splitlines()) == 2
