"""Drops the same count of numbers every time, and asks for the next token before it knows whether there is room for it."""
# /// submission
# base = "solved"
# [score]
# inter_layer_dropout = 0
# greedy_decode = 0
# [misconception]
# inter_layer_dropout = "exactly_a_share"
# greedy_decode = "asks_once_too_often"
# ///
# %% exercise="inter_layer_dropout"
def inter_layer_dropout(x, p, rng, training):
    if not training:
        return x
    dropped = rng.choice(x.size, size=round(p * x.size), replace=False)
    kept = np.array(x).ravel()
    kept[dropped] = 0.0
    return kept.reshape(x.shape) / (1 - p)
# %% exercise="greedy_decode"
def greedy_decode(encoder_state, step, bos, eos, max_length):
    scores, state = step(bos, encoder_state)
    tokens = []
    for _ in range(max_length):
        token = int(np.argmax(scores))
        if token == eos:
            break
        tokens.append(token)
        scores, state = step(token, state)
    return tokens
