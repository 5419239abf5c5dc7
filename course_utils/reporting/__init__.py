"""How a verdict looks: plain text, and the same as HTML with a picture for JupyterLab."""

from course_utils.reporting.progress import progress_report
from course_utils.reporting.report import Report
from course_utils.reporting.verdict import verdict_report

__all__ = ["Report", "progress_report", "verdict_report"]
