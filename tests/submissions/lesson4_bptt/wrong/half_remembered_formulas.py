"""A student who writes formulas from memory: the sigmoid's slope, blame lost between steps, a list the wrong way round."""
# /// submission
# base = "solved"
# [score]
# numerical_gradient = 1
# tanh_backward = 0
# rnn_backward = 0
# temporal_softmax_backward = 0
# state_gradient_norms = 0
# truncated_bptt = 0
# [misconception]
# numerical_gradient = "forward_difference"
# tanh_backward = "sigmoid_slope"
# rnn_backward = "carry_lost"
# temporal_softmax_backward = "divided_by_batch"
# state_gradient_norms = "order_reversed"
# truncated_bptt = "state_reset"
# ///
# %% exercise="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        moved = x.copy()
        moved[index] += eps
        gradient[index] = (f(moved) - f(x)) / eps
    return gradient
# %% exercise="tanh_backward"
def tanh_backward(dh, h):
    return dh * h * (1 - h)
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    dz = dh_next * (1 - cache["h_next"] ** 2)
    return dz @ cache["W_xh"], dz @ cache["W_hh"], dz.T @ cache["x_t"], dz.T @ cache["h"], dz.sum(0)
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    dz = dstates * (1 - cache["states"] ** 2)
    before = np.concatenate([cache["h0"][:, None], cache["states"][:, :-1]], axis=1)
    dh0 = dz[:, 0] @ cache["W_hh"]
    return dz @ cache["W_xh"], dh0, np.einsum("bth,btd->hd", dz, cache["x"]), np.einsum("bth,bti->hi", dz, before), dz.sum((0, 1))
# %% exercise="temporal_softmax_backward"
def temporal_softmax_backward(logits, targets, mask):
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    np.put_along_axis(p, targets[..., None], np.take_along_axis(p, targets[..., None], -1) - 1, -1)
    return p * mask[..., None] / logits.shape[0]
# %% exercise="train_step"
def whole_gradient(model, x, y, h):
    scores, cache = forward(model, x, h)
    states = cache["states"]
    d = np.exp(scores - scores.max(-1, keepdims=True))
    d = (d / d.sum(-1, keepdims=True) - np.eye(d.shape[-1])[y]) / y.size
    dz, carry = np.zeros_like(states), 0
    for t in reversed(range(states.shape[1])):
        dz[:, t] = (d[:, t] @ model["W_hy"] + carry) * (1 - states[:, t] ** 2)
        carry = dz[:, t] @ model["W_hh"]
    before = np.concatenate([h[:, None], states[:, :-1]], 1)
    grads = [np.einsum("bth,btd->hd", dz, x), np.einsum("bth,bti->hi", dz, before), dz.sum((0, 1))]
    return mean_nll(scores, y), grads + [np.einsum("bto,bth->oh", d, states), d.sum((0, 1))], states[:, -1]

NAMES = ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]

def train_step(weights, x, y, lr):
    loss, grads, _ = whole_gradient(weights, x, y, np.zeros((len(x), len(weights["b_h"]))))
    grads, _ = clip_by_global_norm(grads, 1.0)
    return loss, {name: weights[name] - lr * g for name, g in zip(NAMES, grads)}
# %% exercise="state_gradient_norms"
def state_gradient_norms(dL_dh_T, cache):
    norms, dh = [], dL_dh_T
    for t in reversed(range(cache["x"].shape[1])):
        norms.append(np.linalg.norm(dh))
        dh = (dh * (1 - cache["states"][:, t] ** 2)) @ cache["W_hh"]
    return norms
# %% exercise="truncated_bptt"
def truncated_bptt(model, x, y, k):
    losses, out = [], {name: [] for name in NAMES}
    for s in range(0, x.shape[1], k):
        part = y[:, s : s + k]
        loss, grads, _ = whole_gradient(model, x[:, s : s + k], part, np.zeros((len(x), len(model["b_h"]))))
        losses.append(loss * part.size / y.size)
        for name, g in zip(NAMES, grads):
            out[name].append(g * part.size / y.size)
    return losses, out
