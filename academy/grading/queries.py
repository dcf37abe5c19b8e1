"""Reads of schemes, of a marker's work and of what they mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select

from academy.catalog.models import Course
from academy.grading.deciding import TEN
from academy.grading.models import (
    THIRD,
    MarkerPhrase,
    MarkingAnswer,
    MarkingScheme,
    MarkingSeat,
)
from academy.grading.policies import can_mark
from academy.grading.scheme import QUOTA, Scheme
from academy.grading.shuffling import order_for
from academy.grading.views import SeatView, Work
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.organization.models import Person, Unit
from academy.questions.models import Item, ItemVersion
from academy.questions.queries import VersionRow, present_item, solution_of, specs_of
from academy.questions.rubric import shown_rubric
from academy.quizzes.models import Attempt, AttemptItem, Quiz, QuizVersion
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import shown_seed

__all__ = [
    "claimable_by", "find_scheme", "get_seat", "has_left", "list_work", "next_of", "phrases_of",
    "progress_at", "shown_question",
]  # fmt: skip


def find_scheme(quiz_id: int) -> Scheme | None:
    """The scheme of a quiz that holds now."""
    row = db.session.execute(
        select(MarkingScheme.id, MarkingScheme.number, MarkingScheme.settings)
        .where(MarkingScheme.quiz_id == quiz_id)
        .order_by(MarkingScheme.number.desc())
        .limit(1)
    ).first()
    return Scheme.from_settings(*row) if row else None


# --- a marker's work -------------------------------------------------------------------------------


def claimable_by(actor: Actor, scheme: Scheme) -> ColumnElement[bool]:
    """Over seats joined to answers: nobody's yet, and the actor may mark the answer.

    Nobody marks the same answer twice or their own; by the scheme's choice, none of their own unit.
    """
    own = MarkingSeat.__table__.alias("own_seat")
    has_one = (
        select(own.c.id)
        .where(own.c.answer_id == MarkingAnswer.id, own.c.marker_id == actor.account_id)
        .exists()
    )
    rules = [
        MarkingSeat.marker_id.is_(None),
        MarkingSeat.stored_at.is_(None),
        MarkingAnswer.release_id.is_(None),
        ~has_one,
        MarkingAnswer.person_id != (actor.person_id or 0),
    ]
    if scheme.avoid_own_unit and actor.unit_path:
        colleagues = (
            select(Person.id).join(Unit, Unit.id == Person.unit_id).where(Unit.path == actor.unit_path)
        )
        rules.append(MarkingAnswer.person_id.not_in(colleagues))
    return and_(*rules)


def _seats(quiz_id: int, *columns: Any) -> Select:
    return (
        select(*columns)
        .select_from(MarkingSeat)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .where(MarkingSeat.quiz_id == quiz_id)
    )


def _waiting_for(actor: Actor) -> ColumnElement[bool]:
    """Over seats joined to answers: the actor's, and not marked yet."""
    return and_(
        MarkingSeat.marker_id == actor.account_id,
        MarkingSeat.stored_at.is_(None),
        MarkingAnswer.release_id.is_(None),
    )


def next_of(actor: Actor, quiz_id: int, scheme: Scheme, *, claim: bool) -> int | None:
    """The seat that comes next in the actor's order: one that is theirs, or (``claim``) one they may take."""
    rule = claimable_by(actor, scheme) if claim else _waiting_for(actor)
    urgent = case((MarkingSeat.role == THIRD, 0), else_=1)
    order = order_for(actor.account_id or 0, horizontal=scheme.horizontal)
    statement = _seats(quiz_id, MarkingSeat.id).where(rule)
    return db.session.scalar(statement.order_by(urgent, *order, MarkingSeat.role).limit(1))


def has_left(actor: Actor, quiz_id: int, scheme: Scheme) -> bool:
    """Whether the quota of the actor allows one more answer."""
    quota = scheme.markers.get(actor.account_id or 0)
    if scheme.assignment != QUOTA or quota is None:
        return True
    taken = select(func.count(MarkingSeat.id)).where(
        MarkingSeat.quiz_id == quiz_id, MarkingSeat.marker_id == actor.account_id
    )
    return db.session.scalar(taken) < quota


def list_work(actor: Actor) -> list[Work]:
    """The quizzes whose schemes name the actor as a marker, with what is stored and what is left; two queries
    and one for each such quiz."""
    newest = (
        select(MarkingScheme.quiz_id, func.max(MarkingScheme.number).label("number"))
        .group_by(MarkingScheme.quiz_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            MarkingScheme.quiz_id, MarkingScheme.id, MarkingScheme.number, MarkingScheme.settings,
            QuizVersion.settings["title"].label("title"), Course.title.label("course_title"),
        )
        .join(newest, and_(newest.c.quiz_id == MarkingScheme.quiz_id, newest.c.number == MarkingScheme.number))
        .join(Quiz, Quiz.id == MarkingScheme.quiz_id)
        .join(QuizVersion, and_(QuizVersion.quiz_id == Quiz.id, QuizVersion.number == Quiz.current_number))
        .join(Course, Course.id == Quiz.course_id)
        .order_by(Quiz.id)
    )  # fmt: skip
    found = []
    for row in rows.all():
        scheme = Scheme.from_settings(row.id, row.number, row.settings)
        if can_mark(actor, scheme.markers):
            found.append(_work(actor, row.quiz_id, scheme, row.title, row.course_title))
    return found


