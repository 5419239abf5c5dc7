"""A student who multiplies probabilities, never shifts scores, and turns the temperature dial the wrong way; masked_nll pays for log_softmax."""
# /// submission
# base = "solved"
# [score]
# next_token_pairs = 0.5
# sequence_log_prob = 0
# log_softmax = 0
# sample_sequence = 0
# masked_nll = 0
# [misconception]
# next_token_pairs = "target_is_input"
# sequence_log_prob = "product_underflows"
# log_softmax = "no_shift"
# sample_sequence = "temperature_inverted"
# ///
# %% exercise="next_token_pairs"
def next_token_pairs(tokens, bos, eos):
    inputs = [bos] + tokens
    return inputs, inputs
# %% exercise="sequence_log_prob"
def sequence_log_prob(tokens, conditional):
    p = 1.0
    for t in range(len(tokens)):
        p = p * conditional(tokens[:t])[tokens[t]]
    return np.log(p)
# %% exercise="log_softmax"
def log_softmax(scores, axis=-1):
    return scores - np.log(np.exp(scores).sum(axis=axis, keepdims=True))
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    tokens = []
    while len(tokens) < max_length:
        with np.errstate(all="ignore"):
            scores = np.log(conditional(tokens)) * temperature
        powers = np.exp(scores - scores.max())
        token = int(rng.choice(len(powers), p=powers / powers.sum()))
        if token == eos:
            break
        tokens.append(token)
    return tokens
