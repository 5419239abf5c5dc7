"""Turns W_hh on the way back: everything is wrong except what needs no step back."""

# /// submission
# base = "solved"
# [score]
# stacked_backward = 0
# [misconception]
# stacked_backward = "w_hh_transposed"
# ///
# %% exercise="stacked_backward"
def stacked_backward(dtop, caches):
    """Time outside, layers inside; weights' gradients added up step by step."""
    L, T = len(caches), dtop.shape[1]
    dh = [np.zeros_like(cache[1]) for cache in caches]
    dW_xh = [np.zeros_like(cache[3][0]) for cache in caches]
    dW_hh = [np.zeros_like(cache[3][1]) for cache in caches]
    db_h = [np.zeros_like(cache[3][2]) for cache in caches]
    dx = np.zeros_like(caches[0][0])
    for t in range(T - 1, -1, -1):
        above = dtop[:, t]
        for index in range(L - 1, -1, -1):
            x, h0, states, (W_xh, W_hh, _) = caches[index]
            da = (above + dh[index]) * (1 - np.square(states[:, t]))
            dW_xh[index] += da.T @ x[:, t]
            dW_hh[index] += da.T @ (states[:, t - 1] if t else h0)
            db_h[index] += da.sum(0)
            dh[index] = da @ W_hh.T
            above = da @ W_xh
        dx[:, t] = above
    return dx, np.array(dh), dW_xh, dW_hh, db_h
