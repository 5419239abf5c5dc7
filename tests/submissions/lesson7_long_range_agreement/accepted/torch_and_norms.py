"""A student who thinks in torch and knows that np.linalg.norm has an order."""
# /// submission
# base = "untouched"
# [score]
# last_state = 1
# state_jacobian = 3
# spectral_radius = 1
# largest_singular_value = 1
# gradient_bound = 2
# rescale_to_radius = 1
# surprise_bits = 2
# ///
# %% exercise="last_state"
def last_state(states, lengths):
    chosen = torch.nn.functional.one_hot(lengths - 1, states.shape[1]).float()
    return torch.einsum("bt,bth->bh", chosen, states)
# %% exercise="state_jacobian"
def state_jacobian(states, W_hh, start, end):
    W, factors = torch.as_tensor(W_hh), [torch.eye(len(W_hh), dtype=torch.float64)]
    for t in range(end, start, -1):
        factors.append(torch.diag(1 - torch.as_tensor(states[t]) ** 2) @ W)
    return torch.linalg.multi_dot(factors) if len(factors) > 1 else factors[0]
# %% exercise="spectral_radius"
def spectral_radius(W):
    return torch.linalg.eigvals(torch.from_numpy(W)).abs().max().item()
# %% exercise="largest_singular_value"
def largest_singular_value(W):
    return np.linalg.norm(W, ord=2)
# %% exercise="gradient_bound"
def gradient_bound(W_hh, steps):
    size = np.linalg.norm(W_hh, 2)
    verdict = dict(must_vanish=size < 1, may_explode=size > 1, must_explode=False)
    return verdict | {"bound": float(np.exp(steps * np.log(size)))}
# %% exercise="rescale_to_radius"
def rescale_to_radius(W, radius):
    return radius * torch.from_numpy(W) / torch.linalg.eigvals(torch.from_numpy(W)).abs().max()
# %% exercise="surprise_bits"
def surprise_bits(logits, tokens):
    losses = torch.nn.functional.cross_entropy(torch.as_tensor(logits[:-1]), torch.as_tensor(tokens[1:]), reduction="none")
    return losses / math.log(2)
