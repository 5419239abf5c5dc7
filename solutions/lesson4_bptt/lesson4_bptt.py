# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---
# %% [markdown]
# # 4 · Who is to blame?
#
# *For want of a nail the shoe was lost, for want of a shoe the horse was lost* … and six lines later a kingdom is gone.
# Whose fault was it? The last battle is the easy answer. The nail is the true one, and it lies far back.
#
# A recurrent network that gets its last word wrong has the same problem. Every earlier step had a hand in it: which of
# them should change, in which direction, and by how much? In this lesson you work that out by hand, for every weight, and
# then train a network with nothing but your own gradients. You need about 90 minutes.

# %% [markdown]
# ## What the letters mean
#
# | letter | meaning | letter | meaning |
# |---|---|---|---|
# | $B$ | rows of a batch | $x$ $(B, T, D)$ | inputs, batch first |
# | $T$ | time steps | $h$ $(B, H)$ | hidden state; $h_0$ is the one before the first input |
# | $D$ | input features | $z$ $(B, H)$ | what goes into the tanh |
# | $H$ | hidden units | $L$ | the loss, one number |
# | $O$, $V$ | outputs; symbols of an alphabet | `dW_hh` | the gradient $\partial L/\partial W_{hh}$, of the shape of `W_hh` |
#
# The network is that of lesson 3: $z_t = x_t W_{xh}^\top + h_{t-1} W_{hh}^\top + b_h$, $h_t = \tanh(z_t)$, and scores
# $h_t W_{hy}^\top + b_y$. All arrays are float64.

# %% [markdown]
# ## The forward pass keeps what it used
#
# To hand out blame you must know what happened, so the forward pass below returns a **cache**: a plain dict. The cache of a
# sequence holds `x` $(B, T, D)$, `h0` $(B, H)$, `states` $(B, T, H)$ with `states[:, t]` the state *after* reading `x[:, t]`, and the
# weights `W_xh`, `W_hh`, `b_h`. The five weights of a network travel in a dict of their own. The cell is given; run it. Checks compare
# numbers: an array, a tensor or a list of the right shape, in float64 or float32, is all the same to
# them. But they see it when a function changes what it was given: leave every input as it was.

# %% setup
import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils import check, hint, progress
from course_utils.data.echo import echo_accuracy, echo_batch
from course_utils.data.rhyme import LETTERS, RHYME, encode, one_hot, rhyme_batch
from course_utils.plotting import show
from course_utils.plotting.gradients import blame_curves, echo_grid, eps_curves, loss_curves
from course_utils.training.descent import Adam, initial_weights


def forward(weights, x, h0):
    """Lesson 3's network over x (B, T, D) from h0 (B, H): scores (B, T, O), and the cache of what was used."""
    drives = (x @ weights["W_xh"].T + weights["b_h"]).swapaxes(0, 1)
    seen = [h0]
    for drive in drives:
        seen.append(np.tanh(drive + seen[-1] @ weights["W_hh"].T))
    cache = {"x": x, "h0": h0, "states": np.stack(seen[1:], axis=1)}
    cache.update({name: weights[name] for name in ("W_xh", "W_hh", "b_h")})
    return cache["states"] @ weights["W_hy"].T + weights["b_y"], cache


