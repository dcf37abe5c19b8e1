"""Limits on asking for verification: wrong codes are counted hard, right ones softly."""

from __future__ import annotations

from academy.kernel.limits import hit

GUESSES, GUESS_SECONDS = 60, 300
LOOKS, LOOK_SECONDS = 300, 60


def count_verification(address: str, *, found: bool) -> None:
    """Count one look from an address; codes have 128 bits, so this spares the machine rather than the codes.

    Raises:
        TooMany: more than 60 wrong codes in five minutes, or 300 looks in a minute.
    """
    if not found:
        hit(f"verify:guess:{address}", limit=GUESSES, per=GUESS_SECONDS)
    hit(f"verify:look:{address}", limit=LOOKS, per=LOOK_SECONDS)
