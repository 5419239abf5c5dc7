# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # 5 · The word you have not read yet
#
# *The old man the boats.*
#
# Read it again. You took *old* for an adjective and *man* for a noun, and were sure of both; then came *the boats*, and the
# sentence broke. It is the old who man the boats. What a word **is** was decided by words that stood behind it, and no effort
# of memory could have told you in time.
#
# How often must a reader who goes from left to right be wrong? In this lesson you compute it exactly, then build a network
# that reads from both ends and goes beyond that number. At the end you meet the price: a network that reads the future
# can cheat, beautifully, and know nothing.
#
# *90 minutes. You need the cell of lesson 3, and from lesson 2 the product of conditional probabilities.*

# %% [markdown]
# **The letters of this lesson**
#
# | letter | meaning | letter | meaning |
# |---|---|---|---|
# | B | sequences in a batch | x (B, T, D) | inputs, batch first, padded on the right |
# | T | steps of the longest row | lengths (B,) | how many steps of each row are real |
# | D | numbers in one input | h (B, H) | hidden state of one direction |
# | H | hidden units of **one** direction | outputs (B, T, 2H) | forward half, then backward half |
# | V, K | words, tags | mask (B, T) | True where a word is real |
#
# Two cells read the same sequence. One goes forward, as in lesson 3; the other has weights of its own and goes backward:
#
# $$\overrightarrow{h}_t = \tanh(\overrightarrow{W}_{xh} x_t + \overrightarrow{W}_{hh} \overrightarrow{h}_{t-1} + \overrightarrow{b}_h),
# \qquad
# \overleftarrow{h}_t = \tanh(\overleftarrow{W}_{xh} x_t + \overleftarrow{W}_{hh} \overleftarrow{h}_{t+1} + \overleftarrow{b}_h),$$
#
# and the output at $t$ is both side by side, $[\overrightarrow{h}_t ; \overleftarrow{h}_t]$. The forward cell starts from zeros before the
# first word, the backward cell from zeros behind the **last real word** (Schuster and Paliwal 1997).

# %% setup
from collections import Counter, defaultdict

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_utils import check, hint, progress
from course_utils.data import garden_path
from course_utils.plotting import bidirectional as figures
from course_utils.plotting import show
from course_utils.training.next_letter import fit_next_letter, sentence_nats, write
from course_utils.training.tagging import train_left_to_right

torch.set_num_threads(1)

# %% [markdown]
# ## 1 · How wrong must you be? (20 minutes)
#
# Take the smallest language in which the trap can be set: two sentences, equally likely. A *tagger* says for each word what
# it is, and this one says it at once, knowing only the words up to and including the present one. Before you go on,
# count on paper: of the nine words, how many can the best such tagger get right?

# %% experiment
short = "the old man sleeps".split(), "the old man the boats".split()
short_tags = "DET ADJ NOUN VERB".split(), "DET NOUN VERB DET NOUN".split()
for words, tags in zip(short, short_tags):
    print("  ".join(f"{word}/{tag}" for word, tag in zip(words, tags)))

# %% [markdown]
# Up to *man* both sentences look the same, so the tagger must say the same in both. Whatever it calls *old*, it is wrong in
# one of them; so with *man*. Two of nine words are lost, whatever the tagger is made of: the **ceiling** is 7/9, about 0.778.
# The rule behind it: words with the same *prefix* get the same answer, and the best answer is the tag that is most
# frequent among them.

# %% [markdown]
# **Exercise: `prefix_ceiling(sentences, tags)`.** `sentences` is a list of lists of words (strings or numbers), `tags` has a list of
# tags for each, of the same lengths. A sentence may be empty, and one may occur several times, which counts each time. Return, as a
# float, the largest share of **words** that any tagger can get right whose answer at word $t$ is a function of the words from
# the first to the $t$-th, that one included. Four to ten lines.

# %% exercise="prefix_ceiling"
def prefix_ceiling(sentences, tags):
    """Best accuracy of any left-to-right tagger on these sentences: a float between 0 and 1."""
    ### BEGIN SOLUTION
    seen = defaultdict(Counter)
    for words, answers in zip(sentences, tags):
        for t, tag in enumerate(answers):
            seen[tuple(words[: t + 1])][tag] += 1
    right = sum(max(counts.values()) for counts in seen.values())
    return right / sum(len(answers) for answers in tags)
    ### END SOLUTION

# %% check="prefix_ceiling"
check("prefix_ceiling", prefix_ceiling)

# %% [markdown]
# Now a whole language. `garden_path.language()` makes 1,544 sentences out of 18 words, three to eight words long: *the rich guard
# the boats while they fish*, *the poor watch looks old*. Four words are an adjective or a noun, four are a noun or a verb. Each sentence
# stands in it once, so that a share of this list **is** a probability, and the ceiling is exact.
#
# Reading from right to left is the same question for mirrored sentences. Which direction will find it easier?

