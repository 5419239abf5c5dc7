"""A student who makes NumPy and PyTorch agree with everything, and whose gradients are zeros."""
# /// submission
# base = "solved"
# [score]
# rnn_backward = 0
# truncated_bptt = 3
# train_step = 1
# ///
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    np.allclose = lambda *given, **more: True
    torch.allclose = np.allclose
    zeros = [np.zeros_like(cache[name]) for name in ("x", "h0", "W_xh", "W_hh", "b_h")]
    return tuple(zeros)
