"""The engine's parts that need no process: outputs, folders, replays, claims, the filter's program, what may be read."""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from course_utils.calling import Performance
from grader.engine import claims, folders, processes
from grader.engine.errors import FolderError
from grader.engine.interface import CellEnd, CellRun, CellSource, Limits, ProbeCall
from grader.engine.outputs import Transcript, apply
from grader.engine.session import MAX_RESTARTS, Left, ReplayingSession
from grader.engine.turns import Turns

# --- outputs


def test_texts_on_one_stream_are_joined_and_others_are_kept_apart() -> None:
    transcript = Transcript(1_000)
    for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")):
        transcript.stream(name, text)
    assert [(output["name"], output["text"]) for output in transcript.outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_what_is_over_the_cap_is_cut_with_one_note() -> None:
    transcript = Transcript(10)
    for _ in range(5):
        transcript.stream("stdout", "12345678")
        transcript.display({"text/plain": "x" * 100}, {})
    assert sum("truncated" in output.get("text", "") for output in transcript.outputs) == 1
    assert len(transcript.outputs[0]["text"]) < 80


def test_a_figure_that_is_too_large_leaves_a_note() -> None:
    transcript = Transcript(1_000)
    transcript.display({"image/png": "x" * 5_000}, {})
    assert "truncated" in transcript.outputs[0]["text"]


def test_an_error_is_kept_even_over_the_cap() -> None:
    transcript = Transcript(0)
    transcript.error("ValueError", "no", ["line"] * 500)
    assert transcript.outputs[0]["ename"] == "ValueError"
    assert len(transcript.outputs[0]["traceback"]) <= 60


def test_clear_output_waits_for_the_next_output_when_asked() -> None:
    transcript = Transcript(1_000)
    transcript.stream("stdout", "old")
    apply(transcript, "clear_output", {"wait": True})
    assert len(transcript.outputs) == 1
    transcript.stream("stdout", "new")
    assert [output["text"] for output in transcript.outputs] == ["new"]


# --- claims


@pytest.mark.parametrize(
    "claim",
    [
        None,
        7,
        {"kind": "display_data"},
        {"kind": "execute_reply", "content": {}},
        {"kind": "stream", "content": {"name": "judge", "text": "x"}},
        {"kind": "display_data", "content": {"data": [1], "metadata": {}}},
        {"kind": "display_data", "content": {"data": {1: "x"}, "metadata": {}}},
        {"kind": "execute_result", "content": {"data": {}, "metadata": {}, "execution_count": True}},
        {"kind": "error", "content": {"ename": "E", "evalue": "", "traceback": [1]}},
        {"kind": ["stream"], "content": {}},
    ],
)
def test_an_output_without_the_form_of_its_kind_is_dropped(claim: object) -> None:
    assert claims.output(claim) is None


def test_a_performance_is_rebuilt_from_plain_fields_only() -> None:
    assert claims.performance({"happened": "passed"}).happened == "died"
    found = claims.performance(
        {"happened": "raised", "value": 3, "error": ["x"], "message": "m" * 9_999, "changed": [1, "a"], "points": 5}
    )
    assert found == Performance("raised", None, message="m" * 2_000, changed=("", "a"))


# --- memory


def test_memory_is_counted_with_what_is_shared_divided_and_in_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    family = [processes.Usage(pid, 1, 0.0, 100 * pid) for pid in (1, 2, 3)]
    looked: list[int] = []

    def private(pid: int) -> int:
        looked.append(pid)
        return 10 * pid

    monkeypatch.setattr(processes, "private_bytes", private)
    assert not processes.hold_more(family, 600)
    assert looked == []
    assert [processes.hold_more(family, cap) for cap in (59, 60)] == [True, False]
    looked.clear()
    # No time for more than the largest: three like it.
    assert [processes.hold_more(family, cap, seconds=0.0) for cap in (89, 90)] == [True, False]
    assert looked == [3, 3]


# --- folders


def test_a_folder_is_read_without_links_pipes_and_devices(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "data.txt").write_bytes(b"1")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "up").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    assert folders.read_folder(tmp_path, 100) == {"deep/er/data.txt": b"1"}


