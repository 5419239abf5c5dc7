"""Builds every layer for D inputs, so that the second one cannot read the first."""

# /// submission
# base = "solved"
# [score]
# StackedRNN = 0
# [outcome]
# StackedRNN = "raised"
# ///
# %% exercise="StackedRNN"
class StackedRNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, dropout=0.0):
        super().__init__()
        self.i2h = nn.ModuleList(nn.Linear(input_size, hidden_size) for _ in range(num_layers))
        self.h2h = nn.ModuleList(nn.Linear(hidden_size, hidden_size, bias=False) for _ in range(num_layers))

    def forward(self, x, h0=None):
        final = []
        for layer in range(len(self.i2h)):
            h = torch.zeros(x.shape[0], self.h2h[layer].in_features) if h0 is None else h0[layer]
            states = []
            for t in range(x.shape[1]):
                h = torch.tanh(self.i2h[layer](x[:, t]) + self.h2h[layer](h))
                states.append(h)
            x = torch.stack(states, dim=1)
            final.append(h)
        return x, torch.stack(final)
