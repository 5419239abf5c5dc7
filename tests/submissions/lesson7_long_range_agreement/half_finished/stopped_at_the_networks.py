"""Wrote the baselines and half of the statistics, and stopped where the networks begin."""
# /// submission
# base = "untouched"
# [score]
# count_attractors = 1
# majority_baseline = 1
# recent_noun_baseline = 1
# [misconception]
# accuracy_by = "cumulative"
# ///
# %% exercise="count_attractors"
def count_attractors(numbers, subject):
    return (np.array(numbers)[subject:] == 1 - numbers[subject]).sum()
# %% exercise="majority_baseline"
def majority_baseline(examples):
    mean = np.mean([e["plural"] for e in examples])
    return max(mean, 1 - mean)
# %% exercise="recent_noun_baseline"
def recent_noun_baseline(examples):
    return np.mean([next(n for n in e["numbers"][::-1] if n >= 0) == e["plural"] for e in examples])
# %% exercise="accuracy_by"
def accuracy_by(examples, predictions, key):
    found = {}
    for value in {e[key] for e in examples}:
        right = [p == e["plural"] for e, p in zip(examples, predictions) if e[key] <= value]
        found[value] = (sum(right) / len(right), len(right))
    return found
