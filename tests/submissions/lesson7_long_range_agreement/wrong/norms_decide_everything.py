"""Believes that a norm above 1 explodes, and mixes up the sizes of a matrix."""
# /// submission
# base = "untouched"
# [score]
# spectral_radius = 0
# gradient_bound = 1.5
# rescale_to_radius = 0
# state_jacobian = 0
# [misconception]
# spectral_radius = "singular_value"
# gradient_bound = "norm_over_one_explodes"
# rescale_to_radius = "scaled_by_the_norm"
# state_jacobian = "order_reversed"
# ///
# %% exercise="state_jacobian"
def state_jacobian(states, W_hh, start, end):
    J = np.eye(len(W_hh))
    for t in range(start + 1, end + 1):
        J = J @ np.diag(1 - states[t] ** 2) @ W_hh
    return J
# %% exercise="spectral_radius"
def spectral_radius(W):
    return np.linalg.norm(W, 2)
# %% exercise="gradient_bound"
def gradient_bound(W_hh, steps):
    s = np.linalg.norm(W_hh, 2)
    return {"bound": s**steps, "must_vanish": s < 1, "may_explode": s > 1, "must_explode": s > 1}
# %% exercise="rescale_to_radius"
def rescale_to_radius(W, radius):
    return radius * W / np.linalg.norm(W, 2)
