"""Lesson 4: backpropagation through time by hand. Every gradient is a part with points of its own."""

from __future__ import annotations

from grader.exercises._lesson4_bptt_back import LOOP, NORMS, STEP, TANH
from grader.exercises._lesson4_bptt_tools import CLIP, NUMERICAL, SOFTMAX
from grader.exercises._lesson4_bptt_train import TRAIN, TRUNCATED, WRITTEN
from grader.spec import Lesson

LESSON = Lesson(
    name="lesson4_bptt",
    learns="derive every gradient of a recurrent network by hand, and find the wrong one by its pattern",
    figure="the norm of the blame travelling back through time, fading, holding, exploding",
    figure_alt="Norm of the gradient at a state against its distance from the end",
    title="Who is to blame?",
    minutes=90,
    exercises=(NUMERICAL, TANH, STEP, LOOP, SOFTMAX, CLIP, TRAIN, NORMS, TRUNCATED, WRITTEN),
)
