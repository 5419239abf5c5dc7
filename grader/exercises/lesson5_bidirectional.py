"""Lesson 5: both contexts, ragged lengths, and the future as a leak. Oracles and whole answers stand beside this module."""

from __future__ import annotations

from typing import Any

from torch import nn

from course_utils.comparing import AtLeast
from course_utils.probes.bidirectional import held_out_tags, leak_of_mixing
from course_utils.probes.modules import outputs_and_gradients
from course_utils.properties import InputsUnchanged, NoAlias, NoState
from grader.exercises import _lesson5_bidirectional_accepted as accepted
from grader.exercises import _lesson5_bidirectional_draws as draws
from grader.exercises import _lesson5_bidirectional_oracles as oracles
from grader.exercises import _lesson5_bidirectional_wrong as wrong
from grader.spec import Accepted, Criterion, Exercise, Lesson, Misconception, Part, Written


def _last_two(words: Any, t: int) -> Any:
    return tuple(words[max(t - 1, 0) : t + 1])


PREFIX_CEILING = Exercise(
    name="prefix_ceiling",
    points=3,
    draws={
        "garden paths and an empty sentence": draws.garden_paths,
        "sixteen sentences of two words": draws.random_sentences(16, [0, 1], [0, 1, 2], 5),
        "words that are pieces of words": draws.pieces_of_words,
        "one word": draws.random_sentences(1, ["fish"], ["NOUN", "VERB"], 1),
        "thirty sentences": draws.random_sentences(30, [3, 5, 8], [0, 1, 2, 3], 5, shortest=0),
    },
    hidden_only=frozenset({"thirty sentences"}),
    oracle=oracles.prefix_ceiling,
    hints=(
        "Take two words with the same prefix but different tags. How many of the two can a tagger have right?",
        "Collect, for every prefix, how often each tag follows it. What does the best tagger answer there, and how "
        "often is it right?",
        "Sum over all prefixes the count of the most frequent tag, and divide by the number of words. A tuple can "
        "be a key.",
    ),
    misconceptions=(
        Misconception(
            "only_two_words",
            "This is the ceiling of a tagger that knows only the present word and the one before it. The tagger in "
            "question remembers "
            "everything from the beginning.",
            wrong=wrong.ceiling_by(_last_two),
        ),
        Misconception(
            "only_the_word",
            "This is the ceiling of a dictionary that knows only the present word. The tagger in question has read "
            "what stood before it, too.",
            wrong=wrong.ceiling_by(lambda words, t: words[t]),
        ),
        Misconception(
            "present_word_unread",
            "The prefix ends one word too early: the tagger has read the word that it tags.",
            edits=(("words[: t + 1]", "words[:t]"), ("seen[tuple(", "seen[t, *tuple(")),
        ),
        Misconception(
            "whole_sentence_read",
            "The words after the present one were used as well. That is the ceiling of both directions together.",
            wrong=wrong.ceiling_by(lambda words, t: (tuple(words), t)),
        ),
        Misconception(
            "order_forgotten",
            "The prefix was taken as a bag: the tagger knows the order of what it has read.",
            wrong=wrong.ceiling_by(lambda words, t: (tuple(sorted(words[:t])), words[t])),
        ),
        Misconception(
            "prefixes_weigh_the_same",
            "Every prefix was given the same weight. One that occurs a hundred times holds a hundred words.",
            edits=(
                ("sum(max(counts.values()) for counts", "sum(max(counts.values()) / sum(counts.values()) for counts"),
                ("sum(len(answers) for answers in tags)", "len(seen)"),
            ),
        ),
        Misconception(
            "last_tag_seen",
            "Every prefix keeps the tag that it was seen with last. The best tagger has looked at all of them.",
            wrong=wrong.last_tag_seen,
        ),
        Misconception(
            "doubt_counts_as_lost",
            "Wherever a prefix leaves a choice, all its words were counted as lost. A tagger that must guess is "
            "right some of the time.",
            wrong=wrong.doubt_counts_as_lost,
        ),
        Misconception(
            "mean_of_sentences",
            "This is a mean of the shares of single sentences. The ceiling is a share of words: a long sentence "
            "counts for more.",
            wrong=wrong.mean_of_sentences,
        ),
        Misconception(
            "words_run_together",
            "Two different prefixes were taken for the same: glued to one string, a b and ab look alike.",
            edits=(("tuple(words[: t + 1])", '"".join(map(str, words[: t + 1]))'),),
        ),
    ),
    accepts=(
        Accepted("trie and np.unique", right=accepted.ceiling_with_numpy),
        Accepted("prefix as string with spaces", edits=(("tuple(words[: t + 1])", "repr(words[: t + 1])"),)),
        Accepted("one position after the other, float32", right=accepted.ceiling_by_position),
        Accepted("most_common", edits=(("max(counts.values())", "counts.most_common(1)[0][1]"),)),
    ),
)

