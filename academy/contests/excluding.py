"""Whose entries do not count."""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.services import record
from academy.contests.deciding import checked_reason
from academy.contests.errors import ContestNotFound, RoundFixed
from academy.contests.managing import managed
from academy.contests.models import BY_HAND, ContestExclusion
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import insert_if_absent
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["exclude", "include_again"]


def exclude(actor: Actor, slug: str, person_id: int, *, reason: str) -> None:
    """Leave a person's entries out of the next result that is computed.

    Raises:
        ContestNotFound, Forbidden
        Invalid: no reason.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        contest, _row = managed(work, actor, slug)
        new = insert_if_absent(
            work.session,
            ContestExclusion,
            contest_id=contest.id,
            person_id=person_id,
            source=BY_HAND,
            reason=reason,
            by_id=actor.account_id,
            at=clock.now(),
        )
        if new:
            details = {"reason": reason}
            record(actor, "contest.exclude", "contest", slug, person_id=person_id, details=details)


def include_again(actor: Actor, slug: str, exclusion_id: int, *, reason: str) -> None:
    """Lift an exclusion that was made by hand; the next result that is computed counts the person again.

    Raises:
        ContestNotFound, Forbidden
        Invalid: no reason.
        RoundFixed: it follows from the rule about makers, or was lifted before.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        contest, _row = managed(work, actor, slug)
        found = work.session.scalar(
            select(ContestExclusion)
            .where(ContestExclusion.id == exclusion_id, ContestExclusion.contest_id == contest.id)
            .with_for_update()
        )
        if found is None:
            raise ContestNotFound
        if found.source != BY_HAND or found.lifted_at is not None:
            raise RoundFixed(
                _l("This exclusion follows from the rules of the contest, or was lifted before.")
            )
        found.lifted_at = clock.now()
        record(
            actor,
            "contest.include",
            "contest",
            slug,
            person_id=found.person_id,
            details={"reason": reason},
        )
