"""Lets the decoder say its end marker, and scores the probe on what it was fitted to."""

# /// submission
# base = "solved"
# [score]
# greedy_decode = 0
# linear_probe = 0
# [misconception]
# greedy_decode = "eos_kept"
# linear_probe = "scored_on_what_it_was_fitted_to"
# ///
# %% exercise="greedy_decode"
def greedy_decode(encoder_state, step, bos, eos, max_length):
    said, token, state = [], bos, encoder_state
    while len(said) < max_length and token != eos:
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        said.append(token)
    return said
# %% exercise="linear_probe"
def linear_probe(states, labels):
    half = len(states) // 2
    X = np.hstack([states[:half], np.ones((half, 1))])
    Y = np.eye(labels.max() + 1)[labels[:half]]
    W = np.linalg.lstsq(X, Y, rcond=None)[0]
    return float(np.mean((X @ W).argmax(1) == labels[:half]))
