"""A student whose walk back in time stops when it stands at zero, and walks past it when it begins there."""
# /// submission
# base = "solved"
# [score]
# state_gradient_norms = 0
# ///
# %% exercise="state_gradient_norms"
def state_gradient_norms(dL_dh_T, cache):
    T, dh = cache["states"].shape[1], dL_dh_T
    norms, t = np.zeros(T), T - 1
    while True:
        norms[t % T] = np.linalg.norm(dh)
        dh = (dh * (1 - cache["states"][:, t % T] ** 2)) @ cache["W_hh"]
        t -= 1
        if t == 0:
            return norms
