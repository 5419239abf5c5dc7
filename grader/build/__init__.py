"""From a lesson's text and spec to its notebooks and visible cases. Nothing built is edited by hand."""

from grader.build.lesson import BuiltLesson, build_lesson, compare_with_disk, write_lesson

__all__ = ["BuiltLesson", "build_lesson", "compare_with_disk", "write_lesson"]