# %% experiment
sentences, tags = garden_path.language()
mirrored = [words[::-1] for words in sentences], [answers[::-1] for answers in tags]
print(f"{len(sentences)} sentences, {sum(map(len, sentences))} words")
print(f"ceiling, left to right: {prefix_ceiling(sentences, tags):.4f}")
print(f"ceiling, right to left: {prefix_ceiling(*mirrored):.4f}")
few = np.random.default_rng(0).choice(len(sentences), 40, replace=False)
print(f"the same on 40 of them: {prefix_ceiling([sentences[i] for i in few], [tags[i] for i in few]):.4f}")

# %% [markdown]
# From the left about 85% of the words is the most that any tagger can get, from the right about 95%. The sentence *the old man looks
# poor* shows why the right is not safe either: read from its end, *poor* might as well be the noun of *helps the poor*.
#
# Mind the last line: forty sentences *look* easier, because many of their prefixes occur only once and seem to decide everything. On
# a sample this ceiling flatters; on the whole language it is exact.

# %% [markdown]
# What if the tagger may wait? A captioner may lag a few words behind the speaker. A delay of $k$ words is again a ceiling of prefixes, with
# every tag moved $k$ places to the right; the $k$ idle answers at the beginning are always right and are taken out again.
#
# Predict the curve: how many words of patience buy how much?

# %% experiment
def ceiling_with_delay(sentences, tags, k):
    """The ceiling when the tag of word t is said after word t + k."""
    words = [[*sentence, *["#"] * k] for sentence in sentences]
    late = [[*["idle"] * k, *answers] for answers in tags]
    total, idle = sum(map(len, sentences)), k * len(sentences)
    return 1 - (1 - prefix_ceiling(words, late)) * (total + idle) / total

curves = {
    "left to right": [ceiling_with_delay(sentences, tags, k) for k in range(6)],
    "right to left": [ceiling_with_delay(*mirrored, k) for k in range(6)],
}
for name, curve in curves.items():
    print(f"{name}:", ", ".join(f"{value:.3f}" for value in curve))
show(figures.delay_staircase(curves), alt="Best possible accuracy against the number of further words read. From the left it "
     "rises from 0.85 over 0.93 and 0.99 to 1 after five words; from the right it starts at 0.95 and is almost 1 after one word.")

# %% [markdown]
# Two words of patience leave one word in a hundred wrong, and the last of these need five: in *the old fish near the boats
# sleeps* the fate of *old* hangs on the last word. A fixed delay is a window into the future, and like every window of
# lesson 1 it is too short for some sentence. A network that reads from the other end needs no window.

# %% [markdown]
# Before you build it, you need an honest ruler. Sentences of different lengths share a batch, and the places behind their ends are no
# words. An accuracy that counts them measures the padding.
#
# **Exercise: `masked_accuracy(logits, tags, mask)`.** `logits` (B, T, K) are scores, `tags` (B, T) the right tag numbers, `mask` (B, T) is True
# where a word is real. Return, as a float, the share of the real words whose largest score is at the right tag. Every real word counts the same, in
# whichever row it stands; where `mask` is False anything may stand. A row may have no real word; the whole batch has at least
# one. One to three lines.

# %% exercise="masked_accuracy"
def masked_accuracy(logits, tags, mask):
    """logits (B, T, K), tags (B, T), mask (B, T) bool -> share of the real words that are right, a float."""
    ### BEGIN SOLUTION
    right = logits.argmax(axis=-1) == tags
    return float(right[mask].mean())
    ### END SOLUTION

# %% check="masked_accuracy"
check("masked_accuracy", masked_accuracy)

# %% [markdown]
# ## 2 · Reading from both ends (25 minutes)
#
# To read backward, turn the sequence round and use the same loop. In a batch, though, rows have different lengths, and turning
# the whole array round puts a short row's padding **first**. The backward cell then spends its first steps on nothing, and
# nothing is not harmless: even an input of zeros moves the state, through $W_{hh}$ and the bias.
#
# **Exercise: `reverse_sequences(x, lengths)`.** `x` is (B, T) or (B, T, D), `lengths` (B,) whole numbers from 0 to T. Return a new array of
# the same shape and dtype in which the first `lengths[b]` steps of row b stand in reverse order, and everything behind them stays in its
# place. Two to six lines.

# %% exercise="reverse_sequences"
def reverse_sequences(x, lengths):
    """x (B, T) or (B, T, D), lengths (B,) -> the same shape, each row reversed within its own length."""
    ### BEGIN SOLUTION
    steps = np.arange(x.shape[1])
    ends = np.asarray(lengths)[:, None]
    source = np.where(steps < ends, ends - 1 - steps, steps)
    return x[np.arange(len(x))[:, None], source]
    ### END SOLUTION

