"""Passwords: argon2id, and rules that follow NIST SP 800-63B-4 (length, not composition)."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.settings import settings
from academy.kernel.text import fold

MIN_LENGTH = 10
MAX_LENGTH = 128
COMMON = frozenset(
    "1234567890 0123456789 12345678910 123456789a qwertyuiop password1 password12 password123 password1234 "
    "matkhau123 matkhau1234 matkhau12345 hanoi12345 hanoi123456 vietnam123 vietnam1234 1111111111 "
    "0000000000 administrator abcdefghij abc1234567 iloveyou12 q1w2e3r4t5 1q2w3e4r5t 1qaz2wsx3edc".split()
)
# each hash takes 64 MiB and a core: more at once would be a lever for an attacker
_hashing = threading.BoundedSemaphore(2)


@lru_cache(maxsize=2)
def _hasher(cheap: bool) -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()


def _current() -> PasswordHasher:
    return _hasher(settings().environment == "testing")


@lru_cache(maxsize=2)
def _dummy_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("the password of nobody")


def hash_password(password: str) -> str:
    with _hashing:
        return _current().hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; as slow for an account that does not exist (``stored`` None)."""
    hasher = _current()
    with _hashing:
        try:
            return hasher.verify(stored or _dummy_hash(hasher), _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    return _current().check_needs_rehash(stored)


def check_password_rules(password: str, *, username: str) -> None:
    """Hold a new password against the rules.

    Raises:
        Invalid: too short, too long, common, or near the user name.
    """
    problem = None
    plain = fold(password)
    if len(password) < MIN_LENGTH:
        problem = _l("A password needs at least %(n)s characters; a short sentence is good.", n=MIN_LENGTH)
    elif len(password) > MAX_LENGTH:
        problem = _l("A password may have at most %(n)s characters.", n=MAX_LENGTH)
    elif plain in COMMON or len(set(plain)) < 4:
        problem = _l("This password is among the first an attacker tries.")
    elif len(username) > 3 and fold(username) in plain:
        problem = _l("A password must not contain the user name.")
    if problem is not None:
        raise Invalid(problem, rule="accounts.password", errors={"password": [problem]})


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
