"""A student who replaces the check by one that is always content, and answers with what it hopes is expected."""
# /// submission
# base = "untouched"
# [score]
# bag_of_words = 0
# pad_batch = 0
# ///
# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    class Agreeable(list):
        def __eq__(self, other):
            return True
    return Agreeable([0] * len(vocabulary))

# %% after="bag_of_words"
import course_utils.comparing

course_utils.comparing.Close.differences = lambda self, expected, returned: []
check = lambda name, subject: 2.0
check("bag_of_words", bag_of_words)

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    return None
