"""A student who likes one-liners: frozen counts, groupby, slices counted from the end."""
# /// submission
# base = "untouched"
# [score]
# bag_of_words_ceiling = 3
# parameter_counts = 2
# chronological_split = 4
# ///
# %% exercise="bag_of_words_ceiling"
def bag_of_words_ceiling(sentences, labels):
    pairs = Counter((frozenset(Counter(s).items()), label) for s, label in zip(sentences, labels))
    return sum(max(n for (b, _), n in pairs.items() if b == bag) for bag in {b for b, _ in pairs}) / len(labels)

# %% exercise="parameter_counts"
def parameter_counts(T, D, H, O):
    return tuple(H * (inputs + 1) + O * (H + 1) for inputs in (T * D, D + H))

# %% exercise="chronological_split"
def chronological_split(X, y, window, test_fraction):
    n = int(len(X) * test_fraction)
    return X[: -n - window], y[: -n - window], X[-n:], y[-n:]
