"""Accounts made by others: first passwords that must be changed, and many accounts at once.

The callers have checked the right to do so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select

from academy.accounts.models import Account
from academy.accounts.passwords import hash_password
from academy.accounts.services import create_account, end_sessions, revoke_tokens, username_key
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.unit_of_work import unit_of_work

__all__ = [
    "accounts_by_username",
    "create_accounts",
    "create_with_first_password",
    "first_password",
    "reset_password",
]

# without letters and figures that look or sound alike when read out
_LETTERS = "abcdefghkmnprstuvwxyz23456789"
_CHUNK = 500


def first_password() -> str:
    """A password to hand over on paper: three groups of four, 58 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def create_with_first_password(actor: Actor, username: str) -> tuple[Account, str]:
    """Make an account and the password to hand over; it must be changed at the first sign-in.

    Raises:
        Invalid, Conflict: as :func:`academy.accounts.services.create_account`.
    """
    password = first_password()
    return create_account(actor, username, password=password), password


def reset_password(actor: Actor, account_id: int, *, reason: str = "") -> str:
    """Give an account a new first password; whoever used the account is signed out, its tokens end.

    Raises:
        NotFound: no such account.
    """
    password = first_password()
    hashed = hash_password(password)
    with unit_of_work() as work:
        account = work.session.get(Account, account_id)
        if account is None:
            raise NotFound()
        account.password_hash = hashed
        account.must_change_password = True
        account.password_changed_at = clock.now()
        revoke_tokens(account_id)
        record(actor, "account.reset_password", "account", account_id, details={"reason": reason} if reason else {})
        end_sessions(actor, account_id=account_id)
    return password


def accounts_by_username(usernames: Iterable[str]) -> dict[str, int]:
    """Ids of the accounts that have these user names or ones that look like them, by ``username_key``."""
    keys = sorted({username_key(username) for username in usernames})
    found: dict[str, int] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = db.session.execute(
            select(Account.username_key, Account.id).where(
                Account.username_key.in_(keys[start : start + _CHUNK])
            )
        )
        found.update(dict(rows.tuples().all()))
    return found


def create_accounts(usernames: Sequence[str], *, password: str | None = None) -> dict[str, int]:
    """Make many accounts that do not exist yet; their ids by ``username_key``.

    They have no password and cannot be used until :func:`reset_password` gives each its own. With
    ``password`` all share one, hashed once, that need not be changed: for demonstrations only.
    The caller writes the journal, in the entries about the people whose accounts they are.
    """
    hashed = hash_password(password) if password else None
    rows = [
        {
            "username": username,
            "username_key": username_key(username),
            "password_hash": hashed,
            "must_change_password": password is None,
            "state": "active",
            "created_at": clock.now(),
        }
        for username in usernames
    ]
    made: dict[str, int] = {}
    with unit_of_work() as work:
        for start in range(0, len(rows), _CHUNK):
            answer = work.session.execute(
                insert(Account).returning(Account.username_key, Account.id), rows[start : start + _CHUNK]
            )
            made.update(dict(answer.tuples().all()))
    return made
