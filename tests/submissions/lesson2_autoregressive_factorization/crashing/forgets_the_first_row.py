"""A student whose table has no row for the beginning and whose sampler asks for token -1 of an empty list."""
# /// submission
# base = "solved"
# [score]
# sequence_log_prob = 0
# sample_sequence = 0
# [outcome]
# sequence_log_prob = "raised"
# sample_sequence = "raised"
# ///
# %% exercise="sequence_log_prob"
def sequence_log_prob(tokens, conditional):
    return sum(math.log(conditional(tokens[t - 1])[tokens[t]]) for t in range(len(tokens)))
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    tokens = []
    while tokens[-1] != eos and len(tokens) < max_length:
        tokens.append(rng.choice(len(conditional(tokens)), p=conditional(tokens)))
    return tokens
