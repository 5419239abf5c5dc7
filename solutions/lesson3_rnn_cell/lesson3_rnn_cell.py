# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---
# %% [markdown]
# # 3 · A cell that counts
#
# How many a's are there in *banana*?
#
# You did not spread the word out in front of you and look at all of it at once. You went through it letter by letter, and
# kept one number in your head. When an a came by, the number changed; when it was another letter, it did not. At the end you
# read the number off.
#
# That is a recurrent network. It reads one thing at a time, keeps a few numbers in its head, and uses the same small rule at
# every step. In this lesson you build one by hand, let it count, let it learn, and at the end it writes.
#
# *90 minutes. You need lesson 1 (tensors, padding) and the idea of lesson 2 that a text is a chain of guesses.*

# %% [markdown]
# ## The letters of this lesson
#
# | letter | meaning | array | shape |
# |---|---|---|---|
# | B | sequences in a batch | `x`, the inputs, batch first | (B, T, D) |
# | T | time steps | `h`, the hidden state at one step | (B, H) |
# | D | numbers in one input | `W_xh`, from input to state | (H, D) |
# | H | hidden units | `W_hh`, from state to state | (H, H) |
# | O | numbers in one output | `W_hy`, from state to output | (O, H) |
# | V | size of an alphabet | `b_h`, `b_y`, the biases | (H,), (O,) |
#
# The whole lesson is two lines. For one sequence, with vectors standing upright,
#
# $$h_t = \tanh(W_{xh}\,x_t + W_{hh}\,h_{t-1} + b_h), \qquad y_t = W_{hy}\,h_t + b_y .$$
#
# The state $h_0$ is what is in the head before the first input, mostly zeros. The first line is the *cell* (Elman 1990),
# the second the *read-out*.

# %% setup
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from course_utils import check, hint, progress
from course_utils.data.prose import ALPHABET, python_prose
from course_utils.plotting import show

torch.set_num_threads(1)

# %% [markdown]
# ## 1 · One number in the head (6 minutes)
#
# Take the smallest case there is: one hidden number, one letter at a time. Four weights are to be chosen. An a shall push
# the number up by a tenth; b and n shall not touch it; what was there shall be kept, so it is multiplied by 1; and the
# read-out multiplies by ten, so that three pushes of a tenth are called 3.
#
# What will the read-out say after the last letter? Is it 3 exactly?

# %% experiment
push_a, push_other, keep, read = 0.1, 0.0, 1.0, 10.0
number = 0.0
for letter in "banana":
    push = push_a if letter == "a" else push_other
    number = math.tanh(push + keep * number)
    print(f"{letter}   state {number:.4f}   read-out {read * number:.2f}")

# %% [markdown]
# It says 2.86, and any clerk would write down 3. What is missing went into the bend of tanh: look at the two n's, where nothing
# is added and the read-out falls all the same, from 1.00 to 0.99 and from 1.97 to 1.94. How much is lost in this way, and how
# long such a count can last, is the question of section 3.
#
# Two things matter more. The rule did not change from letter to letter. And the network never saw *banana*: at each step it saw
# one letter and its own last number.

# %% [markdown]
# ## 2 · The step, the loop, the read-out (15 minutes)
#
# ### Exercise: one step
#
# Now with D input numbers, H hidden numbers and B sequences side by side. `rnn_step` takes the inputs of one step
# `x_t` (B, D) and the state `h` (B, H), and returns the next state (B, H).
#
# The formula above is for vectors that stand upright. In a batch every sequence is a *row*, so a matrix that stood on the
# left of a column comes to the right of a row, transposed: $W x$ becomes $x\,W^T$.
#
# Return a new array and leave the inputs as they are. A good answer has one line.

# %% exercise="rnn_step"
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    """One step of the cell, for B sequences at once.

    x_t (B, D), h (B, H), W_xh (H, D), W_hh (H, H), b_h (H,)  ->  the next state (B, H)
    """
    ### BEGIN SOLUTION
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
    ### END SOLUTION

# %% check="rnn_step"
check("rnn_step", rnn_step)

# %% [markdown]
# ### Exercise: the loop
#
# A sequence is read by taking the step again and again. `rnn_forward` starts from the state `h0` and returns the states
# *after* each of the T inputs, so `result[:, 0]` has seen one input and `result[:, -1]` has seen them all.
#
# Use your `rnn_step`. T is at least 1, and `h0` does not stand in the result. A good answer has four or five lines.

# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b_h):
    """All states of a sequence.

    x (B, T, D), h0 (B, H), W_xh (H, D), W_hh (H, H), b_h (H,)  ->  states (B, T, H)
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)
    ### END SOLUTION

# %% check="rnn_forward"
check("rnn_forward", rnn_forward)

# %% [markdown]
# ### Exercise: the read-out
#
# What is in the head must come out. `readout` takes all states (B, T, H) and returns the outputs (B, T, O) of
# the second formula, one at every step. It is linear: nothing squashes it, so that a count of 3 can be said. One line.

# %% exercise="readout"
def readout(h, W_hy, b_y):
    """An output for every state.

    h (B, T, H), W_hy (O, H), b_y (O,)  ->  y (B, T, O)
    """
    ### BEGIN SOLUTION
    return h @ W_hy.T + b_y
    ### END SOLUTION

# %% check="readout"
check("readout", readout)

# %% [markdown]
# ### Is it the real thing?
#
# PyTorch has this cell, written by other people in another language. If your three lines and theirs are the same function,
# they must agree on random weights to the last digits that the machine keeps. PyTorch has two biases where we have one;
# since only their sum matters, we put ours into the first and zeros into the second.

# %% experiment
rng = np.random.default_rng(0)
B, T, D, H = 3, 20, 4, 6
W_xh, W_hh, b_h = (rng.normal(size=shape) for shape in ((H, D), (H, H), (H,)))
x, h0 = rng.normal(size=(B, T, D)), np.zeros((B, H))

theirs = nn.RNN(D, H, batch_first=True).double()
for name, array in (("weight_ih", W_xh), ("weight_hh", W_hh), ("bias_ih", b_h), ("bias_hh", 0 * b_h)):
    getattr(theirs, name + "_l0").data = torch.tensor(array)

ours = rnn_forward(x, h0, W_xh, W_hh, b_h)
difference = np.abs(ours - theirs(torch.tensor(x))[0].detach().numpy()).max()
print("states", ours.shape, "  differ by less than 1e-12:", bool(difference < 1e-12))

# %% [markdown]
# ### Unrolled
#
# The loop is often drawn unrolled: the one cell is shown T times, side by side, as if it were a deep network with a layer
# for each letter. Here are the four weights of section 1 as matrices, and *banana* as a batch of one. Before you look: in the
# picture there are six copies of the cell. How many recurrent weights have been stored?

# %%
def one_hot(text, alphabet):
    """A text as inputs (1, T, V): a one in the column of each letter, zeros elsewhere."""
    return np.eye(len(alphabet))[[alphabet.index(letter) for letter in text]][None]


by_hand = (
    np.array([[0.1, 0.0, 0.0]]),  # W_xh (1, 3): the columns are a, b, n
    np.array([[1.0]]),  # W_hh (1, 1)
    np.array([0.0]),  # b_h (1,)
    np.array([[10.0]]),  # W_hy (1, 1)
    np.array([0.0]),  # b_y (1,)
)

# %% experiment
from course_utils.plotting.counting import draw_unrolled

states = rnn_forward(one_hot("banana", "abn"), np.zeros((1, 1)), *by_hand[:3])
counts = readout(states, *by_hand[3:])
show(
    draw_unrolled("banana", states[0, :, 0], counts[0, :, 0], labels=("W_xh", "W_hh", "W_hy")),
    alt="The cell drawn six times from left to right: a letter of banana below each copy, the state inside, the count above; "
    "the arrows between the copies all carry the same weight.",
)

# %% [markdown]
# One. The arrows that point to the right are all the same number, `W_hh`, and so are those that come up from the letters. A
# longer word makes the picture wider and the network no larger. This is *weight sharing*: what the cell learned about an a in second
# place, it knows about an a in sixth place.
#
# Your own functions computed the numbers in the circles. Follow them from left to right: this row of numbers is
# all that the network has of the past.

# %% [markdown]
# ## 3 · Weights that count (12 minutes)
#
# ### Exercise: a counter for any letter
#
# Write `counting_weights(alphabet, letter)`: five arrays, made by hand, for a network that counts `letter` in strings
# over `alphabet` (a string of different letters; the i-th input is for the i-th letter). After every letter the
# read-out, rounded to the nearest whole number, must be the count up to there, starting from $h_0 = 0$, **for strings of up
# to thirty letters, even thirty times the same**.
#
# You may use as many hidden units as you like; one is enough. Return `W_xh, W_hh, b_h, W_hy, b_y`, with O = 1. Five lines or so.

# %% exercise="counting_weights"
def counting_weights(alphabet, letter):
    """Hand-made weights whose read-out counts `letter`.

    alphabet: str of D letters, letter: one of them
    ->  W_xh (H, D), W_hh (H, H), b_h (H,), W_hy (1, H), b_y (1,)
    """
    ### BEGIN SOLUTION
    size = 1e-4
    W_xh = np.array([[size if other == letter else 0.0 for other in alphabet]])
    return W_xh, np.eye(1), np.zeros(1), np.array([[1 / size]]), np.zeros(1)
    ### END SOLUTION

# %% check="counting_weights"
check("counting_weights", counting_weights)

# %% experiment
for word, letter in (("banana", "a"), ("banana", "n"), ("mississippi", "s"), ("strawberry", "r")):
    alphabet = "".join(sorted(set(word)))
    W_xh, W_hh, b_h, W_hy, b_y = counting_weights(alphabet, letter)
    start = np.zeros((1, len(b_h)))
    counts = readout(rnn_forward(one_hot(word, alphabet), start, W_xh, W_hh, b_h), W_hy, b_y)
    print(f"{letter} in {word}: {counts[0, -1, 0]:.2f}")

# %% [markdown]
# ### How far does a count last?
#
# A state between -1 and 1 counts without end only on paper. Let every letter push by $s$, with a recurrent weight of 1. Read
# thirty a's with pushes of 1, 0.1, 0.01 and 0.001, and divide the state by $s$ again. Predict for each: where does the
# read-out first round to the wrong number?

# %% experiment
from course_utils.plotting.counting import draw_counts

letters = one_hot(30 * "a", "a")
curves = {}
for push in (1.0, 0.1, 0.01, 0.001):
    states = rnn_forward(letters, np.zeros((1, 1)), np.array([[push]]), np.eye(1), np.zeros(1))
    curves[f"s = {push:g}"] = states[0, :, 0] / push
    wrong = np.flatnonzero(np.rint(curves[f"s = {push:g}"]) != np.arange(1, 31))
    print(f"s = {push:<6g}", f"first wrong count at letter {wrong[0] + 1}" if len(wrong) else "right for all thirty")
show(
    draw_counts(curves, truth=np.arange(1, 31)),
    alt="Read-out against the true count up to thirty, for four sizes of step: large steps bend away from the diagonal early, "
    "steps of a thousandth stay on it.",
)

# %% [markdown]
# With steps of 1 the state is stuck at once; steps of 0.1 go wrong at the fifth letter, 0.01 at the sixteenth, and only the
# finest steps reach thirty. The reason fits in a line. For $u \ge 0$ we have $0 \le u - \tanh u \le u^3/3$. After $k$ letters the
# state is at most $ks$, so step $k$ loses at most $(ks)^3/3$, and after $n$ letters the read-out lacks at most
#
# $$\frac{1}{s}\sum_{k=1}^{n}\frac{(ks)^3}{3} = \frac{s^2\,n^2(n+1)^2}{12}$$
#
# counts. For thirty letters that stays below one half when $s < 0.0026$. So a long count is bought with fineness: the smaller the
# step, the further it reaches, and the more exactly the state has to be kept and read. A computer keeps sixteen digits and does not mind.
# Whether a network that has to *find* its weights will find these is another question, and section 5 asks it.

# %% [markdown]
# ## 4 · The same cell as a module, and sentences of different length (15 minutes)
#
# ### Exercise: SimpleRNN
#
# To learn, the cell must let PyTorch follow its sums. Write it as a module with two layers, whose names are fixed because the check
# copies weights into them:
#
# - `self.i2h`, an `nn.Linear` from D inputs to H units (it holds `W_xh` and `b_h`),
# - `self.h2h`, an `nn.Linear` from H units to H units (it holds `W_hh`; a second bias does no harm and is not needed).
#
# `forward(x, h0=None)` takes x (B, T, D), batch first, and perhaps a start state (B, H); without one it starts from zeros. It returns two
# things: all states (B, T, H) and the final state (B, H). Nothing may be kept from one call to the next. About nine lines in all.

# %% exercise="SimpleRNN"
class SimpleRNN(nn.Module):
    """The cell as a module: x (B, T, D), h0 (B, H) or None  ->  states (B, T, H), final state (B, H)."""

    def __init__(self, D, H):
        super().__init__()
        ### BEGIN SOLUTION
        self.i2h = nn.Linear(D, H)
        self.h2h = nn.Linear(H, H, bias=False)
        ### END SOLUTION

    def forward(self, x, h0=None):
        ### BEGIN SOLUTION
        h = torch.zeros(x.shape[0], self.h2h.out_features) if h0 is None else h0
        states = []
        for t in range(x.shape[1]):
            h = torch.tanh(self.i2h(x[:, t]) + self.h2h(h))
            states.append(h)
        return torch.stack(states, axis=1), h
        ### END SOLUTION

# %% check="SimpleRNN"
check("SimpleRNN", SimpleRNN)

# %% [markdown]
# ### What a state must not do after its sentence has ended
#
# Sentences differ in length, and a batch is a block. Lesson 1 filled the rest with padding, here with zeros. Let a cell with drawn weights read
# *banana* alone, and then *banana* with six steps of zeros behind it. Nothing comes in at those six steps. Does the state stand still?

# %% experiment
from course_utils.plotting.counting import draw_states

rng = np.random.default_rng(3)
drawn = rng.normal(size=(2, 3)), rng.normal(size=(2, 2)), rng.normal(size=2)
padded = np.concatenate([one_hot("banana", "abn"), np.zeros((1, 6, 3))], axis=1)  # (1, 12, 3)
running_on = rnn_forward(padded, np.zeros((1, 2)), *drawn)  # (1, 12, 2)
show(
    draw_states("banana······", running_on[0], ended=6),
    alt="Two hidden units over twelve steps. After the sixth, where the word has ended, both keep moving.",
)

# %% [markdown]
# It does not. A step on zeros is still a step: `W_hh` turns the state, and the bias pushes it. Whoever reads the last state of the block
# reads what is left of *banana* after six steps of nothing. Multiplying the padding by zero, as many programs do, changes nothing here: it
# *was* zero.

# %% [markdown]
# ### Exercise: stop the clock
#
# `masked_rnn_forward` is told the `lengths` (B,), whole numbers from 1 to T. Row b is read for its first `lengths[b]` steps. From then on its
# state is frozen: at all later positions the result holds the state of the last real step again. What stands in the padding must not matter.
#
# Return two things: the states (B, T, H) and the last valid states (B, H). Use `rnn_step`. About six lines.

# %% exercise="masked_rnn_forward"
def masked_rnn_forward(x, lengths, h0, W_xh, W_hh, b_h):
    """States that stand still once their sequence has ended.

    x (B, T, D), lengths (B,) of ints, h0 (B, H), W_xh (H, D), W_hh (H, H), b_h (H,)
    ->  states (B, T, H), last valid states (B, H)
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(x.shape[1]):
        alive = (t < lengths)[:, None]
        h = np.where(alive, rnn_step(x[:, t], h, W_xh, W_hh, b_h), h)
        states.append(h)
    return np.stack(states, axis=1), h
    ### END SOLUTION

