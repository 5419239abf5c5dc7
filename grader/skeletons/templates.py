"""The texts of the skeletons. `$names` are filled in; MISSING: marks what only an author can write."""

from __future__ import annotations

from string import Template

EXERCISE_CELLS = Template('''\
# %% [markdown]
# ### Exercise: $words
#
# MISSING: what to write and why, with every shape; what may be used; how many lines a good answer has.
# (As it stands: `$exercise` takes x (B, D) and returns the mean of each row, (B,).)

# %% exercise="$exercise"
def $exercise(x):
    """MISSING: one line on what comes out.

    x (B, D)  ->  means (B,)
    """
    ### BEGIN SOLUTION
    return x.mean(axis=1)
    ### END SOLUTION

# %% check="$exercise"
check("$exercise", $exercise)
''')

EXERCISE_SPEC = Template('''\
"""MISSING: in one line, the idea that $exercise practises and what makes it go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.properties import InputsUnchanged, NoState, RowsIndependent
from grader.drawing import normal
from grader.spec import Accepted, Exercise, Misconception


def _draw(B: int, D: int) -> Callable[[np.random.Generator], dict[str, Any]]:
    # MISSING: the inputs of your exercise, in the order of its parameters; every axis of a different length.
    return lambda rng: {"x": normal(rng, B, D)}


def _oracle(x: Any) -> Any:
    # MISSING: the truth, worked out in another way than the answer in the text.
    return np.array([sum(row) / len(row) for row in x.tolist()])


def _one_for_all(x: Any) -> Any:
    return np.full(len(x), x.mean())


$constant = Exercise(
    name="$exercise",
    points=2,  # MISSING: how many points it is worth
    # MISSING: the cases by names that a student may read; think of the smallest, the longest, the odd one.
    draws={
        "two rows": _draw(2, 3),
        "one row": _draw(1, 5),
        "as many rows as columns": _draw(4, 4),
        "seven columns": _draw(3, 7),
    },
    oracle=_oracle,
    properties=(InputsUnchanged(), NoState(), RowsIndependent(("x",))),
    # MISSING: hints from gentle to direct, the last one a step before the answer.
    hints=(
        "Take one row by hand first: which numbers go into its mean?",
        "`x.mean` takes the axis along which it averages.",
    ),
    # MISSING: at least four beliefs that real students hold, each with a hint that names the belief and not the answer.
    misconceptions=(
        Misconception(
            "over_the_rows",
            "Numbers of different rows went into one mean: each row stands for itself.",
            edits=(("axis=1", "axis=0"),),
        ),
        Misconception(
            "sum_not_mean",
            "The numbers of a row are added, and not divided by how many they are.",
            edits=(("x.mean(", "x.sum("),),
        ),
        Misconception(
            "one_for_all",
            "Every row has the same value, as if all numbers stood in one row.",
            wrong=_one_for_all,
        ),
        Misconception(
            "middle_value",
            "This is the middle value of a row in order of size, which one large number does not move.",
            wrong=lambda x: np.median(x, axis=1),
        ),
    ),
    # MISSING: other honest ways to write the answer, which must be accepted.
    accepts=(Accepted("a product with ones", right=lambda x: x @ np.ones(x.shape[1]) / x.shape[1]),),
)
''')

LESSON_TEXT = Template("""\
# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---
# %% [markdown]
# # $number · $title
#
# MISSING: the question that the lesson answers, put so that a student wants to know.
#
# *90 minutes. MISSING: what one needs from the lessons before.*

# %% [markdown]
# ## The letters of this lesson
#
# MISSING: the letters and shapes that this lesson uses, and no others.
#
# | letter | meaning |
# |---|---|
# | B | sequences in a batch |
# | D | numbers in one input |

# %% setup
import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils import check, hint, progress
from course_utils.plotting import show

torch.set_num_threads(1)

# %% [markdown]
# ## 1 · MISSING: the first section (20 minutes)
#
# MISSING: 40 to 70 words with one idea before each code cell.

$cells
# %% [markdown]
# MISSING: what will the picture show? Ask for a guess before the cell that draws it.

# %% experiment
drawn = np.random.default_rng(0).normal(size=(40, 9))
figure, axes = plt.subplots()
axes.hist(drawn.mean(axis=1), hatch="//", color="white", edgecolor="black")
axes.set(xlabel="mean of a row", ylabel="rows")
show(figure, alt="The figure to remember: MISSING: what is to be seen in it.")

# %% [markdown]
# MISSING: what was seen.

# %% [markdown]
# ## 2 · In your own words (10 minutes)
#
# MISSING: a question that one cannot answer without having understood. *(2 points, graded by hand.)*

# %% [markdown] written="$written"
# MISSING: a full answer, as a good student would give it.

# %% [markdown]
# ## What you can now do
#
# - MISSING: one line for each thing.
#
# ## Further reading
#
# - MISSING: author, title, place, year, and what is in it.

# %%
progress()
""")

LESSON_SPEC = Template('''\
"""Lesson $number: MISSING: the lesson in one line."""

from __future__ import annotations

from grader.exercises._${lesson}_$exercise import $constant
from grader.spec import Criterion, Lesson, Written

IN_WORDS = Written(
    name="$written",
    rubric=(
        Criterion(1, "MISSING: what earns the first point"),
        Criterion(1, "MISSING: what earns the second point"),
    ),
)

LESSON = Lesson(
    name="$lesson",
    title="$title",
    minutes=90,
    exercises=($constant, IN_WORDS),
    learns="MISSING: what one can do afterwards",
    figure="MISSING: the figure to remember",
    figure_alt="The figure to remember:",
)
''')
