"""A careful beginner: loops everywhere, one line at a time, rng.multinomial for the draw."""
# /// submission
# base = "solved"
# ///
# %% exercise="sequence_log_prob"
def sequence_log_prob(tokens, conditional):
    answer = 0
    prefix = []
    for token in tokens:
        p = conditional(prefix)[token]
        if p == 0:
            return float("-inf")
        answer = answer + math.log(p)
        prefix = prefix + [token]
    return answer
# %% exercise="masked_nll"
def masked_nll(logits, targets, mask):
    surprises = []
    for b in range(len(targets)):
        for t in range(len(targets[b])):
            if mask[b][t]:
                row = logits[b][t] - max(logits[b][t])
                surprises.append(math.log(sum(math.exp(score) for score in row)) - row[targets[b][t]])
    return sum(surprises) / len(surprises)
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    tokens = []
    finished = False
    while not finished and len(tokens) < max_length:
        row = conditional(tokens)
        scores = [math.log(p) / temperature if p > 0 else -math.inf for p in row]
        powers = np.array([math.exp(score - max(scores)) for score in scores])
        token = list(rng.multinomial(1, powers / powers.sum())).index(1)
        if token == eos:
            finished = True
        else:
            tokens.append(token)
    return tokens