# %% check="masked_rnn_forward"
check("masked_rnn_forward", masked_rnn_forward)

# %% experiment
frozen, last = masked_rnn_forward(padded, np.array([6]), np.zeros((1, 2)), *drawn)
alone = rnn_forward(padded[:, :6], np.zeros((1, 2)), *drawn)
print("last state, word alone      ", alone[0, -1].round(3))
print("last state, padded, masked  ", last[0].round(3))
print("last state, padded, running ", running_on[0, -1].round(3))

# %% [markdown]
# The masked state is that of the word alone. The other one is that of a text nobody wrote. Lesson 5 will come back to this with a
# vengeance, when a network reads from the end and meets the padding first.

# %% [markdown]
# ## 5 · A network that learns to count (7 minutes)
#
# You set the weights; now let the cell find them. It gets random strings of ten letters over a, b and n, and after every letter the true
# count of a's as its target. It has one hidden unit, so that we can read its thoughts: seven numbers are to be found, five in the cell and two
# in the read-out. The error is squared and averaged, and gradients come from PyTorch until you make them
# yourself in lesson 4.
#
# Your solution had a push for a's, none for others, and a recurrent weight of exactly 1. Will training find the same?

# %% experiment ignore_output="weights found by training differ in the last digits between machines"
from course_utils.training.counting import learn_to_count, random_strings

