"""A student whose dW_hh alone is wrong, once for every place where it can be; everything else is right."""
# /// submission
# base = "solved"
# [score]
# rnn_step_backward = 4
# rnn_backward = 6
# [misconception]
# rnn_step_backward = "h_next_in_dW_hh"
# rnn_backward = "wraps_round"
# ///
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    dz = dh_next * (1 - cache["h_next"] ** 2)
    return dz @ cache["W_xh"], dz @ cache["W_hh"], dz.T @ cache["x_t"], dz.T @ cache["h_next"], dz.sum(0)
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    states = cache["states"]
    dz, carry = np.zeros_like(dstates), np.zeros_like(cache["h0"])
    dW_hh = np.zeros_like(cache["W_hh"])
    for t in reversed(range(states.shape[1])):
        dz[:, t] = (dstates[:, t] + carry) * (1 - states[:, t] ** 2)
        carry = dz[:, t] @ cache["W_hh"]
        dW_hh += dz[:, t].T @ states[:, t - 1]
    return dz @ cache["W_xh"], carry, np.einsum("bth,btd->hd", dz, cache["x"]), dW_hh, dz.sum((0, 1))
# %% exercise="train_step"
def train_step(weights, x, y, lr):
    loss, chunks = truncated_bptt(weights, x, y, x.shape[1])
    clipped, _ = clip_by_global_norm([g[0] for g in chunks.values()], 1.0)
    return loss[0], {name: weights[name] - lr * g for name, g in zip(chunks, clipped)}
# %% exercise="truncated_bptt"
def truncated_bptt(model, x, y, k):
    h, losses, out = np.zeros((len(x), len(model["b_h"]))), [], {name: [] for name in model}
    for s in range(0, x.shape[1], k):
        scores, cache = forward(model, x[:, s : s + k], h)
        states, part = cache["states"], y[:, s : s + k]
        d = np.exp(scores - scores.max(-1, keepdims=True))
        d = (d / d.sum(-1, keepdims=True) - np.eye(d.shape[-1])[part]) / y.size
        dz, carry = np.zeros_like(states), 0
        for t in reversed(range(states.shape[1])):
            dz[:, t] = (d[:, t] @ model["W_hy"] + carry) * (1 - states[:, t] ** 2)
            carry = dz[:, t] @ model["W_hh"]
        before = np.concatenate([h[:, None], states[:, :-1]], 1)
        grads = [np.einsum("bth,btd->hd", dz, x[:, s : s + k]), np.einsum("bth,bti->hi", dz, before), dz.sum((0, 1))]
        grads += [np.einsum("bto,bth->oh", d, states), d.sum((0, 1))]
        for name, g in zip(("W_xh", "W_hh", "b_h", "W_hy", "b_y"), grads):
            out[name].append(g)
        losses.append(mean_nll(scores, part) * part.size / y.size)
        h = states[:, -1]
    return np.array(losses), out
