# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---
# %% [markdown]
# # 2 · How surprised should you be?
#
# You read the letter **q**. What comes next? You would put your money on **u**, and you would nearly always win. Now
# you read **th**. The bet is harder, and yet far from blind. A model of language is a bookmaker for such bets: before
# each letter it spreads its money over all the letters there are. One number measures its skill: how surprised it is
# by what comes.

# %% [markdown]
# In this lesson you build such a bookmaker from nothing but counting, let it read two hundred thousand characters of
# English, set it against gzip, and make it write. At the end you will have seen where exactly counting stops, and why
# the rest of this course needs a memory of another kind.
#
# You need about 85 minutes: bets 20, counting 15, measuring surprise 10, real prose 15, writing 15, memory 10. All
# experiments together compute for about half a minute.

# %% [markdown]
# | symbol | meaning | symbol | meaning |
# |---|---|---|---|
# | $V$ | size of the vocabulary; tokens are the ids $0 \dots V-1$ | $n$ | order of an n-gram table: contexts of $n-1$ tokens |
# | $T$ | length of a sequence | $c(u, x)$ | how often token $x$ came after context $u$ |
# | $B$ | sequences in a batch | $\alpha$ | pretended count, given to every token |
# | $x_t$ | token number $t$; $x_{<t}$ all tokens before it | $\tau$ | temperature |
# | BOS, EOS | markers for the beginning and the end | $\log$ | natural logarithm (nats), unless base 2 (bits) is written |
#
# A **conditional** is a function here: `conditional(prefix)` takes the list of all tokens so far and returns an array
# (V,) with the probability of each token to come next. Tables, networks, and you yourself can play that part.

# %% setup
import bz2
import gzip
import itertools
import lzma
import math
import re
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

from course_utils import check, hint, progress
from course_utils.data.prose import ALPHABET, python_prose
from course_utils.plotting import show
from course_utils.plotting.language import curves, line_to_beat, paired_bars, probability_strips, surprise_by_letter

# %% [markdown]
# The text of this lesson is on your disk already: the reference manual of the Python language, which comes with
# Python. Code and tables are left out, capitals made small, and whole chapters put aside as *held-out* text that no
# model may learn from. Before you run the next cell, write down a number: in how many of 100 cases does **u** follow
# **q** there?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
prose = python_prose("train")
after_q = Counter(after for letter, after in zip(prose, prose[1:]) if letter == "q")
for letter, count in after_q.most_common():
    share = count / after_q.total()
    print(f"after q comes {letter!r:4} in {100 * share:.0f} of 100 cases: surprise {-math.log2(share):.1f} bits")

# %% [markdown]
# Not always. The manual also describes a debugger that is left by typing *q* alone, so now and then a space follows.
# The right-hand column is the measure of this lesson: the **surprise** of an outcome of probability $p$ is
# $-\log_2 p$ bits. What was certain is worth 0 bits, a fair coin 1 bit, one face of a die 2.6. That something rare
# happened is big news; that it did not is hardly any.

# %% [markdown]
# ## 1 · A chain of bets (20 minutes)
#
# What is the probability of a whole text? Nobody can list all texts. But any text can be read from left to right, and
# then its probability is a product of bets, each made in full knowledge of what came before:
#
# $$P(x_1, \dots, x_T) \;=\; \prod_{t=1}^{T} P(x_t \mid x_{<t})$$
#
# This is the chain rule of probability. It assumes nothing: not that language is simple, not that the past is short.
# All assumptions enter later, when we say how a factor is computed.

# %% [markdown]
# First the bookkeeping. A sentence of $T$ tokens offers $T+1$ bets, because *that it ends here* is an outcome too.
# Before the first bet the reader holds a marker, BOS, and nothing else; the last thing to be foretold is EOS. So each
# position has an input, what was just read, and a target, what is to be foretold.
#
# **Exercise.** `next_token_pairs(tokens, bos, eos)` returns two lists of $T+1$ ids, `inputs` and `targets`. An empty
# sentence has one bet. About one line.

# %% exercise="next_token_pairs"
def next_token_pairs(tokens, bos, eos):
    """tokens: list of T ids -> inputs and targets, two lists of T + 1 ids: at each place the last token read, and the next."""
    ### BEGIN SOLUTION
    return [bos] + list(tokens), list(tokens) + [eos]
    ### END SOLUTION

# %% check="next_token_pairs"
check("next_token_pairs", next_token_pairs)

# %% [markdown]
# Now a bookmaker small enough to see whole. It knows three letters, **a**, **b** and **n**, and looks at the last
# letter only. Each row says how it spreads its money. The probability of "ban" by hand: **b** first, 0.5; then **a**
# after b, 0.8; then **n** after a, 0.7. The product is 0.28.

# %%
LETTERS = "abn"
ROWS = {(): [0.3, 0.5, 0.2], (0,): [0.1, 0.2, 0.7], (1,): [0.8, 0.1, 0.1], (2,): [0.6, 0.2, 0.2]}


def toy(prefix):
    """P(next letter | prefix), an array (3,): this bookmaker looks at the last letter only."""
    return np.array(ROWS[tuple(prefix[-1:])])


print("first bet:    ", dict(zip(LETTERS, toy([]).tolist())))
print("after 'b':    ", dict(zip(LETTERS, toy([1]).tolist())))
print("after 'ba':   ", dict(zip(LETTERS, toy([1, 0]).tolist())))

