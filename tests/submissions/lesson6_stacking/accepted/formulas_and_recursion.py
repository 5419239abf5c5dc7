"""A mathematician: solves the quadratic, the normal equations, and lets the decoder call itself."""

# /// submission
# base = "solved"
# ///
# %% exercise="linear_probe"
def linear_probe(states, labels):
    """Solves X'X W = X'Y with a column of ones in front."""
    half = len(states) // 2
    X = np.hstack([np.ones((len(states), 1)), states])
    classes = np.unique(labels)
    Y = (labels[:, None] == classes[None, :]).astype(float)
    W = np.linalg.solve(X[:half].T @ X[:half] + 1e-9 * np.eye(X.shape[1]), X[:half].T @ Y[:half])
    return float(np.mean(classes[np.argmax(X[half:] @ W, axis=1)] == labels[half:]))
# %% exercise="stacked_parameter_count"
def stacked_parameter_count(D, H, L):
    """Layer by layer."""
    return sum(H * (D if layer == 0 else H) + H * H + H for layer in range(L))
# %% exercise="width_for_budget"
def width_for_budget(budget, D, L):
    """The quadratic formula, mended where rounding would spoil it."""
    a, b = 2 * L - 1, D + L
    H = np.floor((np.sqrt(b * b + 4 * a * budget) - b) / (2 * a))
    while (a * (H + 1) + b) * (H + 1) <= budget:
        H += 1
    while (a * H + b) * H > budget:
        H -= 1
    return int(H)
# %% exercise="greedy_decode"
def greedy_decode(encoder_state, step, bos, eos, max_length):
    """The rest of the sentence is a sentence."""
    if max_length == 0:
        return []
    scores, state = step(bos, encoder_state)
    best = max(range(len(scores)), key=lambda token: scores[token])
    return [] if best == eos else [best, *greedy_decode(state, step, best, eos, max_length - 1)]
# %% after="width_for_budget"
print([width_for_budget(5000, 20, L) for L in range(1, 6)])
