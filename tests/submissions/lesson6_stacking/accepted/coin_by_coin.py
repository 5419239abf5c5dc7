"""Tosses one coin per number, bisects for the width and counts tokens for himself."""

# /// submission
# base = "solved"
# ///
# %% exercise="inter_layer_dropout"
def inter_layer_dropout(x, p, rng, training):
    """One number after the other, last first, in float32."""
    kept = np.array(x, dtype=np.float32)
    if training:
        for index in reversed(list(np.ndindex(x.shape))):
            kept[index] = 0.0 if rng.uniform() < p else kept[index] / (1 - p)
    return kept
# %% exercise="width_for_budget"
def width_for_budget(budget, D, L):
    """Halves an interval."""
    low, high = 0, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle * (D + L) + (2 * L - 1) * middle**2 <= budget:
            low = middle
        else:
            high = middle
    return low
# %% exercise="greedy_decode"
def greedy_decode(encoder_state, step, bos, eos, max_length):
    """Counts for itself and sorts the scores."""
    tokens = [bos]
    state = encoder_state
    while len(tokens) <= max_length:
        scores, state = step(tokens[-1], state)
        best = np.argsort(-np.asarray(scores))[0]
        if best == eos:
            break
        tokens.append(best)
    return tokens[1:]
