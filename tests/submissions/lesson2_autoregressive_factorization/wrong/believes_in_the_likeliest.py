"""A student for whom a model writes by always taking the likeliest letter, and for whom alpha belongs above the line only."""
# /// submission
# base = "solved"
# [score]
# fit_ngram = 0
# sample_sequence = 0
# [misconception]
# fit_ngram = "alpha_without_v"
# sample_sequence = "argmax"
# ///
# %% exercise="fit_ngram"
def fit_ngram(corpus, order, vocabulary_size, alpha):
    counts = {}
    for sentence in corpus:
        for t in range(len(sentence)):
            context = tuple(sentence[max(0, t - order + 1) : t])
            counts.setdefault(context, np.zeros(vocabulary_size))[sentence[t]] += 1
    return {context: (row + alpha) / row.sum() for context, row in counts.items()}
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    tokens = []
    for _ in range(max_length):
        best = int(np.argmax(conditional(tokens)))
        if best == eos:
            break
        tokens.append(best)
    return tokens
