# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # 1 · Two sentences, one bag
#
# *Dog bites man*: nobody prints it. *Man bites dog*: front page. Any child hears the difference, yet both sentences are
# made of the same three words. How much can a machine know that only counts words? And how much if it reads in order,
# but only the last five words?
#
# In this lesson you answer both questions **exactly**, before any network is trained: you compute a ceiling that no
# training, no size and no trick can lift. Then you train networks and watch them climb to their ceiling and stop. At
# the end a network with 289 numbers, which reads one word at a time, goes through both.
#
# The lesson takes about 85 minutes. Each section says how long it is.

# %% [markdown]
# **Letters used in the whole course.** Code, prose and messages use the same ones.
#
# | letter | meaning | letter | meaning |
# |---|---|---|---|
# | B | batch: sequences handled together | V | vocabulary size |
# | T | time steps | N | examples in a set |
# | D | numbers per time step | x (B, T, D) | inputs, batch first |
# | H | hidden units | h (B, H) | hidden state |
# | O | outputs | y (B, T, O) | outputs |
#
# Sequences are *batch first* here: the first axis of an array says which sequence, the second which time step. `check`
# tells you whether an answer is right and which mistake it recognises; `hint("bag_of_words")` helps, gently at first.

# %% setup
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from course_utils import check, hint, progress
from course_utils.data import wordorder
from course_utils.data.prices import google_closes
from course_utils.plotting import ceilings, forecasts, show
from course_utils.training import small_networks

# %% [markdown]
# ## 1.1 Words in a bag (8 minutes)
#
# A feedforward network wants a vector of fixed length. The oldest way to make one from a sentence: fix a list of words,
# the *vocabulary*, and count how often each of them occurs. The vector of counts is called a **bag of words**, because
# a bag has no order: you can only reach in and count.

# %% [markdown]
# **Exercise: `bag_of_words(tokens, vocabulary)`.** `tokens` is a list of words, `vocabulary` a list of V different
# words. Return a NumPy array of V counts: place `i` says how often `vocabulary[i]` occurs in `tokens`. A word that is
# not in the vocabulary is counted nowhere. An empty sentence gives V zeros. Two to five lines.

# %% exercise="bag_of_words"
def bag_of_words(tokens, vocabulary):
    """How often each word occurs. tokens: list of words, vocabulary: list of V words -> counts (V,)."""
    ### BEGIN SOLUTION
    counts = Counter(tokens)
    return np.array([counts[word] for word in vocabulary])
    ### END SOLUTION

# %% check="bag_of_words"
check("bag_of_words", bag_of_words)

# %% [markdown]
# Now put the two sentences in. Before you run the cell: in how many of the three places will the two vectors differ?

# %% experiment
vocabulary = ["bites", "dog", "man"]
for sentence in ("dog bites man", "man bites dog"):
    print(f"{sentence:15}", bag_of_words(sentence.split(), vocabulary))

# %% [markdown]
# In none. Whatever you do with these vectors afterwards, you do it to both sentences alike. A network of any depth is a
# function, and a function gives equal outputs for equal inputs. That sentence is the whole proof of this section; the
# rest is counting what it costs.

# %% [markdown]
# ## 1.2 The ceiling of the bag (12 minutes)
#
# Take all sentences *animal, verb, person* and *person, verb, animal* with five animals, eight people and five verbs:
# 400 sentences, half of them news (label 1: the person does it to the animal). **Predict**: what share of the 400 can
# the best possible function of the bag get right? Not the best that you can train, the best that exists.

# %% [markdown]
# Sort the sentences into groups with equal bags. Inside a group every function of the bag says the same label, so the
# most it can get right there is the number of sentences with the *commonest* label of the group. One function reaches
# this in every group at once: the one that looks up the group's commonest label. So with groups $g$ and labels $c$
#
# $$\text{ceiling} \;=\; \frac{1}{N}\sum_{g}\;\max_{c}\; n_{g,c},\qquad n_{g,c} = \text{sentences of group } g \text{ with label } c .$$

# %% [markdown]
# **Exercise: `bag_of_words_ceiling(sentences, labels)`.** `sentences` is a list of at least one sentence, each a list
# of words; `labels` has one whole number per sentence, and there may be more than two different ones. Return the best
# accuracy, between 0 and 1, that any function of the bag can reach on this set. Two sentences have the same bag when
# every word occurs equally often in both. Five to eight lines.

# %% exercise="bag_of_words_ceiling"
def bag_of_words_ceiling(sentences, labels):
    """Best accuracy of any function of the bag. sentences: N lists of words, labels: N ints -> float."""
    ### BEGIN SOLUTION
    groups = {}
    for sentence, label in zip(sentences, labels):
        bag = tuple(sorted(sentence))
        groups.setdefault(bag, Counter())[label] += 1
    return sum(max(counts.values()) for counts in groups.values()) / len(labels)
    ### END SOLUTION

# %% check="bag_of_words_ceiling"
check("bag_of_words_ceiling", bag_of_words_ceiling)

# %% [markdown]
# A second set makes the question less bare: 320 more sentences whose verb settles the matter in either order. Somebody
# who *marries* or *sues* a goose, or is sued by one, is news; *sees* and *passes* are not. Both sets hold as many news
# as not, so a function that ignores its input gets one half.

