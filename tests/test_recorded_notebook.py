"""What is kept of an executed submission: text, pictures and rubrics, and nothing that a page could run or load."""

from __future__ import annotations

import copy
from typing import Any

import nbformat
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from grader.judge.key import lesson_key
from grader.records.executed import NOT_KEPT, plain_markdown, recorded
from grader.spec import Written

KEY = lesson_key("lesson3_rnn_cell")
ANSWER = next(exercise for exercise in KEY.lesson.exercises if isinstance(exercise, Written))
PNG = "iVBORw0KGgo="
ACTIVE = [
    "<script>x()</script>",
    "<img src=x onerror=x()>",
    "</p><svg/onload=x()>",
    "<!-- a --><?php ?>",
    "[a](javascript:x())",
    "[a][b]\n\n[b]: javascript:x()",
    "[b]\n\n[b]:\njavascript:x()",
    "![a](http://far.example/x.png)",
    "![a][b]\n\n[b]: http://far.example/x.png",
    "![b]\n\n[b]: http://far.example/x.png",
    "<javascript:x()>",
    "```mermaid\n<img src=x onerror=x()>\n```",
    "`</code><script>x()</script>",
    "$</script><script>x()$",
    "\\begin{a}<img src=x onerror=x()>\\end{a}",
    "| a |\n|---|\n| <b onclick=x()>b</b> |",
    "<" * 3 + "script>x()</script>",
    "!![[a](http://far.example/x)](javascript:x())",
]


def _kept(*outputs: nbformat.NotebookNode) -> list[dict[str, Any]]:
    notebook = copy.deepcopy(KEY.released)
    notebook.cells = [new_code_cell("1")]
    notebook.cells[0].outputs = list(outputs)  # not through nbformat, which refuses what a stranger's process may claim
    return [dict(output) for output in recorded(notebook, KEY).cells[0].outputs]


@pytest.mark.parametrize("source", ACTIVE)
def test_markdown_of_a_submission_has_no_tag_no_link_and_no_image(source: str) -> None:
    html = markdown2html_mistune(plain_markdown(source)).lower()
    for tag in ("<script", "<img", "<svg", "<b onclick", "<!--", "<?", '<a href="javascript:', "</p><"):
        assert tag not in html
    assert "x()" in html or "far.example" in html or "?php" in html


def test_what_a_student_means_by_a_smaller_sign_or_a_bracket_can_still_be_read() -> None:
    assert plain_markdown("h < 3 and $x<y$, see [1], `a[0]` and 3! = 6") == (
        "h < 3 and $x< y$, see [1], `a[0]` and 3! = 6"
    )


def test_of_a_display_stay_its_text_and_its_pictures_with_their_alternative_text() -> None:
    data = {"text/html": "<b>", "image/svg+xml": "<svg>", "image/png": PNG, "text/plain": "[figure]"}
    kept = _kept(new_output("display_data", data, metadata={"image/png": {"alt": "a line", "width": '"'}, "x": "y"}))
    assert kept[0]["data"] == {"text/plain": "[figure]", "image/png": PNG}
    assert kept[0]["metadata"] == {"image/png": {"alt": "a line"}}


@pytest.mark.parametrize("data", [{"text/html": "<b>"}, {"image/png": '" onerror="x()'}, {"image/jpeg": {"a": 1}}, {}])
def test_a_display_without_text_or_picture_leaves_a_note(data: dict[str, Any]) -> None:
    output = nbformat.from_dict({"output_type": "display_data", "data": data, "metadata": {"image/png": "no mapping"}})
    assert _kept(output)[0]["data"] == {"text/plain": NOT_KEPT}


def test_streams_errors_and_results_stay_and_the_notebook_is_a_valid_one() -> None:
    outputs = [
        new_output("stream", name="stderr", text="<b>"),
        new_output("error", ename="A", evalue="b", traceback=["c"]),
        new_output("execute_result", {"text/plain": "3", "text/latex": "$3$"}, execution_count=1),
    ]
    kept = _kept(*outputs)
    assert kept[:2] == outputs[:2]
    assert kept[2]["data"] == {"text/plain": "3"}
    notebook = copy.deepcopy(KEY.released)
    notebook.cells.append(new_code_cell("1", outputs=outputs))
    nbformat.validate(recorded(notebook, KEY))


def test_released_prose_stays_as_it_is_and_a_students_is_made_plain() -> None:
    notebook = copy.deepcopy(KEY.released)
    notebook.cells.append(new_markdown_cell("<b>mine</b>"))
    kept = recorded(notebook, KEY)
    released = [cell.source for cell in KEY.released.cells if cell.cell_type == "markdown"]
    assert [cell.source for cell in kept.cells if cell.cell_type == "markdown" and "rubric-" not in cell.id] == [
        *released,
        "< b>mine< /b>",
    ]
    assert notebook.cells[-1].source == "<b>mine</b>"


def test_the_rubric_stands_before_the_answer_with_every_criterion_and_its_points() -> None:
    cells = recorded(KEY.released, KEY).cells
    place = next(i for i, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == ANSWER.name)
    assert cells[place - 1].source.count("\n- ") == len(ANSWER.rubric)
    for criterion in ANSWER.rubric:
        assert criterion.text in cells[place - 1].source
    assert all(criterion.text not in cell.source for cell in KEY.released.cells for criterion in ANSWER.rubric)
