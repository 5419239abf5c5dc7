"""Divides before asking whether there is anything to divide by."""
# /// submission
# base = "untouched"
# [score]
# wilson_interval = 0
# [outcome]
# wilson_interval = "raised"
# ///
# %% exercise="wilson_interval"
def wilson_interval(successes, n, z=1.96):
    p = successes / n
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))
