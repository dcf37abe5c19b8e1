"""Figures of reports: exact until the end, then one rounding, half up, as marks are rounded."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def percentage(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in percent, to a tenth; None of nothing."""
    return (Decimal(100) * part / whole).quantize(TENTH, ROUND_HALF_UP) if whole else None


def mean_mark(total: Decimal | None, count: int) -> Decimal | None:
    """The mean of ``count`` marks that add up to ``total``, to a tenth; None of nothing.

    Made of the sum, which every database keeps exactly, and not of its average, which some keep as a
    binary fraction.
    """
    return (total / count).quantize(TENTH, ROUND_HALF_UP) if total is not None and count else None
