"""Reads of appeals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean, median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.catalog.queries import find_course_by_id
from academy.grading.appeal_states import ASSIGNED, DECIDED, OPEN_STATES, WITHDRAWN
from academy.grading.bands import band_of
from academy.grading.deciding import TEN
from academy.grading.models import (
    Appeal,
    AppealQuestion,
    JudgedResult,
    MarkingAnswer,
    MarkingScheme,
    MarkingSeat,
)
from academy.grading.overview_queries import get_led_quiz
from academy.grading.policies import appeals_visible_to, can_remark, can_see_appeal
from academy.grading.queries import find_scheme, question_rows, shown_question
from academy.grading.scheme import AppealRules, Scheme
from academy.grading.views import AppealFigures, AppealQuestionView, AppealView, Chance
from academy.grading.working_days import end_of_working_day
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.organization.identity import grant_in_force
from academy.organization.models import Person, RoleGrant
from academy.quizzes.models import Attempt, AttemptItem, Quiz, QuizVersion
from academy.quizzes.results import Result
from academy.quizzes.review import SCORE
from academy.quizzes.views import AttemptView

__all__ = [
    "candidates",
    "chance_of",
    "figures_of",
    "get_appeal",
    "get_remark",
    "list_own",
    "list_to_remark",
    "list_open",
]

FEWEST = 5
"""Figures about fewer appeals than this could tell of a single person."""


def get_appeal(actor: Actor, appeal_id: int) -> AppealView:
    """
    Raises:
        NotFound: there is none, or the actor may not know that there is.
    """
    found = find_appeal(Appeal.id == appeal_id)
    if found is None or not can_see_appeal(actor, found):
        raise NotFound(_l("There is no such appeal."))
    return found


def find_appeal(rule: ColumnElement[bool]) -> AppealView | None:
    """The first appeal for which the rule holds, whoever asks."""
    return next(iter(_appeals(rule, limit=1)), None)


def list_own(actor: Actor) -> list[AppealView]:
    """The actor's own appeals, newest first."""
    if actor.person_id is None:
        return []
    return list(reversed(_appeals(Appeal.person_id == actor.person_id)))


def list_to_remark(actor: Actor) -> list[AppealView]:
    """Appeals whose answers the actor has to mark again."""
    if actor.account_id is None:
        return []
    return _appeals(and_(Appeal.marker_id == actor.account_id, Appeal.state == ASSIGNED))


def list_open(actor: Actor) -> list[AppealView]:
    """Appeals of others that are not decided, which the actor leads or decides; the most urgent first."""
    found = _appeals(and_(Appeal.state.in_(OPEN_STATES), appeals_visible_to(actor)), order=Appeal.due_at)
    return [one for one in found if one.person_id != actor.person_id]


