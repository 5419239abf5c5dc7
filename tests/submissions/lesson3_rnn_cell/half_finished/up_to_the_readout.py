"""A student who ran out of time after the read-out."""
# /// submission
# base = "untouched"
# [score]
# rnn_step = 2
# rnn_forward = 3
# readout = 1
# [outcome]
# counting_weights = "not_attempted"
# ///
# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    z = x_t @ W_xh.T
    z = z + h @ W_hh.T
    z = z + b_h
    return np.tanh(z)
# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b_h):
    B, T, D = x.shape
    states = np.zeros((B, T, h0.shape[1]))
    h = h0
    for t in range(T):
        h = rnn_step(x[:, t, :], h, W_xh, W_hh, b_h)
        states[:, t, :] = h
    return states
# %% exercise="readout"
def readout(h, W_hy, b_y):
    return np.einsum("bth,oh->bto", h, W_hy) + b_y