# %% experiment
news, news_labels = wordorder.news_sentences()
mixed, mixed_labels = wordorder.news_sentences(settled=True)
for name, sentences, labels in (("order decides", news, news_labels), ("with settled verbs", mixed, mixed_labels)):
    ceiling = bag_of_words_ceiling(sentences, labels)
    print(f"{name:20} {len(sentences)} sentences, {sum(labels)} news, ceiling of the bag {ceiling:.3f}")

# %% [markdown]
# Exactly one half for the 400: each bag holds one sentence of each label. For the 720 the ceiling is
# $(200 + 320)/720 = 0.722$. Now train: a network with 16 hidden units reads the counts. **Predict** two curves for each
# set, the accuracy and the loss. Where do they start, and where do they stop?

# %% experiment
trained = []
for sentences, labels in ((news, news_labels), (mixed, mixed_labels)):
    words = wordorder.words_of(sentences)
    counts = np.array([bag_of_words(sentence, words) for sentence in sentences])  # (N, V)
    networks = [small_networks.mlp(len(words), 16, seed) for seed in range(3)]
    settings = dict(steps=150, lr=0.005, every=3)
    histories = [small_networks.train_classifier(network, [counts], labels, **settings) for network in networks]
    trained.append((histories, bag_of_words_ceiling(sentences, labels)))
races, tops = zip(*trained)
figure = ceilings.race(races, tops, ["order decides (400 sentences)", "with settled verbs (720)"])
show(figure, alt="Accuracy and loss against training steps. For the 400 sentences both are flat: accuracy one half, loss ln 2. "
     "For the 720 the accuracy climbs to the ceiling 0.722 and stays there, while the loss falls and levels off near 0.39.")

# %% experiment
for name, histories, top in zip(("order decides", "with settled verbs"), races, tops):
    final = small_networks.mean_and_spread([history.accuracy[-1] for history in histories])
    best = max(max(history.accuracy) for history in histories)
    print(f"{name:20} ceiling {top:.3f}   after training {final}   best at any step {best:.3f}")
    print(f"{'':20} loss after training {np.mean([history.loss[-1] for history in histories]):.2f}")

# %% [markdown]
# On the mixed set three networks climb from about one half to the ceiling, and there they stay. On the 400 the accuracy
# does not move at all. It cannot: of every two sentences with one bag, one is right and the other wrong, before
# training, during and after. All that training can do is to make the network say "fifty-fifty", at a loss of
# $\ln 2 = 0.69$, which is the truth about a bag.
#
# The loss has a floor for the same reason. On the mixed set 400 of 720 sentences are coin tosses, and no function of
# the bag gets below $\frac{400}{720}\ln 2 = 0.385$.

# %% [markdown]
# ## 1.3 A window on the last words (12 minutes)
#
# If order matters, keep it: give the network the last `window` words side by side, each as a *one-hot* vector of length
# V with a single 1. Now *dog bites man* and *man bites dog* differ. But sentences are longer than windows. *Soup not
# good*, somebody begins, and goes on: *today again though*. The word that turned praise into blame is leaving the
# window.

# %% experiment
opinions, opinion_labels = wordorder.opinions(gaps=range(7), per_gap=10, seed=0)
for sentence, label in list(zip(opinions, opinion_labels))[120:124]:
    print("praise" if label else "blame ", " ".join(sentence))
print(len(opinions), "sentences, ceiling of the bag", bag_of_words_ceiling(opinions, opinion_labels))

# %% [markdown]
# In this set the bag knows all: one clue (*so* or *not*), one adjective (*good* or *bad*), and the order of the rest is
# idle talk of 0 to 6 words. The bag lost the order; the window will lose the beginning. The argument of section 1.2
# holds word for word, with "the same last words" in place of "the same bag".

# %% [markdown]
# **Exercise: `window_ceiling(sequences, labels, window)`.** `sequences` is a list of at least one list of tokens (words
# or whole numbers), `labels` has one whole number for each, `window` is at least 1. Return the best accuracy that any
# predictor can reach on this set when it sees the last `window` tokens, in order, and nothing else. A sequence shorter
# than the window is seen whole (it is a different sight from any longer one). Five to eight lines.

# %% exercise="window_ceiling"
def window_ceiling(sequences, labels, window):
    """Best accuracy from the last tokens alone. sequences: N lists, labels: N ints, window >= 1 -> float."""
    ### BEGIN SOLUTION
    groups = {}
    for sequence, label in zip(sequences, labels):
        seen = tuple(sequence[-window:])
        groups.setdefault(seen, Counter())[label] += 1
    return sum(max(counts.values()) for counts in groups.values()) / len(labels)
    ### END SOLUTION

# %% check="window_ceiling"
check("window_ceiling", window_ceiling)

# %% [markdown]
# **Predict** the ceiling as a function of the window, from 1 word to 8. The idle words at the end number 0 to 6, each
# as often, and the clue stands before the adjective. Draw it on paper first: where does it start, does it bend, where
# does it reach 1? Then train 24 networks, three for each window, and put them in the picture.

