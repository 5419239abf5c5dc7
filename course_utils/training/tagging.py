"""A tagger that reads from left to right only, to be beaten."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_utils.data.garden_path import TAGS, WORDS


class LeftToRightTagger(nn.Module):
    """Tokens (B, T) to scores (B, T, K). Padding stands on the right, so that no state before it has read it."""

    def __init__(self, width: int = 16, hidden: int = 24) -> None:
        super().__init__()
        self.vectors = nn.Embedding(len(WORDS), width)
        self.recurrent = nn.RNN(width, hidden, batch_first=True)
        self.scores = nn.Linear(hidden, len(TAGS))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        states, _ = self.recurrent(self.vectors(tokens))
        scores: Tensor = self.scores(states)
        return scores


def train_left_to_right(train: dict[str, Tensor], seed: int, passes: int = 20) -> LeftToRightTagger:
    """A `LeftToRightTagger` after Adam on the real words of `train` (tokens, tags, lengths), the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LeftToRightTagger()
        adam = torch.optim.Adam(network.parameters(), lr=1e-2)
        columns = torch.arange(train["tokens"].shape[1])
        for _ in range(passes):
            for rows in torch.randperm(len(train["tokens"])).split(64):  # type: ignore[no-untyped-call]
                inside = columns < train["lengths"][rows].unsqueeze(1)
                scores = network(train["tokens"][rows], train["lengths"][rows])[inside]
                error = nn.functional.cross_entropy(scores, train["tags"][rows][inside])
                adam.zero_grad(set_to_none=True)
                error.backward()  # type: ignore[no-untyped-call]
                adam.step()
        return network
