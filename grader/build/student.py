"""The student notebook: nbgrader's own release steps applied to the solved one, so that both ways agree to the byte."""

from __future__ import annotations

import copy

import nbformat
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

# `nbgrader generate_assignment` without its header, its database step and its test templates.
STEPS = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ClearHiddenTests, ClearMarkScheme, ComputeChecksums)


def student_notebook(solved: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What students receive: answers, hidden tests and outputs gone, checks locked."""
    notebook = copy.deepcopy(solved)
    for step in STEPS:
        notebook, _ = step().preprocess(notebook, {})
    return notebook