learned = [learn_to_count(SimpleRNN, seed) for seed in range(3)]
print("seed  push of a  push of b  push of n  kept by W_hh  read-out of one push")
for seed, model in enumerate(learned):
    push_a, push_b, push_n, keep, read = model.in_words()
    print(f"{seed:4d} {push_a:10.3f} {push_b:10.3f} {push_n:10.3f} {keep:13.3f} {read * (push_a - push_b):21.2f}")

# %% [markdown]
# Three seeds, three times the same idea, and nearly the same weights. It is your idea with two changes. The steps are large, about a fifth
# instead of a ten-thousandth; and the recurrent weight is not 1 but about 1.17. Your network stayed in the middle of tanh, where nothing bends. This one uses the whole
# range, and blows the state up a little at each step to make good what the bend takes away. Nobody told it that a larger read-out
# with a finer step would count further: ten letters were all it was asked for, and to reach your weights the read-out would have to grow
# into the thousands.
#
# What follows for longer strings? Read thirty letters with both, and say beforehand where the learned counters will fail.

# %% experiment
from course_utils.plotting.counting import draw_learned

tokens, truth = random_strings(400, 30, seed=100)  # (400, 30)
W_xh, W_hh, b_h, W_hy, b_y = counting_weights("abn", "a")
states = rnn_forward(np.eye(3)[tokens], np.zeros((400, len(b_h))), W_xh, W_hh, b_h)
read_outs = {"by hand": readout(states, W_hy, b_y)[..., 0]}
read_outs |= {f"learned, seed {seed}": model.counts(tokens) for seed, model in enumerate(learned)}
right = {name: (np.rint(counts) == truth).mean(axis=0) for name, counts in read_outs.items()}
show(
    draw_learned({name: counts[0] for name, counts in read_outs.items()}, truth[0], right, trained_to=10),
    alt="Left: along one string the hand-made counter follows the true count and the learned ones flatten out. Right: the share of right "
    "counts stays at one for the hand-made weights and falls towards zero for the learned ones as the strings grow longer.",
)