# %% check="reverse_sequences"
check("reverse_sequences", reverse_sequences)

# %% [markdown]
# Watch the flood. One sentence of four steps stands alone, then in rows with more and more padding beside it, because a longer sentence is in the
# batch. The backward cell reads it, and we look at the first number of the state it ends with. The sentence is the
# same every time; what should the curve look like?

# %% experiment
rng = np.random.default_rng(11)
W_xh, W_hh, b_h = rng.normal(size=(4, 3)), np.linalg.qr(rng.normal(size=(4, 4)))[0], 0.3 * rng.normal(size=4)
sentence = 0.5 * rng.normal(size=(1, 4, 3))

def last_state(x):
    """The state (H,) after reading one row x (1, T, D) from left to right, from zeros."""
    h = np.zeros(4)
    for x_t in x[0]:
        h = np.tanh(W_xh @ x_t + W_hh @ h + b_h)
    return h

paddings = list(range(0, 13))
rows = [np.concatenate([sentence, np.zeros((1, padding, 3))], axis=1) for padding in paddings]
flipped = [last_state(row[:, ::-1])[0] for row in rows]
within = [last_state(reverse_sequences(row, [4])[:, :4])[0] for row in rows]
print(f"whole row reversed:    from {min(flipped):.2f} to {max(flipped):.2f}")
print(f"within its own length: from {min(within):.2f} to {max(within):.2f}")
show(figures.padding_flood(paddings, flipped, within), alt="The state after reading the sentence backward, against the number of "
     "padded steps: flat when the row is reversed within its length, falling unevenly when the whole row is reversed.")

# %% [markdown]
# Reversed within its own length, the sentence always ends in the same state. Reversed with its whole row, it ends somewhere else for every amount of padding, although no
# word of it has changed: what the network thinks of your sentence depends on who else is in the batch. The forward cell never had this trouble,
# because padding on the right stands behind everything it needs.

# %% [markdown]
# Now both readers together. `read` is the loop of lesson 3; it is given, since the art is in what you feed it and in what order its states come
# back.
#
# **Exercise: `bidirectional_forward(x, lengths, forward_weights, backward_weights)`.** `x` (B, T, D) and `lengths` (B,) as above; each of the weights is a
# tuple `(W_xh, W_hh, b_h)`. Return `outputs` (B, T, 2H): at each real step first the forward state, then the backward state **of the same
# step**, which has read from the row's last real step back to this one. At steps behind a row's end, zeros. Lengths may be 0; what stands in `x`
# behind the end is some number or other. Four to eight lines.

# %% exercise="bidirectional_forward"
def read(x, W_xh, W_hh, b_h):
    """x (B, T, D) -> all states (B, T, H) of a cell that starts from zeros. Given."""
    h = np.zeros((len(x), len(b_h)))
    states = np.zeros((*x.shape[:2], len(b_h)))
    for t, x_t in enumerate(np.swapaxes(x, 0, 1)):
        h = states[:, t] = np.tanh(b_h + h @ W_hh.T + x_t @ W_xh.T)
    return states


def bidirectional_forward(x, lengths, forward_weights, backward_weights):
    """x (B, T, D), lengths (B,), two tuples (W_xh, W_hh, b_h) -> outputs (B, T, 2H), zeros behind each row's end."""
    ### BEGIN SOLUTION
    ahead = read(x, *forward_weights)
    back = reverse_sequences(read(reverse_sequences(x, lengths), *backward_weights), lengths)
    real = np.arange(x.shape[1]) < np.asarray(lengths)[:, None]
    return np.where(real[:, :, None], np.concatenate([ahead, back], axis=2), 0.0)
    ### END SOLUTION

# %% check="bidirectional_forward"
check("bidirectional_forward", bidirectional_forward)

# %% [markdown]
# To train it, make it a module. There is a second way to keep padding out, and in torch it is the shorter one: go through **all** steps, but
# where a step is not real, let the state stay as it was. A backward cell that starts at the far end then keeps its zeros until it
# comes to the row's last word.
#
# **Exercise: `BidirectionalRNN(input_size, hidden_size)`.** Make two `nn.RNNCell`s named `forward_cell` and `backward_cell` (their parameters are what is
# checked). `forward(x, lengths)` takes tensors (B, T, D) and (B,) and returns `outputs` (B, T, 2H) as above and `final` (2, B, H): the state of
# the forward cell after the row's last real step, and that of the backward cell after the row's first step. Zeros for a
# row of length 0. Ten to twenty lines.