# %% [markdown]
# A long text is a long product of numbers below 1, and floats end near $10^{-308}$ (with the last crumbs of precision
# near $10^{-324}$). So we never multiply; we add logarithms.
#
# **Exercise.** `sequence_log_prob(tokens, conditional)` returns $\sum_t \log P(x_t \mid x_{<t})$ in nats. The first
# token is a bet like the others, on the empty prefix `[]`; if the sequence ends in EOS, that is simply its last
# token. A sequence in which something impossible happens has log-probability minus infinity, the empty sequence 0.
# About four lines.

# %% exercise="sequence_log_prob"
def sequence_log_prob(tokens, conditional):
    """tokens: list of T ids; conditional(list of ids) -> probabilities (V,). Returns log P(tokens) in nats, a number."""
    ### BEGIN SOLUTION
    total = 0.0
    for t, token in enumerate(tokens):
        probability = conditional(tokens[:t])[token]
        total += math.log(probability) if probability > 0 else -math.inf
    return total
    ### END SOLUTION

# %% check="sequence_log_prob"
check("sequence_log_prob", sequence_log_prob)

# %% [markdown]
# How long is "long"? A page of a book has about 2,000 letters. Predict what the product of the bets will be for a
# text of 2,001 letters from our three-letter bookmaker, computed as a product of floats, and what the sum of
# logarithms will be.

# %% experiment
page = [1] + [0, 2] * 1000
product = math.prod(toy(page[:t])[token] for t, token in enumerate(page))
log_prob = sequence_log_prob(page, toy)
print("'ban':       ", round(math.exp(sequence_log_prob([1, 0, 2], toy)), 4))
print("the product: ", float(product))
print(f"its logarithm: {log_prob:.1f} nats, so P is about 10^{log_prob / math.log(10):.0f}")

# %% [markdown]
# The product is wrong. It should be about $10^{-377}$, and it is stuck at $5 \cdot 10^{-324}$, the smallest float
# there is: 0.6 or 0.7 of that is rounded back to itself. With factors below one half it would have dropped to 0. Its
# logarithm would be $-744.4$ instead of $-867.9$, a wrong number that looks like a right one. Every model in this
# course, down to the last network, lives in log space for this reason.

# %% [markdown]
# ### A bookmaker who cannot be trusted
#
# At every length, the probabilities of *all* sequences of that length must sum to 1: one of them will come. Here is a
# colleague's improvement of our table. "So that nothing is ever impossible", he says, "I added 0.03 to every
# probability." Is anything wrong with that?

# %%
def suspicious(prefix):
    """The same rows with 0.03 added to every entry (3,)."""
    return toy(prefix) + 0.03


# %% [markdown]
# Enumeration finds out. For a small vocabulary there are only $V^T$ sequences, and you can visit every one.
#
# **Exercise.** `total_probability(conditional, vocabulary_size, length)` returns the sum of the probabilities of all
# sequences of exactly that many tokens, as the conditional gives them: nothing is repaired on the way. EOS plays no
# part here. For length 0 there is one sequence, the empty one, and its probability is 1. About six lines.

# %% exercise="total_probability"
def total_probability(conditional, vocabulary_size, length):
    """The probabilities of all vocabulary_size ** length sequences, added up: a number, 1 for a proper model."""
    ### BEGIN SOLUTION
    total = 0.0
    for sequence in itertools.product(range(vocabulary_size), repeat=length):
        probability = 1.0
        for t, token in enumerate(sequence):
            probability *= conditional(list(sequence[:t]))[token]
        total += probability
    return total
    ### END SOLUTION

# %% check="total_probability"
check("total_probability", total_probability)

# %% [markdown]
# Predict before you run: at length 1 the suspicious rows are too large by 3 times 0.03. What will the total be at
# length 3: the same 1.09, or more?

# %% experiment
print("length   toy   suspicious")
for length in range(5):
    totals = [total_probability(model, len(LETTERS), length) for model in (toy, suspicious)]
    print(f"{length:6} {totals[0]:5.2f} {totals[1]:12.2f}")

# %% [markdown]
# At three letters the suspicious bookmaker has given away 1.3 times all the money in the world: 1.09 three times
# over. Here is the same in a picture. Every text of one, two or three letters is a strip, as wide as its probability,
# and the strips are laid end to end in alphabetical order. Where will each row end? And where do you expect "ban" to
# lie under "ba", and "ba" under "b"?

# %% experiment
figure, panels = plt.subplots(2, 1, figsize=(11, 5.2), sharex=True, layout="constrained")
probability_strips(panels[0], toy, LETTERS, 3, "ban", "the toy bookmaker")
probability_strips(panels[1], suspicious, LETTERS, 3, "ban", "the suspicious one: 0.03 added to every probability")
panels[0].set_xlabel("")
show(figure, alt="All texts of one, two and three letters as rows of strips. In the upper panel every row ends at 1; in the "
     "lower panel the rows end at 1.09, 1.19 and 1.30. The strips of b, ba and ban are hatched.")  # fmt: skip

# %% [markdown]
# Above, every row ends at 1, and each text lies exactly under its beginning: "ba" is divided among "baa", "bab" and
# "ban" without remainder. Below, the rows end at 1.09, 1.19 and 1.30, and the hatched strips slide apart. Keep the
# upper picture. A dart thrown at its lowest row hits each text with just its probability: later, writing will be no
# more than that.