# %% experiment
words = wordorder.words_of(opinions)
windows = range(1, 9)
stairs = [window_ceiling(opinions, opinion_labels, window) for window in windows]
reached = []
for window in windows:
    x = wordorder.last_words(opinions, window, words)  # (N, window, V)
    networks = [small_networks.mlp(window * len(words), 16, seed) for seed in range(3)]
    for network in networks:
        small_networks.train_classifier(network, [x], opinion_labels, steps=100, lr=0.03, every=100)
    reached.append([small_networks.accuracy(network, [x], opinion_labels) for network in networks])

print("window  ceiling  three trained networks")
for window, top, scores in zip(windows, stairs, reached):
    print(f"{window:6}  {top:7.3f}  {small_networks.mean_and_spread(scores)}")
show(ceilings.staircase(windows, stairs, reached),
     alt="A staircase that rises by one fourteenth with each word of the window from one half at 1 word to 1 at 8 words; "
     "the accuracies of three networks for each window lie on the steps.")

# %% [markdown]
# A staircase, one step of $1/14$ for every word: each further word of the window rescues the next seventh of the
# sentences from a coin toss. The networks sit on the steps, all three on the same spot. They are not badly trained;
# there is nothing left to learn in what they see.

# %% [markdown]
# The steps hide how abrupt the loss is for a single sentence. Fix the window at 5 words and let *all* sentences have
# the same number of idle words: first 3, so that clue and adjective are the two leftmost words of the window, then 4.
# **Predict** the two accuracies.

# %% experiment
print("idle words  ceiling  three trained networks, window 5")
for gap in (2, 3, 4, 5):
    same_gap, same_labels = wordorder.opinions(gaps=[gap], per_gap=30, seed=gap)
    x = wordorder.last_words(same_gap, 5, words)  # (N, 5, V)
    scores = []
    for seed in range(3):
        network = small_networks.mlp(5 * len(words), 16, seed)
        small_networks.train_classifier(network, [x], same_labels, steps=100, lr=0.03, every=100)
        scores.append(small_networks.accuracy(network, [x], same_labels))
    top = window_ceiling(same_gap, same_labels, 5)
    print(f"{gap:10}  {top:7.3f}  {small_networks.mean_and_spread(scores)}")

# %% [markdown]
# One word decides between always and half of the time. A longer window only moves the edge, and sentences have no
# longest length. Two answers suggest themselves: a window as long as anything you will ever meet, or a reader that
# carries a note along. First see what a very long window would cost.

# %% [markdown]
# ## 1.4 Weights that never met (8 minutes)
#
# Let every sentence have 8 words and the window as well, so that everything is seen. The opinion stands at one of seven
# positions, idle words around it. During training it never stands at position 3 (counted from 0); at every other
# position it does. Then test at all positions. Beside the window network runs a **recurrent** one:

