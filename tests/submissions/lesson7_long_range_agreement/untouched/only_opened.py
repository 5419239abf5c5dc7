"""Opened the notebook, ran it and handed it in."""
# /// submission
# base = "untouched"
# ///
