"""Drawing lots that anyone can check: a commitment before, the seed after, one hash for each number.

The commitment is ``SHA-256(salt ‖ seed)`` over their hexadecimal texts. The lot of a participant is
``HMAC-SHA-256(key = seed, message = "<contest>/<round>/<participant>")``, likewise over texts; the
smallest lot is drawn first. Both can be repeated with any tool that knows SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac

from academy.kernel import chance

SEED_BYTES = 32
SALT_BYTES = 16
OVERALL = "overall"


def new_seed() -> tuple[str, str]:
    """A salt and a seed, hexadecimal."""
    return chance.token_hex(SALT_BYTES), chance.token_hex(SEED_BYTES)


def commitment(salt: str, seed: str) -> str:
    """What is published before a round opens: 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}{seed}".encode("ascii")).hexdigest()


def lot(seed: str, contest: str, of: str, participant: str) -> str:
    """The lot of a participant: 64 hexadecimal digits, the smallest is drawn first.

    Args:
        contest: address of the contest.
        of: the round's number, or :data:`OVERALL`.
    """
    return hmac.new(
        seed.encode("ascii"), f"{contest}/{of}/{participant}".encode(), hashlib.sha256
    ).hexdigest()
