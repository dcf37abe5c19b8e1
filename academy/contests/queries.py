"""Reading contests and what people have entered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import func, or_, select

from academy.accounts.models import Account
from academy.accounts.services import username_key
from academy.contests.errors import ContestNotFound
from academy.contests.models import (
    ANNOUNCED,
    DRAFT,
    Contest,
    ContestBoard,
    ContestEntry,
    ContestExclusion,
    ContestParticipant,
    ContestProlongation,
    ContestRound,
)
from academy.contests.policies import can_read_contest, can_see_contest, contests_public, contests_read_by
from academy.contests.views import BoardView, ContestView, OwnEntry, ProlongationView, RoundView
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person, Unit
from academy.quizzes.models import Attempt

__all__ = [
    "contest_of_round",
    "excluded_people",
    "find_contest",
    "find_person",
    "get_contest",
    "get_managed_contest",
    "get_round",
    "list_exclusions",
    "list_managed",
    "list_public",
    "name_withdrawn_at",
    "own_entries",
    "owner_choices",
]


def find_contest(slug: str) -> ContestView | None:
    """A contest with boards and rounds, for services: no policy is asked; two queries."""
    rows = db.session.execute(
        select(
            Contest,
            Unit.name,
            Unit.path,
            ContestBoard.id,
            ContestBoard.position,
            ContestBoard.name.label("board_name"),
            ContestBoard.rule,
        )
        .join(Unit, Unit.id == Contest.unit_id)
        .outerjoin(ContestBoard, ContestBoard.contest_id == Contest.id)
        .where(Contest.slug == slug)
        .order_by(ContestBoard.position)
        # what another request has written since must not hide behind an object met before
        .execution_options(populate_existing=True)
    ).all()
    return _view(rows) if rows else None


def get_contest(actor: Actor, slug: str) -> ContestView:
    """A contest that the actor may see.

    Raises:
        ContestNotFound
    """
    contest = find_contest(slug)
    if contest is None or not can_see_contest(actor, contest):
        raise ContestNotFound
    return contest


def get_managed_contest(actor: Actor, slug: str) -> ContestView:
    """A contest for those who run, approve or inspect it.

    Raises:
        ContestNotFound
    """
    contest = find_contest(slug)
    if contest is None or not can_read_contest(actor, contest):
        raise ContestNotFound
    return contest


def get_round(actor: Actor, slug: str, number: int) -> tuple[ContestView, RoundView]:
    """An announced round of a contest that the actor may see.

    Raises:
        ContestNotFound
    """
    contest = get_contest(actor, slug)
    wanted = contest.round(number)
    if wanted is None or wanted.announced_at is None:
        raise ContestNotFound
    return contest, wanted


def contest_of_round(round_id: int) -> tuple[ContestView, RoundView]:
    """A round with its contest, for jobs.

    Raises:
        ContestNotFound
    """
    slug = db.session.scalar(
        select(Contest.slug)
        .join(ContestRound, ContestRound.contest_id == Contest.id)
        .where(ContestRound.id == round_id)
    )
    contest = find_contest(slug) if slug else None
    if contest is None:
        raise ContestNotFound
    return contest, next(one for one in contest.rounds if one.id == round_id)


def list_public(*, cursor: str | None = None, limit: int = 20) -> Page:
    """Announced contests with their first opening and last closing, newest first; one query."""
    return keyset(_listed().where(contests_public()), [Contest.id], cursor, limit, ascending=False)


def list_managed(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Contests of the actor's units, whatever their state, newest first; one query."""
    statement = _listed().where(contests_read_by(actor), Contest.state.in_((DRAFT, ANNOUNCED)))
    return keyset(statement, [Contest.id], cursor, limit, ascending=False)


def own_entries(person_id: int | None, contest_id: int) -> dict[int, OwnEntry]:
    """A person's entries in a contest by the round's number; one query."""
    if person_id is None:
        return {}
    rows = db.session.execute(
        select(
            ContestRound.number.label("round_number"),
            ContestEntry.id.label("entry_id"),
            ContestEntry.attempt_id,
            ContestParticipant.public_id,
            ContestEntry.board_id,
            ContestEntry.prediction,
            ContestEntry.predicted_at,
            Attempt.state.label("attempt_state"),
            Attempt.started_at,
            Attempt.submitted_at,
            Attempt.accepts_until,
        )
        .join(ContestRound, ContestRound.id == ContestEntry.round_id)
        .join(ContestParticipant, ContestParticipant.id == ContestEntry.participant_id)
        .join(Attempt, Attempt.id == ContestEntry.attempt_id)
        .where(ContestParticipant.person_id == person_id, ContestRound.contest_id == contest_id)
        .order_by(ContestRound.number)
    )
    return {row.round_number: OwnEntry(**row._mapping) for row in rows}