# %% [markdown]
# Your weights are right at every letter up to thirty. The learned ones never were quite right: they do best after four or five letters, at
# the tenth fewer than half of their counts round to the truth, and beyond the twentieth hardly any does. On the left you see why.
# Their read-out follows the true count up to about three, and then the bend of tanh has them: two more pushes, and nothing moves.
#
# So training found a rule that is cheap to say and good enough for the error that it was given, not the rule that counts. That a network *can* do a thing, which you have
# proved by hand, does not say that it will *find* it. And a test on strings no longer than those of the training would not have told you how soon it fails.

# %% [markdown]
# ## 6 · What a sequence costs (8 minutes)
#
# ### Exercise: the bill
#
# `rnn_costs(T, D, H, O)` returns three whole numbers for one sequence (B = 1) of T steps with an output at every step:
#
# 1. how many **parameters** the cell of this lesson and its read-out have, biases included;
# 2. how many **multiply-adds** reading it takes: one for each product of a weight with a number. Adding a bias and taking a tanh are
#    not counted;
# 3. how many **numbers of state** must be stored if all of $h_1 \ldots h_T$ are kept, as lesson 4 will want.
#
# In this order. Three or four lines.

# %% exercise="rnn_costs"
def rnn_costs(T, D, H, O):
    """T steps, D inputs, H units, O outputs  ->  parameters, multiply-adds, stored numbers of state."""
    ### BEGIN SOLUTION
    matrices = H * D + H * H + O * H
    parameters = matrices + H + O
    return parameters, T * matrices, T * H
    ### END SOLUTION

# %% check="rnn_costs"
check("rnn_costs", rnn_costs)

# %% [markdown]
# ### Measured
#
# A formula for costs is a claim about a clock. If the time is $c\,T^p$, its logarithm is $\log c + p \log T$, a straight line of slope p on two
# logarithmic axes. Your bill says: slope 1 against T, and against H a slope that goes to 2, because $H^2$ outgrows all else. Will
# small networks already show the 2?

# %% experiment ignore_output="times differ from machine to machine"
from course_utils.plotting.costs import draw_costs, seconds_against, slope


def read_noise(T, H, D=8):
    """Read T random inputs with H units, one sequence at a time."""
    rng = np.random.default_rng(0)
    rnn_forward(rng.normal(size=(1, T, D)), np.zeros((1, H)), rng.normal(size=(H, D)), np.eye(H), np.zeros(H))


curves = {
    "T (H = 64)": seconds_against(lambda T: read_noise(T, 64), (50, 100, 200, 400, 800, 1600)),
    "H (T = 60)": seconds_against(lambda H: read_noise(60, H), (16, 32, 64, 128, 256, 512, 1024, 2048)),
}
last = {"T (H = 64)": 6, "H (T = 60)": 3}
show(
    draw_costs(curves, last),
    alt="Milliseconds against T and against H on logarithmic axes. Against T a straight line of slope near one; against H flat at first, then "
    "steeper, with a slope of two or more at the end.",
)
for name, curve in curves.items():
    print(f"{name}: slope {slope(curve, last[name]):.2f}")

