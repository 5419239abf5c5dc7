"""nbgrader's own tools (autograde, formgrader, generate_feedback) on this course: our folders are its layout."""

from pathlib import Path

c = get_config()  # noqa: F821  (IPython's configuration loader provides it)

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "rnn-course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# The lesson texts hold the answers: without "*.py" here nbgrader would copy them to students. Tries are nobody else's.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py", "tries.json*"]
# Torch alone needs seconds to import, and a solved lesson may take a minute.
c.ExecutePreprocessor.timeout = 300
c.Execute.timeout = 300
# Deleted test cells come back, as `grader grade` does it.
c.OverwriteCells.add_missing_cells = True
# Kernels listen on this machine's own ports: let them encrypt what they say, and not warn that they do not.
c.KernelManager.transport_encryption = "auto"
