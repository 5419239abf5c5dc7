"""What a student sees and what a check never does."""

from __future__ import annotations

import contextlib
import io
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from course_utils import CheckError, check, checking, hint, progress
from course_utils.reporting import verdict_report
from grader.paths import NOTEBOOKS

ROAD = "lesson3_rnn_cell"


@pytest.fixture(autouse=True)
def _in_the_lesson_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(NOTEBOOKS / ROAD / "checks.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "_desk", checking._Desk())


def right(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)


def transposed(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh + b_h)


def _said(subject: object) -> str:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        try:
            check("rnn_step", subject)
        except CheckError as problem:
            return str(problem)
    return screen.getvalue()


def test_a_right_answer_passes_and_hears_of_the_hidden_cases() -> None:
    assert "visible cases pass" in _said(right)
    assert "hidden cases" in _said(right)


def test_a_wrong_answer_hears_what_was_called_what_came_back_and_which_belief_it_shows() -> None:
    said = _said(transposed)
    assert "called rnn_step(x_t, h, W_xh, W_hh, b_h)" in said
    assert "expected" in said
    assert "got" in said
    assert "known mix-up" in said


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (lambda x_t, h, W_xh, W_hh, b_h: None, "None: is a `return` missing?"),
        (lambda x_t, h, W_xh, W_hh, b_h: right(x_t, h, W_xh, W_hh, b_h)[..., None], "expected shape"),
        (lambda x_t, h, W_xh, W_hh, b_h: right(x_t, h, W_xh, W_hh, b_h).astype(object), "dtype object"),
        (lambda x_t, h, W_xh, W_hh: h, "called with 5 arguments"),
        (lambda x_t, h, W_xh, W_hh, b_h: 1 / 0, "ZeroDivisionError"),
        (3, "cannot be called"),
    ],
)
def test_every_way_to_go_wrong_in_form_has_its_own_words(subject: object, told: str) -> None:
    assert told in _said(subject)


def test_a_function_that_changes_its_input_is_told_which_one() -> None:
    def careless(x_t, h, W_xh, W_hh, b_h):
        result = right(x_t, h, W_xh, W_hh, b_h)
        h += 1.0
        return result

    assert "the input h was changed in place" in _said(careless)


def test_an_endless_loop_is_stopped_even_where_it_swallows_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    exercise = checking._desk.exercise("rnn_step")
    quick = dataclasses.replace(exercise, time_limit=0.2)
    monkeypatch.setitem(checking._desk.lesson.exercises, "rnn_step", quick)

    def endless(x_t, h, W_xh, W_hh, b_h):
        while True:
            with contextlib.suppress(Exception):
                sum(range(1000))

    assert "loop that never ends" in _said(endless)


def test_torch_has_one_thread_while_a_limit_runs_and_as_many_as_before_afterwards() -> None:
    seen = []

    def watching(x_t, h, W_xh, W_hh, b_h):
        seen.append(torch.get_num_threads())
        return right(x_t, h, W_xh, W_hh, b_h)

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        check("rnn_step", watching)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_an_untouched_stub_is_not_attempted_and_raises_nothing() -> None:
    def stub(x_t, h, W_xh, W_hh, b_h):
        raise NotImplementedError()

    check("rnn_step", stub)
    assert "not attempted" in _said(stub)


def test_an_untouched_stub_fails_nbgraders_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    def stub(x_t, h, W_xh, W_hh, b_h):
        raise NotImplementedError()

    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(CheckError):
        check("rnn_step", stub)


def test_what_the_code_prints_and_warns_is_captured() -> None:
    def noisy(x_t, h, W_xh, W_hh, b_h):
        print("working hard")
        warnings.warn("careful", stacklevel=1)
        return h * 0

    assert "working hard" in _said(noisy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_honest_answers_in_other_dtypes_and_in_torch_pass(dtype: type) -> None:
    import torch

    def in_torch(x_t, h, W_xh, W_hh, b_h):
        x_t, h, W_xh, W_hh, b_h = (torch.tensor(value.astype(dtype)) for value in (x_t, h, W_xh, W_hh, b_h))
        return torch.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)

    assert "visible cases pass" in _said(in_torch)


def test_hints_go_from_gentle_to_direct_and_say_where_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    hint("rnn_step")
    hint("rnn_step")
    said = capsys.readouterr().out
    assert "Hint 1 of" in said
    assert "Hint 2 of" in said


def test_progress_shows_every_exercise_and_its_points(capsys: pytest.CaptureFixture[str]) -> None:
    check("rnn_step", right)
    progress()
    said = capsys.readouterr().out
    assert "all visible cases pass" in said
    assert "graded by a person" in said


@pytest.mark.parametrize("name", ["rnn_stepp", ""])
def test_an_unknown_exercise_is_named_in_two_lines(name: str) -> None:
    with pytest.raises(CheckError, match=r"There is no exercise named .*\nIts exercises: rnn_step"):
        check(name, right)


@pytest.mark.parametrize("content", [None, "{", '{"format": 99}', "[]"])
def test_a_missing_or_broken_checks_file_says_what_to_do(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(CheckError, match=r"\n(Open the notebook|Restore it)"):
        check("rnn_step", right)


def test_the_report_in_html_escapes_what_the_student_printed() -> None:
    def scripted(x_t, h, W_xh, W_hh, b_h):
        print("<script>alert(1)</script>")
        return h * 0

    verdict = checking.examine(checking._desk.exercise("rnn_step"), scripted)
    assert "<script>" not in verdict_report(verdict).html


def test_the_report_shows_expected_and_returned_as_a_picture_with_a_text() -> None:
    html = verdict_report(checking.examine(checking._desk.exercise("rnn_step"), transposed)).html
    assert "data:image/png;base64," in html
    assert 'alt="result: expected and returned arrays of shape' in html


def test_an_answer_that_calls_a_failing_exercise_is_told_to_mend_that_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "rnn_step", transposed)

    def rnn_forward(x, h0, W_xh, W_hh, b_h):
        states = [h0]
        for t in range(x.shape[1]):
            states.append(rnn_step(x[:, t], states[-1], W_xh, W_hh, b_h))  # noqa: F821
        return np.stack(states[1:], axis=1)

    _said(transposed)
    with pytest.raises(CheckError, match="It calls rnn_step, whose own check does not pass yet"):
        check("rnn_forward", rnn_forward)