MASKED_ACCURACY = Exercise(
    name="masked_accuracy",
    points=2,
    draws={
        "two rows of different length": draws.scoring(2, 5, 3),
        "four rows, one without a word": draws.scoring(4, 6, 2, empty_row=True),
        "a mask with holes": draws.scoring_with_holes(3, 7, 4),
        "one word": draws.scoring(1, 1, 3),
    },
    oracle=oracles.masked_accuracy,
    hints=(
        "Which of the B times T places hold a word? Only they may count, above and below the fraction line.",
        "First an array of True and False: is the largest score at the right tag? Then keep only the places where "
        "the mask is True.",
        "A boolean mask as an index, `right[mask]`, leaves one flat list of real words; its mean weighs each word "
        "the same.",
    ),
    misconceptions=(
        Misconception(
            "padding_counted",
            "Places without a word were counted like words. What stands there is arbitrary.",
            edits=(("right[mask].mean()", "right.mean()"),),
        ),
        Misconception(
            "mean_of_rows",
            "This is a mean over rows of each row's accuracy, in which a word of a short row weighs more than one "
            "of a long row.",
            wrong=wrong.mean_of_rows,
        ),
        Misconception(
            "divided_by_all_places",
            "Above the fraction line only real words are counted, below it all B times T places.",
            edits=(("right[mask].mean()", "(right & mask).mean()"),),
        ),
        Misconception(
            "padding_right_for_free",
            "Places without a word were counted as right answers.",
            edits=(("right[mask].mean()", "(right | ~mask).mean()"),),
        ),
        Misconception(
            "mask_upside_down",
            "The padding was scored and the words were left out: True in the mask means a real word.",
            edits=(("right[mask].mean()", "right[~mask].mean()"),),
        ),
        Misconception(
            "mask_as_lengths",
            "The number of real words in a row was taken for the place where they end. A mask may have holes.",
            wrong=wrong.mask_as_lengths,
        ),
        Misconception(
            "smallest_score",
            "The smallest score was taken for the answer. Logits are scores, not losses.",
            edits=(("argmax", "argmin"),),
        ),
    ),
    accepts=(
        Accepted("product with the mask", right=accepted.accuracy_by_product),
        Accepted("torch inside", right=accepted.accuracy_in_torch),
        Accepted("sum of a boolean and", edits=(("right[mask].mean()", "(right & mask).sum() / mask.sum()"),)),
    ),
)

