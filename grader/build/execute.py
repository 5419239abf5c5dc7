"""Executing the solved notebook beside its checks, as an instructor would."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import mock

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from course_utils.cases import FILE_NAME
from course_utils.tries import SWITCH
from grader.paths import GraderError

CELL_TIMEOUT = 300
# The kernel listens on this machine's own ports: let it encrypt what it says, and not warn that it does not.
KERNELS = Config({"KernelManager": {"transport_encryption": "auto"}})


def executed(notebook: NotebookNode, lesson: str, checks: str) -> NotebookNode:
    """The notebook with its outputs. Raises GraderError with the failing cell's message."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_text(checks, encoding="utf-8")
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            config=KERNELS,
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        try:
            # Tries are the students': nothing of them in what is built.
            with mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1", SWITCH: "off"}):
                client.execute()
        except CellExecutionError as error:
            raise GraderError(f"{lesson}: a cell of the solved notebook fails.\n{str(error)[-1500:]}") from None
    # A kernel sends what a cell prints in pieces, by the clock. nbclient's `coalesce_streams` would also carry text from
    # below a figure to above it; this one joins neighbours only.
    notebook, _ = CoalesceStreamsPreprocessor().preprocess(notebook, {})
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook
