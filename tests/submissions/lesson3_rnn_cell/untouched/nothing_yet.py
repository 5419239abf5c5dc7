"""A student who handed in the notebook as it was received."""
# /// submission
# base = "untouched"
# [outcome]
# rnn_step = "not_attempted"
# SimpleRNN = "not_attempted"
# generate = "not_attempted"
# ///
