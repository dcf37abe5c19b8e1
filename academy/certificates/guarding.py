"""The limit on asking for verification."""

from __future__ import annotations

from academy.kernel.limits import hit

LOOKS, SECONDS = 60, 60


def count_verification(address: str) -> None:
    """Count one look from an address; codes have 128 bits, so this spares the machine rather than the codes.

    Raises:
        TooMany: more than 60 looks in a minute.
    """
    hit(f"verify:{address}", limit=LOOKS, per=SECONDS)
