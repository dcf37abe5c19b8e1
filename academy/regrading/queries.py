"""Reading regrades: lists, one with its counts, its lines, and what a learner has to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from academy.catalog.models import Course
from academy.catalog.queries import find_course_by_id, get_course
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person
from academy.questions.models import Item, ItemVersion
from academy.questions.queries import ItemRow, VersionRow, find_item, get_item_versions
from academy.quizzes.models import OPEN, Attempt, AttemptItem, Quiz, QuizVersion
from academy.regrading.errors import RegradeNotFound
from academy.regrading.models import Regrade, RegradeLine
from academy.regrading.policies import can_propose, can_read, courses_read_by
from academy.regrading.states import APPLIED, DONE, LEFT, PLANNED, REJECTED, STATES, WITHDRAWN

__all__ = [
    "Choice",
    "Counts",
    "LineRow",
    "Notice",
    "RegradeRow",
    "RegradeView",
    "all_lines",
    "choice_of",
    "get_regrade",
    "list_lines",
    "list_regrades",
    "notices_of",
]

LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeRow:
    """A regrade in a list."""

    id: int
    action: str
    state: str
    key: str
    course_slug: str
    course_title: Mapping[str, str]
    reason: str
    created_at: datetime
    proposed_by: int | None
    proposer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a regrade does, in attempts: ``regraded`` get another grade, of which marks rise, fall, or stay.

    ``passing`` and ``failing`` flip; ``documented`` of the changed have a certificate; ``left`` are left alone, by
    problem; ``applied`` is how far a regrade is that is being carried out.
    """

    examined: int
    regraded: int
    raised: int
    lowered: int
    passing: int
    failing: int
    documented: int
    applied: int
    left: Mapping[str, int]

    @property
    def changed(self) -> int:
        return self.raised + self.lowered


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeView:
    """A regrade with all that its page shows but the lines.

    ``being_sat``: open attempts that were drawn the version; ``newer``: attempts that closed after the preview was
    made. Neither is regraded by it. ``reversed_by``: the regrade that reverses this one and is not refused.
    """

    id: int
    course: CourseView
    item_id: int
    key: str
    action: str
    state: str
    origin: VersionRow | None
    target: VersionRow | None
    option: str
    reverses_id: int | None
    reversed_by: int | None
    reason: str
    created_at: datetime
    proposed_by: int | None
    proposer_id: int | None
    proposer: str
    proposed_at: datetime | None
    decider: str
    decided_at: datetime | None
    decision_note: str
    done_at: datetime | None
    job_id: int | None
    counts: Counts
    being_sat: int
    newer: int
    person_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """What happens to one attempt."""

    attempt_id: int
    slot: int
    name: str
    quiz: Mapping[str, str]
    state: str
    problem: str
    score_before: Decimal | None
    score_after: Decimal | None
    mark_before: Decimal | None
    mark_after: Decimal | None
    passed_before: bool | None
    passed_after: bool | None
    documents: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An item that could be regraded: its versions, and how many closed attempts are graded by each."""

    course: CourseView
    item: ItemRow
    versions: Sequence[VersionRow]
    attempts: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a learner has not yet said to have seen: marks that a regrade changed."""

    attempt_id: int
    quiz: Mapping[str, str]
    at: datetime


def list_regrades(actor: Actor, *, state: str = "", cursor: str | None = None, limit: int = 40) -> Page:
    """Regrades that the actor may read, the newest first; one query. Items are :class:`RegradeRow`."""
    statement = (
        select(
            Regrade.id,
            Regrade.action,
            Regrade.state,
            Item.key,
            Course.slug,
            Course.title,
            Regrade.reason,
            Regrade.created_at,
            Regrade.proposed_by,
            Person.full_name,
        )
        .join(Course, Course.id == Regrade.course_id)
        .join(Item, Item.id == Regrade.item_id)
        .outerjoin(Person, Person.id == Regrade.proposer_id)
        .where(courses_read_by(actor))
    )
    if state in STATES:
        statement = statement.where(Regrade.state == state)
    page = keyset(statement, [Regrade.id], cursor, limit, ascending=False)
    names = ("id", "action", "state", "key", "course_slug", "course_title", "reason", "created_at", "proposed_by", "proposer")
    rows = [RegradeRow(**dict(zip(names, (*row[:9], row[9] or ""), strict=True))) for row in page.items]
    return Page(rows, page.next_cursor)


