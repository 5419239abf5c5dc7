"""A student who multiplies in the wrong order and hands nothing back from the clipping."""
# /// submission
# base = "solved"
# [score]
# rnn_step_backward = 0
# rnn_backward = 0
# clip_by_global_norm = 0
# train_step = 0
# truncated_bptt = 0
# [outcome]
# rnn_step_backward = "raised"
# rnn_backward = "raised"
# train_step = "raised"
# ///
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    dz = dh_next * (1 - cache["h_next"] ** 2)
    return cache["W_xh"] @ dz, cache["W_hh"] @ dz, dz @ cache["x_t"], dz @ cache["h"], dz.sum(0)
# %% exercise="clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    [g * min(1.0, max_norm / max(norm, 1e-12)) for g in gradients]