REVERSE_SEQUENCES = Exercise(
    name="reverse_sequences",
    points=2,
    draws={
        "two rows, lengths 3 and 1": draws.reversing(2, 4, 3, lengths=(3, 1)),
        "word numbers, one empty row": draws.reversing(3, 5, lengths=(4, 0, 2)),
        "as many rows as steps": draws.reversing(4, 4, 2, lengths=(3, 2, 4, 2)),
        "one row of full length": draws.reversing(1, 5, 2, lengths=(5,)),
        "random lengths": draws.reversing(4, 7, 2),
    },
    oracle=oracles.reverse_sequences,
    properties=(InputsUnchanged(), NoAlias()),
    hints=(
        "Write the row a b c _ with length 3 on paper. The result is c b a _: what is first now, and what did not "
        "move?",
        "For each step t of the result, from which step of the row does it come? Inside the length and behind it "
        "the answers differ.",
        "Inside, step t comes from step length - 1 - t. Either a loop over rows, or an array of such positions and "
        "one indexing.",
    ),
    misconceptions=(
        Misconception(
            "padding_flipped",
            "The whole row was turned round, with its padding: a short row now begins with padding.",
            edits=(("np.where(steps < ends, ends - 1 - steps, steps)", "x.shape[1] - 1 - steps + 0 * ends"),),
        ),
        Misconception(
            "batch_flipped",
            "The rows changed places. Time is the second axis, the batch is the first.",
            wrong=wrong.batch_flipped,
        ),
        Misconception(
            "longest_for_all",
            "All rows were reversed within the length of the longest one. Each row has a length of its own.",
            wrong=wrong.longest_for_all,
        ),
        Misconception(
            "last_step_left_out",
            "The last real step of each row stayed where it was: a length of 3 means that the steps 0, 1 and 2 are "
            "real.",
            wrong=wrong.last_step_left_out,
        ),
        Misconception(
            "padding_cleared",
            "What stood behind the end is gone. Steps behind a row's end stay as they are.",
            wrong=wrong.padding_cleared,
        ),
        Misconception(
            "padding_reversed_as_well",
            "The real steps are right, but those behind the end were reversed among themselves. They stay in place.",
            wrong=wrong.padding_reversed_as_well,
        ),
        Misconception(
            "padding_moved_to_front",
            "The real steps are reversed, and stand at the right end of the row now. They begin at step 0.",
            wrong=wrong.padding_first,
        ),
    ),
    accepts=(
        Accepted("a loop over rows", right=accepted.reversed_by_loop),
        Accepted("lists", right=accepted.reversed_as_lists),
        Accepted(
            "take_along_axis",
            edits=(("x[np.arange(len(x))[:, None], source]", "np.stack([r[s] for r, s in zip(x, source)])"),),
        ),
    ),
)

