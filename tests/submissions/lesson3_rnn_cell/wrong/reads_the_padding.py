"""A student who thinks that a step on zeros does nothing, and who always takes the likeliest letter."""
# /// submission
# base = "solved"
# [score]
# masked_rnn_forward = 0
# generate = 0
# [misconception]
# masked_rnn_forward = "padding_read"
# generate = "argmax"
# ///
# %% exercise="masked_rnn_forward"
def masked_rnn_forward(x, lengths, h0, W_xh, W_hh, b_h):
    states = rnn_forward(x, h0, W_xh, W_hh, b_h)
    return states, states[:, -1]
# %% exercise="generate"
def generate(step, readout, seed_tokens, n, rng):
    h, tokens = None, []
    for token in seed_tokens:
        h = step(token, h)
    for _ in range(n):
        tokens.append(int(np.argmax(readout(h))))
        h = step(tokens[-1], h)
    return tokens
