"""A student who keeps every dz and contracts over batch and time once, by einsum; train_step goes through truncated_bptt's idea."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    dz = np.zeros_like(dstates)
    carry = np.zeros_like(cache["h0"])
    for t in range(dstates.shape[1] - 1, -1, -1):
        dz[:, t] = (dstates[:, t] + carry) * (1 - cache["states"][:, t] ** 2)
        carry = np.einsum("bh,hi->bi", dz[:, t], cache["W_hh"])
    shifted = np.concatenate([cache["h0"][:, np.newaxis], cache["states"]], axis=1)[:, :-1]
    return (
        np.einsum("bth,hd->btd", dz, cache["W_xh"]),
        carry,
        np.einsum("bth,btd->hd", dz, cache["x"]),
        np.einsum("bth,bti->hi", dz, shifted),
        np.einsum("bth->h", dz),
    )
# %% exercise="train_step"
def train_step(weights, x, y, lr):
    def losses_and_gradients(now):
        scores, cache = forward(now, x, np.zeros((x.shape[0], now["W_hh"].shape[0])))
        odds = np.exp(scores - scores.max(-1, keepdims=True))
        dscores = odds / odds.sum(-1, keepdims=True)
        for b in range(y.shape[0]):
            for t in range(y.shape[1]):
                dscores[b, t, y[b, t]] -= 1.0
        dscores = dscores / y.size
        _, _, a, b, c = rnn_backward(dscores @ now["W_hy"], cache)
        flat = dscores.reshape(-1, dscores.shape[-1])
        d = flat.T @ cache["states"].reshape(len(flat), -1)
        return mean_nll(scores, y), {"W_xh": a, "W_hh": b, "b_h": c, "W_hy": d, "b_y": flat.sum(0)}

    loss, grads = losses_and_gradients(weights)
    norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads.values()))
    factor = min(1.0, 1.0 / norm)
    return loss, {name: weights[name] - lr * factor * grads[name] for name in grads}
# %% after="train_step"
print("loss of a step on nothing but ones:", round(train_step(initial_weights(np.random.default_rng(0), 2, 3, 2), np.ones((1, 2, 2)), np.ones((1, 2), dtype=int), 0.1)[0], 2))
