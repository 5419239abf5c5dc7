"""A student who did not ask which way round the recurrent matrix stands; the loop above it falls with it."""
# /// submission
# base = "solved"
# [score]
# rnn_step = 0
# rnn_forward = 0
# masked_rnn_forward = 0
# [misconception]
# rnn_step = "w_hh_transposed"
# ///
# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh + b_h)