def mean_nll(scores, y):
    """Mean of -log P(y) over all positions, in nats: scores (B, T, O), targets y (B, T) -> float."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(shifted, y[..., None], axis=-1)[..., 0]
    return float(np.mean(np.log(np.exp(shifted).sum(axis=-1)) - chosen))


# %% [markdown]
# ## 1 · Two steps on paper (6 minutes)
#
# One hidden number, two inputs, no bias. Let $w_x = 0.5$, $w_h = 0.8$, $x_1 = 1$, $x_2 = 0.5$, $h_0 = 0$, and let the loss care about the
# last state only: $L = \tfrac12 (h_2 - 1)^2$. Take a pencil: compute $h_1$ and $h_2$, then walk back. How much of the blame for the
# miss reaches $h_1$? How much reaches $w_x$, which was used twice? Write your numbers down, then run the cell.

# %%
w_x, w_h, x_1, x_2 = 0.5, 0.8, 1.0, 0.5
h_1 = np.tanh(w_x * x_1)
h_2 = np.tanh(w_x * x_2 + w_h * h_1)
dh_2 = h_2 - 1.0                       # the loss looks at h_2 only
dz_2 = dh_2 * (1.0 - h_2 * h_2)        # through the tanh of step 2
dh_1 = w_h * dz_2                      # through the recurrent weight
dz_1 = dh_1 * (1.0 - h_1 * h_1)        # through the tanh of step 1
print(f"forward   h_1 = {h_1:.4f}   h_2 = {h_2:.4f}")
print(f"backward  dh_2 = {dh_2:.4f}   dz_2 = {dz_2:.4f}   dh_1 = {dh_1:.4f}   dz_1 = {dz_1:.4f}")
print(f"dw_x = dz_2 x_2 + dz_1 x_1 = {dz_2 * x_2:.4f} + {dz_1 * x_1:.4f} = {dz_2 * x_2 + dz_1 * x_1:.4f}")
print(f"dw_h = dz_2 h_1 + dz_1 h_0 = {dz_2 * h_1:.4f} + 0 = {dz_2 * h_1:.4f}")

# %% [markdown]
# Three things to keep. Blame passes through a tanh by a factor, the slope $1 - h^2$, which is at most 1. It passes through
# time by the recurrent weight. And a weight that was used twice is blamed twice, the shares *added*: here the first input,
# one step further back, still carries more than half of the blame on $w_x$, because it was the larger of the two.

# %% [markdown]
# ## 2 · A gradient you can measure (10 minutes)
#
# Before any formula, a way to test formulas. Push one entry of $x$ up by a small $\varepsilon$, then down, and see how far the loss moves:
# $\partial f/\partial x_i \approx \bigl(f(x + \varepsilon e_i) - f(x - \varepsilon e_i)\bigr)/2\varepsilon$, with $e_i$ one at entry $i$ and zero elsewhere. Slow, blunt, and it knows nothing of
# the chain rule: just what an independent witness should be.

# %% [markdown]
# **Exercise.** `numerical_gradient(f, x, eps=1e-5)` returns the central differences of `f`, a function from an array to a float, at
# the float64 array `x` of any shape; the result has the shape of `x`. `f` wants arrays of that shape. Use the `eps` you are given.
# `x` holds its old numbers when you are done. Seven or eight lines.

# %% exercise="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    """Central differences of f (array -> float) at x (any shape) -> gradient of the shape of x."""
    ### BEGIN SOLUTION
    nudged = np.array(x, dtype=np.float64)
    gradient = np.zeros(nudged.shape)
    for index in np.ndindex(nudged.shape):
        middle = nudged[index]
        nudged[index] = middle + eps
        above = f(nudged)
        nudged[index] = middle - eps
        below = f(nudged)
        nudged[index] = middle
        gradient[index] = (above - below) / (2 * eps)
    return gradient
    ### END SOLUTION

# %% check="numerical_gradient"
check("numerical_gradient", numerical_gradient)

# %% [markdown]
# Why $10^{-5}$ and not something much smaller, if a derivative is a limit? Predict: as $\varepsilon$ shrinks from $10^{-1}$ to $10^{-13}$, does the error
# fall all the way? And if you save half the work by comparing $f(x + \varepsilon e_i)$ with $f(x)$, how much do you lose? The function is a
# sum of sines, whose gradient is known exactly; twenty random points each.

# %% experiment
def wave(x):
    return float(np.sin(x).sum())


def one_sided(f, x, eps):
    return np.array([(f(x + eps * unit) - f(x)) / eps for unit in np.eye(len(x))])


rng = np.random.default_rng(4)
steps, points = 10.0 ** np.arange(-13, 0), rng.normal(size=(20, 6))
errors = {
    name: np.array([[np.abs(method(wave, x, eps) - np.cos(x)).max() for x in points] for eps in steps])
    for name, method in (("central differences", numerical_gradient), ("one-sided differences", one_sided))
}
for name, error in errors.items():
    print(f"{name}: best at eps = {steps[np.median(error, axis=1).argmin()]:.0e}")
show(eps_curves(steps, errors), alt="Error of the numerical gradient against eps on two logarithmic axes: two V-shaped curves. "
     "Central differences reach their lowest point near 1e-5, one-sided differences a higher one near 1e-8.")

# %% [markdown]
# Two V's. To the right the *formula* errs: the error falls with $\varepsilon^2$ for central differences, only with $\varepsilon$ for one-sided ones. To
# the left the *machine* errs: $f(x+\varepsilon)$ and $f(x-\varepsilon)$ agree in nearly all of their sixteen digits, what is left after the subtraction
# is rounding, and it is divided by a tiny number. The best $\varepsilon$ lies near the cube root of the machine's precision, $\sqrt[3]{2\cdot10^{-16}} \approx 6\cdot10^{-6}$;
# one-sided, near its square root. With the seven digits of float32 the left arm reaches much further to the right, and no $\varepsilon$ is good:
# check gradients in float64.

# %% [markdown]
# ## 3 · One step back (12 minutes)
#
# Now the formulas, smallest first. For $h = \tanh(z)$ the slope can be written with the *output* alone: $\tanh'(z) = 1 - \tanh^2(z) = 1 - h^2$. So
# the backward pass needs no $z$, and the forward pass need not keep it.

# %% [markdown]
# **Exercise.** `tanh_backward(dh, h)` gets `dh`, the gradient that arrives at the output, and `h`, the output itself (same shape, any
# shape), and returns the gradient at the input, `dz`. One line.

# %% exercise="tanh_backward"
def tanh_backward(dh, h):
    """Through h = tanh(z), backwards: dh and h of one shape -> dz of that shape."""
    ### BEGIN SOLUTION
    return dh * (1 - h**2)
    ### END SOLUTION

# %% check="tanh_backward"
check("tanh_backward", tanh_backward)

# %% [markdown]
# A whole step has five places where blame can go: the input, the state before, two matrices and a bias. All five share one
# number per unit, $dz$; after that, each is a matter of what stood beside it in the forward pass. If shapes confuse you, write
# one entry: $z_{bi} = \sum_j W_{hh,ij}\, h_{bj} + \dots$, so $\partial L/\partial W_{hh,ij} = \sum_b dz_{bi}\, h_{bj}$. The sum over rows $b$ is there because all rows used the same weight.

# %% [markdown]
# **Exercise.** `rnn_step_backward(dh_next, cache)` gets `dh_next` $(B, H)$, the gradient at the state *after* the step. The cache of one step
# is a dict with `x_t` $(B, D)$, `h` $(B, H)$ the state *before*, `h_next` $(B, H)$ the state after, and `W_xh`, `W_hh`, `b_h`. Return the tuple
# `dx` $(B, D)$, `dh` $(B, H)$ for the state before, `dW_xh` $(H, D)$, `dW_hh` $(H, H)$, `db` $(H,)$, in that order. Six lines; you may call `tanh_backward`.

# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, cache):
    """dh_next (B, H), cache of one step -> dx (B, D), dh (B, H), dW_xh (H, D), dW_hh (H, H), db (H,)."""
    ### BEGIN SOLUTION
    dz = tanh_backward(dh_next, cache["h_next"])
    dx = dz @ cache["W_xh"]
    dh = dz @ cache["W_hh"]
    dW_xh = dz.T @ cache["x_t"]
    dW_hh = dz.T @ cache["h"]
    db = dz.sum(axis=0)
    return dx, dh, dW_xh, dW_hh, db
    ### END SOLUTION

# %% check="rnn_step_backward"
check("rnn_step_backward", rnn_step_backward)

# %% [markdown]
# Each of the five has its point, and the check tells them apart. Learn to read the *pattern* of wrong ones, it works for
# every layer you will ever write:
#
# | wrong | right | look at |
# |---|---|---|
# | all five | none | what they share: `dz` |
# | one matrix's gradient | the rest | what that matrix was multiplied with in the forward pass |
# | `dx` or `dh` alone | the rest | the way back through that matrix |
# | `dW_xh`, `dW_hh`, `db` | `dx`, `dh` | how the shares of the rows are combined |
# | everything, but only when two sizes differ | cases with $D = H$ | two axes taken for each other |

# %% [markdown]
# ## 4 · The loop, where blame adds up (10 minutes)
#
# In a sequence a state is blamed from two sides: by the loss, for what was read out of it at its own step, and by the next
# state, for what it handed on. Both arrive at the *state*, before any slope is taken, and they add. Walk from the last step to
# the first, and carry what each step hands back. The weights are the same at every step: their shares add over time too.

# %% [markdown]
# **Exercise.** `rnn_backward(dstates, cache)` gets `dstates` $(B, T, H)$, where `dstates[:, t]` is what the loss *itself* sends to
# `states[:, t]` (the part that comes through later states is your work), and the cache of a sequence. Return `dx` $(B, T, D)$, `dh0` $(B, H)$,
# `dW_xh`, `dW_hh`, `db`. $T$ is at least 1, and the state before the first step is `h0`. Leave the inputs as they are. About ten
# lines with `rnn_step_backward`, a few more without.

# %% exercise="rnn_backward"
def rnn_backward(dstates, cache):
    """dstates (B, T, H), cache of a sequence -> dx (B, T, D), dh0 (B, H), dW_xh (H, D), dW_hh (H, H), db (H,)."""
    ### BEGIN SOLUTION
    x, states = cache["x"], cache["states"]
    before = np.concatenate([cache["h0"][:, None], states[:, :-1]], axis=1)
    shared = {name: cache[name] for name in ("W_xh", "W_hh", "b_h")}
    dx, carry = np.zeros_like(x), np.zeros_like(cache["h0"])
    dW_xh, dW_hh, db = (np.zeros_like(weight) for weight in shared.values())
    for t in reversed(range(x.shape[1])):
        step = {"x_t": x[:, t], "h": before[:, t], "h_next": states[:, t], **shared}
        dx[:, t], carry, step_xh, step_hh, step_b = rnn_step_backward(dstates[:, t] + carry, step)
        dW_xh, dW_hh, db = dW_xh + step_xh, dW_hh + step_hh, db + step_b
    return dx, carry, dW_xh, dW_hh, db
    ### END SOLUTION

# %% check="rnn_backward"
check("rnn_backward", rnn_backward)

# %% [markdown]
# Call both witnesses: your measured gradient, and PyTorch's autograd, which this lesson uses nowhere else. A loss that
# weighs every state by a random number is a good test, since no error can hide behind a zero. How small must a
# difference be to count as agreement? Not $10^{-2}$: two correct float64 gradients differ by less than $10^{-7}$ of their length.

# %% experiment
rng = np.random.default_rng(0)
net, x, h0 = initial_weights(rng, 3, 5, 2), rng.normal(size=(2, 7, 3)), rng.normal(size=(2, 5))
pull = rng.normal(size=(2, 7, 5))
given = {"x": x, "h0": h0, "W_xh": net["W_xh"], "W_hh": net["W_hh"], "b_h": net["b_h"]}
mine = dict(zip(given, rnn_backward(pull, forward(net, x, h0)[1])))


def pulled(name, value):
    now = {**given, name: value}
    return float((pull * forward({**net, **now}, now["x"], now["h0"])[1]["states"]).sum())


leaves = {name: torch.tensor(value, requires_grad=True) for name, value in given.items()}
h, total = leaves["h0"], 0.0
for row, weight in zip(leaves["x"].unbind(1), torch.tensor(pull).unbind(1)):
    h = torch.tanh(row @ leaves["W_xh"].mT + h @ leaves["W_hh"].mT + leaves["b_h"])
    total = total + (weight * h).sum()
total.backward()
for name, gradient in mine.items():
    length = np.linalg.norm(gradient)
    measured = np.linalg.norm(numerical_gradient(lambda value: pulled(name, value), given[name]) - gradient) / length
    auto = np.linalg.norm(leaves[name].grad.numpy() - gradient) / length
    print(f"d{name:5} off by under 1e-7 when measured: {measured < 1e-7}   under 1e-12 of autograd's: {auto < 1e-12}")

# %% [markdown]
# Five agreements with two witnesses that share no line with your way back. The measured one comes as close as the bottom of the V
# allows; autograd agrees to the last digits, because it does the same sums in another order. From here on you train without either.

# %% [markdown]
# ## 5 · Where blame begins, and how loud it may be (10 minutes)
#
# The loss is the mean surprise of lesson 2: $-\log P(\text{target})$, averaged over the positions that count. For softmax scores its
# gradient is famously short: at each position, probabilities minus the one-hot target. The mean adds a factor, and the mask decides
# which positions exist at all.

# %% [markdown]
# **Exercise.** `temporal_softmax_backward(logits, targets, mask)`: `logits` $(B, T, V)$, `targets` $(B, T)$ of ids (valid ids at masked positions
# too), boolean `mask` $(B, T)$, True where a token is real. Return `dlogits` $(B, T, V)$, the gradient of the mean over the True
# positions of the whole batch. Logits may be as large as 1000. If the mask is False everywhere, the loss is 0 and so is its gradient. Four lines.

# %% exercise="temporal_softmax_backward"
def temporal_softmax_backward(logits, targets, mask):
    """logits (B, T, V), targets (B, T), mask (B, T) -> dlogits (B, T, V)."""
    ### BEGIN SOLUTION
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities = raised / raised.sum(axis=-1, keepdims=True)
    surplus = probabilities - np.eye(logits.shape[-1])[targets]
    return surplus * mask[..., None] / max(mask.sum(), 1)
    ### END SOLUTION

# %% check="temporal_softmax_backward"
check("temporal_softmax_backward", temporal_softmax_backward)

# %% [markdown]
# Now and then a gradient is enormous, and one step along it throws the weights far away. The usual guard is to look at *all*
# gradients as one long vector and to shorten it when it is too long, without turning it (Pascanu, Mikolov and Bengio 2013).

# %% [markdown]
# **Exercise.** `clip_by_global_norm(gradients, max_norm)`: a list of arrays of any shapes and a positive number. Return the pair of a list
# of the same shapes, and the global norm *before* clipping, as a float. A vector that is short enough stays as it is, zero
# included. Leave the given arrays alone. Three lines.

# %% exercise="clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    """List of arrays, max_norm > 0 -> (list of arrays of the same shapes, norm before clipping)."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * gradient for gradient in gradients], norm
    ### END SOLUTION

