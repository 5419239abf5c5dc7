"""What lesson 7 brings along: sentences with two dials, networks side by side, and a grammar with exact probabilities."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_utils.data.agreement import NOUNS, agreement_example, mixed_examples, spell_batch
from course_utils.data.relative_clauses import (
    WORD_IDS,
    next_word_probabilities,
    sentence,
    verb_examples,
)
from course_utils.training.agreement import gru_update_gates, untrained_readers
from course_utils.training.side_by_side import LAYERS, as_group, first_weights, load, states


@pytest.mark.parametrize(("distance", "nouns", "attractors"), [(0, 0, 0), (3, 1, 1), (3, 1, 0), (18, 6, 2), (30, 4, 4)])
def test_each_dial_of_a_sentence_stands_where_it_was_set(distance: int, nouns: int, attractors: int) -> None:
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        for _ in range(20):
            example = agreement_example(rng, split, distance, nouns, attractors)
            after = example["numbers"][example["subject"] + 1 :]
            assert len(after) == distance == example["distance"]
            assert sum(n >= 0 for n in after) == nouns
            assert after.count(1 - example["plural"]) == attractors == example["attractors"]
            assert example["numbers"][example["subject"]] == example["plural"]


def test_dials_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit in 5 words"):
        agreement_example(np.random.default_rng(0), "train", 5, 2, 1)


def test_the_splits_share_no_noun_and_no_template() -> None:
    train, test = (
        mixed_examples(np.random.default_rng(seed), name, 500) for seed, name in enumerate(("train", "test"))
    )
    assert not set(NOUNS["train"]) & set(NOUNS["test"])
    assert not {e["template"] for e in train} & {e["template"] for e in test}


@pytest.mark.parametrize("kind", LAYERS)
def test_a_group_of_networks_computes_what_torch_does_one_by_one(kind: str) -> None:
    generator = torch.Generator().manual_seed(0)
    group = as_group([first_weights(kind, 7, 5, 2, seed) for seed in range(3)])
    words, ids = torch.randn(9, 7, generator=generator), torch.randint(9, (3, 4, 6), generator=generator)
    together = states(kind, group, words, ids)
    for i in range(3):
        layer, output = LAYERS[kind](7, 5, batch_first=True), torch.nn.Linear(5, 2)
        load(layer, output, group, i)
        torch.testing.assert_close(together[:, i].transpose(0, 1), layer(words[ids[i]])[0])


def test_the_update_gate_is_the_share_of_the_old_state_that_is_kept() -> None:
    reader = untrained_readers("gru", [0], lambda h, lengths: h[:, -1], hidden=4)[0]
    words = ["the", "keys", "to"]
    layer, H = reader.recurrent, reader.hidden
    with torch.no_grad():
        x = torch.from_numpy(spell_batch([words])[0][0])
        h = reader.states(x[None])[0]
        r = torch.sigmoid((x @ layer.weight_ih_l0.T + layer.bias_ih_l0)[2, :H] + _hidden_part(layer, h[1])[:H])
        n = torch.tanh(
            (x @ layer.weight_ih_l0.T + layer.bias_ih_l0)[2, 2 * H :] + r * _hidden_part(layer, h[1])[2 * H :]
        )
        z = torch.from_numpy(gru_update_gates(reader, words)[2]).float()
        torch.testing.assert_close(z * h[1] + (1 - z) * n, h[2])


def _hidden_part(layer: torch.nn.Module, h: torch.Tensor) -> torch.Tensor:
    return h @ layer.weight_hh_l0.T + layer.bias_hh_l0


def test_the_exact_probabilities_of_the_next_word_add_up_and_agree_with_samples() -> None:
    rng = np.random.default_rng(0)
    drawn = [sentence(rng) for _ in range(4000)]
    assert np.allclose(next_word_probabilities(max(drawn, key=len)).sum(axis=1), 1.0)
    after_boys = [words[1] for words in drawn if words[0] == "boys"]
    exact = next_word_probabilities(["boys"])[1]
    assert abs(after_boys.count("who") / len(after_boys) - exact[WORD_IDS["who"]]) < 0.1
    assert exact[WORD_IDS["walks"]] == 0.0
    with pytest.raises(ValueError, match="goes on with 'walks'"):
        next_word_probabilities(["boys", "walks"])


def test_a_subject_with_clauses_may_be_followed_by_its_own_verb_only() -> None:
    for depth in (0, 1, 2):
        for example in verb_examples(np.random.default_rng(depth), depth, 20):
            chances = next_word_probabilities(example["words"])[-1]
            wrong, right = (chances[WORD_IDS[example["verbs"][k]]] for k in (1 - example["plural"], example["plural"]))
            assert right > 0.0
            assert wrong == 0.0
