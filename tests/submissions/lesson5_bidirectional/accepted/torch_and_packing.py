"""A student who does the NumPy exercises inside torch and trains torch's own layer, packed."""
# /// submission
# base = "untouched"
# [score]
# reverse_sequences = 2
# bidirectional_forward = 4
# train_tagger = 4
# ///
# %% exercise="reverse_sequences"
def reverse_sequences(x, lengths):
    rows = [torch.cat([torch.tensor(r[:n]).flip(0), torch.tensor(r[n:])]) for r, n in zip(x, lengths)]
    return torch.stack(rows)

# %% exercise="bidirectional_forward"
def bidirectional_forward(x, lengths, forward_weights, backward_weights):
    H, D = forward_weights[0].shape
    layer = nn.RNN(D, H, batch_first=True, bidirectional=True)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
    out = torch.zeros(x.shape[0], x.shape[1], 2 * H)
    with torch.no_grad():
        for weights, tail in ((forward_weights, ""), (backward_weights, "_reverse")):
            for name, w in zip(names, weights):
                getattr(layer, name + tail).copy_(torch.tensor(w))
            getattr(layer, "bias_hh_l0" + tail).zero_()
        for b, n in enumerate(lengths):
            if n > 0:
                out[b, :n] = layer(torch.tensor(x[b : b + 1, :n], dtype=torch.float32))[0][0]
    return out

# %% exercise="train_tagger"
def train_tagger(train, seed):
    torch.manual_seed(seed)

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(len(garden_path.WORDS), 16)
            self.rnn = nn.RNN(16, 24, batch_first=True, bidirectional=True)
            self.head = nn.Linear(48, len(garden_path.TAGS))

        def forward(self, tokens, lengths):
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
            )
            states, _ = self.rnn(packed)
            states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=tokens.shape[1])
            return self.head(states)

    model = Tagger()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(200):
        rows = torch.randint(len(train["tokens"]), (64,))
        tokens, tags, lengths = train["tokens"][rows], train["tags"][rows], train["lengths"][rows]
        real = torch.arange(tokens.shape[1])[None, :] < lengths[:, None]
        losses = F.cross_entropy(model(tokens, lengths).permute(0, 2, 1), tags, reduction="none")
        loss = (losses * real).sum() / real.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
