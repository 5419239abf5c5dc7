"""Keeps the layers in Python lists and forgets that survivors of dropout must grow."""

# /// submission
# base = "solved"
# [score]
# StackedRNN = 3.5
# inter_layer_dropout = 0
# [misconception]
# StackedRNN = "plain_lists"
# inter_layer_dropout = "not_rescaled"
# ///
# %% exercise="StackedRNN"
class StackedRNN(nn.Module):
    """Layers in Python lists, which nn.Module does not look into."""

    def __init__(self, input_size, hidden_size, num_layers, dropout = 0.0):
        super().__init__()
        widths = [input_size] + [hidden_size] * (num_layers - 1)
        self.i2h = [nn.Linear(width, hidden_size) for width in widths]
        self.h2h = [nn.Linear(hidden_size, hidden_size, bias=False) for _ in widths]
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, h0 = None):
        """x (B, T, D) -> (B, T, H), (L, B, H)."""
        final = []
        for index, (i2h, h2h) in enumerate(zip(self.i2h, self.h2h, strict=True)):
            h = x.new_zeros(len(x), i2h.out_features) if h0 is None else h0[index]
            states = []
            for x_t in i2h(self.dropout(x) if index else x).unbind(1):
                h = torch.tanh(x_t + h2h(h))
                states.append(h)
            x = torch.stack(states, dim=1)
            final.append(h)
        return x, torch.stack(final)
# %% exercise="inter_layer_dropout"
def inter_layer_dropout(x, p, rng, training):
    return np.where(rng.random(x.shape) < p, 0.0, x) if training else x
