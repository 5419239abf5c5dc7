"""A student whose answers are those of the lesson."""
# /// submission
# base = "solved"
# ///