BIDIRECTIONAL_FORWARD = Exercise(
    name="bidirectional_forward",
    points=4,
    draws={
        "two rows, lengths 2 and 4": draws.reading(2, 4, 3, 5, lengths=(2, 4)),
        "three rows, one empty, none full": draws.reading(3, 6, 2, 4, lengths=(4, 0, 5)),
        "as many rows as steps, one unit": draws.reading(4, 4, 2, 1, lengths=(3, 4, 1, 2)),
        "one row, one step": draws.reading(1, 1, 3, 2, lengths=(1,)),
        "random lengths": draws.reading(4, 7, 3, 2),
    },
    hidden_only=frozenset({"random lengths"}),
    oracle=oracles.bidirectional_forward,
    properties=(InputsUnchanged(), NoState()),
    hints=(
        "The backward reader is the same loop on another order of the same row. Which function gives it that order?",
        "The states of the backward reader come out in its own reading order. To stand beside the forward states "
        "they must be turned again, "
        "within lengths.",
        "Three steps: read forward; reverse, read with the other weights, reverse; put side by side and set zeros "
        "where no step is real.",
    ),
    misconceptions=(
        Misconception(
            "not_turned_back",
            "The backward states stand in their reading order: beside the first word stands the state that has read "
            "only the last one.",
            edits=(
                (
                    "reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)",
                    "read(reverse_sequences(x, lengths), *backward_weights)",
                ),
            ),
        ),
        Misconception(
            "backward_reads_forward",
            "The second reader has weights of its own, but it read the row from left to right like the first.",
            edits=(
                (
                    "reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)",
                    "read(x, *backward_weights)",
                ),
            ),
        ),
        Misconception(
            "only_states_turned",
            "The row was read from left to right and then the states were turned round. Turning states is not "
            "reading backward.",
            edits=(("read(reverse_sequences(x, lengths), *backward_weights)", "read(x, *backward_weights)"),),
        ),
        Misconception(
            "forward_twice", "Both halves hold the forward states.", edits=(("[ahead, back]", "[ahead, ahead]"),)
        ),
        Misconception(
            "added",
            "The two states were added. Side by side they keep apart what came from the left and what from the right.",
            edits=(("np.concatenate([ahead, back], axis=2)", "ahead + back"),),
        ),
        Misconception(
            "halves_swapped",
            "The backward half stands first. The order is forward, then backward.",
            edits=(("[ahead, back]", "[back, ahead]"),),
        ),
        Misconception(
            "weights_shared",
            "Both readers used the forward weights. The two directions are two cells.",
            edits=(("*backward_weights", "*forward_weights"),),
        ),
        Misconception(
            "padding_read_first",
            "The backward reader went through the padding before it came to the first word from the right, and its "
            "state is not zeros there.",
            edits=(
                (
                    "reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)",
                    "read(x[:, ::-1], *backward_weights)[:, ::-1]",
                ),
            ),
        ),
        Misconception(
            "zeros_read_first",
            "The padding was set to zeros, and the backward reader still began there. Zeros are an input like any "
            "other: W_hh and the bias move the state all the same.",
            edits=(
                (
                    "reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)",
                    "read((x * (np.arange(x.shape[1]) < lengths[:, None])[..., None])[:, ::-1], *backward_weights)[:, ::-1]",
                ),
            ),
        ),
        Misconception(
            "whole_rows_turned_back",
            "The row was reversed within its length for reading, but the states were turned round as a whole row, with "
            "those of the padding in front.",
            edits=(
                (
                    "reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)",
                    "read(reverse_sequences(x, lengths), *backward_weights)[:, ::-1]",
                ),
            ),
        ),
        Misconception(
            "starts_from_forward",
            "The backward reader went on from the state with which the forward reader ended. Each begins with zeros.",
            wrong=wrong.starts_from_forward,
        ),
        Misconception(
            "padding_not_zero",
            "Behind the ends of the rows stand states of padding. The statement asks for zeros there.",
            edits=(
                (
                    "np.where(real[:, :, None], np.concatenate([ahead, back], axis=2), 0.0)",
                    "np.concatenate([ahead, back], axis=2)",
                ),
            ),
        ),
    ),
    accepts=(
        Accepted("row by row", right=accepted.forward_row_by_row),
        Accepted("torch in float32, frozen states", right=accepted.forward_in_float32),
        Accepted(
            "mask as a factor",
            edits=(
                (
                    "np.where(real[:, :, None], np.concatenate([ahead, back], axis=2), 0.0)",
                    "np.dstack([ahead, back]) * real[..., None]",
                ),
            ),
        ),
    ),
)

