"""A student who came as far as the ragged batches, and left a mask that is one step too long."""
# /// submission
# base = "untouched"
# [score]
# bag_of_words = 2
# to_batch_first = 1
# pad_batch = 1.5
# [misconception]
# pad_batch = "mask_one_too_long"
# [outcome]
# pad_batch = "partial"
# create_sequences = "not_attempted"
# ///
# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    return np.array([sum(token == word for token in tokens) for word in vocabulary])

# %% exercise="to_batch_first"
def to_batch_first(x):
    return np.swapaxes(x, 0, 1)

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    longest = max(len(s) for s in sequences)
    x = np.stack([np.pad(s, ((0, longest - len(s)), (0, 0)), constant_values=value) for s in sequences])
    mask = np.array([[t <= len(s) for t in range(longest)] for s in sequences])
    return x, mask
