"""A student who came as far as the reversing, by a loop, and stopped before the two readers."""
# /// submission
# base = "untouched"
# [score]
# prefix_ceiling = 3
# masked_accuracy = 0
# reverse_sequences = 2
# [misconception]
# masked_accuracy = "padding_counted"
# [outcome]
# masked_accuracy = "wrong"
# bidirectional_forward = "not_attempted"
# ///
# %% exercise="prefix_ceiling"
def prefix_ceiling(sentences, tags):
    counts = Counter((tuple(s[: i + 1]), g[i]) for s, g in zip(sentences, tags) for i in range(len(s)))
    best = {}
    for (prefix, _), n in counts.items():
        best[prefix] = max(best.get(prefix, 0), n)
    return sum(best.values()) / sum(counts.values())

# %% exercise="masked_accuracy"
def masked_accuracy(logits, tags, mask):
    return (np.argmax(logits, axis=-1) == tags).mean()

# %% exercise="reverse_sequences"
def reverse_sequences(x, lengths):
    out = x.copy()
    for b, n in enumerate(lengths):
        out[b, :n] = x[b, :n][::-1]
    return out
