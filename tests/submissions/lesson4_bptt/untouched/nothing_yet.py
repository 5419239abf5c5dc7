"""A student who has opened the notebook and saved it."""
# /// submission
# base = "untouched"
# [outcome]
# numerical_gradient = "not_attempted"
# truncated_bptt = "not_attempted"
# ///