# %% check="clip_by_global_norm"
check("clip_by_global_norm", clip_by_global_norm)

# %% [markdown]
# ## 6 · A training loop from the wild (15 minutes)
#
# All pieces are there; now to train. The text to learn is our rhyme, letter by letter: $x$ is a piece of it as one-hot rows, $y$ the
# letter after each. In most places the next letter is certain, once you know the words; in a few you must remember the line before.

# %%
print(RHYME)
print(f"{len(RHYME)} letters, {len(LETTERS)} different ones (space, comma, full stop and line end among them)")

# %% [markdown]
# Below is the kind of loop that many tutorials sketch and many people copy: one step of training, everything written out in one
# function. It runs. Read it before you run it; you will know every line by now. Mark those that you would not sign.

# %%
def wild_step(weights, x, y, lr):
    """One step of training, as found: returns the loss and the new weights. Do not trust it."""
    net = {name: array.copy() for name, array in weights.items()}
    rows, length = y.shape
    past, guesses, loss = [np.zeros((rows, len(net["b_h"])))], [], 0.0
    for s in range(length):
        past.append(np.tanh(x[:, s] @ net["W_xh"].T + past[-1] @ net["W_hh"].T + net["b_h"]))
        score = past[-1] @ net["W_hy"].T + net["b_y"]
        odds = np.exp(score - score.max(1, keepdims=True))
        guesses.append(odds / odds.sum(1, keepdims=True))
        loss -= np.log(guesses[s][np.arange(rows), y[:, s]]).sum() / y.size
    later = np.zeros_like(past[0])
    for s in range(length - 1, -1, -1):
        miss = (guesses[s] - np.eye(len(net["b_y"]))[y[:, s]]) / y.size
        down = (miss @ net["W_hy"] + later) * (1 - past[s + 1] * past[s + 1])
        grads = [down.T @ x[:, s], down.T @ past[s], down.sum(0), miss.T @ past[s + 1], miss.sum(0)]
        for name, grad in zip(("W_xh", "W_hh", "b_h", "W_hy", "b_y"), grads):
            net[name] -= lr * grad
        later = down @ net["W_hh"]
    grads, _ = clip_by_global_norm(grads, 1.0)  # so that gradients cannot explode
    return loss, net


