"""A student who draws until EOS comes, also from a model in which it never comes."""
# /// submission
# base = "solved"
# [score]
# sample_sequence = 0
# ///
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    tokens = []
    while eos not in tokens:
        with np.errstate(divide="ignore"):
            p = np.exp(log_softmax(np.log(conditional(tokens)) / temperature))
        tokens.append(int(rng.choice(len(p), p=p)))
        if len(tokens) > 10 * max_length:
            tokens = tokens[:max_length]
    return tokens[:-1]