MODULE = Exercise(
    name="BidirectionalRNN",
    points=5,
    kind="module",
    probe=outputs_and_gradients,
    parts=(Part("outputs", 1.5), Part("final", 1.0), Part("gradients", 2.0), Part("second call", 0.5)),
    draws={
        "two rows, lengths 2 and 4": draws.module(2, 4, 2, 3, lengths=(2, 4)),
        "one empty row, none full": draws.module(3, 5, 2, 2, lengths=(3, 0, 4)),
        "one row, one step": draws.module(1, 1, 2, 3, lengths=(1,)),
        "as many rows as steps": draws.module(4, 4, 3, 2),
    },
    hidden_only=frozenset({"as many rows as steps"}),
    oracle=oracles.module,
    hints=(
        "Two loops over time, one upward and one downward, each with its own cell and its own state.",
        "Where a step is not real, the state stays what it was, and the output is zeros. `torch.where` chooses "
        "between the two.",
        "After each loop the state is the final one of that direction, whatever the lengths: it was left alone in "
        "the padding.",
    ),
    misconceptions=(
        Misconception(
            "padding_read",
            "The state went on changing in the padding: before the first real step in the backward direction, after "
            "the last in the forward one.",
            edits=(("h = torch.where(real, cell(x[:, t], h), h)", "h = cell(x[:, t], h)"),),
        ),
        Misconception(
            "not_turned_back",
            "The backward outputs stand in their reading order. At step t belongs the state that has read from the "
            "end to t.",
            edits=(("outputs[t] =", "outputs[order.index(t)] ="),),
        ),
        Misconception(
            "starts_from_forward",
            "The backward cell started from the last forward state. Each direction starts from zeros.",
            edits=(
                (
                    "h = x.new_zeros(B, cell.hidden_size)",
                    "h = finals[-1] if finals else x.new_zeros(B, cell.hidden_size)",
                ),
            ),
        ),
        Misconception(
            "one_cell",
            "One cell serves both directions; the other never learns anything.",
            edits=(("(self.backward_cell, range", "(self.forward_cell, range"),),
        ),
        Misconception(
            "both_forward", "Both cells read from left to right.", edits=(("range(T - 1, -1, -1)", "range(T)"),)
        ),
        Misconception(
            "halves_swapped",
            "In the outputs the backward half stands first. The order is forward, then backward.",
            edits=(("torch.cat(directions, dim=2)", "torch.cat(directions[::-1], dim=2)"),),
        ),
        Misconception(
            "final_at_last_position",
            "The final states were taken at the last column of the batch for both directions. A short row has "
            "padding there, and the backward cell "
            "has read all at the first step.",
            edits=(("torch.stack(finals)", "torch.stack([states[:, -1] for states in directions])"),),
        ),
        Misconception(
            "final_at_last_real_step",
            "Both final states were taken at the row's last real step. That is where the backward cell begins.",
            edits=(
                (
                    "torch.stack(finals)",
                    "torch.stack([states[torch.arange(B), (lengths - 1).clamp(min=0)] for states in directions])",
                ),
            ),
        ),
        Misconception(
            "state_kept",
            "A second call goes on from the states of the first. Every call reads sentences of its own, from zeros.",
            edits=(
                (
                    "h = x.new_zeros(B, cell.hidden_size)",
                    "h = getattr(cell, 'kept', x.new_zeros(B, cell.hidden_size))",
                ),
                ("finals.append(h)", "finals.append(h)\n            cell.kept = h.detach()"),
            ),
        ),
        Misconception(
            "outputs_go_on",
            "Behind the ends of the rows the outputs repeat a state. The statement asks for zeros there.",
            edits=(("torch.where(real, h, torch.zeros_like(h))", "h"),),
        ),
        Misconception(
            "cut_gradient",
            "The numbers are right and the gradients are not: each state was cut off from the one it came from.",
            edits=(("cell(x[:, t], h), h)", "cell(x[:, t], h.detach()), h)"),),
        ),
    ),
    accepts=(
        Accepted("gather within lengths", right=accepted.GatheringBidirectionalRNN),
        Accepted("sentence by sentence", right=accepted.SentenceBySentence),
        Accepted("multiplied by the mask", edits=(("torch.where(real, h, torch.zeros_like(h))", "h * real"),)),
    ),
)