# %% [markdown]
# First question: does the loss fall? Predict, then see. Three seeds, 200 steps on 16 pieces of 20 letters each, 48 hidden units, step size 1.
# A network that knows nothing and guesses all 21 letters alike has a loss of $\log 21 \approx 3.04$ nats.

# %% experiment ignore_output="training losses differ in the last digits between machines"
def train(step, seed, lr=1.0, steps=200):
    rng = np.random.default_rng(seed)
    weights, losses = initial_weights(rng, len(LETTERS), 48, len(LETTERS)), []
    for _ in range(steps):
        x, y = rhyme_batch(rng, 16, 20)
        loss, weights = step(weights, x, y, lr)
        losses.append(loss)
    return weights, np.array(losses)


wild = np.array([train(wild_step, seed)[1] for seed in range(3)])
last = wild[:, -20:].mean(axis=1)
print(f"loss at the start {wild[:, 0].mean():.2f}, over the last 20 steps {last.mean():.2f} (from {last.min():.2f} to {last.max():.2f} over three seeds)")

# %% [markdown]
# It falls, from knowing nothing to knowing most of the rhyme. Many loops were declared finished at this point. So does it
# follow the gradient? A step is `lr` times a gradient, if the loop is honest: divide what the weights moved by `lr`, and compare with the
# measured gradient. Predict what you will see for four step sizes, and whether all weights are off alike.

