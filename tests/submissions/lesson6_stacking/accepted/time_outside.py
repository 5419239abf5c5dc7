"""Runs all layers of one step before the next step, everywhere, and masks her own dropout."""

# /// submission
# base = "solved"
# ///
# %% exercise="stacked_forward"
def stacked_forward(x, layers, h0):
    """All layers of one step, then the next step; tops gathered in a list."""
    states = [np.array(start) for start in h0]
    tops = []
    for t in range(x.shape[1]):
        below = x[:, t]
        for index, (W_xh, W_hh, b_h) in enumerate(layers):
            states[index] = np.tanh(
                np.einsum("bd,hd->bh", below, W_xh) + np.einsum("bg,hg->bh", states[index], W_hh) + b_h
            )
            below = states[index]
        tops.append(below)
    return np.array(tops).reshape(x.shape[1], *h0.shape[1:]).transpose(1, 0, 2), np.array(states)
# %% exercise="StackedRNN"
class StackedRNN(nn.Module):
    """Time outside, layers inside, dropout between; linear layers appended one by one."""

    def __init__(self, input_size, hidden_size, num_layers, dropout = 0.0):
        super().__init__()
        self.i2h, self.h2h = nn.ModuleList(), nn.ModuleList()
        for layer in range(num_layers):
            self.i2h.append(nn.Linear(hidden_size if layer else input_size, hidden_size))
            self.h2h.append(nn.Linear(hidden_size, hidden_size, bias=False))
        self.p = dropout

    def forward(self, x, h0 = None):
        """x (B, T, D) -> (B, T, H), (L, B, H)."""
        if h0 is None:
            bottom = self.h2h[0]
            h0 = torch.zeros(len(self.i2h), x.size(0), bottom.in_features)
        states = list(h0)
        tops = []
        for t in range(x.size(1)):
            below = x[:, t]
            for index, (i2h, h2h) in enumerate(zip(self.i2h, self.h2h, strict=True)):
                if index > 0 and self.training:
                    keep = (torch.rand_like(below) >= self.p).float()
                    below = below * keep / (1 - self.p)
                states[index] = torch.tanh(i2h(below) + h2h(states[index]))
                below = states[index]
            tops.append(below)
        return torch.stack(tops, 1), torch.stack(states)
# %% exercise="stacked_backward"
def stacked_backward(dtop, caches):
    """Time outside, layers inside; weights' gradients added up step by step."""
    L, T = len(caches), dtop.shape[1]
    dh = [np.zeros_like(cache[1]) for cache in caches]
    dW_xh = [np.zeros_like(cache[3][0]) for cache in caches]
    dW_hh = [np.zeros_like(cache[3][1]) for cache in caches]
    db_h = [np.zeros_like(cache[3][2]) for cache in caches]
    dx = np.zeros_like(caches[0][0])
    for t in range(T - 1, -1, -1):
        above = dtop[:, t]
        for index in range(L - 1, -1, -1):
            x, h0, states, (W_xh, W_hh, _) = caches[index]
            da = (above + dh[index]) * (1 - np.square(states[:, t]))
            dW_xh[index] += da.T @ x[:, t]
            dW_hh[index] += da.T @ (states[:, t - 1] if t else h0)
            db_h[index] += da.sum(0)
            dh[index] = da @ W_hh
            above = da @ W_xh
        dx[:, t] = above
    return dx, np.array(dh), dW_xh, dW_hh, db_h
# %% exercise="inter_layer_dropout"
def inter_layer_dropout(x, p, rng, training):
    """The generator's own coin."""
    return np.where(rng.binomial(1, 1 - p, size=x.shape) == 1, x / (1 - p), 0.0) if training else x.copy()