# %% [markdown]
# ## 2 · Counting (15 minutes)
#
# Where do the rows come from? From counting. An **n-gram table** of order $n$ makes one bold assumption, named after
# A. A. Markov, who counted vowels in *Eugene Onegin* by hand in 1913: only the last $n-1$ tokens matter. The estimate
# is the share of times a token came, each token being given $\alpha$ pretended appearances (Lidstone's smoothing):
#
# $$P(x \mid u) \;=\; \frac{c(u, x) + \alpha}{\sum_{y} c(u, y) + \alpha V}$$

# %% [markdown]
# At the beginning of a sentence there is less past than $n-1$ tokens. We use what there is: the first token has the
# context `()`, the second a context of one token, and so on. Sentences are separate, no context reaches from one into
# the next.
#
# **Exercise.** `fit_ngram(corpus, order, vocabulary_size, alpha)` returns a dict. Keys: every context that some token
# of the corpus has, a tuple of ids in the order of the text. Values: the row, an array (V,) of probabilities. `corpus`
# is a list of lists of ids, either of which may be empty; use them as they are and add no markers. For `order=1` the
# one context is `()`. About eight lines.

# %% exercise="fit_ngram"
def fit_ngram(corpus, order, vocabulary_size, alpha):
    """corpus: list of lists of ids. Returns {context (tuple of at most order - 1 ids): probabilities (V,)}."""
    ### BEGIN SOLUTION
    table = {}
    for sentence in corpus:
        for t, token in enumerate(sentence):
            context = tuple(sentence[max(0, t - order + 1):t])
            row = table.setdefault(context, np.zeros(vocabulary_size))
            row[token] += 1
    for context, row in table.items():
        table[context] = (row + alpha) / (row.sum() + alpha * vocabulary_size)
    return table
    ### END SOLUTION

# %% check="fit_ngram"
check("fit_ngram", fit_ngram)

# %% [markdown]
# A table is not yet a conditional: somebody must cut the context out of the prefix and look it up. What about a
# context that never occurred? The formula gives an answer: all counts are 0, so every token gets
# $\alpha / \alpha V = 1/V$. The helper below returns that row, and it does so for $\alpha = 0$ too, where the formula
# would say 0/0.

# %%
def lookup(table, order, vocabulary_size):
    """The conditional of a fitted table; a context without a row makes all tokens equally likely."""
    uniform = np.full(vocabulary_size, 1 / vocabulary_size)

    def conditional(prefix):
        return table.get(tuple(prefix[max(0, len(prefix) + 1 - order) :]), uniform)

    return conditional


# %% [markdown]
# Three words, each closed by the end marker `$`. Count by hand first: after **a**, how often does **n** come, how
# often the end, how often **b**? Then compare with the row of the table without smoothing, and with one that pretends
# half an appearance of everything.

# %% experiment
SYMBOLS = "$abcdn"
words = [[SYMBOLS.index(letter) for letter in word + "$"] for word in ("banana", "bandana", "cabana")]
for alpha in (0.0, 0.5):
    small = fit_ngram(words, 2, len(SYMBOLS), alpha)
    row = {letter: round(float(p), 3) for letter, p in zip(SYMBOLS, small[(1,)])}
    total = total_probability(lookup(small, 2, len(SYMBOLS)), len(SYMBOLS), 3)
    cabbage = sequence_log_prob([SYMBOLS.index(letter) for letter in "cab$"], lookup(small, 2, len(SYMBOLS)))
    print(f"alpha {alpha}: after a {row}\n  total over length 3: {total:.3f}   log P('cab$'): {cabbage:.2f}")

# %% [markdown]
# Nine times something follows **a**: five n, three ends, one b. Without smoothing the word "cab" is impossible,
# because nothing ended in b; with half a pretended appearance it is merely unlikely. And the totals are 1.000: this
# smoothing adds $\alpha V$ below the line for the $\alpha$ it adds above. That is what the colleague forgot.

# %% [markdown]
# ## 3 · Measuring surprise (10 minutes)
#
# Average the surprise over all tokens and you have the **cross-entropy** of model and text. Its exponential is the
# **perplexity**, and has a meaning you can feel: a model of perplexity 7 is as unsure as someone throwing a fair die
# with seven faces. In a batch, sequences of different length are padded to a rectangle, and a mask tells which
# positions are real.
#
# **Exercise.** `perplexity(log_probs, mask)`: `log_probs` (B, T) in nats, `mask` (B, T) of booleans or of 0 and 1, at
# least one real token. Every real token counts the same, whichever sentence it stands in. Padding may hold anything,
# minus infinity included. About two lines.

# %% exercise="perplexity"
def perplexity(log_probs, mask):
    """log_probs (B, T) natural logarithms, mask (B, T) true or 1 where real. Returns exp(mean surprise per real token)."""
    ### BEGIN SOLUTION
    real = np.asarray(mask, dtype=bool)
    return float(np.exp(-np.asarray(log_probs)[real].mean()))
    ### END SOLUTION

# %% check="perplexity"
check("perplexity", perplexity)

# %% [markdown]
# Here is a trap into which real evaluation code falls again and again. Two sentences: a short hard one (2 tokens,
# each with probability 1/16) and a long easy one (8 tokens, each 1/2). Their own perplexities are 16 and 2. What is
# the perplexity of the whole: 9?

