"""When a recorded reason counts.

A rule that looks at completeness alone: a turn's reason counts if it has at least five words and repeats no
other turn's. What it says is never judged by the program; the rubric of the exercise tells learners, and those
who discuss the run with them, what good reasons contain.
"""

from __future__ import annotations

from collections.abc import Sequence

from academy.sdk import tokens

LEAST_WORDS = 5
MOST_CHARACTERS = 300


def counted(reasons: Sequence[str]) -> list[bool]:
    """For each reason whether it counts; of equal ones the first does."""
    seen: set[tuple[str, ...]] = set()
    result = []
    for reason in reasons:
        words = tuple(token.word.casefold() for token in tokens(reason))
        result.append(len(words) >= LEAST_WORDS and words not in seen)
        seen.add(words)
    return result
