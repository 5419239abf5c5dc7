"""A student who draws all noise before the first token, counts with Counter and works with plain lists."""
# /// submission
# base = "solved"
# ///
# %% exercise="next_token_pairs"
def next_token_pairs(tokens, bos, eos):
    whole = (bos, *tokens, eos)
    return whole[:-1], whole[1:]
# %% exercise="fit_ngram"
def fit_ngram(corpus, order, vocabulary_size, alpha):
    seen = {}
    for sentence in corpus:
        past = ()
        for token in sentence:
            seen.setdefault(past, Counter())[token] += 1
            past = (past + (token,))[1 - order :] if order > 1 else ()
    rows = {}
    for past, counts in seen.items():
        total = sum(counts.values()) + alpha * vocabulary_size
        rows[past] = [(counts[token] + alpha) / total for token in range(vocabulary_size)]
    return rows
# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    noise = rng.gumbel(size=(max_length, 64))
    tokens = []
    for step in noise:
        with np.errstate(divide="ignore"):
            scores = np.log(conditional(tuple(tokens))) / temperature
        token = (scores + step[: len(scores)]).argmax()
        if token == eos:
            break
        tokens.append(token)
    return tokens
