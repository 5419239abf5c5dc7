"""Lesson 2: a joint probability as a chain of bets, counting models, surprise, sampling."""

from __future__ import annotations

from grader.exercises._lesson2_autoregressive_factorization_bets import (
    FIT_NGRAM,
    NEXT_TOKEN_PAIRS,
    SEQUENCE_LOG_PROB,
    TOTAL_PROBABILITY,
)
from grader.exercises._lesson2_autoregressive_factorization_surprise import BITS_PER_CHARACTER, MASKED_NLL, PERPLEXITY
from grader.exercises._lesson2_autoregressive_factorization_writing import LOG_SOFTMAX, SAMPLE_SEQUENCE
from grader.spec import Criterion, Lesson, Written

WHY_A_TABLE_FORGETS = Written(
    name="why_a_table_forgets",
    rubric=(
        Criterion(
            1, "Names the Markov assumption: given the last n - 1 tokens, the next one does not depend on earlier ones."
        ),
        Criterion(1, "Says how it makes the table finite: at most V^(n-1) contexts, whatever the length of the text."),
        Criterion(
            1,
            "Gives a sentence, marks the word that decides and the word that depends on it, and counts the distance for an n.",
        ),
        Criterion(
            1,
            "Explains why a larger n is no cure: the sentence can be lengthened beyond any n, and the rows grow "
            "exponentially while the text that fills them does not.",
        ),
    ),
)

LESSON = Lesson(
    name="lesson2_autoregressive_factorization",
    learns="write a sequence's probability as a chain of bets, and measure surprise in bits",
    figure="bits per character against order: training falls for ever, held-out turns up",
    figure_alt="Left: bits per character against order;",
    title="How surprised should you be?",
    minutes=85,
    exercises=(
        NEXT_TOKEN_PAIRS,
        SEQUENCE_LOG_PROB,
        TOTAL_PROBABILITY,
        FIT_NGRAM,
        PERPLEXITY,
        BITS_PER_CHARACTER,
        LOG_SOFTMAX,
        SAMPLE_SEQUENCE,
        MASKED_NLL,
        WHY_A_TABLE_FORGETS,
    ),
)