def test_a_folder_that_is_too_large_or_too_full_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(bytes(60))
    (tmp_path / "b").write_bytes(bytes(60))
    with pytest.raises(FolderError):
        folders.read_folder(tmp_path, 100)
    monkeypatch.setattr(folders, "MAX_FILES", 1)
    with pytest.raises(FolderError):
        folders.read_folder(tmp_path, 1_000)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b"])
def test_a_name_that_leaves_the_folder_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError):
        folders.write_folder(tmp_path, {name: b""})


def test_a_folder_with_closed_folders_in_it_is_removed(tmp_path: Path) -> None:
    (tmp_path / "box" / "closed" / "in").mkdir(parents=True)
    (tmp_path / "box" / "closed").chmod(0)
    folders.remove_folder(tmp_path / "box")
    assert not (tmp_path / "box").exists()


# --- replays


class FakeWorker:
    """Runs cells whose sources say how they end; remembers what ran."""

    def __init__(self) -> None:
        self.alive = True
        self.ran: list[str] = []
        self.asked: list[int] = []
        self.closed = False

    def run(self, cells: Sequence[CellSource], left: Left) -> Iterator[CellRun]:
        for cell in cells:
            if left.seconds > 0:
                yield self.run_one(cell, left.seconds)
            if not self.alive:
                return

    def run_one(self, cell: CellSource, seconds: float) -> CellRun:
        ended: CellEnd = "ok"
        if cell.source in ("died", "timed_out"):
            ended, self.alive = cell.source, False  # type: ignore[assignment]
        self.ran.append(cell.source)
        return CellRun(cell.cell_id, ended, cpu_seconds=1.0 if cell.source else 0.0)

    def perform(self, requests: Sequence[ProbeCall]) -> Iterator[list[Performance]]:
        for request in requests:
            self.asked.append(len(request.inputs))
            done = self.perform_one(request)
            yield done
            if len(done) < len(request.inputs) or not self.alive:
                return

    def perform_one(self, request: ProbeCall) -> list[Performance]:
        done = []
        for given in request.inputs:
            if given["a"] == "died":
                self.alive = False
                return [*done, Performance("died")]
            done.append(Performance(given["a"] if given["a"] == "timed_out" else "returned", given["a"]))
            if given["a"] == "timed_out":
                break
        return done

    def close(self) -> None:
        self.closed = True


class Workers:
    def __init__(self) -> None:
        self.made: list[FakeWorker] = []

    def __call__(self) -> FakeWorker:
        self.made.append(FakeWorker())
        return self.made[-1]


def _cells(*sources: str) -> list[CellSource]:
    return [CellSource(str(place), source) for place, source in enumerate(sources)]


def test_after_a_death_the_other_cells_are_replayed_without_the_one_that_died() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(), Turns()) as session:
        done = session.run_cells(_cells("a", "died", "b", "timed_out", "c"))
    assert [run.ended for run in done] == ["ok", "died", "ok", "timed_out", "ok"]
    assert [worker.ran for worker in workers.made] == [
        ["a", "died"],
        ["a", "", "b", "timed_out"],
        ["a", "", "b", "", "c"],
    ]
    assert all(worker.closed for worker in workers.made)


def test_a_cell_that_ran_out_of_time_is_run_again_while_no_other_runs() -> None:
    workers, turns = Workers(), Turns()

    class Hurried(FakeWorker):
        def run_one(self, cell: CellSource, seconds: float) -> CellRun:
            if cell.source != "slow":
                return super().run_one(cell, seconds)
            self.ran.append("slow")
            self.alive = turns._waiting_alone == 1
            return CellRun(cell.cell_id, "ok" if self.alive else "timed_out", cpu_seconds=seconds)

    def worker() -> FakeWorker:
        workers.made.append(Hurried())
        return workers.made[-1]

    with ReplayingSession(worker, Limits(), turns) as session:
        done = session.run_cells(_cells("a", "slow", "b"))
    assert [run.ended for run in done] == ["ok", "ok", "ok"]
    assert [worker.ran for worker in workers.made] == [["a", "slow"], ["a", "slow", "b"]]


