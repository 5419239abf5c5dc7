"""A student whose bag stops at the first unknown word, and whose own cell stops too."""
# /// submission
# base = "untouched"
# [score]
# bag_of_words = 0
# to_batch_first = 1
# [misconception]
# bag_of_words = "unknown_word_crashes"
# [outcome]
# bag_of_words = "raised"
# ///
# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    counts = np.zeros(len(vocabulary), dtype=int)
    for token in tokens:
        counts[vocabulary.index(token)] += 1
    return counts

# %% after="bag_of_words"
bag_of_words(["soup"], ["wine"])

# %% exercise="to_batch_first"
def to_batch_first(x):
    return np.moveaxis(x, 0, 1)