# %%
class SmallRecurrent(nn.Module):
    """Reads x (B, T, D) one step at a time with the same weights, and answers (B, 1) from the last real step."""

    def __init__(self, D, H, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.rnn = nn.RNN(D, H, batch_first=True)
        self.readout = nn.Linear(H, 1)

    def forward(self, x, mask):
        states, _ = self.rnn(x)  # (B, T, H)
        last = mask.sum(dim=1).long() - 1  # (B,)
        return self.readout(states[torch.arange(len(x)), last])

# %% [markdown]
# You will build `nn.RNN` with your own hands in lesson 3. For now it is a reader with one rule: new state from the old
# state and the next word, the same rule at every word. The window network instead has weights of its own for every pair
# of position and word. **Predict** for both: what happens at position 3?

# %%
length, positions = 8, range(7)
parts = [wordorder.opinion_at(p, length, 30, seed=p) for p in positions if p != 3]
train_y = [label for _, labels in parts for label in labels]
train_x = wordorder.last_words([sentence for sentences, _ in parts for sentence in sentences], length, words)  # (N, 8, V)
tests = []
for p in positions:
    sentences, labels = wordorder.opinion_at(p, length, 30, seed=100 + p)
    tests.append((wordorder.last_words(sentences, length, words), labels))
print("training", train_x.shape, " test at each position", tests[3][0].shape)

# %% [markdown]
# Train both kinds, three seeds each, on the same 720 sentences, and test each at all seven positions on sentences with
# other idle words. The input weights of the window network are kept from before the training: they will be a witness.

# %% experiment ignore_output="accuracy at a position that was never trained differs between machines"
results, before, after = {"window": [], "recurrent": []}, [], []
for seed in range(3):
    networks = {"window": small_networks.mlp(length * len(words), 16, seed), "recurrent": SmallRecurrent(len(words), 12, seed)}
    before.append(networks["window"][1].weight.detach().numpy().copy())
    for name, network in networks.items():
        # The recurrent network also asks for a mask; here every step is real.
        inputs = [[x] if name == "window" else [x, np.ones((len(x), length))] for x in [train_x] + [x for x, _ in tests]]
        small_networks.train_classifier(network, inputs[0], train_y, steps=350, batch=64, seed=seed, every=350)
        results[name].append([small_networks.accuracy(network, x, labels) for x, (_, labels) in zip(inputs[1:], tests)])
    after.append(networks["window"][1].weight.detach().numpy().copy())
show(ceilings.by_position(positions, results, withheld=3),
     alt="Accuracy against the position of the opinion. Both kinds are right at all trained positions. At position 3 the window "
     "networks fall to about one half, the recurrent networks stay high.")
for name, scores in results.items():
    others = np.delete(scores, 3, axis=1).mean(axis=1)
    print(f"{name:10} position 3: {small_networks.mean_and_spread(np.array(scores)[:, 3], 2)}, "
          f"other positions: {small_networks.mean_and_spread(others, 2)}")

# %% [markdown]
# The window network knows *not good* at six positions and has no idea of it at the seventh. The reason is not that it
# forgot. Look at its input weights for the word *not* at each position: how far did training move the largest of them?

# %% experiment
moved = np.abs(np.stack(after) - np.stack(before)).reshape(3, 16, length, len(words))  # (seeds, H, T, V)
largest = moved[:, :, :, words.index("not")].max(axis=(0, 1))  # (T,)
for position in range(length):
    how_far = "more than 0.1" if largest[position] > 0.1 else largest[position]
    print(f"position {position}: the weights of 'not' moved by", how_far)

# %% [markdown]
# By zero, exactly (at position 7 too: there only the adjective can stand). The input "*not* at position 3" was 0 in
# every training example, and the gradient of a weight is a multiple of its input. What the network learned about *not*
# at position 2 lives in other numbers. A recurrent network has only one set of numbers for *not*, so whatever it learns
# about the word it learns for all positions.
#
# Sharing is no magic, though. Train a recurrent network with the opinion at *one* position only, and it has every right
# to learn "what counts comes first" (try it). It carries over what its training made it treat alike.

# %% [markdown]
# ## 1.5 Batches of ragged sentences (12 minutes)
#
# The reader takes any length, but arrays do not. Two pieces of housekeeping come before every recurrent network, and
# both go wrong silently. The first: which axis is which. Much software, PyTorch by default too, stores time first,
# (T, B, D): all the first steps of the batch, then all the second ones. This course keeps the batch first.

# %% [markdown]
# **Exercise: `to_batch_first(x)`.** `x` is a NumPy array (T, B, D). Return the array (B, T, D) in which row `b` is the
# whole of sequence `b`, in time order: what stood at `x[t, b]` now stands at `[b, t]`. One
# line.

# %% exercise="to_batch_first"
def to_batch_first(x):
    """Time first to batch first. x (T, B, D) -> (B, T, D)."""
    ### BEGIN SOLUTION
    return x.transpose(1, 0, 2)
    ### END SOLUTION

# %% check="to_batch_first"
check("to_batch_first", to_batch_first)

# %% [markdown]
# Why make an exercise of one line? Because the popular other line, a `reshape` to the same shape, never complains. Here
# are three sentences of three words, time first. What will row 0 hold after `reshape(B, T, D)`, and what after your
# function?

# %% experiment
three = [["soup", "not", "good"], ["wine", "so", "bad"], ["dog", "bites", "man"]]
time_first = np.array([[[sentence[t]] for sentence in three] for t in range(3)])  # (T, B, D) = (3, 3, 1)
print("reshaped, row 0:       ", time_first.reshape(3, 3, 1)[0, :, 0].tolist())
print("to_batch_first, row 0: ", to_batch_first(time_first)[0, :, 0].tolist())

# %% [markdown]
# Soup, wine, dog: a "sentence" that nobody wrote, from three different rows. No error, no warning, a training loss that
# even falls a little. With B and T equal the shapes agree before and after, so not even a shape check would notice.
# Axes are exchanged by transposing; reshaping only cuts the same run of numbers into other pieces.

# %% [markdown]
# **Exercise: `pad_batch(sequences, value=0.0)`.** `sequences` is a list of B arrays (T_i, D), at least one; D is the
# same for all, the lengths differ and may be 0. Return `x` (B, T_max, D) and `mask` (B, T_max), T_max the greatest
# length. Each sequence stands at the *beginning* of its row and `value` fills the rest. `mask` is boolean: True where a
# real step stands. Real steps may well contain the number `value`. Five to eight lines.

# %% exercise="pad_batch"
def pad_batch(sequences, value=0.0):
    """One array from ragged ones. B arrays (T_i, D) -> x (B, T_max, D), mask (B, T_max) of bool."""
    ### BEGIN SOLUTION
    lengths = np.array([len(sequence) for sequence in sequences])
    x = np.full((len(sequences), lengths.max(), sequences[0].shape[1]), float(value))
    for row, sequence in zip(x, sequences):
        row[: len(sequence)] = sequence
    mask = np.arange(lengths.max()) < lengths[:, None]
    return x, mask
    ### END SOLUTION

# %% check="pad_batch"
check("pad_batch", pad_batch)

# %% [markdown]
# The mask is not decoration. Once padded, a real 0 and a filler 0 look alike, and only the mask remembers which was
# which. `SmallRecurrent` used it above to answer after the last *real* word. Lessons 2, 3, 4 and 5 will ask you for it
# again and again.

# %% experiment
ragged = [wordorder.one_hot(sentence.split(), words) for sentence in ("soup not good today", "soup so bad")]
x, mask = pad_batch(ragged)
print("x", x.shape, "mask", mask.shape)
print(mask.astype(int))

# %% [markdown]
# Now the price of the very long window. A feedforward network on the flattened sequence has one hidden layer: T·D
# inputs, H hidden units, O outputs, a bias at each hidden unit and each output. A recurrent network has `W_xh (H, D)`,
# `W_hh (H, H)`, `b_h (H,)`, and the read-out `W_hy (O, H)`, `b_y (O,)`.

# %% [markdown]
# **Exercise: `parameter_counts(T, D, H, O)`.** Return two whole numbers: the parameters of the feedforward network and
# those of the recurrent one, both as just described, all weights and biases. (`nn.RNN` stores *two* hidden biases, of
# which only the sum matters; here there is the one `b_h` of our table.) Two to four lines.

# %% exercise="parameter_counts"
def parameter_counts(T, D, H, O):
    """How many numbers are learned. Four ints -> (feedforward on the flattened sequence, recurrent)."""
    ### BEGIN SOLUTION
    readout = H * O + O
    feedforward = T * D * H + H + readout
    recurrent = D * H + H * H + H + readout
    return feedforward, recurrent
    ### END SOLUTION

# %% check="parameter_counts"
check("parameter_counts", parameter_counts)

# %% [markdown]
# Ten words in the vocabulary, 12 hidden units, one output. **Predict**: from which length on is the recurrent network
# the smaller one, and what is the ratio for a page of 500 words?

# %% experiment
lengths = np.array([1, 2, 3, 5, 12, 50, 100, 500])
counts = np.array([parameter_counts(int(T), 10, 12, 1) for T in lengths])
print("    T  feedforward  recurrent")
for T, (flat, recurrent) in zip(lengths, counts):
    print(f"{T:5}  {flat:11}  {recurrent:9}")
show(ceilings.parameters(lengths, counts),
     alt="Parameters against sequence length, both axes logarithmic: a rising line for the feedforward network, a level one "
     "for the recurrent network; they cross between 2 and 3 steps.")

# %% [markdown]
# From three words on; at 500 words 60,025 numbers against 289. The recurrent count has no T in it. That is the
# practical half of weight sharing, and section 1.4 was the other half: those 60,025 numbers would each have to meet
# their own examples.

# %% [markdown]
# ## 1.6 A real series, and a humbling baseline (17 minutes)
#
# Sequences are not only words. Here is the closing price of Google's shares on 1,047 trading days, 2004 to 2008, a file
# that comes with matplotlib. A window network for it reads `window` prices and foretells the one `horizon` days after
# the last. You need examples first.

# %% [markdown]
# **Exercise: `create_sequences(series, window, horizon=1)`.** `series` is a NumPy array (T,) or (T, D). Example `i` is
# the window of `window` consecutive steps that begins at step `i`; its target is the step that lies `horizon` steps
# after the window's *last* step. Return `X` (N, window) or (N, window, D) and `y` (N,) or (N, D) with all N examples
# that fit, in order. There is always at least one. Three to six lines.

# %% exercise="create_sequences"
def create_sequences(series, window, horizon=1):
    """All windows and targets. series (T, ...) -> X (N, window, ...), y (N, ...)."""
    ### BEGIN SOLUTION
    starts = np.arange(len(series) - window - horizon + 1)
    X = series[starts[:, None] + np.arange(window)]
    y = series[starts + window + horizon - 1]
    return X, y
    ### END SOLUTION

# %% check="create_sequences"
check("create_sequences", create_sequences)

# %% [markdown]
# Then split into training and test. Shuffling, right for photographs, is a leak here: neighbouring windows share all
# but one of their prices, so a shuffled test set consists of near-copies of training examples. Split by time instead,
# the past for training, the end for testing. One thing is still shared: the last training windows and their targets
# reach across the border into the first test window.

# %% [markdown]
# **Exercise: `chronological_split(X, y, window, test_fraction)`.** `X` (N, window, …) and `y` (N, …) come from
# `create_sequences` with horizon 1, so example `i` occupies the time steps `i` to `i + window`, its target included.
# The last `int(test_fraction * N)` examples are the test set. The training set is every earlier example that shares *no
# time step* with any test example. Return `X_train, y_train, X_test, y_test`, unscaled and in order. Neither set is
# ever empty. Three to five lines.

# %% exercise="chronological_split"
def chronological_split(X, y, window, test_fraction):
    """Past and future, nothing shared. X (N, window, ...), y (N, ...) -> X_train, y_train, X_test, y_test."""
    ### BEGIN SOLUTION
    first_test = len(X) - int(test_fraction * len(X))
    last_train = first_test - window
    return X[:last_train], y[:last_train], X[first_test:], y[first_test:]
    ### END SOLUTION

# %% check="chronological_split"
check("chronological_split", chronological_split)

# %% [markdown]
# Is the gap too strict? For pure forecasting at horizon 1 a test window may hold prices that were training targets: on
# that day they were known. The rule with the gap is the one that stays right when targets reach further (for a horizon
# h pass `window + h - 1`, the steps before the target) or are smoothed, and it can be checked by a machine. It costs
# ten examples of a thousand.

# %% [markdown]
# Last, something to be compared with. The plainest forecast of a price is the price you see: tomorrow is today. It is
# called **persistence**, needs no parameter and no training.
#
# **Exercise: `persistence_error(series, horizon)`.** `series` (T,) is a NumPy array, `horizon` at least 1 and less than
# T. Forecast every `series[t + horizon]` by `series[t]`, for all t for which both exist, and return the mean of the
# squared errors. One or two lines.

# %% exercise="persistence_error"
def persistence_error(series, horizon):
    """Mean squared error of "it stays as it is". series (T,), horizon >= 1 -> float."""
    ### BEGIN SOLUTION
    return np.mean((series[horizon:] - series[:-horizon]) ** 2)
    ### END SOLUTION

# %% check="persistence_error"
check("persistence_error", persistence_error)

# %% [markdown]
# How far does a price wander? If the daily changes are independent, alike, and 0 on average, a *random walk*, then the
# expected squared change over h days is h times that over one day, and no forecast from the past beats the present price
# in expected squared error. So if these prices are like a random walk, persistence should err in proportion to the
# horizon. Does it?

# %% experiment
days, closes = google_closes()
print(len(closes), "trading days,", days[0], "to", days[-1])
one_day = persistence_error(closes, 1)
for horizon in (1, 2, 5, 20):
    error = persistence_error(closes, horizon)
    print(f"horizon {horizon:2}: error {error:6.0f} dollars squared, {error / one_day:5.1f} times that of one day")

# %% [markdown]
# Nearly: 2.0 times at two days and 5.1 times at five; at twenty a fifth more than foreseen. So this is what there
# is to beat. Train a window network on ten days each, prices scaled by the mean and spread of the *training* part.
# First the picture that fills the tutorials. **Predict** how forecast and price look together over the test days.

# %% experiment
window = 10
X, y = create_sequences(closes, window)
X_train, y_train, X_test, y_test = chronological_split(X, y, window, 0.2)
first_test = len(X) - len(X_test)
print(len(X_train), "training examples,", len(X_test), "test examples, from", days[first_test + window])
_, forecast = small_networks.learn_prices(small_networks.mlp(window, 16, seed=0), X_train, y_train, X_test, steps=500)
explained = 1 - np.mean((forecast - y_test) ** 2) / np.var(y_test)
print("more than nine tenths of the test variance explained:", bool(explained > 0.9))
show(forecasts.over_time(days[first_test + window :], y_test, forecast, X_test[:, -1]),
     alt="Top: price and forecast over the test days, two lines that nearly coincide. Bottom: thirty days enlarged; the forecast "
     "follows the price a day late, close to the dotted line of the day before.")

# %% [markdown]
# From afar, a triumph: the lines lie on each other. Look at the enlarged days: the forecast does what the price did the
# day before. A series that wanders far makes every forecast that stays near it look good. "Variance explained" compares
# with somebody who says the mean of all test days, every day, and nobody is that foolish.

# %% [markdown]
# So compare with somebody sensible: persistence on the same test days. Learning gets two more chances: a window network
# and a recurrent one that see daily *changes* and foretell the next, so that saying "no change" is as easy as saying 0.
# **Predict** the ratio of each one's squared error to persistence's, on the training days and on the test days.

# %% experiment ignore_output="training on real numbers differs in the last digits between machines"
data = (X_train, y_train, X_test)
test_error = persistence_error(closes[first_test + window - 1 :], 1)  # the same days as y_test
train_error = persistence_error(closes[window - 1 : window + len(X_train)], 1)
runs = {"window, prices": [], "window, changes": [], "recurrent, changes": [], "recurrent, stopped early": []}
for seed in range(5):
    runs["window, prices"].append(small_networks.learn_prices(small_networks.mlp(window, 16, seed), *data, steps=500))
    runs["window, changes"].append(small_networks.learn_changes(small_networks.mlp(window - 1, 16, seed), *data, steps=200))
    runs["recurrent, changes"].append(small_networks.learn_changes(small_networks.StepReader(16, seed), *data, steps=120))
    runs["recurrent, stopped early"].append(small_networks.learn_changes(small_networks.StepReader(16, seed), *data, steps=30))

ratios = {}
print("squared error, persistence = 1    training         test             closer than persistence")
for name, pairs in runs.items():
    train = [np.mean((said - y_train) ** 2) / train_error for said, _ in pairs]
    ratios[name] = [np.mean((said - y_test) ** 2) / test_error for _, said in pairs]
    closer = np.mean([np.abs(said - y_test) < np.abs(X_test[:, -1] - y_test) for _, said in pairs])
    print(f"{name:30}    {small_networks.mean_and_spread(train, 2):15}  "
          f"{small_networks.mean_and_spread(ratios[name], 2):15}  on {closer:.0%} of the test days")
show(forecasts.against_persistence(ratios),
     alt="Squared error divided by that of persistence, on the test days, five networks of each of four "
     "kinds. All twenty markers lie to the right of the line at 1.")

# %% experiment
every_ratio = np.concatenate(list(ratios.values()))
print("networks that beat persistence on the test days:", np.sum(every_ratio < 1), "of", len(every_ratio))

# %% [markdown]
# Not one of twenty, and no kind is nearer to the truth than persistence on more than half of the test days. The
# networks that read changes, if they train for long, do find something in the training days, where their error is far
# below that of persistence; what they found is not there any more in the test days. The less they learn, the nearer they come to persistence:
# those stopped after 30 steps are about two per cent behind. Nor does memory help, for a recurrent network cannot
# remember what the past does not contain. Order matters in sentences because sentences have structure.
#
# What this shows, and what not: on this series, with ten past prices as the only input, one day ahead, these networks
# lose to saying "no change". One stretch of 207 days is one stretch; another would give other ratios. It does not show
# that no one can forecast anything. It shows which number to ask for.

# %% [markdown]
# ## 1.7 Through both ceilings (8 minutes)
#
# Back to words, for the last set. Every sentence now has two opinions, one on the soup, one on the wine, in either
# order, with idle words between. The question: is the *soup* praised? *Soup so good today wine not good* and *soup not
# good today wine so good* are the same bag. And in half of the sentences the soup comes first, up to twelve words from
# the end.

# %% experiment
train, train_y = wordorder.two_opinions(gaps=range(7), per_gap=6, seed=0)
held_out, held_out_y = wordorder.two_opinions(gaps=range(2, 7), per_gap=5, seed=1, unlike=train)
longer, longer_y = wordorder.two_opinions(gaps=range(7, 12), per_gap=2, seed=2)
words = wordorder.words_of(train)
sets = {"training": (train, train_y), "held out": (held_out, held_out_y), "longer": (longer, longer_y)}
print("set        sentences  words     bag    window 3  window 7  window 9  window 12")
for name, (sentences, labels) in sets.items():
    sizes = f"{min(map(len, sentences))} to {max(map(len, sentences))}"
    tops = [bag_of_words_ceiling(sentences, labels)] + [window_ceiling(sentences, labels, w) for w in (3, 7, 9, 12)]
    print(f"{name:9}  {len(sentences):9}  {sizes:8}  " + "     ".join(f"{top:.3f}" for top in tops))
print("parameters of a recurrent network with 12 hidden units:", parameter_counts(12, len(words), 12, 1)[1])

# %% [markdown]
# Those are ceilings: best values over all functions, however they come about, for each of the three sets, of which no
# two share a sentence. A window of
# 12 words sees the whole of every training sentence, and not of the longer ones. The recurrent network sees each
# sentence once, from left to right, padded by your `pad_batch`. **Predict** what it reaches on sentences *longer* than
# all it was trained on.

# %%
in_sets = [sentences for sentences, _ in sets.values()]
counted = [[np.array([bag_of_words(sentence, words) for sentence in sentences])] for sentences in in_sets]  # (N, V)
padded = [pad_batch([wordorder.one_hot(sentence, words) for sentence in sentences]) for sentences in in_sets]
views = {"bag": counted}
for width in (3, 7, 9):
    views[f"window {width}"] = [[wordorder.last_words(sentences, width, words)] for sentences in in_sets]
views["recurrent"] = padded  # x (N, T, V) and mask (N, T)
print({kind: inputs[0][0].shape for kind, inputs in views.items()})

# %% [markdown]
# Now the race, three seeds of each kind. The bag and window networks get 32 hidden units, many more numbers than the
# recurrent one has: nobody shall say that they were too small.

# %% experiment ignore_output="a sentence or two more or less may be right on another machine"
scores, readers = {kind: [] for kind in views}, []
for kind, inputs in views.items():
    for seed in range(3):
        if kind == "recurrent":
            network = SmallRecurrent(len(words), 12, seed)
            small_networks.train_classifier(network, inputs[0], train_y, steps=500, batch=64, seed=seed, every=500)
            readers.append(network)
        else:
            network = small_networks.mlp(inputs[0][0][0].size, 32, seed)
            small_networks.train_classifier(network, inputs[0], train_y, steps=150, lr=0.02, every=150)
        scores[kind].append([small_networks.accuracy(network, x, labels) for x, (_, labels) in zip(inputs, sets.values())])
print("            " + "".join(f"{name:16}" for name in sets))
for kind, rows in scores.items():
    print(f"{kind:10}", "   ".join(small_networks.mean_and_spread(column) for column in zip(*rows)))

# %% experiment
limits = {"bag": bag_of_words_ceiling(held_out, held_out_y)}
limits |= {f"window {w}": window_ceiling(held_out, held_out_y, w) for w in (3, 7, 9)}
on_held_out = {name: [row[1] for row in rows] for name, rows in scores.items()}
for name, top in limits.items():
    print(f"{name:9} ceiling {top:.3f}, best of three networks {max(on_held_out[name]):.3f}")
above = sum(score > max(limits.values()) for score in on_held_out["recurrent"])
print("recurrent networks above all four ceilings:", above, "of 3")
show(ceilings.passed(limits, on_held_out),
     alt="Held-out accuracy of three networks of each kind. Bag and windows of 3, 7 and 9 words stop at their "
     "ceilings, drawn as thick bars; the recurrent networks stand at or near 1, above all of them.")

# %% [markdown]
# Bag and windows stop where you said they would. The recurrent network, the smallest of all, goes through all four
# ceilings, on sentences it never saw (PyTorch stores 301 numbers for it: twelve are the second hidden bias); and on
# sentences longer than any in its training it is right nearly always, where a window of 9 words has nothing but coin
# tosses left for half of them.

# %% [markdown]
# How does it do that? Open it. Two sentences with the same bag go in, one word at a time, and after each word you
# measure how far apart the two states are. PyTorch's `nn.RNN` wants time first unless told otherwise, and its states
# come back as (T, B, H): a job for `to_batch_first`. **Predict** at which word the distance rises from zero, and what
# it does while the words that come in are the same.

# %% experiment ignore_output="the distances differ in the last digits between machines"
pair = ["soup so good today though again wine not good".split(), "soup not good today though again wine so good".split()]
print("the same bag:", np.array_equal(bag_of_words(pair[0], words), bag_of_words(pair[1], words)))
steps = torch.as_tensor(np.stack([wordorder.one_hot(sentence, words) for sentence in pair], axis=1)).float()  # (T, B, V)
blind = [t for t in range(len(pair[0])) if t >= 2 and pair[0][t - 2 : t + 1] == pair[1][t - 2 : t + 1]]
distances = []
for network in readers:
    reader = nn.RNN(len(words), 12)  # the same weights, time first
    reader.load_state_dict(network.rnn.state_dict())
    with torch.no_grad():
        states = to_batch_first(reader(steps)[0].numpy())  # (B, T, H)
        verdicts = network.readout(torch.tensor(states[:, -1]))[:, 0]  # (B,)
    distances.append(np.linalg.norm(states[0] - states[1], axis=1))  # (T,)
    print("verdicts on the soup at the end:", ["praised" if verdict > 0 else "blamed" for verdict in verdicts])
show(ceilings.memory(pair, distances, blind),
     alt="The distance of two states, word by word, for three networks. It is zero at the common first word, "
     "rises at so and not, and stays well above zero through five words that are the same in both sentences.")

# %% [markdown]
# Zero at *soup*, then the one word that differs, and from there on the two states never meet again, although five equal
# words follow. In the hatched part a window of three words sees the same in both sentences: whatever a window network
# does there, it does to both. The state still knows. That is the note a reader carries along: 12 numbers, rewritten at
# every word by one rule, and nobody said what to write into them.

# %% [markdown]
# ## 1.8 Your own words (8 minutes)
#
# Take an image classifier that is an MLP on the pixels of images of one fixed size. Choose *one* random shuffle of the
# pixel positions and apply this same shuffle to every image, in training and in test. To you the images become snow. To
# the MLP nothing changes: its accuracy is the same up to the luck of the seed.
#
# Now shuffle the words of every sentence, each sentence in a random order of its own, and a language task such as 1.7
# falls to the ceiling of the bag.
#
# **Question.** Why does the first cost an MLP nothing, and the second everything? In your answer say (a) what a fixed
# shuffle of the inputs does to the MLP's first layer, and why training does not notice; (b) which difference between
# the two shuffles matters, and what would happen to a window MLP if *one* fixed shuffle of the positions were used for
# all sentences of equal length; (c) what this says about what an MLP knows of "next to" or "before". About 120 words.

# %% [markdown] written="why_shuffle"
# (a) The first layer computes $W x + b$. If the pixels are permuted by a fixed matrix $P$, the layer with $W P^{T}$
# gives the same value: $W P^{T} P x = W x$. So every function the MLP could compute before it can compute now, with the
# columns of $W$ in another order. The random start has independent, equally distributed columns, and the gradient of
# the permuted problem is the permuted gradient, so training runs as before, with renamed inputs.
#
# (b) The fixed shuffle can be undone: no information is lost. A shuffle of its own for every sentence cannot: all
# orders of the same words become equally likely, and what remains is the bag, with its ceiling. One fixed shuffle of
# the positions would cost a window MLP nothing either.
#
# (c) For an MLP input 3 is no nearer to input 4 than to input 400. It has no idea of neighbours or of before and after;
# it must learn every position by itself. A recurrent network has "before" built in, and would suffer even from the
# fixed shuffle, because near words may move far apart.

# %% [markdown]
# ## What you can now do
#
# - turn a sentence into a bag, and say to the last sentence what *any* function of bags can get right on a given set;
# - do the same for a window, or for any other view that forgets: group by what is seen, count the commonest label;
# - tell a network that is badly trained from one that has reached its ceiling;
# - say why a weight that never met its input learns nothing, and what sharing weights over time changes;
# - exchange axes, pad, mask, cut windows and split a series without a leak;
# - ask of every forecast: compared with what?
#
# One idea is worth carrying along. A ceiling belongs to the *view*, not to the network: find out what the input still
# tells before you tune what reads it.

# %% [markdown]
# ## Further reading
#
# - J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990): the small recurrent network, and why time
#   should not be an axis of space.
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*, Nature 323
#   (1986): training through hidden units, with a recurrent network unrolled in time.
# - M. Minsky, S. Papert, *Perceptrons* (MIT Press, 1969): proofs of what a given view of the input cannot decide.
# - M. Iyyer, V. Manjunatha, J. Boyd-Graber, H. Daumé III, *Deep unordered composition rivals syntactic methods for text
#   classification*, ACL (2015): how far bags of word vectors go on real text, and where they fail.
# - E. F. Fama, *Random walks in stock market prices*, Financial Analysts Journal 21 (1965), and R. A. Meese, K. Rogoff,
#   *Empirical exchange rate models of the seventies: do they fit out of sample?*, Journal of International Economics 14
#   (1983): models against "no change".
#
# Next: lesson 2 asks what the next word may be, and how many bits of surprise it carries.

# %%
progress()
