"""Who is behind a session or token: account, person, place and roles in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, and_, bindparam, join, or_, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account, LoginSession, PersonalToken
from academy.kernel import clock
from academy.kernel.actor import Actor, Grant
from academy.kernel.authorization import Role
from academy.kernel.db import Prepared
from academy.organization.models import Person, RoleGrant, Unit

_home = aliased(Unit, name="home")
_over = aliased(Unit, name="over")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in that still holds."""

    id: int
    seen_at: datetime


def actor_of_session(token_hash: str, *, idle_since: datetime) -> tuple[Actor, OpenSession] | None:
    """The actor of an open session that was used after ``idle_since``, with the session; else None."""
    rows = _OF_SESSION(token_hash=token_hash, now=clock.now(), idle_since=idle_since, today=clock.today())
    if not rows:
        return None
    return _actor(rows, session_id=rows[0].session_id), OpenSession(rows[0].session_id, rows[0].seen_at)


def actor_of_token(token_hash: str) -> Actor | None:
    """The actor of a personal access token that still works; else None."""
    rows = _OF_TOKEN(token_hash=token_hash, now=clock.now(), today=clock.today())
    return _actor(rows, by_token=True) if rows else None


def actor_of_account(account_id: int) -> Actor | None:
    """The actor of an active account, for commands and jobs that act in somebody's name; else None."""
    rows = _OF_ACCOUNT(account_id=account_id, today=clock.today())
    return _actor(rows) if rows else None


def grant_in_force(today: Any = None) -> ColumnElement[bool]:
    """Grants that count on a day, a value or a parameter of the statement; today (local) if none is given."""
    today = clock.today() if today is None else today
    return and_(
        RoleGrant.revoked_at.is_(None),
        RoleGrant.starts_on <= today,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )


def _identity(start: Any, *columns: Any) -> Select:
    """Active accounts in ``start`` with person, place and roles, one row for each role; built once.

    SQLite takes tables in this order, so what narrows most comes first.
    """
    return (
        select(
            *columns,
            Account.id.label("account_id"),
            Account.username,
            Account.locale,
            Account.must_change_password,
            Person.id.label("person_id"),
            Person.full_name,
            _home.path.label("home"),
            RoleGrant.role,
            _over.path.label("over"),
        )
        .select_from(start)
        .outerjoin(Person, and_(Person.account_id == Account.id, Person.deactivated_at.is_(None)))
        .outerjoin(_home, _home.id == Person.unit_id)
        .outerjoin(
            RoleGrant, and_(RoleGrant.person_id == Person.id, grant_in_force(bindparam("today", type_=Date)))
        )
        .outerjoin(_over, _over.id == RoleGrant.unit_id)
        .where(Account.state == "active")
    )


_OF_SESSION = Prepared(
    _identity(
        join(LoginSession, Account, Account.id == LoginSession.account_id),
        LoginSession.id.label("session_id"),
        LoginSession.seen_at,
    ).where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.seen_at > bindparam("idle_since"),
    )
)
_OF_TOKEN = Prepared(
    _identity(join(PersonalToken, Account, Account.id == PersonalToken.account_id)).where(
        PersonalToken.token_hash == bindparam("token_hash"),
        PersonalToken.revoked_at.is_(None),
        PersonalToken.expires_at > bindparam("now"),
    )
)
_OF_ACCOUNT = Prepared(_identity(Account).where(Account.id == bindparam("account_id")))


def _actor(rows: Sequence[Row], *, session_id: int | None = None, by_token: bool = False) -> Actor:
    first = rows[0]
    return Actor(
        account_id=first.account_id,
        person_id=first.person_id,
        session_id=session_id,
        by_token=by_token,
        username=first.username,
        full_name=first.full_name or first.username,
        locale=first.locale,
        unit_path=first.home or "",
        must_change_password=first.must_change_password,
        grants=tuple(Grant(Role(row.role), row.over) for row in rows if row.role and row.over),
    )
