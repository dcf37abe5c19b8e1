"""The order in which a marker meets answers: random, another for everybody, and the same each time one looks.

Every attempt has a random number below the prime ``PRIME``; multiplying it by a factor of the marker (and, where
questions come one by one, of the question) modulo the prime permutes those numbers. So the database sorts, and
whether there are 4 or 40,000 answers makes no difference to how one is found.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import ColumnElement

from academy.grading.models import MarkingAnswer
from academy.kernel import chance

PRIME = 1_000_003


def new_shuffle() -> int:
    return 1 + chance.below(PRIME - 1)


def order_for(account_id: int, *, horizontal: bool) -> tuple[ColumnElement[Any], ...]:
    """Columns to sort :class:`MarkingAnswer` by: one question after the other, or one attempt after the other."""
    digest = hashlib.sha256(f"marker {account_id}".encode()).digest()
    factor = 1 + int.from_bytes(digest[:4]) % (PRIME - 1)
    if horizontal:
        mixed = (MarkingAnswer.shuffle * ((MarkingAnswer.item_id * 7919 + factor) % (PRIME - 1) + 1)) % PRIME
        return MarkingAnswer.item_id, mixed, MarkingAnswer.id
    return (MarkingAnswer.shuffle * factor) % PRIME, MarkingAnswer.attempt_id, MarkingAnswer.slot


def drawn_by(seed: str) -> ColumnElement[Any]:
    """A column to draw a sample of :class:`MarkingAnswer` by: as good as random, and the same for the same seed.

    Two linear maps of the id modulo the prime are multiplied, so that neighbours do not stay at even distances.
    """
    digest = hashlib.sha256(f"sample {seed}".encode()).digest()
    one, other, step = (1 + int.from_bytes(digest[at : at + 4]) % (PRIME - 1) for at in (0, 4, 8))
    return (((MarkingAnswer.id * one) % PRIME) * ((MarkingAnswer.id * other + step) % PRIME)) % PRIME
