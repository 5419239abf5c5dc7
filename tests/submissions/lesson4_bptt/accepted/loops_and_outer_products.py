"""A student who trusts loops: every row, step and entry on its own, outer products added up."""
# /// submission
# base = "solved"
# ///
# %% exercise="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    result = []
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[i] += eps
        down.flat[i] -= eps
        result.append((f(up) - f(down)) / (2.0 * eps))
    return np.array(result).reshape(x.shape)
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    B = dh_next.shape[0]
    dx, dh = np.zeros(cache["x_t"].shape), np.zeros(cache["h"].shape)
    dW_xh, dW_hh, db = np.zeros(cache["W_xh"].shape), np.zeros(cache["W_hh"].shape), np.zeros(len(cache["W_hh"]))
    for b in range(B):
        dz = dh_next[b] * (1.0 - cache["h_next"][b] * cache["h_next"][b])
        dW_xh += np.outer(dz, cache["x_t"][b])
        dW_hh += np.outer(dz, cache["h"][b])
        db += dz
        dx[b] = np.dot(cache["W_xh"].T, dz)
        dh[b] = np.dot(cache["W_hh"].T, dz)
    return dx, dh, dW_xh, dW_hh, db
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    B, T, H = dstates.shape
    dx = np.zeros(cache["x"].shape)
    totals = None
    dh = np.zeros((B, H))
    for t in range(T - 1, -1, -1):
        previous = cache["h0"] if t == 0 else cache["states"][:, t - 1, :]
        small = dict(cache, x_t=cache["x"][:, t, :], h=previous, h_next=cache["states"][:, t, :])
        dx[:, t, :], dh, *grads = rnn_step_backward(dh + dstates[:, t, :], small)
        totals = grads if totals is None else [a + b for a, b in zip(totals, grads)]
    return [dx, dh] + totals
# %% exercise="clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    total = 0.0
    for g in gradients:
        for entry in g.ravel():
            total += float(entry) ** 2
    norm = total ** 0.5
    if norm > max_norm:
        gradients = [g / norm * max_norm for g in gradients]
    return gradients, norm