def progress_at(actor: Actor, seat: SeatView) -> tuple[Work, Row | None]:
    """How far the actor is at the quiz of a seat, and the mark they stored last (``id``, ``stored_at``) if it can
    still be undone; three queries."""
    scheme = find_scheme(seat.quiz_id)
    return _work(actor, seat.quiz_id, scheme, seat.quiz_title, {}), _last_stored(actor, seat.quiz_id)


def _work(
    actor: Actor, quiz_id: int, scheme: Scheme, title: Mapping[str, str], course_title: Mapping[str, str]
) -> Work:
    # three counts in one query, each by its own index
    stored = select(func.count(MarkingSeat.id)).where(
        MarkingSeat.quiz_id == quiz_id,
        MarkingSeat.marker_id == actor.account_id,
        MarkingSeat.stored_at.is_not(None),
    )
    unfinished = _seats(quiz_id, func.count(MarkingSeat.id)).where(_waiting_for(actor))
    claimable = _seats(quiz_id, func.count(MarkingSeat.id)).where(claimable_by(actor, scheme))
    stored, waiting, free = db.session.execute(
        select(stored.scalar_subquery(), unfinished.scalar_subquery(), claimable.scalar_subquery())
    ).one()
    return Work(
        quiz_id=quiz_id, title=title, course_title=course_title, stored=stored, mine=waiting, open=free
    )


def get_seat(actor: Actor, seat_id: int) -> SeatView:
    """An answer to mark, for its marker; two queries at most.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = db.session.execute(
        question_rows(MarkingSeat, MarkingAnswer.quiz_id, MarkingAnswer.release_id)
        .join(MarkingAnswer, of_item())
        .join(MarkingSeat, MarkingSeat.answer_id == MarkingAnswer.id)
        .where(MarkingSeat.id == seat_id, MarkingSeat.marker_id == actor.account_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None or actor.account_id is None:
        raise NotFound(_l("There is no such answer to mark."))
    seat: MarkingSeat = row[0]
    return SeatView(
        id=seat.id,
        quiz_id=row.quiz_id,
        levels=seat.levels,
        points=None if seat.score is None else seat.score * TEN,
        comments=seat.comments or {},
        comment=seat.comment,
        flagged=seat.flagged,
        stored_at=seat.stored_at,
        is_final=row.release_id is not None,
        **shown_question(row),
    )


def question_rows(*columns: Any) -> Select:
    """These columns, and those that :func:`shown_question` reads, of items of attempts."""
    return (
        select(
            *columns,
            AttemptItem.slot,
            AttemptItem.answer.label("given"),
            Attempt.seed,
            Attempt.lang,
            QuizVersion.settings.label("rules"),
            ItemVersion.id.label("version_id"),
            ItemVersion.item_id,
            Item.key,
            ItemVersion.kind,
            ItemVersion.outcome,
            ItemVersion.number,
            ItemVersion.hash,
        )
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
    )


def of_item() -> ColumnElement[bool]:
    """Joins :class:`MarkingAnswer` to the item of the attempt that it is for."""
    return and_(MarkingAnswer.attempt_id == AttemptItem.attempt_id, MarkingAnswer.slot == AttemptItem.slot)


def shown_question(row: Any) -> dict[str, Any]:
    """What a marker sees of a question and its answer."""
    rules = QuizRules.from_settings(row.rules)
    version = VersionRow(
        id=row.version_id, item_id=row.item_id, key=row.key, kind=row.kind, outcome=row.outcome,
        number=row.number, hash=row.hash, spec=specs_of({row.version_id: row.hash})[row.version_id],
    )  # fmt: skip
    seed = shown_seed(rules, row.seed, row.slot, row.kind)
    return {
        "quiz_title": rules.title,
        "lang": row.lang,
        "version": version,
        "body": present_item(version, seed, row.lang)["body"],
        "answer": without_names(row.given),
        "rubric": shown_rubric(version.spec["rubric"], row.lang) if version.spec.get("rubric") else None,
        "solution": solution_of(version, seed, row.lang),
    }


def without_names(answer: Any) -> Any:
    """An answer without the names of files, which often are those of people: "1.pdf", "2.docx"."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("files"), list):
        return answer
    return dict(answer) | {
        "files": [
            dict(file) | {"name": f"{number}.{str(file.get('key', '')).rpartition('.')[2] or 'file'}"}
            for number, file in enumerate(answer["files"], start=1)
        ]
    }


def _last_stored(actor: Actor, quiz_id: int) -> Row | None:
    return db.session.execute(
        select(MarkingSeat.id, MarkingSeat.stored_at)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .where(
            MarkingSeat.quiz_id == quiz_id,
            MarkingAnswer.release_id.is_(None),
            MarkingSeat.marker_id == actor.account_id,
            MarkingSeat.stored_at.is_not(None),
        )
        .order_by(MarkingSeat.stored_at.desc(), MarkingSeat.id.desc())
        .limit(1)
    ).first()


def phrases_of(actor: Actor) -> list[MarkerPhrase]:
    """The actor's own phrases, in the order of the alphabet."""
    return list(
        db.session.scalars(
            select(MarkerPhrase)
            .where(MarkerPhrase.account_id == actor.account_id)
            .order_by(MarkerPhrase.text)
        )
    )
