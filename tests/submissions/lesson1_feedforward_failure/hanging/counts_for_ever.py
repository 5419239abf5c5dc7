"""A student whose loop over the days never moves on."""
# /// submission
# base = "untouched"
# [score]
# persistence_error = 0
# parameter_counts = 2
# [outcome]
# persistence_error = "timed_out"
# ///
# %% exercise="parameter_counts"
def parameter_counts(T, D, H, O):
    return H * (T * D + 1) + O * (H + 1), H * (D + H + 1) + O * (H + 1)

# %% exercise="persistence_error"
def persistence_error(series, horizon):
    t, total = 0, 0.0
    while t + horizon < len(series):
        total += (series[t + horizon] - series[t]) ** 2
    return total / (len(series) - horizon)
