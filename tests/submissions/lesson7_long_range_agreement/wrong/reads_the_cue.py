"""Trains on the sentences as they come, counts all nouns as attractors and trusts the textbook's interval."""
# /// submission
# base = "untouched"
# [score]
# count_attractors = 0
# recent_noun_baseline = 0
# wilson_interval = 0
# train_agreement = 0
# [misconception]
# count_attractors = "every_noun_attracts"
# recent_noun_baseline = "last_attractor"
# wilson_interval = "textbook"
# [outcome]
# train_agreement = "wrong"
# ///
# %% exercise="count_attractors"
def count_attractors(numbers, subject):
    return len([n for n in numbers[subject + 1 :] if n != -1])
# %% exercise="recent_noun_baseline"
def recent_noun_baseline(examples):
    return sum(e["attractors"] == 0 for e in examples) / len(examples)
# %% exercise="wilson_interval"
def wilson_interval(successes, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    half = z * (p * (1 - p) / n) ** 0.5
    return max(p - half, 0.0), min(p + half, 1.0)
# %% exercise="train_agreement"
def train_agreement(train, seed):
    corpus = words_and_labels(train)
    read = lambda states, lengths: states[torch.arange(len(lengths)), lengths - 1]
    return train_readers("gru", [corpus], [seed], read, steps=300)[0].predict
