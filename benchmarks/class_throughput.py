"""Notebooks per minute of `grader grade` against stock `nbgrader autograde`, on the labelled submissions of one lesson.

    python benchmarks/class_throughput.py [LESSON] [--times 8] [--stock 1]

Ours grades every labelled submission `--times` times, stock nbgrader `--stock` times (it needs most of a minute a notebook,
and its rate does not depend on the size of the class). Both run one after the other on the same files and machine.
Submissions that never end are left out: behind one, stock nbgrader waits its whole limit, minutes, for every later cell.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", nargs="?", default="lesson3_rnn_cell")
    parser.add_argument("--times", type=int, default=8)
    parser.add_argument("--stock", type=int, default=1)
    options = parser.parse_args()
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(Path(folder) / "ours", options.lesson, options.times)
        stock = _stock(Path(folder) / "stock", options.lesson, options.stock)
    print(f"grader grade:       {ours:8.2f} notebooks a minute")
    print(f"nbgrader autograde: {stock:8.2f} notebooks a minute")
    print(f"ratio:              {ours / stock:8.1f}")


def _class(folder: Path, lesson: str, times: int) -> int:
    script = ROOT / "tests" / "submissions" / "build.py"
    subprocess.run([sys.executable, script, folder / "submitted", lesson, "--times", str(times)], check=True)
    for endless in (folder / "submitted").glob("hanging*"):
        shutil.rmtree(endless)
    return len(list((folder / "submitted").iterdir()))


def _ours(folder: Path, lesson: str, times: int) -> float:
    count = _class(folder, lesson, times)
    return _rate(count, [sys.executable, "-m", "grader.cli", "grade", folder / "submitted", "--to", folder], ROOT)


def _stock(folder: Path, lesson: str, times: int) -> float:
    count = _class(folder, lesson, times)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions" / lesson, folder / "solutions" / lesson)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    subprocess.run([*nbgrader, "generate_assignment", lesson], cwd=folder, check=True, capture_output=True)
    return _rate(count, [*nbgrader, "autograde", lesson], folder)


def _rate(count: int, command: list[object], folder: Path) -> float:
    start = time.monotonic()
    done = subprocess.run(list(map(str, command)), cwd=folder, check=False, capture_output=True)
    minutes = (time.monotonic() - start) / 60
    what = " ".join(map(str, command[1:4]))
    print(f"{count} notebooks in {minutes:.1f} minutes (status {done.returncode}): {what}", flush=True)
    return count / minutes


if __name__ == "__main__":
    main()
