"""A student whose shapes do not fit, and one cell of whose notebook does not even parse."""
# /// submission
# base = "solved"
# [score]
# readout = 0
# [outcome]
# readout = "raised"
# ///
# %% exercise="readout"
def readout(h, W_hy, b_y):
    return h @ W_hy + b_y[:, None, None, None] @ h
# %% after="readout"
this is a note to myself, not Python
# %% after="rnn_costs"
1 / 0
