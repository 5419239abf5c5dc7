"""A student who likes NumPy's own tools: logaddexp, cumulative sums and a dart thrown at them."""
# /// submission
# base = "solved"
# ///
# %% exercise="log_softmax"
def log_softmax(scores, axis=-1):
    return scores - np.logaddexp.reduce(scores, axis=axis, keepdims=True)
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    written = []
    for _ in range(max_length):
        row = np.asarray(conditional(written), dtype=float)
        possible = np.flatnonzero(row)
        edges = np.cumsum(np.exp(log_softmax(np.log(row[possible]) / temperature)))
        token = int(possible[np.searchsorted(edges, rng.random() * edges[-1], side="right")])
        if token == eos:
            return written
        written.append(token)
    return written
# %% exercise="total_probability"
def total_probability(conditional, vocabulary_size, length):
    def below(prefix):
        if len(prefix) == length:
            return 1.0
        row = conditional(prefix)
        return sum(row[token] * below(prefix + [token]) for token in range(vocabulary_size))

    return below([])