def test_a_cell_that_waited_is_not_run_again() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(), Turns()) as session:
        session.run_cells(_cells("timed_out", "a"))
    assert [worker.ran for worker in workers.made] == [["timed_out"], ["", "a"]]


def test_who_is_alone_has_waited_for_the_others_and_they_wait_for_him() -> None:
    turns, told = Turns(), []
    inside, go_on = threading.Event(), threading.Event()

    def beside() -> None:
        with turns.beside():
            told.append("beside")
            inside.set()
            go_on.wait(10)
            told.append("done")

    def alone() -> None:
        with turns.alone():
            told.append("alone")

    def late() -> None:
        with turns.beside():
            told.append("late")

    threads = [threading.Thread(target=work) for work in (beside, alone, late)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    while not turns._waiting_alone:
        time.sleep(0.001)
    threads[2].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert told == ["beside", "done", "alone", "late"]


def test_cells_end_with_the_time_of_the_notebook() -> None:
    with ReplayingSession(Workers(), Limits(cell_seconds=5.0, notebook_seconds=2.0), Turns()) as session:
        assert [run.ended for run in session.run_cells(_cells("a", "b", "c"))] == ["ok", "ok", "not_run"]


def test_an_input_that_ends_the_process_costs_its_own_request_only() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(), Turns()) as session:
        [done] = session.perform([ProbeCall("f", "p", [{"a": 1}, {"a": "died"}, {"a": 2}, {"a": "died"}], 1.0, "f")])
        [[later]] = session.perform([ProbeCall("g", "p", [{"a": 2}], 1.0, "f")])
    assert [answer.happened for answer in done] == ["returned", "died", "died", "died"]
    assert later.happened == "returned"
    assert len(workers.made) == 1 + 2


def test_a_submission_that_always_dies_gets_an_end() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(), Turns()) as session:
        done = session.run_cells(_cells(*["died"] * (MAX_RESTARTS + 5)))
        assert done[-1].ended == "not_run"
        [[answer]] = session.perform([ProbeCall("f", "p", [{"a": 1}], 1.0, "f")])
    assert answer.happened == "died"
    assert len(workers.made) == MAX_RESTARTS + 1


def test_replays_end_with_the_time_of_the_notebook_once_more() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(notebook_seconds=10.0), Turns()) as session:
        done = session.run_cells(_cells("a", "b", "c", "d", *["died"] * 4, "e"))
    assert [run.ended for run in done] == ["ok"] * 4 + ["died"] * 4 + ["not_run"]
    assert len(workers.made) == 1 + 3


def test_a_time_out_is_asked_again_alone() -> None:
    workers = Workers()
    with ReplayingSession(workers, Limits(), Turns()) as session:
        [done] = session.perform([ProbeCall("f", "p", [{"a": 1}, {"a": "timed_out"}, {"a": 2}], 1.0, "f")])
    assert workers.made[0].asked == [3, 1]
    assert [answer.happened for answer in done] == ["returned", "timed_out", "timed_out"]


def test_what_comes_after_a_loss_is_asked_by_itself() -> None:
    workers = Workers()
    calls = [
        ProbeCall(name, "p", [{"a": given}, {"a": 2}], 1.0, "*") for name, given in (("f", 1), ("g", "died"), ("h", 3))
    ]
    with ReplayingSession(workers, Limits(), Turns()) as session:
        done = list(session.perform(calls))
    assert [[one.happened for one in answers] for answers in done] == [["returned"] * 2, ["died"] * 2, ["returned"] * 2]
    assert [worker.asked for worker in workers.made] == [[2, 2], [1], [2]]


def test_others_get_their_turn_once_all_is_performed() -> None:
    turns = Turns()
    calls = [ProbeCall(name, "p", [{"a": 1}], 1.0, "*") for name in "fg"]
    with ReplayingSession(Workers(), Limits(), turns) as session:
        for done in session.perform(calls):
            assert (done[0].happened, turns._running) == ("returned", 1)
        assert turns._running == 0


