"""A student for whom reversing is `[:, ::-1]`, padding and all, and whose summary is the last column."""
# /// submission
# base = "untouched"
# [score]
# reverse_sequences = 0
# bidirectional_forward = 0
# sequence_summary = 0
# [misconception]
# reverse_sequences = "padding_flipped"
# bidirectional_forward = "padding_read_first"
# sequence_summary = "last_column"
# ///
# %% exercise="reverse_sequences"
def reverse_sequences(x, lengths):
    return x[:, ::-1].copy()

# %% exercise="sequence_summary"
def sequence_summary(outputs, lengths):
    return outputs[:, -1, :].copy()

# %% exercise="bidirectional_forward"
def read(x, W_xh, W_hh, b_h):
    """x (B, T, D) -> all states (B, T, H) of a cell that starts from zeros. Given."""
    h = np.zeros((len(x), len(b_h)))
    states = np.zeros((*x.shape[:2], len(b_h)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        states[:, t] = h
    return states


def bidirectional_forward(x, lengths, forward_weights, backward_weights):
    """x (B, T, D), lengths (B,), two tuples (W_xh, W_hh, b_h) -> outputs (B, T, 2H), zeros behind each row's end."""
    ahead = read(x, *forward_weights)
    back = reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)
    real = np.arange(x.shape[1]) < np.asarray(lengths)[:, None]
    return np.where(real[:, :, None], np.concatenate([ahead, back], axis=2), 0.0)
