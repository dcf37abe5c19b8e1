"""The only source of secret chance: what draws, papers and public numbers are made of.

It is the operating system's, which nobody can foretell. While a demo is being filled it may be a seeded generator
instead, so that the same demo has the same data; an installation that works for real people refuses that.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

from academy.kernel.settings import settings

_seeded: ContextVar[Random | None] = ContextVar("seeded_chance", default=None)


def token_hex(octets: int) -> str:
    """That many random octets, hexadecimal."""
    seeded = _seeded.get()
    return secrets.token_hex(octets) if seeded is None else seeded.randbytes(octets).hex()


def randbits(bits: int) -> int:
    """A random number of at most that many bits."""
    seeded = _seeded.get()
    return secrets.randbits(bits) if seeded is None else seeded.getrandbits(bits)


def below(limit: int) -> int:
    """A random number from 0 up to, not including, the limit."""
    seeded = _seeded.get()
    return secrets.randbelow(limit) if seeded is None else seeded.randrange(limit)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Take all chance from a generator that anybody can repeat, for demos.

    Raises:
        RuntimeError: the installation is a productive one, whose draws nobody may foretell.
    """
    if settings().is_production:
        raise RuntimeError("chance is never seeded in production")
    token = _seeded.set(Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)
