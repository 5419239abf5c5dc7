"""A student who writes loops, works with plain lists and has not come to the training cells yet."""
# /// submission
# base = "untouched"
# [score]
# count_attractors = 1
# majority_baseline = 1
# recent_noun_baseline = 1
# wilson_interval = 2
# accuracy_by = 2
# state_jacobian = 3
# spectral_radius = 1
# surprise_bits = 2
# ///
# %% exercise="count_attractors"
def count_attractors(numbers, subject):
    other = 0 if numbers[subject] == 1 else 1
    found = 0
    for i in range(subject + 1, len(numbers)):
        if numbers[i] == other:
            found += 1
    return found
# %% exercise="majority_baseline"
def majority_baseline(examples):
    singular = plural = 0
    for example in examples:
        if example["plural"]:
            plural += 1
        else:
            singular += 1
    return (plural if plural > singular else singular) / len(examples)
# %% exercise="recent_noun_baseline"
def recent_noun_baseline(examples):
    right = 0
    for example in examples:
        i = len(example["numbers"]) - 1
        while example["numbers"][i] == -1:
            i -= 1
        right += example["numbers"][i] == example["plural"]
    return right / len(examples)
# %% exercise="wilson_interval"
def wilson_interval(successes, n, z=1.96):
    if not n:
        return [0, 1]
    a, b, c = n + z * z, -(2 * successes + z * z), successes**2 / n
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    return [max((-b - root) / (2 * a), 0), min((-b + root) / (2 * a), 1)]
# %% exercise="accuracy_by"
def accuracy_by(examples, predictions, key):
    found = {}
    for value in sorted(set(example[key] for example in examples)):
        rows = [i for i, example in enumerate(examples) if example[key] == value]
        found[value] = (sum(int(predictions[i]) == examples[i]["plural"] for i in rows) / len(rows), len(rows))
    return found
# %% exercise="state_jacobian"
def state_jacobian(states, W_hh, start, end):
    H = len(W_hh)
    J = [[float(i == j) for j in range(H)] for i in range(H)]
    for t in range(start + 1, end + 1):
        J = [[(1 - states[t][i] ** 2) * sum(W_hh[i][k] * J[k][j] for k in range(H)) for j in range(H)] for i in range(H)]
    return J
# %% exercise="spectral_radius"
def spectral_radius(W):
    largest = 0.0
    for value in np.linalg.eig(W)[0]:
        largest = max(largest, (value.real**2 + value.imag**2) ** 0.5)
    return largest
# %% exercise="surprise_bits"
def surprise_bits(logits, tokens):
    bits = []
    for t in range(1, len(tokens)):
        row = logits[t - 1] - max(logits[t - 1])
        bits.append(math.log2(sum(math.exp(v) for v in row)) - row[tokens[t]] / math.log(2))
    return np.array(bits)
