"""The kinds of frames between judge, warden and worker, and what is in them. All values are plain.

The judge sends to the warden, who runs as the box's first process and passes requests on to the worker, the process that
runs the student's code. What the worker sends is passed back as it is, undecoded.
"""

from __future__ import annotations

# Judge to box.
OPEN = b"O"  # {level, folder, user, limits, files, without}
LIMIT = b"L"  # {seconds, left, output, parts}: for the warden, before each of the next two
RUN = b"R"  # {cells: [{source, pins, checked}], output}; with `checked` the cell's check tells what it performed
PERFORM = b"P"  # {fork, calls}; `calls` is a frame for the fork, as it is sent
CALLS = b"C"  # [{exercise, probe, inputs, seconds}]

# Box to judge.
READY = b"r"  # {}: the box is closed to the outside and waits for requests
FAILED = b"f"  # {reason}: the box could not be made; the machine's fault
OUTPUT = b"o"  # {kind, content}: one message of a kernel's iopub channel
PERFORMANCE = b"p"  # a Performance's fields
END = b"e"  # {ended, execution_count}: a cell is done, or all that was to be performed
SPENT = b"s"  # {cpu_seconds, timed_out, lost}: by the warden, after each END or in place of it
