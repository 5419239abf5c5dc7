"""A student who takes a length for the number of the last step."""
# /// submission
# base = "untouched"
# [score]
# sequence_summary = 0
# [outcome]
# sequence_summary = "raised"
# ///
# %% exercise="sequence_summary"
def sequence_summary(outputs, lengths):
    H = outputs.shape[2] // 2
    padded = outputs[:, : max(lengths)]
    return np.stack([np.concatenate([row[n, :H], row[0, H:]]) for row, n in zip(padded, lengths)])
