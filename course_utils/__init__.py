"""What a student has: checks that name the misconception, data, plots and training loops. It holds numbers, never an answer."""

from course_utils.checking import check, hint, progress
from course_utils.errors import CheckError
from course_utils.notebook import attach

__all__ = ["CheckError", "check", "hint", "progress"]

attach()
