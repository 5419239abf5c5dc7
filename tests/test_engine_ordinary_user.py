"""The engine keeps its promises for an ordinary user as well as for root: the module of boxes once more, as nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

NOBODY = 65_534
MINUTES = 8
# What depends on the user: namespaces, files, signals, limits on processes, and the end of it all.
CHOSEN = (
    "fork_bomb or out_of_reach or limited_for_root or file_of_the_judge or can_be_written or other_process "
    "or socket_of_the_host or cannot_be_signalled or given_up or daemon or leaves_nothing or killing_the_judge"
)


def _interpreter(place: Path) -> Path:
    """One that nobody may run: ours, or the system's with our packages where ours lies in a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if _may_run(Path(sys.executable)):
        return Path(sys.executable)
    system = Path("/usr/bin") / version
    if not system.exists():
        pytest.skip(f"{sys.executable} lies where only root may look, and there is no {system}")
    (place / "bin").mkdir()
    (place / "lib" / version).mkdir(parents=True)
    (place / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    (place / "bin" / "python").symlink_to(system)
    (place / "lib" / version / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    if not _may_run(place / "bin" / "python"):
        pytest.skip("the packages lie where only root may look")
    return place / "bin" / "python"


def _may_run(python: Path) -> bool:
    try:
        done = subprocess.run(
            [python, "-c", "import numpy, pytest"],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={},
            cwd="/",
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="an ordinary user has run all of it already")
def test_boxes_hold_for_an_ordinary_user() -> None:
    place = Path("/tmp") / f"nobody-{os.getpid()}"
    place.mkdir(mode=0o755)
    try:
        python = _interpreter(place)
        (place / "tmp").mkdir()
        os.chown(place / "tmp", NOBODY, NOBODY)
        here = Path(__file__).resolve().parent
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", CHOSEN, here / "test_engine_boxes.py"]
        done = subprocess.run(
            [str(part) for part in command],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={"PATH": "/usr/bin:/bin", "HOME": str(place / "tmp"), "TMPDIR": str(place / "tmp"), "LANG": "C.UTF-8"},
            cwd=here.parent,
            capture_output=True,
            text=True,
            timeout=60 * MINUTES,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
        assert "passed" in done.stdout
    finally:
        subprocess.run(["rm", "-rf", str(place)], check=False)