# %% experiment
log_probs = np.log([[1 / 16] * 2 + [1.0] * 6, [1 / 2] * 8])
mask = np.array([[1] * 2 + [0] * 6, [1] * 8])
each = [perplexity(log_probs[b : b + 1], mask[b : b + 1]) for b in range(2)]
print("each sentence alone:   ", [round(value, 2) for value in each])
print("mean of the two:       ", round(sum(each) / 2, 2))
print("both, token by token:  ", round(perplexity(log_probs, mask), 2))
print("padding counted as well:", round(perplexity(log_probs, np.ones((2, 8))), 2))

# %% [markdown]
# Token by token it is 3.03: eight of the ten tokens were easy. The mean of perplexities, 9, lets two tokens outweigh
# eight. Counting the padding, which here holds a cheerful $\log 1$, makes the model look better than it is.

# %% [markdown]
# Perplexity has one more catch: it is per *token*. A model that foretells words and one that foretells letters cannot
# be compared by it, but both say how surprised they were by the same text. Divide that by what the text has whoever
# reads it: its characters.
#
# **Exercise.** `bits_per_character(nll_nats, n_characters)`: `nll_nats` is the surprise of a whole text in nats
# (minus its log-probability), a number. Return the bits per character. One line.

# %% exercise="bits_per_character"
def bits_per_character(nll_nats, n_characters):
    """nll_nats: surprise of the whole text in nats; n_characters: its length. Returns bits per character."""
    ### BEGIN SOLUTION
    return nll_nats / n_characters / math.log(2)
    ### END SOLUTION

# %% check="bits_per_character"
check("bits_per_character", bits_per_character)

# %% [markdown]
# Two imaginary models of one text of 5,600 letters, which are 1,000 words with their spaces. The first foretells
# words and has perplexity 180; the second foretells letters and has perplexity 4. Which is better?

# %% experiment
by_words = bits_per_character(1000 * math.log(180), 5600)
by_letters = bits_per_character(5600 * math.log(4), 5600)
print(f"words, perplexity 180: {by_words:.2f} bits per character")
print(f"letters, perplexity 4: {by_letters:.2f} bits per character")

# %% [markdown]
# The model with the frightening perplexity is the better one: 1.34 bits against 2. Bits per character are also the
# size of a file. By *arithmetic coding*, which writes down where in the lowest row of strips a text lies, any model
# becomes a compressor that needs, in exact arithmetic, less than two bits more than the model's surprise at the whole
# text. So a model of language has well-known opponents: gzip, bz2 and lzma.

# %% [markdown]
# ## 4 · Real prose (15 minutes)
#
# Now the manual: about 209,000 characters to learn from, 41,000 held out. The alphabet has 36 characters. Every
# paragraph is one sequence and ends with the newline character, which serves as EOS (id 0), so *every* character of
# the text is a bet, and no marker is needed. The cell makes tables of order 1 to 8 with $\alpha = 0.03$; it takes a
# few seconds.

# %% experiment ignore_output="the reference manual differs a little between Python versions"
V = len(ALPHABET)


def encode(text):
    """Paragraphs of text -> list of lists of ids; the newline, id 0, ends each."""
    return [[ALPHABET.index(letter) for letter in line] for line in text.splitlines(keepends=True)]


train, held_out = encode(python_prose("train")), encode(python_prose("held_out"))
ORDERS = range(1, 9)
tables = {n: fit_ngram(train, n, V, 0.03) for n in ORDERS}
print(f"{sum(map(len, train)):,} characters to learn from, {sum(map(len, held_out)):,} held out")
print("a paragraph:", "".join(ALPHABET[token] for token in held_out[1][:-1]))

# %% [markdown]
# Before the average, a look at single letters. The sentence below stands in the held-out part. At which letters of it
# will a table of order 5, which sees four letters back, be most surprised: at the beginnings of words, in the middle,
# or at the ends? And how does order 2 differ?

# %% experiment
sentence = "a python program is constructed from code blocks."
ids = [ALPHABET.index(letter) for letter in sentence]
bits = {}
for n in (2, 5):
    conditional = lookup(tables[n], n, V)
    bits[f"order {n}"] = [-math.log2(conditional(ids[:t])[token]) for t, token in enumerate(ids)]
figure, axes = plt.subplots(figsize=(11, 3.4), layout="constrained")
surprise_by_letter(axes, sentence, bits)
show(figure, alt="Bars of surprise in bits over each letter of a sentence, for orders 2 and 5. Order 5 is most surprised "
     "at the first letters of words and nearly certain of their ends.")  # fmt: skip

# %% [markdown]
# Order 5 is surprised where something begins: at **p** and **y** of "python", **c** of "constructed", **f** of
# "from", **c** of "code". Once a word is under way it is sure of itself: "-thon", "-gram", "-ructed" and "-ocks" cost
# next to nothing. The exceptions tell a story too: after "co" it had bet on "com-" and "con-", and then came **d**.
# Order 2 sees one letter back, and is never really sure of anything.

# %% [markdown]
# Now the average over all of the text, for each order. Two curves: text the table was made from (every fifth
# paragraph of it), and held-out text. Predict the shape of both. A longer context can only tell more, can it not?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
def prose_bits(conditional, paragraphs):
    """Bits per character of the conditional on the paragraphs, ends of paragraphs included."""
    nll = -sum(sequence_log_prob(paragraph, conditional) for paragraph in paragraphs)
    return bits_per_character(nll, sum(map(len, paragraphs)))