SEQUENCE_SUMMARY = Exercise(
    name="sequence_summary",
    points=2,
    draws={
        "two rows, lengths 2 and 4": draws.summing_up(2, 5, 3, lengths=(2, 4)),
        "three rows, one full": draws.summing_up(3, 4, 1, lengths=(4, 1, 3)),
        "one row": draws.summing_up(1, 6, 2, lengths=(3,)),
        "as many rows as steps": draws.summing_up(4, 4, 2),
    },
    oracle=oracles.sequence_summary,
    properties=(InputsUnchanged(), NoAlias()),
    hints=(
        "At which step has the forward reader seen the whole row? And the backward reader?",
        "The last real step of row b is lengths[b] - 1. The backward reader ends at step 0, for every row.",
        "Index with two arrays of the same length, one for the rows and one for the steps, and cut the halves at H "
        "= outputs.shape[2] // 2.",
    ),
    misconceptions=(
        Misconception(
            "last_step_of_both",
            "Both halves were taken at the last real step. There the backward reader has read a single word.",
            edits=(("outputs[:, 0, H:]", "outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, H:]"),),
        ),
        Misconception(
            "last_column",
            "Both halves were taken from the last column of the batch, which is padding for every shorter row.",
            edits=(
                ("outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, :H]", "outputs[:, -1, :H]"),
                ("outputs[:, 0, H:]", "outputs[:, -1, H:]"),
            ),
        ),
        Misconception(
            "forward_from_last_column",
            "The forward half was taken from the last column of the batch. A shorter row ends before it.",
            edits=(("outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, :H]", "outputs[:, -1, :H]"),),
        ),
        Misconception(
            "first_step_of_both",
            "Both halves were taken at the first step. There the forward reader has read a single word.",
            edits=(("np.asarray(lengths) - 1, :H]", "0 * np.asarray(lengths), :H]"),),
        ),
        Misconception(
            "ends_exchanged",
            "Each half was taken where its reader begins. A reader knows everything where it ends.",
            edits=(
                ("outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, :H]", "outputs[:, 0, :H]"),
                ("outputs[:, 0, H:]", "outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, H:]"),
            ),
        ),
        Misconception(
            "halves_swapped",
            "The backward half stands first.",
            edits=(("[last, outputs[:, 0, H:]]", "[outputs[:, 0, H:], last]"),),
        ),
    ),
    accepts=(
        Accepted("lists", right=accepted.summary_by_lists),
        Accepted("take_along_axis, float32", right=accepted.summary_with_take),
    ),
)

TRAIN_TAGGER = Exercise(
    name="train_tagger",
    points=4,
    kind="training",
    probe=held_out_tags,
    compare=AtLeast(threshold=0.98, band=0.012),
    time_limit=60.0,
    hidden_each=2,
    draws={"600 sentences to learn from, 250 to tag": draws.tagging},
    oracle=oracles.held_out_labels,
    threshold_evidence=(
        "Held-out accuracy, every seed with sentences of its own. Right answers: the lesson's, 60 seeds, mean "
        "0.9989, sd 0.0012, "
        "least 0.9956; packed nn.RNN, 20 seeds, least 0.9969; GRU, 20 seeds, least 0.9950. The threshold of 0.98 "
        "lies 15 sd below "
        "the mean of the lesson's answer: false alarm far below 1 in 1000. No tagger of one direction can exceed "
        "the ceiling of the "
        "held-out sentences themselves: from the left at most 0.885 in 40 draws (0.850 for the language), from the "
        "right mean 0.951, "
        "at most 0.959 (0.949). Wrong answers: left half 0.860 at most, right half 0.960 at most, 32 seeds each; "
        "trains on padding, "
        "60 seeds, mean 0.914, sd 0.018, 0.945 at most, and two hidden cases would have to pass; dictionary, one "
        "pass and one state "
        "for all words, 12 seeds, 0.818, 0.623 and 0.313 at most."
    ),
    hints=(
        "Embedding, your BidirectionalRNN, one nn.Linear from 2H to the number of tags. The rest is the training "
        "loop that you know.",
        "Below 87%? Then the tagger knows only the past of each word. Around 90%? Then look whether anything behind "
        "a row's end gets into the "
        "states or into the loss.",
        "Keep logits and tags of real words only, with a mask made from lengths, and give them to F.cross_entropy. "
        "Twenty passes in batches "
        "of 64 with Adam and a learning rate of 0.01.",
    ),
    misconceptions=(
        Misconception(
            "one_direction",
            "This is what a tagger reaches that has read only what stands before a word: the ceiling of section 1. "
            "No further training lifts it.",
            wrong=wrong.network(wrong.forward_half, width=24),
        ),
        Misconception(
            "only_from_the_right",
            "This is what a tagger reaches that has read only what stands behind a word. Some tags are decided by "
            "what stood before.",
            wrong=wrong.network(wrong.backward_half, width=24),
        ),
        Misconception(
            "trains_on_padding",
            "The tagger read what stands behind the ends of the rows, and learnt from it as well. With other "
            "padding than in training its "
            "answers change.",
            wrong=wrong.network(wrong.everything, reads_padding=True),
        ),
        Misconception(
            "one_state_for_all_words",
            "Every word of a sentence got its tag from the same vector. A tag belongs to a place in the sentence.",
            wrong=wrong.network(wrong.one_state_for_all, passes=8),
        ),
        Misconception(
            "tag_from_dictionary",
            "Each word has its most frequent tag, wherever it stands. What it means depends on its neighbours.",
            wrong=wrong.dictionary,
        ),
        Misconception(
            "one_pass_only",
            "The network has hardly begun to learn: one pass over the sentences with a small learning rate is not "
            "enough.",
            wrong=wrong.network(wrong.everything, passes=1, lr=0.001),
        ),
    ),
    accepts=(
        Accepted("packed nn.RNN, ignore_index", right=accepted.packed_trainer()),
        Accepted("a GRU", right=accepted.packed_trainer(kind=nn.GRU, hidden=16, passes=12)),
        Accepted("batches of 32", edits=(("split(64)", "split(32)"), ("range(20)", "range(10)"))),
    ),
)

