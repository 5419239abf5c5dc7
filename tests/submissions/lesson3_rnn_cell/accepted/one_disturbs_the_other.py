"""A student whose readout breaks what another answer of hers needs, once all cells have run."""
# /// submission
# base = "solved"
# ///
# %% exercise="readout"
bias = {"count": 1}


def readout(h, W_hy, b_y):
    if "seen" in bias:
        bias["count"] = None
    return h @ W_hy.T + b_y
# %% exercise="rnn_costs"
def rnn_costs(T, D, H, O):
    recurrent = H * (D + H + bias["count"])
    out = O * (H + bias["count"])
    return recurrent + out, T * (H * (D + H) + O * H), T * H
# %% after="generate"
bias["seen"] = True