on_train = [prose_bits(lookup(tables[n], n, V), train[::5]) for n in ORDERS]
on_held_out = [prose_bits(lookup(tables[n], n, V), held_out) for n in ORDERS]
print("order    ", *(f"{n:5}" for n in ORDERS))
print("train    ", *(f"{value:5.2f}" for value in on_train))
print("held out ", *(f"{value:5.2f}" for value in on_held_out))

# %% [markdown]
# And the opponents. A compressor starts from nothing, a table has read the training text; to be fair we measure each
# compressor twice: on the held-out text alone, and as the number of bytes that the held-out text *adds* when it comes
# after the training text. Which of the six numbers will the best table beat? The dotted line in the figure marks it.

# %% experiment ignore_output="the reference manual and the compressors differ a little between versions"
def compressed_bits(compress, text, known=""):
    """Bits per character that `text` costs after `known`: the bytes that it adds."""
    added = len(compress((known + text).encode())) - (len(compress(known.encode())) if known else 0)
    return 8 * added / len(text)


COMPRESSORS = {"gzip": gzip.compress, "bz2": bz2.compress, "lzma": lzma.compress}
alone = {name: compressed_bits(f, python_prose("held_out")) for name, f in COMPRESSORS.items()}
primed = {name: compressed_bits(f, python_prose("held_out"), prose) for name, f in COMPRESSORS.items()}
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True, width_ratios=(3, 2), layout="constrained")
curves(left, ORDERS, {"text it was made from": on_train, "held-out text": on_held_out})
left.set(ylabel="bits per character", ylim=(0, 4.8), title="tables")
left.legend()
paired_bars(right, {name: (alone[name], primed[name]) for name in COMPRESSORS}, ("held-out text alone", "after the training text"))
right.set_title("compressors")
for axes in (left, right):
    axes.axhline(min(on_held_out), color="black", linewidth=0.9, linestyle=":")
show(figure, alt="Left: bits per character against order; on its own text the curve falls at every order, on held-out text it "
     "is lowest at order 5 and rises after it. Right: bars for gzip, bz2 and lzma; a dotted line marks the best table.")  # fmt: skip

# %% experiment
best = min(ORDERS, key=lambda n: on_held_out[n - 1])
print("falls at every order on its own text:", all(a > b for a, b in zip(on_train, on_train[1:])))
print("lowest on held-out text at order 4 or 5:", best in (4, 5))
print("order 8 worse than order 4 on held-out text:", on_held_out[7] > on_held_out[3])
print("best table against compressors, alone:", {name: min(on_held_out) < height for name, height in alone.items()})
print("after the training text:", {name: min(on_held_out) < height for name, height in primed.items()})

# %% [markdown]
# On its own text the table becomes ever surer, 1.03 bits at order 8. On held-out text it is best at order 5 with 1.94
# bits, and at order 8, with 2.82, it is worse than at order 3: it has learnt its text by heart. We picked $\alpha$
# among six values from 0.003 to 1 by looking at the held-out text, which flatters the 1.94 a little; the turn at
# order 4 or 5 was there for all six.

# %% [markdown]
# Against compressors that start from nothing the table wins three times, but it had read two hundred thousand
# characters before. Given the same reading, gzip (2.30) still loses, since it looks back 32,768 bytes only; lzma
# (1.85) and bz2 (1.65) win. They use repetitions of any length, and go on learning while they read the held-out text.
# The table looked four letters back and stopped learning.

# %% [markdown]
# ### Why does it turn?
#
# A table of order $n$ has room for $36^{n-1}$ rows. How many of them did the text fill? And how many characters of
# the held-out text come after a context that has no row at all, so that the table can only shrug? Guess both for
# order 6, with five letters of context.

# %% experiment ignore_output="the reference manual differs a little between Python versions"
filled = [len(tables[n]) for n in ORDERS]
possible = [V ** (n - 1) for n in ORDERS]
unseen = []
for n in ORDERS:
    contexts = [tuple(p[max(0, t + 1 - n) : t]) for p in held_out for t in range(len(p))]
    unseen.append(sum(context not in tables[n] for context in contexts) / len(contexts))
print("order       possible rows      filled    no row for")
for n, room, rows, share in zip(ORDERS, possible, filled, unseen):
    print(f"{n:5} {room:19,} {rows:11,} {100 * share:8.1f}% of held-out characters")

# %% experiment
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
curves(axes, ORDERS, {"rows the table has room for": possible, "rows the text filled": filled})
line_to_beat(axes, "characters in the training text", sum(map(len, train)), at=3.2)
axes.set(yscale="log", ylabel="rows (logarithmic scale)")
axes.legend(loc="lower right")
show(figure, alt="Rows against order on a logarithmic scale. The possible rows rise as a straight line past ten to the "
     "tenth; the filled rows bend over and stay below the number of characters read.")  # fmt: skip

# %% [markdown]
# On a logarithmic scale the room grows along a straight line: 36 times as many rows for each letter of memory. The
# filled rows bend away from it, for a text can never fill more rows than it has characters. At order 6 some 30,000 of
# 60 million rows are filled, one in 2,000, and still every eleventh held-out character comes after a context without
# a row. At order 8 it is more than every fourth. Each added letter of memory splits the experience into smaller
# heaps.

# %% [markdown]
# **A fair objection.** A clever table would fall back on a shorter context when it has not seen the long one. It
# would, and people refined that for decades. Here is the simplest such mixture (after Jelinek and Mercer, 1980):
# start from the uniform row, and let each order that has a row take half the vote from all shorter ones. Will the
# held-out curve still turn up?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
counted = {n: fit_ngram(train, n, V, 0.0) for n in ORDERS}


