"""Plots that are not themselves the lesson."""

from course_utils.plotting.showing import show

__all__ = ["show"]
