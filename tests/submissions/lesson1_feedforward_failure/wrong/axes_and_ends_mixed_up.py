"""A student who reshapes where an exchange of axes is wanted, reads from the wrong end and inverts the mask."""
# /// submission
# base = "untouched"
# [score]
# window_ceiling = 0
# to_batch_first = 0
# pad_batch = 1.5
# parameter_counts = 1
# [misconception]
# window_ceiling = "first_tokens"
# to_batch_first = "reshape_for_transpose"
# pad_batch = "mask_inverted"
# parameter_counts = "time_in_recurrent"
# ///
# %% exercise="window_ceiling"
def window_ceiling(sequences, labels, window):
    seen = {}
    for sequence, label in zip(sequences, labels):
        seen.setdefault(tuple(sequence[0:window]), []).append(label)
    return sum(Counter(group).most_common(1)[0][1] for group in seen.values()) / len(labels)

# %% exercise="to_batch_first"
def to_batch_first(x):
    T, B, D = x.shape
    return x.reshape(B, T, D)

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    lengths = [len(sequence) for sequence in sequences]
    x = np.full((len(sequences), max(lengths), sequences[0].shape[1]), value)
    mask = np.ones((len(sequences), max(lengths)), dtype=bool)
    for b, sequence in enumerate(sequences):
        x[b, : lengths[b]] = sequence
        mask[b, : lengths[b]] = False
    return x, mask

# %% exercise="parameter_counts"
def parameter_counts(T, D, H, O):
    out = H * O + O
    return T * D * H + H + out, T * (D * H + H * H + H) + out
