"""A student who knows PyTorch and uses it inside every function, half of it in float32."""
# /// submission
# base = "untouched"
# [score]
# to_batch_first = 1
# pad_batch = 3
# create_sequences = 3
# persistence_error = 2
# ///
# %% exercise="to_batch_first"
def to_batch_first(x):
    return torch.as_tensor(x).permute(1, 0, 2).contiguous().numpy()

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    rows = [torch.tensor(sequence, dtype=torch.float32) for sequence in sequences]
    lengths = torch.tensor([len(row) for row in rows])
    x = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
    mask = torch.arange(int(lengths.max()))[None, :] < lengths[:, None]
    return x.numpy(), mask.numpy()

# %% exercise="create_sequences"
def create_sequences(series, window, horizon=1):
    steps = torch.tensor(series)
    y = steps[window + horizon - 1 :]
    X = torch.stack([steps[i : i + window] for i in range(len(y))])
    return X.numpy(), y.numpy()

# %% exercise="persistence_error"
def persistence_error(series, horizon):
    prices = torch.tensor(series)
    return nn.functional.mse_loss(prices[:-horizon], prices[horizon:]).item()
