"""A student who measures a predictor instead of bounding all of them, and only notes which words occur."""
# /// submission
# base = "untouched"
# [score]
# bag_of_words = 0
# bag_of_words_ceiling = 0
# [misconception]
# bag_of_words = "presence"
# bag_of_words_ceiling = "one_predictor_measured"
# ///
# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    return np.array([1 if word in tokens else 0 for word in vocabulary])

# %% exercise="bag_of_words_ceiling"
def bag_of_words_ceiling(sentences, labels):
    model = {}
    for sentence, label in zip(sentences, labels):
        model[tuple(sorted(sentence))] = label
    return np.mean([model[tuple(sorted(s))] == label for s, label in zip(sentences, labels)])