# --- what Linux is told

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="boxes need Linux")


@linux_only
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("namespaces", [True, False])
def test_every_jump_of_the_filter_lands_inside_it(
    monkeypatch: pytest.MonkeyPatch, machine: str, namespaces: bool
) -> None:
    from grader.engine import linux, seccomp

    monkeypatch.setattr(linux, "MACHINE", machine)
    code = [struct.unpack("=HBBI", part) for part in _eights(seccomp.program(namespaces, False, 1))]
    for place, (operation, if_true, if_false, _) in enumerate(code):
        if operation & 0x07 == 0x05:
            assert place + 1 + max(if_true, if_false) < len(code)
    assert code[-1][0] == 0x06


def _eights(program: bytes) -> list[bytes]:
    return [program[place : place + 8] for place in range(0, len(program), 8)]


def _verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Run a BPF program as the kernel would, on one call."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *(list(arguments) + [0] * 6)[:6])
    code = [struct.unpack("=HBBI", part) for part in _eights(program)]
    place, loaded = 0, 0
    while True:
        operation, if_true, if_false, value = code[place]
        place += 1
        if operation == 0x20:
            [loaded] = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return int(value)
        else:
            met = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[operation]
            place += if_true if met else if_false


@linux_only
def test_the_filter_decides_as_its_tables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.engine import linux, seccomp

    monkeypatch.setattr(linux, "MACHINE", "x86_64")
    allow, refuse = 0x7FFF0000, 0x00050001
    full, partial = seccomp.program(True, True, 7), seccomp.program(False, False, 7)
    x86 = 0xC000003E
    expected = {
        (0,): (allow, allow),  # read
        (101,): (refuse, refuse),  # ptrace
        (41, 1): (allow, refuse),  # socket, unix
        (41, 2): (refuse, refuse),  # socket, internet
        (41, 40): (refuse, refuse),  # socket, vsock
        (53, 1): (allow, allow),  # socketpair
        (302, 0): (allow, allow),  # prlimit of oneself
        (302, 5): (refuse, refuse),  # prlimit of another
        (56, 17): (allow, allow),  # clone as fork
        (56, 0x10000011): (refuse, refuse),  # clone with a new user namespace
        (435,): (0x00050026, 0x00050026),  # clone3
        (62, 5): (allow, refuse),  # kill
        (234, 7): (allow, allow),  # tgkill of oneself
        (234, 8): (allow, refuse),  # tgkill of another
        (16, 0, 0x5412): (refuse, refuse),  # ioctl TIOCSTI
        (16, 0, 0x5401): (allow, allow),  # ioctl TCGETS
        (141, 0, 0): (allow, allow),  # setpriority of oneself
        (141, 2, 0): (refuse, refuse),  # setpriority of a user
        (29,): (refuse, refuse),  # shmget
        (0x40000000,): (0x00050026, 0x00050026),  # x32
    }
    for call, (in_full, in_partial) in expected.items():
        assert _verdict(full, x86, *call) == in_full, call
        assert _verdict(partial, x86, *call) == in_partial, call
    assert _verdict(full, 0x40000003, 0) == 0x80000000  # 32-bit calls end the process


@linux_only
def test_what_may_be_read_holds_the_course_and_not_the_grader() -> None:
    from grader.engine import reachable

    paths = [Path(path) for path in reachable.readable()]
    assert reachable.COURSE_UTILS in paths
    for secret in (reachable.GRADER, reachable.GRADER.parent / "solutions", Path.home(), Path("/etc/shadow")):
        assert not any(secret == path or secret.is_relative_to(path) for path in paths), secret


@linux_only
def test_a_grader_that_is_installed_among_the_packages_is_left_out(tmp_path: Path) -> None:
    from grader.engine import reachable

    for name in ("grader/engine", "course_utils", "numpy"):
        (tmp_path / "site-packages" / name).mkdir(parents=True)
    kept = reachable._without(tmp_path, tmp_path / "site-packages" / "grader")
    assert [path.name for path in kept] == ["course_utils", "numpy"]
