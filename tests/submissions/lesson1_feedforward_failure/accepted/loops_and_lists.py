"""A student who writes every loop out and trusts plain Python more than NumPy."""
# /// submission
# base = "solved"
# ///
# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    counts = [0] * len(vocabulary)
    for i in range(len(vocabulary)):
        for token in tokens:
            if token == vocabulary[i]:
                counts[i] += 1
    return np.array(counts)

# %% exercise="bag_of_words_ceiling"
def bag_of_words_ceiling(sentences, labels):
    piles = {}
    for i in range(len(sentences)):
        key = " ".join(sorted(sentences[i]))
        if key not in piles:
            piles[key] = []
        piles[key].append(labels[i])
    right = 0
    for pile in piles.values():
        best = 0
        for label in set(pile):
            best = max(best, pile.count(label))
        right += best
    return right / len(sentences)

# %% exercise="window_ceiling"
def window_ceiling(sequences, labels, window):
    piles = {}
    for sequence, label in zip(sequences, labels):
        start = len(sequence) - window
        if start < 0:
            start = 0
        key = tuple(sequence[start:])
        piles.setdefault(key, []).append(label)
    return sum(max(pile.count(label) for label in pile) for pile in piles.values()) / len(sequences)

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    longest = 0
    for sequence in sequences:
        longest = max(longest, len(sequence))
    x = np.zeros((len(sequences), longest, sequences[0].shape[1]))
    mask = np.zeros((len(sequences), longest), dtype=bool)
    for b in range(len(sequences)):
        for t in range(longest):
            if t < len(sequences[b]):
                x[b, t] = sequences[b][t]
                mask[b, t] = True
            else:
                x[b, t] = value
    return x, mask

# %% exercise="create_sequences"
def create_sequences(series, window, horizon=1):
    X, y = [], []
    i = 0
    while i + window + horizon <= len(series):
        X.append(series[i : i + window])
        y.append(series[i + window + horizon - 1])
        i += 1
    return np.array(X), np.array(y)

# %% exercise="persistence_error"
def persistence_error(series, horizon):
    errors = []
    for today in range(len(series) - horizon):
        errors.append((series[today + horizon] - series[today]) ** 2)
    return sum(errors) / len(errors)
