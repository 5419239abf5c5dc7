"""What grading leaves behind: nbgrader's grade book, verdict rows beside it, executed notebooks and feedback."""
