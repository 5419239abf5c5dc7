"""A student whose module gives right outputs, and final states of the last column."""
# /// submission
# base = "untouched"
# [score]
# BidirectionalRNN = 2
# future_leak = 0
# [misconception]
# BidirectionalRNN = "final_at_last_position"
# future_leak = "diagonal_only"
# [outcome]
# BidirectionalRNN = "partial"
# ///
# %% exercise="BidirectionalRNN"
class BidirectionalRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.forward_cell = nn.RNNCell(input_size, hidden_size)
        self.backward_cell = nn.RNNCell(input_size, hidden_size)

    def forward(self, x, lengths):
        B, T, _ = x.shape
        H = self.forward_cell.hidden_size
        ahead, back = [None] * T, [None] * T
        h = torch.zeros(B, H)
        for t in range(T):
            real = (t < lengths)[:, None]
            h = torch.where(real, self.forward_cell(x[:, t], h), h)
            ahead[t] = h * real
        h = torch.zeros(B, H)
        for t in reversed(range(T)):
            real = (t < lengths)[:, None]
            h = torch.where(real, self.backward_cell(x[:, t], h), h)
            back[t] = h * real
        outputs = torch.cat([torch.stack(ahead, 1), torch.stack(back, 1)], dim=2)
        return outputs, torch.stack([outputs[:, -1, :H], outputs[:, -1, H:]])

# %% exercise="future_leak"
def future_leak(f, x):
    before = f(x)
    leak = np.zeros((len(x), len(x)), dtype=bool)
    for s in range(len(x)):
        other = x.copy()
        other[s] += 1.0
        leak[s, s] = np.abs(f(other)[s] - before[s]).max() > 1e-8
    return leak
