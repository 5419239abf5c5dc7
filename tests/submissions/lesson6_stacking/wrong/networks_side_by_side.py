"""Believes that every layer of a stack reads the input, and counts it that way."""

# /// submission
# base = "solved"
# [score]
# stacked_forward = 0
# stacked_parameter_count = 0
# width_for_budget = 0
# [misconception]
# stacked_forward = "every_layer_reads_x"
# stacked_parameter_count = "upper_layers_read_D"
# ///
# %% exercise="stacked_forward"
def stacked_forward(x, layers, h0):
    """The stack as several networks side by side."""
    final = []
    for (W_xh, W_hh, b_h), start in zip(layers, h0, strict=True):
        states, h = [], start
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
            states.append(h)
        final.append(h)
    return np.stack(states, axis=1) if states else np.zeros((len(x), 0, h0.shape[2])), np.stack(final)
# %% exercise="stacked_parameter_count"
def stacked_parameter_count(D, H, L):
    return L * (H * D + H * H + H)