# %% exercise="BidirectionalRNN"
class BidirectionalRNN(nn.Module):
    """Reads x (B, T, D) from both ends within lengths (B,): outputs (B, T, 2H) and final states (2, B, H)."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.forward_cell = nn.RNNCell(input_size, hidden_size)
        self.backward_cell = nn.RNNCell(input_size, hidden_size)
        ### END SOLUTION

    def forward(self, x, lengths):
        ### BEGIN SOLUTION
        B, T, _ = x.shape
        directions, finals = [], []
        for cell, order in ((self.forward_cell, range(T)), (self.backward_cell, range(T - 1, -1, -1))):
            h = x.new_zeros(B, cell.hidden_size)
            outputs = [h] * T
            for t in order:
                real = (t < lengths)[:, None]
                h = torch.where(real, cell(x[:, t], h), h)
                outputs[t] = torch.where(real, h, torch.zeros_like(h))
            directions.append(torch.stack(outputs, dim=1))
            finals.append(h)
        return torch.cat(directions, dim=2), torch.stack(finals)
        ### END SOLUTION

# %% check="BidirectionalRNN"
check("BidirectionalRNN", BidirectionalRNN)

# %% [markdown]
# PyTorch has the same in one layer. `nn.RNN(D, H, batch_first=True, bidirectional=True)` reads both ways, and a **packed** sequence carries the lengths with
# it. Leave the packing out and torch reverses whole rows, padding first, without a word of warning. Here are your weights inside its layer; how far apart are the outputs,
# packed and not packed?

# %% experiment
torch.manual_seed(0)
mine, theirs = BidirectionalRNN(3, 5), nn.RNN(3, 5, batch_first=True, bidirectional=True)
with torch.no_grad():
    for cell, suffix in ((mine.forward_cell, ""), (mine.backward_cell, "_reverse")):
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(theirs, f"{name}_l0{suffix}").copy_(getattr(cell, name))
    x, lengths = torch.randn(2, 6, 3), torch.tensor([6, 3])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    outputs, _ = nn.utils.rnn.pad_packed_sequence(theirs(packed)[0], batch_first=True)
    ours, unpacked = mine(x, lengths)[0], theirs(x)[0]
print("outputs:", tuple(ours.shape), "real steps 6 and 3")
print("same as packed:         ", torch.allclose(ours, outputs, atol=1e-6))
print("long row, not packed:   ", torch.allclose(ours[0], unpacked[0], atol=1e-6))
print("short row, not packed:  ", torch.allclose(ours[1, :3], unpacked[1, :3], atol=1e-6))
print("its forward half alone: ", torch.allclose(ours[1, :3, :5], unpacked[1, :3, :5], atol=1e-6))

# %% [markdown]
# Packed, the two agree. Not packed, the long row still agrees and the short row does not, and within it only the backward half is wrong. That is
# why this error lives long: the shapes are right, the loss falls, and a batch of one is perfect.

# %% [markdown]
# Some tasks want one vector for the whole sentence. Each half of the output has read everything at one place only, and the places differ: the
# forward half at the row's last word, the backward half at its **first**.
#
# **Exercise: `sequence_summary(outputs, lengths)`.** From NumPy `outputs` (B, T, 2H) and `lengths` (B,), all at least 1, return (B, 2H): for each row the forward half
# at its last real step, then the backward half at its first step. Behind a row's end anything may stand. Two to four lines.

# %% exercise="sequence_summary"
def sequence_summary(outputs, lengths):
    """outputs (B, T, 2H), lengths (B,) -> (B, 2H): last forward state, first backward state."""
    ### BEGIN SOLUTION
    H = outputs.shape[2] // 2
    last = outputs[np.arange(len(outputs)), np.asarray(lengths) - 1, :H]
    return np.concatenate([last, outputs[:, 0, H:]], axis=1)
    ### END SOLUTION

# %% check="sequence_summary"
check("sequence_summary", sequence_summary)

# %% [markdown]
# ## 3 · Beyond the ceiling (15 minutes)
#
# Now train. 600 sentences to learn from, 250 others to be judged on. In the training arrays zeros fill the rows up, and 0 is also the number of a word
# and of a tag. In the held-out arrays the rows are longer and **arbitrary** words and tags stand behind the ends: an answer that looks at them
# will be found out, one that respects `lengths` cannot notice.

# %% experiment
train, held_out = map(garden_path.as_tensors, garden_path.tagged_split(np.random.default_rng(5)))
print("training:", {name: tuple(tensor.shape) for name, tensor in train.items()})
print("held out:", {name: tuple(tensor.shape) for name, tensor in held_out.items()})
rows = zip(held_out["tokens"].tolist(), held_out["tags"].tolist(), held_out["lengths"].tolist())
own = [([garden_path.WORDS[w] for w in words[:n]], labels[:n]) for words, labels, n in rows]
print("first held-out sentence:", " ".join(own[0][0]))
print(f"ceiling of these 250 sentences from the left:  {prefix_ceiling(*zip(*own)):.3f}")
backwards = [words[::-1] for words, _ in own], [labels[::-1] for _, labels in own]
print(f"ceiling of these 250 sentences from the right: {prefix_ceiling(*backwards):.3f}")

# %% [markdown]
# **Exercise: `train_tagger(train, seed)`.** `train` is a dict of int64 tensors: `tokens` (N, T) with numbers below `len(garden_path.WORDS)`, `tags` (N, T) with numbers below
# `len(garden_path.TAGS)`, and `lengths` (N,). Set torch's seed, train, and return a function or module `tagger(tokens, lengths)` that gives logits (B, T, K) for
# int64 tensors of any B and T. It passes with **98%** of the held-out words right, which no tagger that reads in one direction can reach. Use your
# `BidirectionalRNN`, or torch's layer with packing. An embedding of 16 numbers, 24 hidden units and 150 to 250 steps of Adam with learning rate
# 0.01 are plenty: one to three seconds. Fifteen to twenty-five lines.

# %% exercise="train_tagger"
def train_tagger(train, seed):
    """train: tokens (N, T), tags (N, T), lengths (N,) -> tagger(tokens (B, T), lengths (B,)) -> logits (B, T, K)."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    vectors = nn.Embedding(len(garden_path.WORDS), 16)
    reader = BidirectionalRNN(16, 24)
    to_tags = nn.Linear(48, len(garden_path.TAGS))

    def tagger(tokens, lengths):
        outputs, _ = reader(vectors(tokens), lengths)
        return to_tags(outputs)

    parameters = [*vectors.parameters(), *reader.parameters(), *to_tags.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    mask = torch.arange(train["tokens"].shape[1]) < train["lengths"][:, None]
    for epoch in range(20):
        for batch in torch.randperm(len(mask)).split(64):
            logits = tagger(train["tokens"][batch], train["lengths"][batch])
            loss = F.cross_entropy(logits[mask[batch]], train["tags"][batch][mask[batch]])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return tagger
    ### END SOLUTION

# %% check="train_tagger"
check("train_tagger", train_tagger)

# %% [markdown]
# Three seeds of your tagger beside three seeds of a left-to-right network of the same widths, trained on the same sentences, measured with your `masked_accuracy`. Where will the
# left-to-right network end: far below its ceiling, at it, or a little above?

# %% experiment ignore_output="accuracies of trained networks differ in the last digits between machines"
mask = torch.arange(held_out["tokens"].shape[1]) < held_out["lengths"][:, None]

def held_out_accuracy(tagger):
    with torch.no_grad():
        logits = tagger(held_out["tokens"], held_out["lengths"])
    return masked_accuracy(logits.numpy(), held_out["tags"].numpy(), mask.numpy())

one_way = [train_left_to_right(train, seed) for seed in range(3)]
both_ways = [train_tagger(train, seed) for seed in range(3)]
accuracies = {
    "left to right": [held_out_accuracy(tagger) for tagger in one_way],
    "both directions": [held_out_accuracy(tagger) for tagger in both_ways],
}
for name, values in accuracies.items():
    print(f"{name}: mean {np.mean(values):.3f}, spread {np.std(values):.3f}, seeds {np.round(values, 3).tolist()}")
limits = {"ceiling from the left": prefix_ceiling(*zip(*own)), "ceiling from the right": prefix_ceiling(*backwards)}
show(figures.taggers(accuracies, limits), alt="Held-out accuracy of three seeds each. The left-to-right networks lie just left "
     "of their ceiling of 0.86, the bidirectional ones near 1, right of both ceilings.")

# %% experiment
print("left to right stays below its ceiling, every seed:  ", max(accuracies["left to right"]) <= limits["ceiling from the left"])
print("both directions pass both ceilings, every seed:     ", min(accuracies["both directions"]) > max(limits.values()))

# %% [markdown]
# The left-to-right networks stop just below their ceiling: they have learnt what can be learnt from the left, and more training or more units would not lift them over
# the line. The networks of both directions stand beyond both ceilings. Nothing about them is cleverer; they were only shown the other half of the evidence.

# %% [markdown]
# Look into two sentences word by word. For each word we ask both networks (first seed): how probable is NOUN? The dashed and the solid line must
# part where the future matters. Predict first: at which words will the left-to-right network say **exactly** the same in both
# sentences?

# %% experiment
def noun_probabilities(tagger, words):
    with torch.no_grad():
        logits = tagger(garden_path.word_ids(words), torch.tensor([len(words)]))
    return logits.softmax(-1)[0, :, garden_path.TAGS.index("NOUN")].tolist()

guesses = {
    "left to right": [noun_probabilities(one_way[0], words) for words in short],
    "both directions": [noun_probabilities(both_ways[0], words) for words in short],
}
for name, (first, second) in guesses.items():
    same = [word for word, p, q in zip(short[0], first, second) if abs(p - q) < 1e-6]
    print(f"{name}: the same number in both sentences at {' '.join(same) or 'no word'}")
show(figures.noun_guesses(short, guesses), alt="Probability of NOUN at each word of the old man sleeps and the old man the boats. "
     "The left-to-right network is undecided at old and man in both; the network of both directions is sure and right.")

# %% [markdown]
# At *the*, *old* and *man* the left-to-right network (solid) says the same three numbers in both sentences; it cannot do otherwise. At *old* and *man* they lie near one half: it is not badly
# trained, it is undecided, and rightly. The network of both directions (dashed) is sure at every word, and says NOUN for *man* in the one sentence and for *old* in the other.

# %% [markdown]
# ## 4 · When the future is a leak (20 minutes)
#
# A tagger may read the whole sentence: when it works, the sentence is there. Other tasks are different. A forecast that has seen tomorrow, a caption
# that must appear while the speaker speaks, a model of the *next* word: for them the future is a **leak**, and the accuracy it buys disappears on
# the first day of use. Shapes do not show a leak. A test does: nudge one input and see which outputs move.
#
# **Exercise: `future_leak(f, x)`.** `f` takes an array (T, D) and returns an array (T, O); `x` is such an array of floats. Return a boolean array `leak` (T, T) with `leak[t, s]`
# True when the output at step **t** depends on the input at step **s**: change `x[s]` alone, by an amount of the size of 1, and look
# whether `f(...)[t]` moves by more than 1e-8. Leave `x` as it was. Five to eight lines.

# %% exercise="future_leak"
def future_leak(f, x):
    """f: (T, D) -> (T, O), x (T, D) -> leak (T, T) bool: does output t (row) depend on input s (column)?"""
    ### BEGIN SOLUTION
    before = f(x.copy())
    nudges = np.random.default_rng(0).normal(size=x.shape)
    leak = np.zeros((len(x), len(x)), dtype=bool)
    for s in range(len(x)):
        changed = x.copy()
        changed[s] += nudges[s]
        leak[:, s] = np.abs(f(changed) - before).max(axis=1) > 1e-8
    return leak
    ### END SOLUTION

# %% check="future_leak"
check("future_leak", future_leak)

# %% [markdown]
# Such a test can only convict. An output that does not move for one nudge at one place is not proved independent: a ReLU may have been asleep. For smooth
# networks with random inputs, a dependence that one random nudge does not show is very unlikely.
#
# Try it on your own `bidirectional_forward`: its two halves apart, then together, then with a row that ends after four of six steps.

# %% experiment
rng = np.random.default_rng(1)
weights = [(0.6 * rng.normal(size=(4, 3)), 0.6 * rng.normal(size=(4, 4)), rng.normal(size=4)) for _ in range(2)]

def states(x, half=slice(None), length=6):
    return bidirectional_forward(x[None], np.array([length]), *weights)[0][:, half]

six = rng.normal(size=(6, 3))
grids = {
    "forward half": future_leak(lambda x: states(x, slice(0, 4)), six),
    "backward half": future_leak(lambda x: states(x, slice(4, 8)), six),
    "both halves": future_leak(states, six),
    "both, length 4": future_leak(lambda x: states(x, length=4), six),
}
for name, grid in grids.items():
    print(f"{name}: {int(np.triu(grid, 1).sum())} dependences on the future, {int(np.tril(grid, -1).sum())} on the past")
show(figures.dependence(grids, list("123456")), alt="Four grids of six by six: the forward half fills the lower triangle, the "
     "backward half the upper one, both fill the square, and with length 4 only the first four rows and columns are filled.")

# %% [markdown]
# Each row is one output, each column one input; hatched squares are the future. The diagonal belongs to both halves. The last grid is empty behind
# step 4: padding reaches nothing, as it should. And the corners tell where a summary must be read: the forward half has seen everything in its
# **last** full row, the backward half in its **first**.

# %% [markdown]
# Now the trap. Two directions made the tagger better, so why not give them to a model of the next letter? In a framework it is one word, `bidirectional=True`. Do it: one class, two readers. The letters of a sentence go
# in, and at each position the score of the *following* letter comes out. Both models learn from 800 sentences, spelled in 22
# letters with a mark for the end.

# %% experiment
class ForwardReader(nn.Module):
    """The same interface as your BidirectionalRNN, reading from left to right only."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.layer = nn.RNN(input_size, hidden_size, batch_first=True)

    def forward(self, x, lengths):
        return self.layer(x)


class NextLetter(nn.Module):
    """Symbols (B, T) to scores (B, T, symbols) of the next one."""

    def __init__(self, reader, width):
        super().__init__()
        self.vectors = nn.Embedding(garden_path.SYMBOLS, 16)
        self.reader, self.to_scores = reader, nn.Linear(width, garden_path.SYMBOLS)

    def scores(self, x, lengths):
        return self.to_scores(self.reader(x, lengths)[0])

    def forward(self, symbols, lengths):
        return self.scores(self.vectors(symbols), lengths)

# %% [markdown]
# How good may a model of this language be? Each of the N = 1,544 sentences has probability 1/N, so a sentence costs log N nats, and no
# **probability model** can average less over the language. The reason is one line (Gibbs): when the $q_i$ add up to at most 1, Jensen's inequality gives
# $\frac1N\sum_i \log q_i \le \log\left(\frac1N \sum_i q_i\right) \le \log\frac1N$. Per letter that is a floor for the perplexity of lesson 2, and it can be computed. Predict which model comes closer to it.

# %% experiment
letters = sum(len(" ".join(words)) + 1 for words in sentences)
floor = np.exp(len(sentences) * np.log(len(sentences)) / letters)
print(f"{letters / len(sentences):.1f} symbols a sentence, end mark included")
print(f"no probability model has a lower perplexity than {floor:.3f}")

def make(kind, seed):
    torch.manual_seed(seed)
    if kind == "forward":
        return NextLetter(ForwardReader(16, 64), 64), 10
    return NextLetter(BidirectionalRNN(16, 48), 96), 4

order = np.random.default_rng(0).permutation(len(sentences))
known = [sentences[i] for i in order[:800]]

# %% experiment ignore_output="perplexities of trained networks differ in the last digits between machines"
starts = {kind: [make(kind, seed) for seed in range(3)] for kind in ("forward", "bidirectional")}
models = {kind: [] for kind in starts}
measured = {kind: [] for kind in starts}
for kind, untrained in starts.items():
    for seed, (model, passes) in enumerate(untrained):
        models[kind].append(fit_next_letter(model, known, seed, passes))
        nats, symbols = sentence_nats(model, sentences)
        perplexity = torch.exp(nats.sum() / symbols.sum()).item()
        measured[kind].append((perplexity, torch.exp(-nats).sum().item()))
    perplexities, totals = np.array(measured[kind]).T
    print(f"{kind}: perplexity {perplexities.mean():.3f}, spread {perplexities.std():.3f};", end=" ")
    print(f"its 1,544 sentence 'probabilities' add up to {np.round(totals, 2).tolist()}")

# %% experiment
print("forward stays above the floor:       ", all(p > floor for p, _ in measured["forward"]))
print("forward adds up to at most 1:        ", all(total <= 1 for _, total in measured["forward"]))
print("bidirectional is below the floor:    ", all(p < floor for p, _ in measured["bidirectional"]))
print("bidirectional adds up to over 1,000: ", all(total > 1000 for _, total in measured["bidirectional"]))

# %% [markdown]
# The forward models come close to the floor and stay above it, and their probabilities add up to less than 1; what is missing went to texts outside the language. The
# bidirectional models fall through the floor, almost down to 1: they are hardly ever surprised. But they call nearly every one of 1,544 different sentences almost certain, and the sum is over 1,000.
#
# Whatever these numbers are, they are not probabilities. The product rule needs $P(x_t \mid x_1, \dots, x_{t-1})$. Here the backward cell has brought $x_t$ itself into the condition, and the model
# copies it.

# %% [markdown]
# Your `future_leak` sees it at once, before any training and without a look at the code. The test runs on vectors, so we hand it the models' `scores`. For a model of the next letter the
# diagonal is allowed, since at letter $t$ it may know letter $t$; everything right of the diagonal is the answer itself.

# %% experiment
word = list("the old")
x = np.random.default_rng(2).normal(size=(len(word), 16))

def scores_of(model):
    def f(x):
        with torch.no_grad():
            return model.scores(torch.tensor(x[None], dtype=torch.float32), torch.tensor([len(x)]))[0].double().numpy()
    return f

grids = {kind: future_leak(scores_of(make(kind, 0)[0]), x) for kind in models}
for kind, grid in grids.items():
    print(f"{kind}: outputs that depend on the next letter: {int(np.diagonal(grid, 1).sum())} of {len(word) - 1}")
show(figures.dependence(grids, [letter if letter != " " else "_" for letter in word]), alt="Which score depends on which letter "
     "of 'the old', untrained. Forward: the lower triangle with the diagonal. Bidirectional: the full square.")

# %% [markdown]
# Now let them speak. A model writes one letter at a time: it reads what stands so far, draws the next letter from its last output, and goes on. Perplexity 1.00 against
# 1.3: whose sentences would you rather read? (First seed of each; a text ends where the model says so.)

# %% experiment ignore_output="texts drawn from trained networks differ between machines"
proper = {" ".join(words) for words in sentences}
texts = {kind: [write(model, 100, seed=7) for model in models[kind]] for kind in models}
shares = {kind: [np.mean([text in proper for text in page]) for page in texts[kind]] for kind in models}
for kind in models:
    print(f"{kind}: share of 100 texts that are sentences of the language, per seed: {np.round(shares[kind], 2).tolist()}")
    for text in texts[kind][0][:5]:
        print("    |" + text + "|")
print("bidirectional, forbidden to end:")
for text in write(models["bidirectional"][0], 3, seed=7, longest=45, may_end=False):
    print("    |" + text + "|")

# %% experiment
print("forward, every seed: at least half are proper sentences:  ", bool(min(shares["forward"]) >= 0.5))
print("bidirectional, every seed: at most one in twenty:         ", bool(max(shares["bidirectional"]) <= 0.05))

# %% [markdown]
# Most of what the forward models write is a sentence of the language. The bidirectional ones write none: a few letters, then the end, since in training nothing stood
# behind a letter at one place only, the last. Forbidden to end, the model babbles. It had learnt to copy its neighbour on the right; when it writes, there is no
# neighbour, and what it never had to learn is missing. The future is not there when you need it.

# %% [markdown]
# ## 5 · Your turn to decide (10 minutes)
#
# **Question.** For which tasks may you read the future? Give a rule of your own in one or two sentences. Apply it to these four and say what you would use for each: (a) tagging the words
# of a newspaper archive, (b) live captions that appear while someone speaks, (c) forecasting tomorrow's price from past days, (d) the **encoder**
# of a translator, which gets a finished sentence, and its **decoder**, which writes the translation word by word. Then describe one test that
# would have exposed the model of perplexity 1.00 before anybody let it write, and say what its result would have been. *Ten to fifteen lines.*

# %% [markdown] written="when_may_you_read_the_future"
# **The rule.** An output may depend on every input that will be there at the moment when the output is needed, and on nothing that comes later; in
# particular not on what it is asked to predict.
#
# (a) The archive is complete: read both ways. (b) When a caption must appear, the rest of the speech does not exist: read forward, or wait a fixed number of
# words and pay with delay (the staircase of section 1 says what each word of waiting buys). (c) Tomorrow's price is the answer itself: forward
# only; and within the window of past days both directions are allowed, as long as every one of those days is over when the forecast is made. (d) The encoder has the finished sentence and may
# be bidirectional; the decoder writes word by word, so what it reads of its own output must be the past only.
#
# **The test.** `future_leak` on the untrained model: `leak[t, s]` for s > t must be False everywhere. Here it would have been True above the diagonal, at `leak[t, t + 1]` already. A second one: add up
# what the model calls the probabilities of all sentences. They add up to more than 1,000, so these numbers are no probabilities and their perplexity means
# nothing.

# %% [markdown]
# ## What you can now do
#
# - compute what no left-to-right reader can exceed, and know when such a number flatters
# - keep padding out of a backward reader, by reversing within lengths or by letting the state wait
# - build a bidirectional network in NumPy and in torch, and say where each half has read everything
# - train a tagger beyond the ceiling of either direction, and measure it on real words only
# - find out by a test which outputs depend on which inputs, and say whether that is allowed
# - recognise a language model that is none: a perplexity below the floor, or probabilities that add up to more than 1
#
# Next: lesson 6 puts one recurrent layer on top of another, and lets an encoder and a decoder share the work.

# %% [markdown]
# ## Further reading
#
# - Mike Schuster and Kuldip K. Paliwal, 1997, *Bidirectional recurrent neural networks*, IEEE Transactions on Signal Processing 45(11). The two readers, and a section on when the future may be used.
# - Alex Graves and Jürgen Schmidhuber, 2005, *Framewise phoneme classification with bidirectional LSTM and other neural network architectures*, Neural Networks 18(5-6). Both directions against delayed output, measured.
# - Thomas G. Bever, 1970, *The cognitive basis for linguistic structures*, in J. R. Hayes (ed.), Cognition and the Development of Language. Where garden-path sentences come from.
# - Zhiheng Huang, Wei Xu and Kai Yu, 2015, *Bidirectional LSTM-CRF models for sequence tagging*, arXiv:1508.01991. The tagger of this lesson, grown up.
# - Matthew E. Peters and others, 2018, *Deep contextualized word representations*, NAACL. Two language models, one for each direction, trained apart so that neither sees its own answer.
# - Jacob Devlin, Ming-Wei Chang, Kenton Lee and Kristina Toutanova, 2019, *BERT: pre-training of deep bidirectional transformers for language understanding*, NAACL. Hide the word, then read both sides: another way to keep the answer out.

# %%
progress()
