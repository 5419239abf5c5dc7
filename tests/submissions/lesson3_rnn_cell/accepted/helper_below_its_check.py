"""A student who writes a helper in a cell below the check that needs it, and runs the cells in another order at home."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return squashed(x_t @ W_xh.T + h @ W_hh.T + b_h)
# %% after="rnn_step"
def squashed(a):
    return np.tanh(a)
