"""Skeletons of a lesson and of an exercise: whole and working from the first minute, with every open place marked."""

from grader.skeletons.writing import missing_places, write_exercise, write_lesson

__all__ = ["missing_places", "write_exercise", "write_lesson"]