FUTURE_LEAK = Exercise(
    name="future_leak",
    points=3,
    probe=leak_of_mixing,
    draws={
        "each output sees the past": draws.leaking(4, 3, 2, "causal"),
        "some see some, one input is zeros": draws.leaking(5, 2, 3, "random", trap="zero input"),
        "each output sees its neighbours": draws.leaking(6, 3, 2, "near", squash=False, trap="outputs cancel"),
        "one number of each output never moves": draws.leaking(3, 2, 3, "random", trap="idle output"),
        "each output sees the future, the first feature is idle": draws.leaking(
            4, 3, 4, "future", trap="first feature unused"
        ),
        "one step": draws.leaking(1, 2, 1, "causal"),
        "the step itself is not seen": draws.leaking(5, 1, 2, "shifted"),
    },
    oracle=oracles.future_leak,
    equivalent={
        "changed[s] += nudges[s] -> changed[s] = nudges[s]": "a random row in place of a random change: it differs "
        "from x just as well",
        "np.abs(f(changed) - before).max(axis=1) > 1e-08 -> np.abs(f(changed) - before).max(axis=1) >= "
        "1e-08": "no output moves by exactly 1e-8",
        "0 -> 1": "another seed for the nudges",
    },
    hints=(
        "What would you see in the outputs if only the input at step 2 were a little different?",
        "Compute the outputs once, then once more for every step s, each time from a fresh copy of x in which only "
        "row s has changed.",
        "For each s compare with the outputs before, take the largest change of each output row, and write the "
        "answers into column s.",
    ),
    misconceptions=(
        Misconception(
            "diagonal_only",
            "Only the output at the very step that was changed was looked at. A change may show at any other step, "
            "and that is the question.",
            edits=(
                (
                    "leak[:, s] = np.abs(f(changed) - before).max(axis=1) > 1e-8",
                    "leak[s, s] = np.abs(f(changed) - before)[s].max() > 1e-8",
                ),
            ),
        ),
        Misconception(
            "all_steps_at_once",
            "All inputs were changed together. If an output moves then, nobody knows which of them it was.",
            edits=(("changed[s] += nudges[s]", "changed += nudges"),),
        ),
        Misconception(
            "anything_moved",
            "Whether anything moved was written down for every output alike. Each row of the table is about one output.",
            edits=((".max(axis=1) > 1e-8", ".max() > 1e-8"),),
        ),
        Misconception(
            "transposed",
            "Rows and columns are exchanged: the row says which output, the column which input.",
            edits=(("leak[:, s] =", "leak[s] ="),),
        ),
        Misconception(
            "changes_pile_up",
            "Earlier changes were still in place when the next step was changed. Each time only one row may differ "
            "from x.",
            edits=(
                ("        changed = x.copy()\n", ""),
                ("    for s in range", "    changed = x.copy()\n    for s in range"),
            ),
        ),
        Misconception(
            "future_entries_only",
            "Only the part right of the diagonal was filled. The table tells the dependences on the past as well.",
            edits=(("return leak", "return np.triu(leak, 1)"),),
        ),
        Misconception(
            "scaled",
            "The input was multiplied or silenced. If it was zero already, nothing has changed and no dependence "
            "can show.",
            edits=(("changed[s] += nudges[s]", "changed[s] *= 2"),),
        ),
        Misconception(
            "first_feature_only",
            "Only the first number of the input was changed. The output may depend on another one.",
            edits=(("changed[s] += nudges[s]", "changed[s, 0] += nudges[s, 0]"),),
        ),
        Misconception(
            "outputs_summed",
            "The numbers of an output were summed before they were compared; changes in opposite directions cancel.",
            edits=(("np.abs(f(changed) - before).max(axis=1)", "np.abs((f(changed) - before).sum(axis=1))"),),
        ),
        Misconception(
            "one_number_for_all",
            "One number of an output that stood still was taken for the whole output. It depends when any of its numbers "
            "moves.",
            edits=((".max(axis=1) > 1e-8", "[:, 0] > 1e-8"),),
        ),
        Misconception(
            "last_output_only",
            "Only the last output was looked at.",
            edits=(
                (
                    "leak[:, s] = np.abs(f(changed) - before).max(axis=1) > 1e-8",
                    "leak[-1, s] = np.abs(f(changed) - before)[-1].max() > 1e-8",
                ),
            ),
        ),
    ),
    accepts=(
        Accepted("adds about one, compares in Python", right=accepted.leak_by_adding_one),
        Accepted("three random replacements, unseeded", right=accepted.leak_by_several_nudges),
        Accepted("np.any", edits=((".max(axis=1) > 1e-8", ".any(axis=1)"),)),
    ),
)

