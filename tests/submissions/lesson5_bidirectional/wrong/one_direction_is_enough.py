"""A student who reads from left to right only, twice, and takes the ceiling of word pairs."""
# /// submission
# base = "untouched"
# [score]
# prefix_ceiling = 0
# bidirectional_forward = 0
# train_tagger = 0
# [misconception]
# prefix_ceiling = "only_two_words"
# bidirectional_forward = "forward_twice"
# ///
# %% exercise="prefix_ceiling"
def prefix_ceiling(sentences, tags):
    seen = defaultdict(Counter)
    for words, answers in zip(sentences, tags):
        for t in range(len(words)):
            before = words[t - 1] if t > 0 else None
            seen[before, words[t]][answers[t]] += 1
    return sum(max(c.values()) for c in seen.values()) / sum(sum(c.values()) for c in seen.values())

# %% exercise="bidirectional_forward"
def bidirectional_forward(x, lengths, forward_weights, backward_weights):
    W_xh, W_hh, b_h = forward_weights
    h, states = np.zeros((len(x), len(b_h))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        states.append(h * (t < lengths)[:, None])
    states = np.stack(states, axis=1)
    return np.concatenate([states, states], axis=-1)

# %% exercise="train_tagger"
def train_tagger(train, seed):
    return train_left_to_right(train, seed, passes=10)
