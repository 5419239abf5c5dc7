"""A student whose examples contain their own targets and whose split lets windows reach over the border."""
# /// submission
# base = "untouched"
# [score]
# create_sequences = 1.5
# chronological_split = 2
# persistence_error = 0
# [misconception]
# create_sequences = "target_inside_window"
# chronological_split = "straddling_windows_kept"
# persistence_error = "horizon_ignored"
# [outcome]
# create_sequences = "partial"
# chronological_split = "partial"
# persistence_error = "wrong"
# ///
# %% exercise="create_sequences"
def create_sequences(series, window, horizon=1):
    n = len(series) - window - horizon + 1
    X = np.array([series[i : i + window] for i in range(n)])
    y = np.array([series[i : i + window + horizon - 1][-1] for i in range(n)])
    return X, y

# %% exercise="chronological_split"
def chronological_split(X, y, window, test_fraction):
    split = len(X) - int(test_fraction * len(X))
    return X[:split], y[:split], X[split:], y[split:]

# %% exercise="persistence_error"
def persistence_error(series, horizon):
    return np.mean(np.diff(series) ** 2)
