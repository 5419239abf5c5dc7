"""A student who ran out of time in the middle of fit_ngram."""
# /// submission
# base = "untouched"
# [score]
# next_token_pairs = 1
# sequence_log_prob = 2
# total_probability = 2
# [outcome]
# fit_ngram = "wrong"
# sample_sequence = "not_attempted"
# ///
# %% exercise="next_token_pairs"
def next_token_pairs(tokens, bos, eos):
    return [bos] + tokens, tokens + [eos]
# %% exercise="sequence_log_prob"
def sequence_log_prob(tokens, conditional):
    total = 0.0
    for t, token in enumerate(tokens):
        with np.errstate(divide="ignore"):
            total += np.log(conditional(tokens[:t])[token])
    return total
# %% exercise="total_probability"
def total_probability(conditional, vocabulary_size, length):
    every = itertools.product(range(vocabulary_size), repeat=length)
    with np.errstate(divide="ignore"):
        return sum(np.exp(sequence_log_prob(list(sequence), conditional)) for sequence in every)
# %% exercise="fit_ngram"
def fit_ngram(corpus, order, vocabulary_size, alpha):
    table = {}
    for sentence in corpus:
        for t in range(len(sentence)):
            context = tuple(sentence[max(0, t - order + 1) : t])
            table[context] = table.get(context, 0) + 1
    return table
