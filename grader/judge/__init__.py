"""The trusted side: hidden cases, comparison and verdicts. It runs nothing of a student's."""