# %% [markdown]
# Against T the points lie on a line of slope 1: twice the letters, twice the time. Against H nothing seems to happen at first. Up to about a hundred
# units the time is that of the loop itself, sixty rounds of Python calling NumPy, and the multiply-adds are lost in it. Only the last
# points show the square. On the machine on which this was written their slope came out well above 2: the largest matrices no longer fit into
# the processor's cache, and fetching numbers is not on your bill.
#
# A count of operations says how a cost *grows*, not how long you will wait. Small networks wait for the loop.

# %% [markdown]
# ## 7 · Four shapes of task (8 minutes)
#
# The cell turns inputs into states, one for one. What you ask of it is a question of where you look and what you feed:
#
# - **many to one**: read everything, look at the last state. *Is this sentence praise or blame?*
# - **one to many**: put something into the first state, then let the network write. *What is in this picture?*
# - **aligned**: an output at every step. *Which part of speech is each word?*
# - **sequence to sequence**: one network reads, its last state is the first state of a second one that writes. *Put these letters in order.*
#
# All four are trained with your `SimpleRNN`, each for a second or two. One thing is set before training starts: `W_hh` is the identity, so that a state begins
# by being kept (Le, Jaitly and Hinton 2015), as in your counter.

# %% experiment
from course_utils.data import task_shapes as tasks

praise, blame = ("the film was funny not dull", "the film was dull not funny")
print("same bag of words:", sorted(praise.split()) == sorted(blame.split()))
for words, tags in tasks.tagged_sentences(3, seed=5):
    print(" ".join(f"{word}/{tag}" for word, tag in zip(words, tags)))
strings, held_out = tasks.sorting_strings("abn", 3, 6, seed=0)
print(len(strings), "strings to learn sorting from;", len(held_out), "held out, among them", held_out[0])

# %% [markdown]
# The data are small and made for the purpose. "not" turns the adjective after it, so two sentences with the very same words are praise and blame, and
# a bag is lost. "can", "fish" and "drink" are nouns after "the" and verbs after a subject. The digits are drawn on twelve by twelve dots, small or large,
# left or right, with noise. And the sorter must, somewhere, count.
#
# Which of the four will be hardest for a network of a few dozen units?

# %% experiment ignore_output="accuracies of trained networks differ a little between machines"
from course_utils.training.task_shapes import TASKS

print("mean and spread over three seeds, on examples not seen in training")
trained = {}
for name, task in TASKS.items():
    models, accuracies = task(SimpleRNN, seeds=range(3))
    trained[name] = models[0]
    print(f"{name:22s} {100 * np.mean(accuracies):5.1f} % right, spread {100 * np.std(accuracies):.1f}")

captions = tasks.captioned_digits(300, seed=1)
written = trained["one to many"].write(np.stack([image for image, _ in captions]))
slips = [said[1:] == true[1:] for said, (_, true) in zip(written, captions) if said != true]
print(f"one to many, first seed: {len(slips)} captions of 300 are wrong, {sum(slips)} of them in the digit's name alone")

# %% experiment
from course_utils.plotting.task_shapes import draw_gallery

opinions = [(words.split(), trained["many to one"].share("praise", words.split())) for words in (praise, blame)]
image = tasks.draw_digit(7, 1, 0, np.random.default_rng(1))
sentence = "the fish can can the can".split()
show(
    draw_gallery(
        opinions,
        image,
        trained["one to many"].write(image[None])[0],
        list(zip(sentence, trained["aligned"].label(sentence))),
        ("banana", trained["sequence to sequence"].write(["banana"])[0]),
    ),
    alt="Four panels: the probability of praise after each word of two sentences with the same words; a drawn seven with the caption the network "
    "wrote; the fish can can the can with its tags; banana read letter by letter and its sorted letters written.",
)

# %% [markdown]
# The caption was hardest, at about nine in ten, and not because of its grammar: the wrong ones are wrong in the digit's name and sound in the
# rest. A digit was taken for another one in the start state, before a word was written. Tags and sorting are nearly perfect, and so is the
# verdict.
#
# Look at the first panel. Both lines run together until the third word, for up to there the sentences are the same. Then each adjective pulls
# its own way, and a "not" must wait in the state until the word that it turns has come. Only the last point was trained; what the network
# believes on the way is its own affair. And in the sentence with three times *can*, the same letters in get three different tags out, by what stands
# before them in the state.