def _appeals(rule: ColumnElement[bool], *, limit: int = 200, order: Any = Appeal.id) -> list[AppealView]:
    """Four queries, however many appeals."""
    rows = db.session.execute(
        select(Appeal, Attempt.number, QuizVersion.settings["title"])
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(rule)
        .order_by(order, Appeal.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return []
    ids = [appeal.id for appeal, *_rest in rows]
    questions: dict[int, list[AppealQuestionView]] = {appeal_id: [] for appeal_id in ids}
    for one in db.session.scalars(
        select(AppealQuestion)
        .where(AppealQuestion.appeal_id.in_(ids))
        .order_by(AppealQuestion.slot)
        .execution_options(populate_existing=True)
    ):
        questions[one.appeal_id].append(_question(one))
    markers = _markers(ids)
    courses = _courses({appeal.quiz_id for appeal, *_rest in rows})
    return [
        AppealView(
            id=one.id, attempt_id=one.attempt_id, attempt_number=number, quiz_id=one.quiz_id, quiz_title=title,
            course=courses[one.quiz_id], person_id=one.person_id, state=one.state, submitted_at=one.submitted_at,
            due_at=one.due_at, marker_id=one.marker_id, remarked_at=one.remarked_at, decided_by=one.decided_by,
            decided_at=one.decided_at, note=one.note, outcome=one.outcome, mark_before=one.mark_before,
            mark_after=one.mark_after, questions=tuple(questions[one.id]),
            markers=frozenset(markers.get(one.id, ())) | {look["marker"] for look in one.earlier},
        )
        for one, number, title in rows
    ]  # fmt: skip


def _question(one: AppealQuestion) -> AppealQuestionView:
    return AppealQuestionView(
        slot=one.slot, reason=one.reason, points_before=one.score_before * TEN, levels=one.levels,
        points=None if one.score is None else one.score * TEN, comment=one.comment,
        points_after=None if one.score_after is None else one.score_after * TEN,
    )  # fmt: skip


def _markers(appeal_ids: Iterable[int]) -> dict[int, set[int]]:
    rows = db.session.execute(
        select(AppealQuestion.appeal_id, MarkingSeat.marker_id)
        .join(Appeal, Appeal.id == AppealQuestion.appeal_id)
        .join(
            MarkingAnswer,
            and_(MarkingAnswer.attempt_id == Appeal.attempt_id, MarkingAnswer.slot == AppealQuestion.slot),
        )
        .join(MarkingSeat, MarkingSeat.answer_id == MarkingAnswer.id)
        .where(AppealQuestion.appeal_id.in_(appeal_ids), MarkingSeat.stored_at.is_not(None))
    )
    found: dict[int, set[int]] = {}
    for appeal_id, marker in rows:
        found.setdefault(appeal_id, set()).add(marker)
    return found


def _courses(quiz_ids: Iterable[int]) -> dict[int, Any]:
    rows = db.session.execute(select(Quiz.id, Quiz.course_id).where(Quiz.id.in_(set(quiz_ids))))
    return {quiz_id: find_course_by_id(course_id) for quiz_id, course_id in rows}


# --- what a learner may do -------------------------------------------------------------------------


def chance_of(actor: Actor, view: AttemptView, result: Result | None) -> Chance:
    """Whether the actor can appeal against the mark of an attempt, seen now, and the mark's band; a query, or two
    where people mark.

    Args:
        result: what is released of the attempt to the actor.
    """
    attempt = view.attempt
    if attempt.mark is None or result is None or not result.shows_score:
        return Chance()
    row = db.session.execute(
        select(
            JudgedResult.band_set, JudgedResult.mark, MarkingScheme.id, MarkingScheme.number, MarkingScheme.settings,
            Appeal.id.label("appeal_id"), Appeal.state, Appeal.outcome,
        )
        .select_from(Attempt)
        .outerjoin(JudgedResult, JudgedResult.attempt_id == Attempt.id)
        .outerjoin(
            MarkingScheme,
            and_(MarkingScheme.quiz_id == Attempt.quiz_id, MarkingScheme.number == _newest_number()),
        )
        .outerjoin(Appeal, and_(Appeal.attempt_id == Attempt.id, Appeal.state != WITHDRAWN))
        .where(Attempt.id == attempt.id)
    ).one()  # fmt: skip
    band = band_of(row.mark, row.band_set) if row.band_set else None
    if actor.person_id is None or attempt.person_id != actor.person_id:
        return Chance(band=band)
    if row.appeal_id is not None:
        return Chance(band=band, appeal_id=row.appeal_id, appeal_state=row.state, appeal_outcome=row.outcome)
    scheme = Scheme.from_settings(row.id, row.number, row.settings) if row.id is not None else None
    if scheme is None or scheme.appeal.days == 0:
        return Chance(band=band)
    deadline = deadline_of(view, scheme.appeal)
    return Chance(band=band, deadline=deadline, is_open=clock.now() < deadline)


def _newest_number() -> Any:
    newest = aliased(MarkingScheme)
    return (
        select(func.max(newest.number))
        .where(newest.quiz_id == Attempt.quiz_id)
        .correlate(Attempt)
        .scalar_subquery()
    )


def deadline_of(view: AttemptView, rules: AppealRules) -> datetime:
    """The end of the last working day on which an appeal can be made, counted from when the mark could be seen."""
    released = db.session.scalar(
        select(func.max(MarkingAnswer.released_at)).where(MarkingAnswer.attempt_id == view.attempt.id)
    )
    seen = released or view.attempt.submitted_at
    if SCORE not in view.rules.review.get("after_submit", ()) and view.rules.closes is not None:
        seen = max(seen, view.rules.closes)
    return end_of_working_day(seen, rules.days, rules.days_off)


# --- those who mark again and decide ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkQuestion:
    """A question of an appeal for who marks it again: neither the learner nor any earlier mark is told."""

    slot: int
    reason: str
    shown: dict[str, Any]


def get_remark(actor: Actor, appeal_id: int) -> tuple[AppealView, list[RemarkQuestion]]:
    """What the actor has to mark again.

    Raises:
        NotFound: there is no such appeal, or it was not given to the actor.
    """
    appeal = find_appeal(Appeal.id == appeal_id)
    if appeal is None or not can_remark(actor, appeal):
        raise NotFound(_l("There is no such appeal."))
    reasons = {one.slot: one.reason for one in appeal.questions}
    rows = db.session.execute(
        question_rows(AttemptItem.attempt_id)
        .where(AttemptItem.attempt_id == appeal.attempt_id, AttemptItem.slot.in_(reasons))
        .order_by(AttemptItem.slot)
    ).all()
    return appeal, [
        RemarkQuestion(slot=row.slot, reason=reasons[row.slot], shown=shown_question(row)) for row in rows
    ]


def candidates(appeal: AppealView) -> list[tuple[int, str]]:
    """Who may mark the answers of an appeal again, account and name: markers of the scheme and instructors of the
    course who marked none of them, are not the learner nor, where the scheme says so, of the learner's unit."""
    scheme = find_scheme(appeal.quiz_id)
    named = set(scheme.markers) if scheme else set()
    unit = db.session.scalar(select(Person.unit_id).where(Person.id == appeal.person_id))
    registrars = (
        select(RoleGrant.person_id)
        .where(RoleGrant.role == Role.REGISTRAR.value, grant_in_force())
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Account.id, Account.username, Person.full_name, Person.unit_id)
        .join(Person, Person.account_id == Account.id)
        .where(
            Account.id.in_(named | appeal.course.instructor_ids), Account.state == "active",
            Person.id != appeal.person_id, Person.id.not_in(registrars),
        )
        .order_by(Person.sort_key, Account.id)
    )  # fmt: skip
    avoids = scheme is not None and scheme.avoid_own_unit and unit is not None
    return [
        (row.id, f"{row.full_name} ({row.username})")
        for row in rows
        if row.id not in appeal.markers and not (avoids and row.unit_id == unit)
    ]


def figures_of(actor: Actor, quiz_id: int) -> AppealFigures:
    """How many appeals there were at a quiz, how many changed a mark, by how much, and how long they took.

    Raises:
        NotFound, Forbidden: the actor does not lead its marking.
    """
    get_led_quiz(actor, quiz_id)
    rows = db.session.execute(
        select(Appeal.state, Appeal.mark_before, Appeal.mark_after, Appeal.submitted_at, Appeal.decided_at)
        .where(Appeal.quiz_id == quiz_id, Appeal.state != WITHDRAWN)
    ).all()  # fmt: skip
    if len(rows) < FEWEST:
        return AppealFigures(requests=None if rows else 0)
    decided = [row for row in rows if row.state == DECIDED]
    if len(decided) < FEWEST:
        return AppealFigures(requests=len(rows))
    changes = [abs(row.mark_after - row.mark_before) for row in decided if row.mark_after != row.mark_before]
    days = [
        (clock.local(row.decided_at).date() - clock.local(row.submitted_at).date()).days for row in decided
    ]
    return AppealFigures(
        requests=len(rows),
        decided=len(decided),
        changed=len(changes),
        mean_change=Decimal(str(fmean(changes))).quantize(Decimal("0.1"), ROUND_HALF_UP) if changes else None,
        median_days=round(median(days)),
    )
