"""A student who computes in float32 wherever the text does not ask for more, and returns lists."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    c = {name: value.astype("float32") for name, value in cache.items()}
    dz = dh_next.astype("float32") * (np.float32(1) - c["h_next"] ** 2)
    return [dz @ c["W_xh"], dz @ c["W_hh"], dz.T @ c["x_t"], dz.T @ c["h"], dz.sum(axis=0)]
# %% exercise="temporal_softmax_backward"
def temporal_softmax_backward(logits, targets, mask):
    p = np.exp(logits - logits.max(2, keepdims=True)).astype("float32")
    p /= p.sum(2, keepdims=True)
    rows, cols = np.indices(targets.shape)
    p[rows, cols, targets] -= 1
    p[~mask] = 0
    return p / (mask.sum() or 1)
# %% exercise="truncated_bptt"
def truncated_bptt(model, x, y, k):
    loss, out = [], {name: [] for name in model}
    h = np.zeros((x.shape[0], model["b_h"].shape[0]), dtype="float32")
    t = 0
    while t < x.shape[1]:
        scores, cache = forward(model, x[:, t : t + k], h)
        targets = y[:, t : t + k]
        d = temporal_softmax_backward(scores, targets, targets >= 0) * targets.size / y.size
        recurrent = rnn_backward(d @ model["W_hy"], cache)[2:]
        for name, g in zip(["W_xh", "W_hh", "b_h"], recurrent):
            out[name].append(g)
        out["W_hy"].append(sum(d[b].T @ cache["states"][b] for b in range(len(d))))
        out["b_y"].append(d.sum(axis=(0, 1)))
        loss.append(mean_nll(scores, targets) * targets.size / y.size)
        h, t = cache["states"][:, -1], t + k
    return loss, out
