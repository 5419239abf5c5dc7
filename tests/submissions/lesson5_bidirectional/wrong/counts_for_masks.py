"""Takes the count of real words for the place where they end, and one number of an output for all of it."""
# /// submission
# base = "solved"
# [score]
# masked_accuracy = 0
# future_leak = 0
# [misconception]
# masked_accuracy = "mask_as_lengths"
# future_leak = "one_number_for_all"
# ///
# %% exercise="masked_accuracy"
def masked_accuracy(logits, tags, mask):
    right = logits.argmax(axis=-1) == tags
    rows = [row[:n] for row, n in zip(right, mask.sum(axis=1))]
    return float(np.concatenate(rows).mean())
# %% exercise="future_leak"
def future_leak(f, x):
    leak = np.zeros((len(x), len(x)), dtype=bool)
    for s in range(len(x)):
        changed = x.copy()
        changed[s] += 1.0
        leak[:, s] = (np.abs(f(changed) - f(x)) > 1e-8).all(axis=1)
    return leak
