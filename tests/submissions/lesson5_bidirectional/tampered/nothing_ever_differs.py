"""A student who makes every comparison find no difference, and whose tagger says DET to everything."""
# /// submission
# base = "untouched"
# [score]
# train_tagger = 0
# ///
# %% exercise="train_tagger"
def train_tagger(train, seed):
    import course_utils.comparing as comparing
    comparing.AtLeast.differences = lambda self, expected, returned: []
    return lambda tokens, lengths: torch.zeros(*tokens.shape, len(garden_path.TAGS))