def get_regrade(actor: Actor, regrade_id: int) -> RegradeView:
    """A regrade, for those who teach its course or oversee its unit; a constant number of queries.

    Raises:
        RegradeNotFound: there is none, or the actor may not know of it.
    """
    decider, later = aliased(Person), aliased(Regrade)
    row = db.session.execute(
        select(Regrade, Item.key, Person.full_name, decider.full_name, later.id)
        .join(Item, Item.id == Regrade.item_id)
        .outerjoin(Person, Person.id == Regrade.proposer_id)
        .outerjoin(decider, decider.account_id == Regrade.decided_by)
        .outerjoin(later, and_(later.reverses_id == Regrade.id, later.state.not_in((REJECTED, WITHDRAWN))))
        .where(Regrade.id == regrade_id)
        .execution_options(populate_existing=True)
    ).first()
    course = find_course_by_id(row[0].course_id) if row else None
    if row is None or course is None or not can_read(actor, course):
        raise RegradeNotFound()
    regrade, key, proposer, decided, reversal = row
    versions = get_item_versions(one for one in (regrade.from_version_id, regrade.to_version_id) if one)
    being_sat, newer = _untouched(regrade)
    return RegradeView(
        course=course,
        key=key,
        origin=versions.get(regrade.from_version_id),
        target=versions.get(regrade.to_version_id),
        reversed_by=reversal,
        proposer=proposer or "",
        decider=decided or "",
        counts=_counts(regrade),
        being_sat=being_sat,
        newer=newer,
        person_ids=_people(actor, regrade.id),
        **{
            name: getattr(regrade, name)
            for name in (
                "id", "item_id", "action", "state", "option", "reverses_id", "reason", "created_at", "proposed_by",
                "proposer_id", "proposed_at", "decided_at", "decision_note", "done_at", "job_id",
            )
        },
    )  # fmt: skip


def list_lines(actor: Actor, regrade_id: int, *, cursor: str | None = None, limit: int = LINES) -> Page:
    """Lines by attempt, fifty a page; one query besides the regrade. Items are :class:`LineRow`."""
    get_regrade(actor, regrade_id)
    page = keyset(_lines(regrade_id), [RegradeLine.attempt_id, RegradeLine.slot], cursor, limit)
    return Page([_line(row) for row in page.items], page.next_cursor)


def all_lines(actor: Actor, regrade_id: int) -> list[LineRow]:
    """Every line, for export."""
    get_regrade(actor, regrade_id)
    rows = db.session.execute(_lines(regrade_id).order_by(RegradeLine.attempt_id))
    return [_line(row) for row in rows]


def choice_of(actor: Actor, course_slug: str, key: str) -> Choice:
    """What there is to choose when an item shall be regraded.

    Raises:
        NotFound: no such course or item.
        Forbidden: the actor may not propose it.
    """
    course = get_course(actor, course_slug)
    require(actor, can_propose, course)
    item = find_item(course.id, key)
    if item is None:
        raise NotFound(_l("There is no such question."))
    ids = db.session.scalars(select(ItemVersion.id).where(ItemVersion.item_id == item.item_id)).all()
    graded_by = func.coalesce(AttemptItem.graded_version_id, AttemptItem.item_version_id)
    counts = db.session.execute(
        select(graded_by, func.count())
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(AttemptItem.item_version_id.in_(ids), Attempt.state != OPEN)
        .group_by(graded_by)
    ).all()
    versions = sorted(get_item_versions(ids).values(), key=lambda one: one.number, reverse=True)
    return Choice(course=course, item=item, versions=versions, attempts={row[0]: row[1] for row in counts})