# %% experiment
rng = np.random.default_rng(1)
net = initial_weights(rng, len(LETTERS), 8, len(LETTERS))
x, y = rhyme_batch(rng, 16, 24)


def loss_with(name, value):
    return mean_nll(forward({**net, name: value}, x, np.zeros((16, 8)))[0], y)


measured = {name: numerical_gradient(lambda value: loss_with(name, value), net[name]) for name in net}
print("lr      " + "".join(f"{name:>8}" for name in net) + "    (error relative to the gradient)")
for lr in (1.0, 0.1, 0.01, 0.001):
    moved = wild_step(net, x, y, lr)[1]
    off = {name: (net[name] - moved[name]) / lr - measured[name] for name in net}
    parts = [np.linalg.norm(off[name]) / np.linalg.norm(measured[name]) for name in net]
    print(f"{lr:<8g}" + "".join(f"{part:8.2%}" for part in parts))

# %% [markdown]
# There is the signature. The read-out's gradients are right; the other three are wrong, and their error shrinks in proportion to
# the step size. A wrong formula would be wrong at every step size. An error that vanishes with `lr` comes from the *steps themselves*:
# the loop moves the weights while it is still sending blame back through them, and so the blame of step $t$ passes through
# weights that the forward pass never saw. And the clipping? It shortens a list that nobody uses any more.

# %% [markdown]
# **Exercise.** `train_step(weights, x, y, lr)` is the loop, mended: `weights` a dict of the five arrays, `x` $(B, T, D)$, targets `y` $(B, T)$, the state
# before the first step zero. Take the gradients of the mean surprise over all $B \cdot T$ positions, *all at the given weights*; clip the five
# together to a global norm of at most 1; then take one step of size `lr`. Return `(loss, updated)`: the loss before the step as a
# float, and a new dict with the same five names. `weights` stays as it was. Use your own functions: about ten lines.

# %% exercise="train_step"
def train_step(weights, x, y, lr):
    """One exact step of gradient descent: weights (dict), x (B, T, D), y (B, T) -> (loss, updated weights)."""
    ### BEGIN SOLUTION
    h0 = np.zeros((len(x), len(weights["b_h"])))
    logits, cache = forward(weights, x, h0)
    dlogits = temporal_softmax_backward(logits, y, np.ones(y.shape, dtype=bool))
    _, _, dW_xh, dW_hh, db_h = rnn_backward(dlogits @ weights["W_hy"], cache)
    gradients = {"W_xh": dW_xh, "W_hh": dW_hh, "b_h": db_h}
    gradients["W_hy"] = np.einsum("bto,bth->oh", dlogits, cache["states"])
    gradients["b_y"] = dlogits.sum(axis=(0, 1))
    clipped, _ = clip_by_global_norm(list(gradients.values()), 1.0)
    updated = {name: weights[name] - lr * step for name, step in zip(gradients, clipped)}
    return mean_nll(logits, y), updated
    ### END SOLUTION

# %% check="train_step"
check("train_step", train_step)

# %% [markdown]
# Your gradients and nothing else now train a network. Two comparisons, three seeds each: the step size from before, and one
# twice as long. Predict: where will the wild loop and yours differ, and where will you hardly see it?

# %% experiment ignore_output="training losses differ in the last digits between machines"
with np.errstate(all="ignore"):
    runs = {
        "wild loop, step size 1": wild,
        "your train_step, step size 1": np.array([train(train_step, seed)[1] for seed in range(3)]),
        "wild loop, step size 2": np.array([train(wild_step, seed, lr=2.0)[1] for seed in range(3)]),
        "your train_step, step size 2": np.array([train(train_step, seed, lr=2.0)[1] for seed in range(3)]),
    }
for name, losses in runs.items():
    ends = losses[:, -20:].mean(axis=1)
    print(f"{name:28} first ten {losses[:, :10].mean():7.2f}   last twenty {ends.mean():7.2f}   over seeds {np.round(ends, 2)}")
show(loss_curves(runs, floor=np.log(len(LETTERS))), alt="Loss against training steps, logarithmic, for four runs: with step size 1 the wild loop and "
     "your train_step fall together; with step size 2 the wild loop stays far above guessing, your train_step falls.")

# %% [markdown]
# With step size 1 you can hardly tell the two loops apart: both end near a quarter of a nat. A loss curve cannot acquit a
# gradient. With step size 2 the wild loop is thrown far above guessing and stays there; yours learns, and ends a little lower than
# before. Two faults may be behind that, the early updates or the late clipping. Section 8 will tell them apart. First, let your
# network write: it is given `for`, and then always takes the likeliest next letter.

