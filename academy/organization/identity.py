"""Who is behind a session or token: account, person, place and roles in one query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account, LoginSession, PersonalToken
from academy.kernel import clock
from academy.kernel.actor import Actor, Grant
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization.models import Person, RoleGrant, Unit

_home = aliased(Unit, name="home")
_over = aliased(Unit, name="over")


def actor_of_session(token_hash: str, *, idle_since) -> tuple[Actor, LoginSession] | None:
    """The actor of an open session that was used after ``idle_since``, with the session; else None."""
    rows = db.session.execute(
        _with_identity(select(LoginSession, Account).join(Account, Account.id == LoginSession.account_id))
        .where(LoginSession.token_hash == token_hash)
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > clock.now())
        .where(LoginSession.seen_at > idle_since, Account.state == "active")
    ).all()
    if not rows:
        return None
    login_session, account = rows[0][:2]
    return _actor(account, [row[2:] for row in rows], session_id=login_session.id), login_session


def actor_of_token(token_hash: str) -> Actor | None:
    """The actor of a personal access token that still works; else None."""
    rows = db.session.execute(
        _with_identity(select(PersonalToken, Account).join(Account, Account.id == PersonalToken.account_id))
        .where(PersonalToken.token_hash == token_hash, PersonalToken.revoked_at.is_(None))
        .where(PersonalToken.expires_at > clock.now(), Account.state == "active")
    ).all()
    return _actor(rows[0][1], [row[2:] for row in rows]) if rows else None


def actor_of_account(account_id: int) -> Actor | None:
    """The actor of an active account, for commands and jobs that act in somebody's name; else None."""
    rows = db.session.execute(
        _with_identity(select(Account.id, Account)).where(
            Account.id == account_id, Account.state == "active"
        )
    ).all()
    return _actor(rows[0][1], [row[2:] for row in rows]) if rows else None


def grant_in_force() -> ColumnElement[bool]:
    """Grants that count today (local day)."""
    today = clock.today()
    return and_(
        RoleGrant.revoked_at.is_(None),
        RoleGrant.starts_on <= today,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )


def _with_identity(statement: Select) -> Select:
    return (
        statement.add_columns(Person.id, Person.full_name, _home.path, RoleGrant.role, _over.path)
        .outerjoin(Person, and_(Person.account_id == Account.id, Person.deactivated_at.is_(None)))
        .outerjoin(_home, _home.id == Person.unit_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, grant_in_force()))
        .outerjoin(_over, _over.id == RoleGrant.unit_id)
    )


def _actor(account: Account, rows: list, *, session_id: int | None = None) -> Actor:
    person_id, full_name, home_path, _role, _path = rows[0]
    return Actor(
        account_id=account.id,
        person_id=person_id,
        session_id=session_id,
        username=account.username,
        full_name=full_name or account.username,
        locale=account.locale,
        unit_path=home_path or "",
        must_change_password=account.must_change_password,
        grants=tuple(Grant(Role(role), path) for _p, _n, _h, role, path in rows if role and path),
    )
