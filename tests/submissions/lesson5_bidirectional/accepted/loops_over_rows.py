"""A student who thinks in single sentences: loops everywhere, no mask, no batch."""
# /// submission
# base = "untouched"
# [score]
# prefix_ceiling = 3
# masked_accuracy = 2
# reverse_sequences = 2
# bidirectional_forward = 4
# sequence_summary = 2
# future_leak = 3
# ///
# %% exercise="prefix_ceiling"
def prefix_ceiling(sentences, tags):
    table = {}
    words = 0
    for sentence, answers in zip(sentences, tags):
        prefix = ()
        for word, tag in zip(sentence, answers):
            prefix = prefix + (word,)
            table.setdefault(prefix, []).append(tag)
            words += 1
    return sum(max(found.count(tag) for tag in found) for found in table.values()) / words

# %% exercise="masked_accuracy"
def masked_accuracy(logits, tags, mask):
    right, words = 0, 0
    for b in range(len(tags)):
        for t in range(tags.shape[1]):
            if mask[b, t]:
                words += 1
                right += int(np.argmax(logits[b, t]) == tags[b, t])
    return right / words

# %% exercise="reverse_sequences"
def reverse_sequences(x, lengths):
    out = x.copy()
    for b in range(len(x)):
        for t in range(lengths[b]):
            out[b, t] = x[b, lengths[b] - t - 1]
    return out

# %% exercise="bidirectional_forward"
def bidirectional_forward(x, lengths, forward_weights, backward_weights):
    H = forward_weights[1].shape[0]
    out = np.zeros((x.shape[0], x.shape[1], 2 * H))
    for b, n in enumerate(lengths):
        W, U, c = forward_weights
        h = np.zeros(H)
        for t in range(n):
            h = np.tanh(W @ x[b, t] + U @ h + c)
            out[b, t, :H] = h
        W, U, c = backward_weights
        h = np.zeros(H)
        for t in range(n - 1, -1, -1):
            h = np.tanh(W @ x[b, t] + U @ h + c)
            out[b, t, H:] = h
    return out

# %% exercise="sequence_summary"
def sequence_summary(outputs, lengths):
    H = outputs.shape[2] // 2
    return np.array([np.r_[outputs[b, n - 1, :H], outputs[b, 0, H:]] for b, n in enumerate(lengths)])

# %% exercise="future_leak"
def future_leak(f, x):
    leak = []
    for t in range(len(x)):
        row = []
        for s in range(len(x)):
            other = x.copy()
            other[s] = other[s] + np.arange(1, x.shape[1] + 1) / x.shape[1]
            row.append(bool(np.abs(f(other)[t] - f(x)[t]).max() > 1e-8))
        leak.append(row)
    return np.array(leak)