# %% [markdown]
# ## 8 · A network that writes (14 minutes)
#
# Lesson 2 ended with a table of the last letters, and a number for it: bits per character on prose that it had not seen. One more letter of memory made
# the table 36 times as large. A recurrent network has no such table. Its memory is H numbers, and what it pays for
# is $H^2$ weights.
#
# So put the two on the same balance. A table of order 2 has $36 \cdot 35$ free parameters, for each of 36 contexts 35 probabilities; one of order 3 has 36
# times as many. Your own bill says how many units that would buy.

# %%
V = len(ALPHABET)
table_size = {order: V ** (order - 1) * (V - 1) for order in (1, 2, 3, 4)}
print(f"{V} different characters")
for order in (2, 3):
    H = max(H for H in range(1, 400) if rnn_costs(1, V, H, V)[0] <= table_size[order])
    print(f"table of order {order}: {table_size[order]:6d} parameters; {H} units have {rnn_costs(1, V, H, V)[0]}")

# %% [markdown]
# The table sees one letter at order 2, two at order 3. The network sees everything since the text began, through fourteen numbers or through 179.
# Training it is a matter of seconds here and of days elsewhere; the table is counted in one pass and given the smoothing that suits it best on
# the very text that it is judged on. Which will be ahead at 1,260 parameters, and which at 45,360?

# %% experiment ignore_output="the prose differs between versions of Python, and training between machines"
from course_utils.training.characters import learn_characters, network_bits, table_bits

train, held_out_prose = python_prose("train"), python_prose("held_out")
table = {order: (table_size[order], table_bits(order, train, held_out_prose, ALPHABET)) for order in (1, 2, 3, 4)}
small = [learn_characters(SimpleRNN, train, ALPHABET, hidden=14, steps=300, seed=seed) for seed in range(3)]
small_bits = [network_bits(model, held_out_prose) for model in small]
print(f"order 2: table {table[2][1]:.2f} bits, 14 units {np.mean(small_bits):.2f} +- {np.std(small_bits):.2f}")

# %% experiment ignore_output="the prose differs between versions of Python, and training between machines"
large = [learn_characters(SimpleRNN, train, ALPHABET, hidden=179, steps=320, seed=seed) for seed in range(3)]
large_bits = [network_bits(model, held_out_prose) for model in large]
print(f"order 3: table {table[3][1]:.2f} bits, 179 units {np.mean(large_bits):.2f} +- {np.std(large_bits):.2f}")

# %% experiment
from course_utils.plotting.task_shapes import draw_bits

networks = {14: (rnn_costs(1, V, 14, V)[0], small_bits), 179: (rnn_costs(1, V, 179, V)[0], large_bits)}
show(
    draw_bits(table, networks),
    alt="Bits per character on held-out prose against the number of parameters on a logarithmic axis: tables of order one to four, and "
    "networks of 14 and 179 units that lie below the tables with as many parameters.",
)

# %% [markdown]
# At 1,260 parameters they are close, with the network ahead by less than a tenth of a bit: fourteen numbers hold a little more than the last letter. At 45,360 the network is
# ahead by about as much again, and its training was cut short for your patience: each of the three saw less than two passes over the text. The
# table was even allowed to choose its smoothing on the text it is judged on.
#
# Two caveats. The table of order 4 is better than both networks, and it has 1.6 million parameters, most of them never used. And three seeds tell you
# the spread of *this* training, not what a better one would reach: more units, more steps and a gate (lesson 7) all go on from here.

# %% [markdown]
# ### Exercise: let it write
#
# `generate` makes a sequence longer. It is handed two functions, so that it works with any network:
#
# - `step(token, h)` returns the state after reading `token`; at the very start `h` is `None`;
# - `readout(h)` returns the scores of all V tokens, an array (V,) of any real numbers, to be made probabilities by a softmax.
#
# Read the whole list `seed_tokens` (at least one token), then draw n new tokens, each from the probabilities that the network gives *after everything before it*, the
# tokens just drawn included. Return the n new tokens as a list of ints and leave `seed_tokens` as it is. All chance must come from the generator `rng`; scores may be as large as a thousand. About ten lines.

# %% exercise="generate"
def generate(step, readout, seed_tokens, n, rng):
    """Continue a sequence: a list of n new tokens, drawn one after the other."""
    ### BEGIN SOLUTION
    h, tokens = None, []
    for token in seed_tokens:
        h = step(token, h)
    for _ in range(n):
        scores = readout(h)
        p = np.exp(scores - scores.max())
        p = p / p.sum()
        tokens.append(int(rng.choice(len(p), p=p)))
        h = step(tokens[-1], h)
    return tokens
    ### END SOLUTION

# %% check="generate"
check("generate", generate)