def notices_of(actor: Actor) -> list[Notice]:
    """Changed marks that the actor has not yet said to have seen, the newest first; one query, none for nobody."""
    if actor.person_id is None:
        return []
    rows = db.session.execute(
        select(RegradeLine.attempt_id, QuizVersion.settings["title"], Regrade.done_at)
        .join(Regrade, Regrade.id == RegradeLine.regrade_id)
        .join(Attempt, Attempt.id == RegradeLine.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(
            RegradeLine.person_id == actor.person_id,
            RegradeLine.seen_at.is_(None),
            Regrade.state == DONE,
            *_mark_changed(),
        )
        .order_by(Regrade.done_at.desc(), RegradeLine.attempt_id)
    ).all()
    newest: dict[int, Notice] = {}
    for attempt_id, title, at in rows:
        newest.setdefault(attempt_id, Notice(attempt_id=attempt_id, quiz=title, at=at))
    return list(newest.values())


def _mark_changed() -> tuple[Any, ...]:
    return RegradeLine.state == APPLIED, RegradeLine.mark_before.is_distinct_from(RegradeLine.mark_after)


def _lines(regrade_id: int) -> Select:
    return (
        select(
            RegradeLine.attempt_id,
            RegradeLine.slot,
            Person.full_name,
            QuizVersion.settings["title"],
            RegradeLine.state,
            RegradeLine.problem,
            RegradeLine.score_before,
            RegradeLine.score_after,
            RegradeLine.mark_before,
            RegradeLine.mark_after,
            RegradeLine.passed_before,
            RegradeLine.passed_after,
            RegradeLine.documents,
        )
        .join(Person, Person.id == RegradeLine.person_id)
        .join(Attempt, Attempt.id == RegradeLine.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(RegradeLine.regrade_id == regrade_id)
    )


def _line(row: Any) -> LineRow:
    names = (
        "attempt_id", "slot", "name", "quiz", "state", "problem", "score_before", "score_after", "mark_before",
        "mark_after", "passed_before", "passed_after", "documents",
    )  # fmt: skip
    return LineRow(**dict(zip(names, row[: len(names)], strict=True)))


def _counts(regrade: Regrade) -> Counts:
    active = RegradeLine.state.in_((PLANNED, APPLIED))
    before, after = RegradeLine.mark_before, RegradeLine.mark_after
    failed_before, failed_after = RegradeLine.passed_before.is_(False), RegradeLine.passed_after.is_(False)

    def count(*conditions: Any) -> Any:
        return func.count().filter(*conditions)

    row = db.session.execute(
        select(
            count(active),
            count(active, after > before),
            count(active, after < before),
            count(active, failed_before, RegradeLine.passed_after.is_(True)),
            count(active, failed_after, RegradeLine.passed_before.is_(True)),
            count(RegradeLine.state == APPLIED),
            count(active, or_(after > before, after < before), cast(RegradeLine.documents, String) != "[]"),
        ).where(RegradeLine.regrade_id == regrade.id)
    ).one()
    left = db.session.execute(
        select(RegradeLine.problem, func.count())
        .where(RegradeLine.regrade_id == regrade.id, RegradeLine.state == LEFT)
        .group_by(RegradeLine.problem)
    ).all()
    return Counts(
        examined=regrade.examined,
        regraded=row[0],
        raised=row[1],
        lowered=row[2],
        passing=row[3],
        failing=row[4],
        applied=row[5],
        documented=row[6],
        left=dict(tuple(row) for row in left),
    )


def _untouched(regrade: Regrade) -> tuple[int, int]:
    """Open attempts with the version in question, and attempts that closed after the preview began."""
    if regrade.from_version_id is None:
        return 0, 0
    graded_by = func.coalesce(AttemptItem.graded_version_id, AttemptItem.item_version_id)
    newer = and_(Attempt.state != OPEN, Attempt.submitted_at > regrade.created_at)
    return tuple(
        db.session.execute(
            select(func.count().filter(Attempt.state == OPEN), func.count().filter(newer))
            .select_from(AttemptItem)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .join(Quiz, Quiz.id == Attempt.quiz_id)
            .where(Quiz.course_id == regrade.course_id, graded_by == regrade.from_version_id)
        ).one()
    )


def _people(actor: Actor, regrade_id: int) -> frozenset[int]:
    """The actor, if an attempt of theirs is touched; of others nothing needs to be known."""
    if actor.person_id is None:
        return frozenset()
    return frozenset(
        db.session.scalars(
            select(RegradeLine.person_id)
            .where(RegradeLine.regrade_id == regrade_id, RegradeLine.person_id == actor.person_id)
            .limit(1)
        )
    )
