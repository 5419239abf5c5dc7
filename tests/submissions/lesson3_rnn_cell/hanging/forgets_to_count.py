"""A student whose loop over time never moves on."""
# /// submission
# base = "solved"
# [score]
# rnn_forward = 0
# [outcome]
# rnn_forward = "timed_out"
# ///
# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b_h):
    states, h, t = [], h0, 0
    while t < x.shape[1]:
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states = [h]
    return np.stack(states, axis=1)
