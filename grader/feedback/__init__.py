"""Feedback pages: one per submission, made by us from plain data, with nothing active in them."""

from grader.feedback.page import feedback_page

__all__ = ["feedback_page"]
