"""Ran out of time after the first two exercises."""

# /// submission
# base = "untouched"
# [score]
# stacked_forward = 3
# inter_layer_dropout = 2
# ///
# %% exercise="stacked_forward"
def stacked_forward(x, layers, h0):
    """All layers of one step, then the next step; tops gathered in a list."""
    states = [np.array(start) for start in h0]
    tops = []
    for t in range(x.shape[1]):
        below = x[:, t]
        for index, (W_xh, W_hh, b_h) in enumerate(layers):
            states[index] = np.tanh(
                np.einsum("bd,hd->bh", below, W_xh) + np.einsum("bg,hg->bh", states[index], W_hh) + b_h
            )
            below = states[index]
        tops.append(below)
    return np.array(tops).reshape(x.shape[1], *h0.shape[1:]).transpose(1, 0, 2), np.array(states)
# %% exercise="inter_layer_dropout"
def inter_layer_dropout(x, p, rng, training):
    """The generator's own coin."""
    return np.where(rng.binomial(1, 1 - p, size=x.shape) == 1, x / (1 - p), 0.0) if training else x.copy()
