"""A student who ran out of evening after one step back: measured gradient, tanh and step are there."""
# /// submission
# base = "untouched"
# [score]
# numerical_gradient = 3
# tanh_backward = 2
# rnn_step_backward = 5
# [outcome]
# rnn_backward = "not_attempted"
# train_step = "not_attempted"
# ///
# %% exercise="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[i] = eps
        gradient[i] = 0.5 * (f(x + unit) - f(x - unit)) / eps
    return gradient
# %% exercise="tanh_backward"
def tanh_backward(dh, h):
    return dh - dh * h * h
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    dz = tanh_backward(dh_next, cache["h_next"])
    dW_xh = np.einsum("bh,bd->hd", dz, cache["x_t"])
    dW_hh = np.einsum("bh,bi->hi", dz, cache["h"])
    return dz @ cache["W_xh"], dz @ cache["W_hh"], dW_xh, dW_hh, np.ones(len(dz)) @ dz