# %% experiment ignore_output="what a trained network writes depends on the last digits of its weights"
weights, _ = train(train_step, seed=0, lr=1.0, steps=500)
written, h = "for", np.zeros((1, 48))
scores, cache = forward(weights, one_hot(encode(written))[None], h)
while len(written) < 160:
    written += LETTERS[int(scores[0, -1].argmax())]
    scores, cache = forward(weights, one_hot(encode(written[-1]))[None], cache["states"][:, -1])
print(written)

# %% [markdown]
# It spells, and it has the tune. But which thing was wanted follows from what was lost in the line before, and there it goes
# astray or round in a circle. From *shoe* in one line to the blank after *for want of a* in the next lie some thirty letters,
# and it was trained on pieces of twenty: no blame ever came from so far. And if the pieces were longer? How far does blame travel?

# %% [markdown]
# ## 7 · How far blame travels (10 minutes)
#
# Let the loss care about the last state only, and follow $\partial L/\partial h_t$ back. Each step multiplies it by the same matrix and by the
# slopes: $\partial L/\partial h_{t-1} = \bigl(\partial L/\partial h_t \odot (1 - h_t^2)\bigr)\, W_{hh}$. What a repeated product does depends on how much it stretches.

# %% [markdown]
# **Exercise.** `state_gradient_norms(dL_dh_T, cache)` gets the gradient at the last state, $(B, H)$, and the cache of a sequence. Return an
# array $(T,)$: entry `t` is the norm of the gradient at `states[:, t]`, the whole $(B, H)$ array as one vector. The last entry is thus the
# norm of `dL_dh_T` itself. About six lines.

# %% exercise="state_gradient_norms"
def state_gradient_norms(dL_dh_T, cache):
    """dL_dh_T (B, H), cache of a sequence -> norms (T,) of the gradient at every state."""
    ### BEGIN SOLUTION
    norms, dh = [], dL_dh_T
    for h in cache["states"].swapaxes(0, 1)[::-1]:
        norms.append(np.linalg.norm(dh))
        dh = tanh_backward(dh, h) @ cache["W_hh"]
    return np.array(norms[::-1])
    ### END SOLUTION

# %% check="state_gradient_norms"
check("state_gradient_norms", state_gradient_norms)

# %% [markdown]
# Now random matrices of 50 units, scaled so that the largest |eigenvalue| of `W_hh`, its *spectral radius*, is 0.5, 1.0 or 1.5. Two
# kinds of life: a quiet network with no input at all, whose states stay at zero, where every slope is exactly 1; and a busy one that
# reads random numbers. Six curves over fifty steps, five matrices each. Sketch them before you look. Which ones explode?

# %% experiment
def followed(radius, loudness, seed, H=50, T=51):
    rng = np.random.default_rng(seed)
    net = initial_weights(rng, 3, H, 1)
    net["W_hh"] *= radius / np.abs(np.linalg.eigvals(net["W_hh"])).max()
    x, start = loudness * rng.normal(size=(8, T, 3)), rng.normal(size=(8, H))
    norms = state_gradient_norms(start / np.linalg.norm(start), forward(net, x, np.zeros((8, H)))[1])
    return norms[::-1], np.linalg.svd(net["W_hh"], compute_uv=False)[0]


radii, kinds = (0.5, 1.0, 1.5), {"quiet network": 0.0, "busy network": 1.0}
made = {(kind, radius): [followed(radius, loud, seed) for seed in range(5)] for kind, loud in kinds.items() for radius in radii}
panels = {kind: {radius: np.array([norms for norms, _ in made[kind, radius]]) for radius in radii} for kind in kinds}
print("radius   largest singular value   norm after 50 steps back, as a power of ten (mean, lowest to highest of 5)")
for radius in radii:
    sigma = [value for _, value in made["quiet network", radius]]
    logs = {kind: np.log10(panels[kind][radius][:, -1]) for kind in kinds}
    told = "   ".join(f"{kind.split()[0]} {v.mean():5.1f} ({v.min():.1f} to {v.max():.1f})" for kind, v in logs.items())
    print(f"{radius:<8g} {min(sigma):.2f} to {max(sigma):.2f}             {told}")
show(blame_curves(panels), alt="Norm of the gradient at a state against its distance from the end, logarithmic, two panels. Quiet: radius 0.5 falls "
     "steeply, 1.0 falls a little, 1.5 rises steeply. Busy: all three fall, 0.5 fastest.")

# %% [markdown]
# In the quiet network, radius 0.5 loses fifteen powers of ten in fifty steps, radius 1.0 less than one, and 1.5 gains eight. In
# the busy one, where every slope is below 1, all three fade, even 1.5. So a spectral radius above 1 does not make gradients explode.
# What can be said for certain? One step back multiplies by slopes, each at most $\gamma = 1$ for tanh, and by $W_{hh}$. With $\sigma$ the largest
# singular value of $W_{hh}$, the norm grows by a factor of at most $\gamma\sigma$ per step, whatever the inputs are.

