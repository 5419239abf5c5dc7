"""A student who opened the notebook and handed it in."""
# /// submission
# base = "untouched"
# ///
