"""A student who opened the notebook, ran it once from top to bottom and handed it in."""
# /// submission
# base = "untouched"
# [outcome]
# next_token_pairs = "not_attempted"
# masked_nll = "not_attempted"
# ///