WRITTEN = Written(
    name="when_may_you_read_the_future",
    rubric=(
        Criterion(
            1.0,
            "A rule that names the moment at which an output is needed: inputs that exist then may be "
            "read, the predicted thing itself never.",
        ),
        Criterion(
            1.0, "Archive: both directions. Live captions: forward, or forward with a delay, whose price is named."
        ),
        Criterion(
            1.0,
            "Forecast: nothing later than the forecast's moment; full points also where both directions "
            "inside the past window are allowed with a reason.",
        ),
        Criterion(
            1.0,
            "Encoder may be bidirectional, decoder may not, with the reason that the decoder's own words "
            "do not exist yet.",
        ),
        Criterion(
            1.0,
            "A test that decides (future_leak above the diagonal, the sum of probabilities, or the "
            "floor) with its expected result.",
        ),
    ),
)

LESSON = Lesson(
    name="lesson5_bidirectional",
    learns="read ragged batches from both ends, and tell when the future is a leak",
    figure="which outputs depend on which inputs, found by the student's own test",
    figure_alt="Four grids of six by six:",
    title="The word you have not read yet",
    minutes=90,
    exercises=(
        PREFIX_CEILING,
        MASKED_ACCURACY,
        REVERSE_SEQUENCES,
        BIDIRECTIONAL_FORWARD,
        MODULE,
        SEQUENCE_SUMMARY,
        TRAIN_TAGGER,
        FUTURE_LEAK,
        WRITTEN,
    ),
)
