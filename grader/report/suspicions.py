"""Items that an instructor should look at before trusting them, each with the reason in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from grader.report.material import Item, LessonMaterial
from grader.report.statistics import SMALLEST_CLASS

# Below this many attempts a case that nobody passes says little.
FEWEST_ATTEMPTS = 3
OFTEN = 0.5


def suspicions(material: LessonMaterial) -> Iterator[tuple[str, str]]:
    """Exercise and reason, in the order of the lesson."""
    for item in material.items:
        for reason in _reasons(item):
            yield item.name, reason


def _reasons(item: Item) -> Iterator[str]:
    for case in item.cases:
        if case.passed == 0 and item.attempted >= FEWEST_ATTEMPTS:
            kind = "visible" if case.visible else "hidden"
            yield (
                f"nobody passes the {kind} case \u201c{case.name}\u201d, and {item.attempted} attempted the exercise: "
                "is the case fair, and is it what the text asks for?"
            )
    if item.discrimination is not None and item.discrimination < 0:
        yield (
            f"discrimination {item.discrimination:.2f}: students who do well elsewhere do worse here. "
            "Is the check, or the question, misleading?"
        )
    if item.facility is not None and item.facility >= 1 and len(item.scores) >= SMALLEST_CLASS:
        yield "everybody has all points: it tells nobody apart (a warm-up may well do that)"
    wrong = item.attempted - item.outcomes["passed"]
    if item.unnamed >= FEWEST_ATTEMPTS and item.unnamed > OFTEN * wrong:
        yield (
            f"{item.unnamed} of {wrong} answers that are not right show no known misconception: "
            "read some, and write down what these students believe"
        )