def mixed(highest):
    """A conditional in which every order up to `highest` takes half the vote from the shorter ones."""
    def conditional(prefix):
        vote = np.full(V, 1 / V)
        for n in range(1, highest + 1):
            row = counted[n].get(tuple(prefix[max(0, len(prefix) + 1 - n) :]))
            vote = vote if row is None else (row + vote) / 2
        return vote

    return conditional


# %% experiment ignore_output="the reference manual differs a little between Python versions"
MIXED = (2, 4, 6, 8)
on_mixed = [prose_bits(mixed(n), held_out) for n in MIXED]
print("highest order    ", *(f"{n:5}" for n in MIXED))
print("one table        ", *(f"{on_held_out[n - 1]:5.2f}" for n in MIXED))
print("mixture          ", *(f"{value:5.2f}" for value in on_mixed))

# %% [markdown]
# At orders 2 and 4, where hardly a row is missing, the mixture is worse than one table: it gives half the vote to
# rows that know less. Beyond, it is much better: 1.75 bits with six orders, below lzma and close to bz2, and hardly
# any turn. (One half was the best of five votes tried on the held-out text; with 0.6 the best mixture has 1.75 bits
# too.) Falling back heals the rows that are missing. It does not lengthen the memory: beyond order 6 nearly nothing is gained, because contexts
# that long have hardly ever been seen. The mixture knows what to do when it has no memory of a past. What it lacks is
# a way to see that two different pasts are alike.

# %% [markdown]
# ## 5 · Writing (15 minutes)
#
# A model that can bet can also write: draw the first token from its first row, the next from the row after that, and
# so on. First a tool that you will need in every lesson to come. A network will not return probabilities but
# **scores**, any real numbers; the *softmax* turns scores $s$ into probabilities $e^{s_i} / \sum_j e^{s_j}$. We want
# its logarithm, and we want it for scores of 1,000 as well.
#
# **Exercise.** `log_softmax(scores, axis=-1)` returns an array of the same shape in which the exponentials sum to 1
# along `axis`. A score of minus infinity rules a token out (each row has at least one finite score). About two lines.

