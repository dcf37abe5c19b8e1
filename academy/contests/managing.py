"""Contests held by those who run them, for the services of this slice."""

from __future__ import annotations

from sqlalchemy import select

from academy.contests.errors import ContestNotFound
from academy.contests.models import Contest, ContestOrganizer, ContestRound
from academy.contests.policies import can_manage_contest
from academy.contests.queries import get_managed_contest
from academy.contests.views import ContestView, RoundView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import insert_if_absent
from academy.kernel.unit_of_work import UnitOfWork

__all__ = ["managed", "managed_round", "note_organizer"]


def managed(work: UnitOfWork, actor: Actor, slug: str) -> tuple[ContestView, Contest]:
    """A contest that the actor runs, held until the transaction ends.

    Raises:
        ContestNotFound, Forbidden
    """
    contest = get_managed_contest(actor, slug)
    require(actor, can_manage_contest, contest)
    row = work.session.scalars(
        select(Contest)
        .where(Contest.id == contest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    note_organizer(work, actor, contest.id)
    return contest, row


def managed_round(
    work: UnitOfWork, actor: Actor, slug: str, number: int
) -> tuple[ContestView, RoundView, ContestRound]:
    """A round of it; as :func:`managed`."""
    contest, _row = managed(work, actor, slug)
    current = contest.round(number)
    if current is None:
        raise ContestNotFound
    return contest, current, work.session.get_one(ContestRound, current.id)


def note_organizer(work: UnitOfWork, actor: Actor, contest_id: int) -> None:
    """Whoever works on a contest takes no part in it."""
    if actor.person_id is not None:
        insert_if_absent(work.session, ContestOrganizer, contest_id=contest_id, person_id=actor.person_id)
