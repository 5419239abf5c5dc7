"""A student who finished everything, gathers states with torch.gather and trains a packed LSTM in a loop of her own, clipped."""
# /// submission
# base = "solved"
# ///
# %% exercise="last_state"
def last_state(states, lengths):
    where = (lengths - 1)[:, None, None].expand(-1, 1, states.size(-1))
    return torch.gather(states, 1, where).squeeze(1)
# %% exercise="train_agreement"
def train_agreement(train, seed):
    torch.manual_seed(seed)
    D, nn = spell(["the"]).shape[1], torch.nn
    cell, score = nn.LSTM(D, 32, batch_first=True), nn.Linear(32, 1)

    def fair(words):
        return torch.from_numpy(spell(["the" if w in ("this", "each", "these", "many") else w for w in words]))

    def scores(texts):
        packed = nn.utils.rnn.pack_sequence(texts, enforce_sorted=False)
        return score(cell(packed)[1][0][-1])[:, 0]

    texts, labels = [fair(e["words"]) for e in train], torch.tensor([float(e["plural"]) for e in train])
    optimizer = torch.optim.Adam([*cell.parameters(), *score.parameters()], 0.005)
    for _ in range(6):
        for rows in torch.randperm(len(texts)).split(50):
            loss = nn.functional.binary_cross_entropy_with_logits(scores([texts[i] for i in rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
            optimizer.step()

    def predict(sentences):
        with torch.no_grad():
            return [int(s > 0) for s in scores([fair(words) for words in sentences])]

    return predict