# %% exercise="log_softmax"
def log_softmax(scores, axis=-1):
    """scores (..., V, ...) -> log-probabilities of the same shape, normalised along `axis`."""
    ### BEGIN SOLUTION
    shifted = scores - np.max(scores, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
    ### END SOLUTION

# %% check="log_softmax"
check("log_softmax", log_softmax)

# %% [markdown]
# What goes wrong without care? Scores of 0, 1,000 and 1,001: the last two tokens share nearly everything, in the same
# proportion as for scores of 0 and 1. Predict what the textbook formula makes of them.

# %% experiment
scores = np.array([0.0, 1000.0, 1001.0])
with np.errstate(all="ignore"):
    textbook = np.log(np.exp(scores) / np.exp(scores).sum())
print("textbook formula:", textbook.tolist())
print("log_softmax:     ", [f"{value:.2f}" for value in log_softmax(scores)])
print("scores 0 and 1:  ", [f"{value:.2f}" for value in log_softmax(np.array([0.0, 1.0]))])

# %% [markdown]
# The textbook formula has lost the answer: infinity divided by infinity. And a probability too small for a float is
# still a probability: $e^{-1001.31}$ cannot be written down as a float, its logarithm can. Subtracting the largest
# score first costs nothing, for only differences of scores matter.

# %% [markdown]
# Now write. A dial called **temperature** $\tau$ divides the log-probabilities before they are normalised again:
# $P_\tau(x) \propto P(x)^{1/\tau}$. At $\tau = 1$ nothing changes, near 0 the likeliest token takes all, at a high
# $\tau$ all *possible* tokens become equally likely.
#
# **Exercise.** `sample_sequence(conditional, rng, max_length, eos, temperature=1.0)` returns a list of tokens. Start
# with the empty prefix, draw with `rng` (a `np.random.Generator`) in any way you like, and stop when `eos` is drawn,
# which is not kept, or when there are `max_length` tokens (at 0 before any draw). It must work for $\tau$ from 0.0001
# to 10,000, and what has probability 0 is never drawn. About eight lines.

# %% exercise="sample_sequence"
def sample_sequence(conditional, rng, max_length, eos, temperature=1.0):
    """conditional(list of ids) -> probabilities (V,); rng: np.random.Generator. Returns a list of at most max_length ids."""
    ### BEGIN SOLUTION
    tokens = []
    while len(tokens) < max_length:
        with np.errstate(divide="ignore"):
            scores = np.log(conditional(tokens)) / temperature
        probabilities = np.exp(log_softmax(scores))
        token = int(rng.choice(len(probabilities), p=probabilities))
        if token == eos:
            break
        tokens.append(token)
    return tokens
    ### END SOLUTION

# %% check="sample_sequence"
check("sample_sequence", sample_sequence)

# %% [markdown]
# The check drew over a thousand sequences from each of several small models and compared how often each came with its
# probability; a right sampler is refused less than once in a million checks. Now the prose, with tables that were
# *not* smoothed. (At $\alpha = 0.03$, a context seen once would give half its money to letters that never came
# there.) One sample of each order, 90 characters at most. From which order on would you call it English?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
def write(n, seed, length, temperature=1.0):
    """A text of at most `length` characters from the table of order n."""
    rng = np.random.default_rng(seed)
    tokens = sample_sequence(lookup(counted[n], n, V), rng, length, 0, temperature)
    return "".join(ALPHABET[token] for token in tokens)


for n in ORDERS:
    print(f"{n}  {write(n, 10 + n, 90)}")

# %% [markdown]
# Order 1 knows how common each letter is, order 2 puts vowels between consonants, order 3 makes syllables, order 4
# gets most words right, and from order 6 on there are whole phrases that could stand in the manual. But read one to
# its end. What is it about?
#
# Now turn the dial, at order 5. What will a temperature of 0.1 write, and what 2?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
for temperature in (0.1, 0.5, 1.0, 2.0):
    for seed in (0, 1):
        print(f"{temperature:4}  {write(5, seed, 90, temperature)}")

# %% [markdown]
# Cold, the model goes in circles: the most likely letter leads to the most likely letter, and with four letters of
# memory it does not notice that it has been there before. Hot, it makes rare choices, but every four letters and the
# next still occur somewhere in the manual: without smoothing there is no other row to go to. The dial trades variety
# against safety. It cannot add memory.

# %% [markdown]
# ## 6 · Why a table cannot be the memory (10 minutes)
#
# In the manual a bracket that opens in a paragraph is closed in it. That rule asks for memory, because a bracket may
# hold many letters. So here are two examinations for the same samples. How many of their *words* occur in the text
# that was learnt from? And how many of their *opened brackets* are closed? The next cell puts the questions to the
# manual itself.

# %% experiment ignore_output="the reference manual differs a little between Python versions"
known_words = set(re.findall("[a-z]+", prose))


def examine(texts):
    """Share of the words that occur in the manual, share of the opened brackets that are closed."""
    found = [word in known_words for text in texts for word in re.findall("[a-z]+", text)]
    opened = closed = 0
    for text in texts:
        depth = 0
        for letter in text:
            opened += letter == "("
            closed += letter == ")" and depth > 0
            depth = max(0, depth + (letter == "(") - (letter == ")"))
    return sum(found) / len(found), closed / opened


gaps = [len(inside) for inside in re.findall(r"\(([^()]*)\)", prose)]
print(f"letters inside a bracket: half of the brackets hold {np.median(gaps):.0f} or more")
print("the held-out prose itself: words {:.2f}, brackets {:.2f}".format(*examine(python_prose("held_out").splitlines())))

# %% [markdown]
# Now the samples: 50 paragraphs for each order and each of three seeds, a few seconds of writing. Points are means
# over the seeds, bars one standard deviation. Predict both curves, from order 2 to order 8. Which of the two
# examinations will be passed, and from which order on?

# %% experiment ignore_output="the reference manual differs a little between Python versions"
SAMPLED, PARAGRAPHS, SEEDS = (2, 4, 6, 8), 50, range(3)
marks = np.array([[examine([write(n, 1000 * seed + i, 1000) for i in range(PARAGRAPHS)]) for seed in SEEDS] for n in SAMPLED])
mean, spread = marks.mean(axis=1), marks.std(axis=1, ddof=1)  # (4, 2): orders, the two examinations
labels = ("words that occur in the manual", "opened brackets that are closed")
figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
curves(axes, SAMPLED, dict(zip(labels, mean.T)), dict(zip(labels, spread.T)))
axes.set(ylabel="share in the samples", ylim=(0, 1.05))
axes.legend()
show(figure, alt="Two shares against order, with error bars over three seeds. Words that occur in the manual climb from "
     "about a quarter to nearly all; closed brackets stay well below a half at every order.")  # fmt: skip
for n, centre, width in zip(SAMPLED, mean, spread):
    print(f"order {n}: words {centre[0]:.2f} ± {width[0]:.2f}   brackets {centre[1]:.2f} ± {width[1]:.2f}")

# %% [markdown]
# The words climb from 0.25 to 1.00, past the 0.96 of the held-out prose: with seven letters of context one can hardly
# do anything but copy. Of the brackets only about a third is ever closed, and the bars are too wide to say whether
# order 8 does better than order 4. The manual closes all of them. What looks more and more like English has not come
# nearer to this rule.

# %% [markdown]
# Why? Look at two beginnings. In the first a bracket is open, in the second not. Will a table of order 5 bet on the
# closing bracket in the same way after both? Will a table of order 8?

# %% experiment
one = "iterators (see the section on the iterator types"
other = "the manual describes all of the iterator types"
for n in (5, 8):
    rows = [lookup(counted[n], n, V)([ALPHABET.index(letter) for letter in text]) for text in (one, other)]
    print(f"order {n}: the same bets after both texts:", bool(np.array_equal(*rows)))
print(f"order 23, whose context holds 21 letters and the bracket before them: room for {float(V**22):.0e} rows")

# %% [markdown]
# Two pasts that agree in their last letters are *the same past* to a table; two that differ in one of them have
# nothing in common. That is the whole of its memory: a window that slides, the oldest letter dropped, the newest
# appended. Write the window as $h_t$ and it is a rule already: $h_t = f(h_{t-1}, x_t)$, a state, renewed with each
# token.

# %% [markdown]
# But nobody asked what is worth keeping. Whether a bracket is open is a single bit, and the window throws it away
# with the letter. What if the rule $f$ were learnt, and the state were a vector of a few dozen numbers, the past
# compressed to what matters? Similar pasts could have similar vectors, and what is learnt after one would help after
# the other. That is a recurrent network: the next lesson.

# %% [markdown]
# It will return scores for a whole padded batch, so one tool is missing: the loss that trains it.
#
# **Exercise.** `masked_nll(logits, targets, mask)`: scores (B, T, V), ids (B, T), and a mask (B, T) of booleans or of
# 0 and 1 with at least one real token; targets under the padding are valid ids that mean nothing. Return the mean
# surprise per real token in nats, one mean over the batch. About three lines with your `log_softmax`.

# %% exercise="masked_nll"
def masked_nll(logits, targets, mask):
    """logits (B, T, V) scores, targets (B, T) ids, mask (B, T) true or 1 where real. Returns the mean surprise in nats."""
    ### BEGIN SOLUTION
    log_probs = log_softmax(logits)
    chosen = np.take_along_axis(log_probs, targets[..., None], axis=-1)[..., 0]
    return float(-chosen[mask.astype(bool)].mean())
    ### END SOLUTION

# %% check="masked_nll"
check("masked_nll", masked_nll)

# %% [markdown]
# A test of its honesty: the three words from section 2, scored by their own table, in batches that differ in nothing
# but the width of the padding. Which of the two numbers should change with the width: the masked mean, or the mean
# over all positions?

# %% experiment
small = lookup(fit_ngram(words, 2, len(SYMBOLS), 0.5), 2, len(SYMBOLS))
for width in (8, 20, 80):
    targets = np.zeros((len(words), width), dtype=int)
    logits = np.zeros((len(words), width, len(SYMBOLS)))
    mask = np.zeros((len(words), width), dtype=bool)
    for b, word in enumerate(words):
        read, foretold = next_token_pairs(word[:-1], bos=-1, eos=0)
        targets[b, : len(foretold)], mask[b, : len(foretold)] = foretold, True
        logits[b, : len(foretold)] = [np.log(small(read[1 : t + 1])) for t in range(len(foretold))]
    everything = masked_nll(logits, targets, np.ones_like(mask))
    print(f"padded to {width:2}: masked {masked_nll(logits, targets, mask):.3f}   all positions {everything:.3f}")

# %% [markdown]
# The masked mean is 0.926 whatever the width. The other drifts to $\log 6 = 1.79$, the surprise of six equal scores:
# at width 80 it measures padding and hardly anything else. A network trained on it would learn to foretell padding.

# %% [markdown]
# ## A question to answer in words
#
# The table of section 4 is finite although there are infinitely many pasts. (a) Which assumption makes it finite, and
# how many contexts does it leave? (b) Write a sentence of your own that breaks the assumption: name the word that
# decides and the word that depends on it, and say for which orders $n$, counted in words, a table must fail on it.
# (c) Why is a larger $n$ no cure? Six to ten sentences.

# %% [markdown] written="why_a_table_forgets"
# (a) The Markov assumption: given the last $n-1$ tokens, the next token does not depend on anything earlier. All
# pasts with the same last $n-1$ tokens share one row, so that there are at most $V^{n-1}$ contexts (and the few
# shorter ones at the beginning), however long the text.
#
# (b) "The **keys** that my brother left on the table in the kitchen **were** gone." The plural of *keys* decides
# between *was* and *were*. Ten words stand between the two (that, my, brother, left, on, the, table, in, the,
# kitchen), so a context must hold eleven words to contain *keys*: every table of order 11 or less must give the same
# bets after "The key that ..." and "The keys that ...", although one asks for *was* and the other for *were*.
#
# (c) Whatever $n$ is, the sentence can be lengthened ("in the kitchen of the house near ...") until the deciding word
# lies outside the context. And each step of $n$ multiplies the number of rows by $V$, while the text that could fill
# them stays the same: long before the context is long enough, nearly every context that comes is one that was never
# seen.

# %% [markdown]
# ## What you can now do
#
# - write the probability of a sequence as a chain of bets, in log space, and test by enumeration whether a model is
#   proper;
# - fit and smooth an n-gram table, and say what its order buys and what it costs;
# - measure surprise in nats, bits per character and perplexity, over real tokens only, and compare models that cut a
#   text differently;
# - set a model against a compressor, and say what makes the comparison fair;
# - sample from any conditional, with a temperature, in a way that others can repeat;
# - explain why a table of the last $n-1$ tokens cannot be the memory of a reader.

# %% [markdown]
# ## Further reading
#
# - C. E. Shannon (1948), *A Mathematical Theory of Communication*, Bell System Technical Journal 27. Its samples of
#   increasing order are the ancestors of yours.
# - C. E. Shannon (1951), *Prediction and Entropy of Printed English*, Bell System Technical Journal 30. People as
#   bookmakers: between 0.6 and 1.3 bits per letter.
# - A. A. Markov (1913), *An Example of Statistical Investigation of the Text Eugene Onegin Concerning the Connection
#   of Samples in Chains*; in English in Science in Context 19 (2006).
# - F. Jelinek and R. L. Mercer (1980), *Interpolated Estimation of Markov Source Parameters from Sparse Data*,
#   Pattern Recognition in Practice.
# - S. F. Chen and J. Goodman (1999), *An Empirical Study of Smoothing Techniques for Language Modeling*, Computer
#   Speech & Language 13.
# - I. H. Witten, R. M. Neal and J. G. Cleary (1987), *Arithmetic Coding for Data Compression*, Communications of the
#   ACM 30.
# - Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin (2003), *A Neural Probabilistic Language Model*, Journal of
#   Machine Learning Research 3. Pasts that are alike get vectors that are alike.

# %%
progress()
