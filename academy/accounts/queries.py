"""Reads about one's own account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from academy.accounts.models import LoginSession, PersonalToken
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db


def own_sessions(actor: Actor) -> Sequence[LoginSession]:
    """The actor's open sessions, last used first."""
    return db.session.scalars(
        select(LoginSession)
        .where(
            LoginSession.account_id == actor.account_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > clock.now(),
        )
        .order_by(LoginSession.seen_at.desc())
        .limit(50)
    ).all()


def own_tokens(actor: Actor) -> Sequence[PersonalToken]:
    """The actor's tokens that still work, newest first."""
    return db.session.scalars(
        select(PersonalToken)
        .where(
            PersonalToken.account_id == actor.account_id,
            PersonalToken.revoked_at.is_(None),
            PersonalToken.expires_at > clock.now(),
        )
        .order_by(PersonalToken.id.desc())
        .limit(50)
    ).all()