def name_withdrawn_at(person_id: int | None, contest_id: int) -> Any:
    """When the person asked not to be named, or None."""
    return db.session.scalar(
        select(ContestParticipant.name_withdrawn_at).where(
            ContestParticipant.contest_id == contest_id, ContestParticipant.person_id == person_id
        )
    )


def excluded_people(contest_id: int) -> set[int]:
    """Person ids whose entries do not count now."""
    return set(
        db.session.scalars(
            select(ContestExclusion.person_id).where(
                ContestExclusion.contest_id == contest_id, ContestExclusion.lifted_at.is_(None)
            )
        )
    )


def list_exclusions(contest_id: int, *, limit: int = 200) -> Sequence[Any]:
    """Exclusions in force with the names of the people, the newest first; one query."""
    return db.session.execute(
        select(
            ContestExclusion.id,
            ContestExclusion.source,
            ContestExclusion.reason,
            ContestExclusion.at,
            Person.full_name,
            Unit.name.label("unit_name"),
        )
        .join(Person, Person.id == ContestExclusion.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(ContestExclusion.contest_id == contest_id, ContestExclusion.lifted_at.is_(None))
        .order_by(ContestExclusion.at.desc(), ContestExclusion.id.desc())
        .limit(limit)
    ).all()


def find_person(contest: ContestView, text: str) -> int | None:
    """Who is meant by a participant's number, a user name or a staff code; None if nobody of the unit is."""
    text = text.strip()
    by_number = select(ContestParticipant.person_id).where(
        ContestParticipant.contest_id == contest.id, ContestParticipant.public_id == text.lower()
    )
    found = db.session.scalar(by_number)
    if found is not None or not text:
        return found
    return db.session.scalar(
        select(Person.id)
        .outerjoin(Account, Account.id == Person.account_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Unit.path.startswith(contest.unit_path, autoescape=True))
        .where(or_(Account.username_key == username_key(text), Person.external_key == text))
        .limit(1)
    )


def owner_choices(scopes: Sequence[str], *, limit: int = 200) -> list[tuple[int, str]]:
    """Open units below the scopes that may hold a contest, the widest first; one query."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.valid_to.is_(None), Unit.kind.not_in(("body", "office")))
        .order_by(func.length(Unit.path), Unit.sort_key, Unit.id)
    )
    found = [(row.id, row.name) for row in rows if any(row.path.startswith(path) for path in scopes)]
    return found[:limit]


def _listed() -> Any:
    return (
        select(
            Contest.id,
            Contest.slug,
            Contest.title,
            Contest.summary,
            Contest.state,
            Unit.name.label("unit_name"),
            func.count(ContestRound.id).label("rounds"),
            func.min(ContestRound.opens_at).label("opens_at"),
            func.max(ContestRound.closes_at).label("closes_at"),
        )
        .join(Unit, Unit.id == Contest.unit_id)
        .outerjoin(ContestRound, ContestRound.contest_id == Contest.id)
        .group_by(Contest.id, Unit.id)
    )


def _view(rows: Sequence[Any]) -> ContestView:
    contest = rows[0][0]
    names = (
        "id slug title summary rules course_id unit_id state tie_rule name_rule best_rounds prizes created_by "
        "announced_at"
    )
    return ContestView(
        **{name: getattr(contest, name) for name in names.split()},
        unit_name=rows[0][1],
        unit_path=rows[0][2],
        boards=tuple(_board(*row[3:]) for row in rows if row[3] is not None),
        rounds=tuple(_rounds(contest.id)),
    )


def _board(board_id: int, position: int, name: str, rule: Any) -> BoardView:
    return BoardView(
        id=board_id,
        position=position,
        name=name,
        kinds=tuple(rule.get("kinds", ())),
        positions=tuple(rule.get("positions", ())),
    )


def _rounds(contest_id: int) -> list[RoundView]:
    """The rounds of a contest with their later closings; one query."""
    rows = db.session.execute(
        select(ContestRound, ContestProlongation)
        .outerjoin(ContestProlongation, ContestProlongation.round_id == ContestRound.id)
        .where(ContestRound.contest_id == contest_id)
        .order_by(ContestRound.number, ContestProlongation.id)
        .execution_options(populate_existing=True)
    ).all()
    return [
        _round(current, [later for _round, later in group if later is not None])
        for current, group in groupby(rows, key=lambda row: row[0])
    ]


def _round(row: ContestRound, later: list[ContestProlongation]) -> RoundView:
    plain = (
        "id contest_id number quiz_id opens_at closes_at prizes announced_at commitment closed_at revealed_at"
    )
    return RoundView(
        **{name: getattr(row, name) for name in plain.split()},
        prolongations=tuple(
            ProlongationView(
                at=one.at,
                closes_before=one.closes_before,
                closes_after=one.closes_after,
                reason=one.reason,
            )
            for one in later
        ),
        salt=row.salt if row.revealed_at else None,
        seed=row.seed if row.revealed_at else None,
    )
