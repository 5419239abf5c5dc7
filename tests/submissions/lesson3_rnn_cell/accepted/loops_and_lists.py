"""A student who distrusts arrays: plain Python loops, lists out, helpers of her own."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_step"
def dot(left, right):
    return sum(float(a) * float(b) for a, b in zip(left, right))


def rnn_step(x_t, h, W_xh, W_hh, b_h):
    H = len(b_h)
    rows = []
    for x, state in zip(x_t, h):
        rows.append([math.tanh(dot(W_xh[i], x) + dot(W_hh[i], state) + b_h[i]) for i in range(H)])
    return np.array(rows).reshape(len(x_t), H)
# %% exercise="generate"
def generate(step, readout, seed_tokens, n, rng):
    state = None
    for token in seed_tokens:
        state = step(token, state)
    new = []
    while len(new) < n:
        scores = [float(score) for score in readout(state)]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        point = rng.random() * sum(weights)
        token = 0
        while token < len(weights) - 1 and point >= weights[token]:
            point -= weights[token]
            token += 1
        new.append(token)
        state = step(token, state)
    return new
