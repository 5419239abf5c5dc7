"""A student who writes every product as a sum over indices, and prints and warns on the way."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    import warnings

    warnings.warn("this is only a remark")
    print("a step", x_t.shape)
    return np.tanh(np.einsum("bd,hd->bh", x_t, W_xh) + np.einsum("bk,hk->bh", h, W_hh) + b_h[None, :])
# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b_h):
    states = np.empty((x.shape[0], x.shape[1] + 1, h0.shape[1]))
    states[:, 0] = h0
    for t in range(x.shape[1]):
        states[:, t + 1] = rnn_step(x[:, t], states[:, t], W_xh, W_hh, b_h)
    return states[:, 1:].copy()
# %% exercise="readout"
def readout(h, W_hy, b_y):
    return np.einsum("bth,oh->bto", h, W_hy) + b_y[None, None, :]
# %% exercise="rnn_costs"
def rnn_costs(T, D, H, O):
    recurrent = H * (D + H + 1)
    out = O * (H + 1)
    per_step = H * (D + H) + O * H
    return np.array([recurrent + out, T * per_step, T * H])
