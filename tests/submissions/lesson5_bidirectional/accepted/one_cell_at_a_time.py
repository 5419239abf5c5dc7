"""A student who writes the module with a helper and the summary with take_along_axis, and trains without batches."""
# /// submission
# base = "solved"
# ///
# %% exercise="BidirectionalRNN"
class BidirectionalRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.forward_cell = nn.RNNCell(input_size, hidden_size)
        self.backward_cell = nn.RNNCell(input_size, hidden_size)

    def one_way(self, cell, x, lengths, steps):
        h = torch.zeros(x.shape[0], cell.hidden_size)
        states = {}
        for t in steps:
            real = (t < lengths).float().unsqueeze(-1)
            h = real * cell(x[:, t], h) + (1 - real) * h
            states[t] = real * h
        return torch.stack([states[t] for t in sorted(states)], dim=1), h

    def forward(self, x, lengths):
        T = x.size(1)
        ahead, last = self.one_way(self.forward_cell, x, lengths, range(T))
        back, first = self.one_way(self.backward_cell, x, lengths, reversed(range(T)))
        return torch.cat((ahead, back), -1), torch.stack((last, first))

# %% exercise="sequence_summary"
def sequence_summary(outputs, lengths):
    ahead, back = np.split(outputs, 2, axis=-1)
    return np.hstack([np.take_along_axis(ahead, (lengths - 1)[:, None, None], axis=1)[:, 0], back[:, 0]])

# %% exercise="train_tagger"
def train_tagger(train, seed):
    torch.manual_seed(seed)
    embedding, rnn, head = nn.Embedding(18, 16), BidirectionalRNN(16, 32), nn.Linear(64, 7)
    everything = nn.ModuleList([embedding, rnn, head])
    optimizer = torch.optim.Adam(everything.parameters(), lr=0.02)
    real = torch.arange(train["tokens"].shape[1]) < train["lengths"].unsqueeze(1)
    for _ in range(150):
        scores = head(rnn(embedding(train["tokens"]), train["lengths"])[0])
        loss = F.cross_entropy(scores[real], train["tags"][real])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda tokens, lengths: head(rnn(embedding(tokens), lengths)[0]).argmax(-1)