# %% [markdown]
# Hence two conditions of unequal strength (Pascanu, Mikolov and Bengio 2013):
#
# - $\sigma < 1/\gamma$ is **sufficient for vanishing**: $d$ steps back the norm is at most $(\gamma\sigma)^d$ times that at the end. All matrices of the
#   first row satisfy it (and fade far faster than the bound demands).
# - $\sigma > 1/\gamma$ is only **necessary for exploding**. The second row has $\sigma$ above 1.6 and explodes nowhere; the third has $\sigma$ above 2.4,
#   explodes when quiet, and fades when busy.
#
# The spectral radius $\rho \le \sigma$ gives the long-run rate only where the same matrix is multiplied again and again, as in the quiet
# network: $\lVert W^d \rVert^{1/d} \to \rho$ (Gelfand's formula). The right panel is the case that you meet in practice.

# %% [markdown]
# ## 8 · Cutting the chain (12 minutes)
#
# Walking back to the beginning costs memory for every state, and for a stream without end it cannot be done. *Truncated*
# backpropagation reads on as before, state in hand, but cuts the blame every $k$ steps: the state that enters a chunk is taken
# as a given number, for which nobody is to blame (Williams and Peng 1990).

# %% [markdown]
# **Exercise.** `truncated_bptt(model, x, y, k)`: `model` is a dict of the five weights, as before; the state before the first step is zero. Cut the
# $T$ steps into chunks of `k`; the last one may be shorter. Return `(loss, gradients)`, chunk by chunk, with $C$ chunks: `loss` $(C,)$ holds each chunk's
# *share* of the mean surprise, its sum over the chunk divided by all $B \cdot T$, so that `loss.sum()` is the mean surprise of the whole; `gradients` is a dict of
# the five names, each $(C, \dots)$: entry `c` is the gradient of `loss[c]`, blame stopping where chunk `c` begins. No clipping, no update. About 15 lines.

# %% exercise="truncated_bptt"
def truncated_bptt(model, x, y, k):
    """model (dict), x (B, T, D), y (B, T), k >= 1 -> (loss (C,), gradients: dict of arrays (C, ...))."""
    ### BEGIN SOLUTION
    h, T = np.zeros((len(x), len(model["b_h"]))), x.shape[1]
    losses, gradients = [], {name: [] for name in model}
    for start in range(0, T, k):
        targets = y[:, start : start + k]
        share = targets.shape[1] / T
        logits, cache = forward(model, x[:, start : start + k], h)
        dlogits = share * temporal_softmax_backward(logits, targets, np.ones(targets.shape, dtype=bool))
        _, _, *recurrent = rnn_backward(dlogits @ model["W_hy"], cache)
        readout = [np.einsum("bto,bth->oh", dlogits, cache["states"]), dlogits.sum(axis=(0, 1))]
        for name, gradient in zip(("W_xh", "W_hh", "b_h", "W_hy", "b_y"), recurrent + readout):
            gradients[name].append(gradient)
        losses.append(share * mean_nll(logits, targets))
        h = cache["states"][:, -1]
    return np.array(losses), {name: np.array(chunks) for name, chunks in gradients.items()}
    ### END SOLUTION

# %% check="truncated_bptt"
check("truncated_bptt", truncated_bptt)

# %% [markdown]
# With $k = T$ nothing is cut, and you hold the raw, unclipped gradients. So we can ask what clipping is worth. Same network, same
# pieces, same step size of 2 as before; once clipped to norm 1, once not. Predict both curves, then run three seeds of each.

# %% experiment ignore_output="training losses differ in the last digits between machines"
def descend(weights, x, y, lr, max_norm):
    loss, chunks = truncated_bptt(weights, x, y, k=x.shape[1])
    safe, norm = clip_by_global_norm([chunk[0] for chunk in chunks.values()], max_norm)
    return loss.sum(), {name: weights[name] - lr * gradient for name, gradient in zip(chunks, safe)}


clipping = {
    name: np.array([train(lambda *given: descend(*given, max_norm), seed, lr=2.0, steps=150)[1] for seed in range(3)])
    for name, max_norm in (("not clipped", np.inf), ("clipped to norm 1", 1.0))
}
for name, losses in clipping.items():
    print(f"{name:18} highest loss {losses.max():6.2f}   last twenty steps {np.round(losses[:, -20:].mean(axis=1), 2)}")
show(loss_curves(clipping, floor=np.log(len(LETTERS))), alt="Loss against training steps, logarithmic: without clipping it climbs to several times "
     "that of guessing and stays there; clipped to norm 1 it falls far below guessing.")

# %% [markdown]
# Without clipping, the loss climbs to several times that of guessing within forty steps, and after 150 no run is back below
# guessing. These were *exact* gradients: late clipping alone is enough to explain what became of the wild loop at step size 2. Clipped,
# the same gradients learn. Now the other disease, blame that fades. Take the quiet network of radius 0.5 and clip its gradient
# ten times shorter. Predict: what share of the blame at the end arrives twenty steps back, before and after?

# %% experiment
norms = panels["quiet network"][0.5][0]
for name, scale in (("as it is", 1.0), ("clipped to norm 0.1", 0.1)):
    shown = "   ".join(f"{distance:2d} back: {scale * norms[distance]:.0e}" for distance in (0, 10, 20))
    print(f"{name:20} {shown}   20 back against 0 back: {norms[20] / norms[0]:.0e}")

# %% [markdown]
# The same share. Every entry shrinks by the same factor, so clipping cures a step that is too long and nothing else: it does not turn
# the step, and it cannot make the nail heard. It does not even ask *why* the gradient was long.

