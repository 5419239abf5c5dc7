"""A student at home in PyTorch: tensors inside the functions, no autograd, results as tensors."""
# /// submission
# base = "solved"
# ///
# %% exercise="tanh_backward"
def tanh_backward(dh, h):
    return torch.as_tensor(dh) * (1 - torch.as_tensor(h).square())
# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    c = {name: torch.as_tensor(value) for name, value in cache.items()}
    dz = torch.as_tensor(dh_next) * (1 - c["h_next"] ** 2)
    return dz @ c["W_xh"], dz @ c["W_hh"], dz.T @ c["x_t"], dz.T @ c["h"], dz.sum(0)
# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    dx, carry, totals = [], 0.0, [0.0, 0.0, 0.0]
    for t in range(dstates.shape[1])[::-1]:
        h = cache["states"][:, t - 1] if t > 0 else cache["h0"]
        step = {"x_t": cache["x"][:, t], "h": h, "h_next": cache["states"][:, t]}
        step.update({name: cache[name] for name in ("W_xh", "W_hh")})
        d, carry, *grads = rnn_step_backward(dstates[:, t] + np.asarray(carry), step)
        dx.insert(0, d)
        totals = [total + grad for total, grad in zip(totals, grads)]
    return (torch.stack(dx, 1).numpy(), carry.numpy(), *(total.numpy() for total in totals))
# %% exercise="temporal_softmax_backward"
def temporal_softmax_backward(logits, targets, mask):
    p = torch.softmax(torch.tensor(logits), dim=-1)
    p = p - torch.nn.functional.one_hot(torch.tensor(targets), logits.shape[-1])
    return (p * torch.tensor(mask)[..., None] / max(int(mask.sum()), 1)).numpy()
# %% exercise="state_gradient_norms"
def state_gradient_norms(dL_dh_T, cache):
    states, W = torch.tensor(cache["states"]), torch.tensor(cache["W_hh"])
    dh, norms = torch.tensor(dL_dh_T), []
    for t in range(states.shape[1] - 1, -1, -1):
        norms.insert(0, dh.norm())
        dh = (dh * (1 - states[:, t] ** 2)) @ W
    return torch.stack(norms)
