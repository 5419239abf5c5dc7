"""A student whose module remembers the last batch, and whose bill has a bias for every step."""
# /// submission
# base = "solved"
# [score]
# SimpleRNN = 0
# rnn_costs = 0
# ///
# %% exercise="SimpleRNN"
class SimpleRNN(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.i2h = nn.Linear(D, H)
        self.h2h = nn.Linear(H, H, bias=False)
        self.h = torch.zeros(1, H)

    def forward(self, x, h0=None):
        states = []
        for t in range(x.shape[1]):
            self.h = torch.tanh(self.i2h(x[:, t]) + self.h2h(self.h))
            states.append(self.h)
        return torch.stack(states, dim=1), self.h
# %% exercise="rnn_costs"
def rnn_costs(T, D, H, O):
    parameters = T * (H * D + H * H + H) + O * H + O
    return parameters, T * (H * D + H * H + O * H + H + O), H