# %% [markdown]
# Last, what does the cut cost? The **echo task**: three symbols come in at random, and the network must always say which one
# came in `lag` steps ago; guessing is right one time in three. Cut the blame every $k$ steps, for lags 1 to 4, three seeds each.
# Blame for an answer in a chunk reaches the steps of that chunk. Fill in your own grid first: which lags can be
# learned for $k = 1$, 2, 4 and for 12, the whole length?

# %% experiment ignore_output="accuracies after training differ in the last digits between machines"
def learn_echo(lag, k, seed, steps=100):
    rng = np.random.default_rng(seed)
    weights, adam = initial_weights(rng, 3, 12, 3, recurrent=0.1), Adam(lr=0.05)
    for _ in range(steps):
        _, chunks = truncated_bptt(weights, *echo_batch(rng, 32, 12, lag), k)
        weights = adam.step(weights, {name: chunk.sum(axis=0) for name, chunk in chunks.items()})
    x, y = echo_batch(rng, 200, 12, lag)
    return echo_accuracy(forward(weights, x, np.zeros((200, 12)))[0], y, lag)


cuts, lags = (1, 2, 4, 12), (1, 2, 3, 4)
accuracy = np.array([[[learn_echo(lag, k, seed) for seed in range(3)] for lag in lags] for k in cuts])
print("k \\ lag" + "".join(f"{lag:>14}" for lag in lags) + "     (mean, lowest to highest of three seeds)")
for k, row in zip(cuts, accuracy):
    print(f"{k:<7}" + "".join(f"  {seeds.mean():.2f} {seeds.min():.2f}-{seeds.max():.2f}" for seeds in row))
show(echo_grid(cuts, lags, accuracy), alt="A grid of accuracies, cut k against lag. Where the lag is shorter than k, accuracy is 1 or "
     "close to it; elsewhere it is far lower, down to the one third of guessing. At k = 1 and lag 1 it is high as well.")

# %% [markdown]
# A staircase. Where the lag is shorter than $k$ (framed), the echo is learned, or nearly; the longest lag would like more training. Where
# it is not, no blame ever reached the step that should have stored the symbol, and the accuracy stays far lower, in places at guessing.
# That many of these fields lie above one third is no contradiction. The state itself crosses every cut, and even untaught
# weights keep some of the past in it.

# %% [markdown]
# The corner $k = 1$, lag 1 shows this best. The state that enters a chunk still holds traces of the symbol just read, and $W_{hh}$, in the first
# step of the chunk, *is* taught how to use them. So the honest sentence is: the cut limits what can be **taught**, not what a state
# happens to hold. If your data have links of length $\ell$, cut no shorter than $\ell + 1$ steps.

# %% [markdown]
# ## 9 · In your own words (5 minutes)
#
# The wild loop's loss fell from 3 nats to almost the same end as yours, although its gradients were wrong. **Why could it fall? And
# how would you have found the error, in a loop that someone else wrote, without knowing what to look for?** Name a test you would run,
# the numbers that would satisfy you, and what the pattern of a failure would tell you. About 150 words. (4 points)

# %% [markdown] written="wrong_yet_falling"
# A loss falls whenever the step has a positive inner product with the negative gradient and is short enough. The wild loop's step
# is the true one plus an error proportional to the step size, so at small steps it still points downhill. That makes a falling
# loss a weak witness: it accepts every direction within ninety degrees of the right one.
#
# I would take a tiny network in float64 (two rows, seven steps, all sizes different), save the weights, take one step, divide the
# movement by `lr`, and compare it, weight by weight, with central differences at $\varepsilon = 10^{-5}$ or with autograd. I would ask for a relative error
# below about $10^{-6}$, not a few per cent. If all were wrong, I would look at what they share; if one were, at the formula of that one; if the
# read-out were right and the rest wrong, at the way back through time. And I would repeat with a step ten times smaller: an
# error that shrinks with `lr` comes from updating too early, one that stays is in a formula.

# %% [markdown]
# ## What you can now do
#
# - Write the gradient of every weight, input and state of a recurrent network by hand, and say why shares add over rows and time.
# - Measure a gradient, choose $\varepsilon$ with reasons, and read the pattern of wrong parts.
# - Recognise a loop that updates too early, by an error that shrinks with the step size.
# - Say when gradients must vanish, when they may explode, and why the second condition does not suffice.
# - Clip by the global norm, and say what that cannot cure.
# - Train on pieces of a long stream, and name the lags that the cut keeps out of reach.

# %% [markdown]
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). Learning representations by back-propagating errors. *Nature* 323.
# - P. J. Werbos (1990). Backpropagation through time: what it does and how to do it. *Proceedings of the IEEE* 78(10).
# - R. J. Williams, J. Peng (1990). An efficient gradient-based algorithm for on-line training of recurrent network trajectories. *Neural
#   Computation* 2(4).
# - Y. Bengio, P. Simard, P. Frasconi (1994). Learning long-term dependencies with gradient descent is difficult. *IEEE Transactions on
#   Neural Networks* 5(2).
# - R. Pascanu, T. Mikolov, Y. Bengio (2013). On the difficulty of training recurrent neural networks. *ICML*.
# - D. P. Kingma, J. Ba (2015). Adam: a method for stochastic optimization. *ICLR*.
# - C. Tallec, Y. Ollivier (2017). Unbiasing truncated backpropagation through time. arXiv:1705.08209.

# %%
progress()
