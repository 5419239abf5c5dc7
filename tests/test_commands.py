"""The command line: every verb has help with an example and a place in the README; errors are two lines and a status."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main, parser
from grader.commands import COMMANDS, Command
from grader.paths import ROOT


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_verb_has_help_with_an_example_that_parses(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command.name, "--help"])
    assert ended.value.code == 0
    assert command.example in " ".join(capsys.readouterr().out.split())
    assert parser().parse_args(command.example.split()[1:]).verb == command.name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_verb_stands_in_the_readme(command: Command) -> None:
    assert f"grader {command.name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_what_grader_lessons_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons"]) == 0
    assert capsys.readouterr().out.strip() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["build", "lesson9"], "there is no lesson named 'lesson9'"),
        (["audit", "lesson9"], "there is no lesson named 'lesson9'"),
        (["grade", "no-such-folder"], "No submission was found"),
        (["feedback", "--to", "{empty}"], "Nothing is graded"),
        (["release", "lesson9", "--to", "{empty}"], "there is no lesson named 'lesson9'"),
        (["release", "lesson3_rnn_cell", "--to", "{empty}", "--after", __file__], "is no release"),
        (["collect", "{empty}/nothing.zip", "--to", "{empty}"], "There is no"),
        (["collect", "{empty}", "--to", "{empty}"], "No notebook was found"),
        (["collect", "{empty}", "--to", "{empty}", "--students", __file__], "has no column id"),
        (["export", "--to", "{empty}"], "Nothing is graded"),
        (["explain", "ada", "rnn_step", "--to", "{empty}"], "Nothing is graded for ada"),
        (["explain", "ada", "rnn_stepp", "--to", "{empty}"], "no judged exercise is named"),
        (["report", "--to", "{empty}"], "Nothing is graded"),
        (["new", "lesson3_rnn_cell"], "lesson3_rnn_cell is there already"),
        (["check", "unknown.ipynb"], "does not say which lesson it is"),
        (["check", "lesson3_rnn_cell.ipynb"], "cannot be opened"),
    ],
)
def test_an_error_is_two_lines_with_the_next_step_and_status_1(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([argument.format(empty=tmp_path) for argument in arguments]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert len(said.strip().splitlines()) == 2


def test_wrong_use_is_status_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["graed"])
    assert ended.value.code == 2
