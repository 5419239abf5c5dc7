"""Opened the notebook and ran it."""

# /// submission
# base = "untouched"
# ///
