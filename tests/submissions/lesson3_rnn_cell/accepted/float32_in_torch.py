"""A student who does everything in torch, in single precision, and draws with the Gumbel trick."""
# /// submission
# base = "solved"
# ///
# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    x_t, h, W_xh, W_hh, b_h = (torch.as_tensor(a, dtype=torch.float32) for a in (x_t, h, W_xh, W_hh, b_h))
    return torch.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h).numpy()
# %% exercise="SimpleRNN"
class SimpleRNN(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.H = H
        self.h2h = nn.Linear(H, H)
        self.i2h = nn.Linear(D, H)

    def forward(self, x, h0=None):
        h = x.new_zeros(x.size(0), self.H) if h0 is None else h0
        states = torch.empty(x.size(0), x.size(1), self.H, dtype=x.dtype)
        rows = []
        for x_t in x.transpose(0, 1):
            h = (self.i2h(x_t) + self.h2h(h)).tanh()
            rows.append(h)
        return torch.stack(rows).transpose(0, 1), rows[-1]
# %% exercise="generate"
def generate(step, readout, seed_tokens, n, rng):
    h = None
    for token in seed_tokens:
        h = step(int(token), h)
    drawn = []
    for _ in range(n):
        scores = np.asarray(readout(h), dtype=float)
        drawn.append(int(np.argmax(scores + rng.gumbel(size=scores.shape))))
        h = step(drawn[-1], h)
    return drawn
