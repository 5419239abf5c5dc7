"""A student who handed in the loop from the wild as it was, and whose clipping is per array."""
# /// submission
# base = "solved"
# [score]
# clip_by_global_norm = 1
# train_step = 1
# [misconception]
# clip_by_global_norm = "per_array"
# train_step = "updates_inside_loop"
# ///
# %% exercise="clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    clipped = []
    for g in gradients:
        n = np.sqrt((g * g).sum())
        clipped.append(g * (max_norm / n) if n > max_norm else g.copy())
    return clipped, np.sqrt(sum((g * g).sum() for g in gradients))
# %% exercise="train_step"
def train_step(weights, x, y, lr):
    return wild_step(weights, x, y, lr)