# %% [markdown]
# ### And it writes
#
# The trained weights are arrays like any others. Put into your own `rnn_step` and `readout`, they make the two functions that your `generate`
# asks for: no line of PyTorch is left in what follows. Every letter goes once through the formula at the top of this lesson.

# %%
def as_functions(model):
    """A trained character model as `step(token, h)` and `readout(h)`, made of your own functions."""
    cell = model.cell
    bias = sum(layer.bias for layer in (cell.i2h, cell.h2h) if layer.bias is not None)
    arrays = (cell.i2h.weight, cell.h2h.weight, bias, model.out.weight, model.out.bias)
    W_xh, W_hh, b_h, W_hy, b_y = (array.detach().double().numpy() for array in arrays)

    def step(token, h):
        h = np.zeros((1, len(b_h))) if h is None else h  # (1, H)
        return rnn_step(np.eye(V)[[token]], h, W_xh, W_hh, b_h)

    return step, lambda h: readout(h[:, None], W_hy, b_y)[0, 0]

# %% experiment ignore_output="a trained network writes differently on every machine"
def write(model, opening, n, seed):
    """The opening and n characters more."""
    tokens = generate(*as_functions(model), [ALPHABET.index(c) for c in opening], n, np.random.default_rng(seed))
    return opening + "".join(ALPHABET[token] for token in tokens)


print("14 units:\n" + write(small[0], "the number of ", 200, seed=1))
print("\n179 units:\n" + write(large[0], "the number of ", 400, seed=1))

# %% [markdown]
# Fourteen units have learned where blanks go, that vowels and consonants take turns, and how long a word is. With 179 there are words of the manual among
# the invented ones, endings that fit, a bracket that opens and sometimes one that closes. Neither says anything. But no line of this text stands in
# the manual, and every letter of it came out of the formula with which you began, one step at a time, from a head full of numbers.

# %% [markdown]
# ## 9 · In your own words (5 minutes)
#
# A friend reads sentences of up to twenty words. She gives each of the twenty steps its own `W_xh`, `W_hh` and `b_h`: "twenty times as many parameters,
# and yours is only the special case in which all of mine are equal. So mine is at least as good."
#
# Where is she right, and what does she lose? Give one thing that her network can do and yours cannot, and two reasons from this lesson to share the
# weights all the same. Six to ten sentences. *(3 points, graded by hand.)*

# %% [markdown] written="why_share_weights"
# She is right about one thing: every network with shared weights is one of hers, so on the sentences that she trains on, hers can fit at least as well. It can also
# treat positions differently, and count an a in the first place double, which a shared cell can do only by keeping track of the place in its state.
#
# But her network ends with the twentieth word. For a sentence of twenty-one there are no weights; the counter of section 3 reads any length with the same five
# arrays. And what it learns about a word in third place it does not know about the same word in seventh place: each step must learn *not* anew, from only those
# sentences that have it just there. Twenty times as many parameters are fitted to the same data, each of them from fewer examples, so she needs more data for the
# same result on new sentences. A fit on the training set is not what she wants to be good at.

# %% [markdown]
# ## What you can now do
#
# - Write the recurrent cell from its formula, run it over a batch, and say what every shape is.
# - Show that your NumPy code and PyTorch's are the same function.
# - Set the weights of a cell by hand for a task, and bound the error that tanh makes.
# - Read sequences of different length in one batch without reading the padding.
# - Say what a sequence costs in parameters, time and memory, and check it with a clock.
# - Recognise which of four shapes a task has, and build it from one cell.
# - Let a network write, one drawn token after the other.
#
# One question we have stepped round all along: *how* were the weights found? A wrong last letter may be the fault of any of the steps before it. Who
# is to blame? That is lesson 4.
#
# ## Further reading
#
# - J. L. Elman, "Finding Structure in Time", *Cognitive Science* 14 (1990). The cell of this lesson, and what it found in sentences.
# - M. I. Jordan, "Serial Order: A Parallel Distributed Processing Approach", ICS Report 8604, UC San Diego (1986). The loop goes through the output.
# - I. Sutskever, J. Martens, G. Hinton, "Generating Text with Recurrent Neural Networks", *ICML* (2011). Characters, one at a time.
# - Q. V. Le, N. Jaitly, G. E. Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", arXiv:1504.00941 (2015). Start from the identity.
# - G. Weiss, Y. Goldberg, E. Yahav, "On the Practical Computational Power of Finite Precision RNNs for Language Recognition", *ACL* (2018). Which networks can
#   count, and which cannot for long.

# %%
progress()
