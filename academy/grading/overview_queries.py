"""Reads for those who lead the marking of a quiz."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.catalog.queries import find_course_by_id
from academy.catalog.views import CourseView
from academy.grading.agreement import Pair, agreement, mean_of, severity_of, spread_of
from academy.grading.deciding import TEN
from academy.grading.models import (
    FINAL,
    MODERATION,
    RELEASED,
    ROLES,
    SECOND,
    THIRD,
    WAITING,
    MarkingAnswer,
    MarkingRelease,
    MarkingSeat,
    MarkProposal,
)  # fmt: skip
from academy.grading.policies import can_lead_marking, can_see_proposal, proposals_visible_to
from academy.grading.queries import find_scheme, of_item, question_rows, shown_question
from academy.grading.shuffling import drawn_by
from academy.grading.views import (
    AnswerView,
    MarkerRow,
    MarkRow,
    Overview,
    ProposalView,
    ReleaseRow,
    SampleRow,
)  # fmt: skip
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.organization.models import Person
from academy.questions.models import Item
from academy.quizzes.models import Attempt, Quiz, QuizVersion
from academy.quizzes.queries import get_quiz
from academy.quizzes.views import QuizRow

__all__ = [
    "get_answer", "get_led_quiz", "get_proposal", "list_proposals", "overview_of", "releases_of", "sample_of",
]  # fmt: skip


def get_led_quiz(actor: Actor, quiz_id: int) -> tuple[QuizRow, CourseView]:
    """A quiz whose marking the actor leads, and its course.

    Raises:
        NotFound: there is none.
        Forbidden: the actor does not lead its marking.
    """
    quiz = get_quiz(quiz_id)
    course = find_course_by_id(quiz.course_id)
    if course is None:
        raise NotFound(_l("There is no such quiz."))
    require(actor, can_lead_marking, course)
    return quiz, course


def overview_of(actor: Actor, quiz_id: int) -> Overview:
    """How far the marking of a quiz is and how its markers compare; as many queries for any number of answers.

    Raises:
        NotFound, Forbidden: as for :func:`get_led_quiz`.
    """
    quiz, course = get_led_quiz(actor, quiz_id)
    counts = db.session.execute(
        select(
            func.count(),
            func.count().filter(MarkingAnswer.state == WAITING),
            func.count().filter(and_(MarkingAnswer.state == FINAL, MarkingAnswer.release_id.is_(None))),
            func.count().filter(and_(MarkingAnswer.flagged, MarkingAnswer.release_id.is_(None))),
            func.count().filter(MarkingAnswer.release_id.is_not(None)),
        ).where(MarkingAnswer.quiz_id == quiz_id)
    ).one()
    thirds = db.session.scalar(
        select(func.count(MarkingSeat.id))
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .where(
            MarkingSeat.quiz_id == quiz_id, MarkingSeat.role == THIRD, MarkingSeat.stored_at.is_(None),
            MarkingAnswer.release_id.is_(None),
        )
    )  # fmt: skip
    scheme = find_scheme(quiz_id)
    return Overview(
        quiz_id=quiz_id, slug=quiz.slug, title=quiz.title, course=course, scheme=scheme,
        answers=counts[0], waiting=counts[1], final=counts[2], flagged=counts[3], thirds=thirds, released=counts[4],
        markers=tuple(_markers(quiz_id, scheme.markers if scheme else ())),
    )  # fmt: skip


def _markers(quiz_id: int, named: Iterable[int]) -> Iterable[MarkerRow]:
    """The database counts how often each mark was given, and each pair of marks of one answer: these are few."""
    scores, waiting, roles = _marks_given(quiz_id)
    pairs = _pairs_given(quiz_id) if roles & {SECOND, THIRD} else defaultdict(Counter)
    for account, username, name in _names(set(named) | set(scores) | set(waiting)):
        yield MarkerRow(
            account=account, username=username, name=name or username, stored=scores[account].total(),
            waiting=waiting[account], mean=mean_of(scores[account]), spread=spread_of(scores[account]),
            severity=severity_of(pairs[account]), agreement=agreement(pairs[account]),
        )  # fmt: skip


def _marks_given(quiz_id: int) -> tuple[dict[int, Counter[Decimal]], Counter[int], set[str]]:
    """By marker: how often each score was given; how many answers still wait. And the roles in which marks are given."""
    scores: dict[int, Counter[Decimal]] = defaultdict(Counter)
    waiting: Counter[int] = Counter()
    roles = set()
    for marker, role, score, number in db.session.execute(
        select(MarkingSeat.marker_id, MarkingSeat.role, MarkingSeat.score, func.count())
        .where(
            MarkingSeat.quiz_id == quiz_id, MarkingSeat.marker_id.is_not(None), MarkingSeat.role != MODERATION
        )
        .group_by(MarkingSeat.marker_id, MarkingSeat.role, MarkingSeat.score)
    ):
        roles.add(role)
        if score is None:
            waiting[marker] += number
        else:
            scores[marker][score] += number
    return scores, waiting, roles


def _pairs_given(quiz_id: int) -> dict[int, Counter[Pair]]:
    """By marker: how often one gave this score and another that one for the same answer."""
    own, other = aliased(MarkingSeat), aliased(MarkingSeat)
    pairs: dict[int, Counter[Pair]] = defaultdict(Counter)
    # the roles of an answer's seats are in the order of the alphabet: first, second, third
    for marker, someone, score, others, number in db.session.execute(
        select(own.marker_id, other.marker_id, own.score, other.score, func.count())
        .join(other, and_(other.answer_id == own.answer_id, other.role < own.role))
        .where(own.quiz_id == quiz_id, own.role.in_((SECOND, THIRD)), own.score.is_not(None))
        .where(other.score.is_not(None), other.role != MODERATION)
        .group_by(own.marker_id, other.marker_id, own.score, other.score)
    ):
        pairs[marker][score, others] += number
        pairs[someone][others, score] += number
    return pairs


def _names(accounts: Iterable[int]) -> list[Any]:
    return list(
        db.session.execute(
            select(Account.id, Account.username, Person.full_name)
            .outerjoin(Person, Person.account_id == Account.id)
            .where(Account.id.in_(set(accounts)))
            .order_by(Account.username)
        ).all()
    )


# --- moderation ------------------------------------------------------------------------------------

DISPUTED, FLAGGED, ALL = "disputed", "flagged", "all"
SAMPLES = (ALL, FLAGGED, DISPUTED)


def sample_of(
    actor: Actor, quiz_id: int, *, rule: str = ALL, size: int = 20, seed: str = "1"
) -> list[SampleRow]:
    """Marked answers for a moderator to look at.

    Args:
        rule: ``all``: drawn from all that are marked; ``flagged``: those that a marker flagged; ``disputed``:
            those that needed a third mark.
        size: at most so many, drawn by the seed: the same seed draws the same answers.

    Raises:
        NotFound, Forbidden: as for :func:`get_led_quiz`.
    """
    get_led_quiz(actor, quiz_id)
    of_quiz = MarkingAnswer.quiz_id == quiz_id
    if rule == FLAGGED:
        chosen = and_(of_quiz, MarkingAnswer.flagged)
    elif rule == DISPUTED:
        third = select(MarkingSeat.answer_id).where(MarkingSeat.quiz_id == quiz_id, MarkingSeat.role == THIRD)
        chosen = and_(of_quiz, MarkingAnswer.id.in_(third))
    else:
        chosen = and_(of_quiz, MarkingAnswer.state.in_((FINAL, RELEASED)))
    drawn = db.session.scalars(
        select(MarkingAnswer.id).where(chosen).order_by(drawn_by(seed), MarkingAnswer.id).limit(size)
    ).all()
    rows = db.session.execute(
        select(
            MarkingAnswer.id, MarkingAnswer.state, MarkingAnswer.how, MarkingAnswer.flagged, MarkingAnswer.score,
            Item.key, func.max(MarkingSeat.score) - func.min(MarkingSeat.score),
        )
        .join(Item, Item.id == MarkingAnswer.item_id)
        .join(MarkingSeat, MarkingSeat.answer_id == MarkingAnswer.id)
        .where(MarkingAnswer.id.in_(drawn))
        .group_by(MarkingAnswer.id, Item.key)
    )  # fmt: skip
    return [
        SampleRow(
            id=row[0], state=row[1], how=row[2], flagged=row[3], points=_points(row[4]), item_key=row[5],
            spread=None if row[6] is None else Decimal(str(row[6])).quantize(Decimal("0.0001")) * TEN,
        )
        for row in sorted(rows, key=lambda row: drawn.index(row[0]))
    ]  # fmt: skip


def get_answer(actor: Actor, answer_id: int) -> AnswerView:
    """An answer with every mark, for those who lead the marking; who wrote it is not told here either.

    Raises:
        NotFound: there is none.
        Forbidden: the actor does not lead its marking.
    """
    row = db.session.execute(
        question_rows(MarkingAnswer, Quiz.slug.label("quiz_slug"))
        .join(MarkingAnswer, of_item())
        .join(Quiz, Quiz.id == MarkingAnswer.quiz_id)
        .where(MarkingAnswer.id == answer_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound(_l("There is no such answer to mark."))
    answer: MarkingAnswer = row[0]
    _quiz, course = get_led_quiz(actor, answer.quiz_id)
    return AnswerView(
        id=answer.id, quiz_id=answer.quiz_id, quiz_slug=row.quiz_slug, course=course, attempt_id=answer.attempt_id,
        slot=answer.slot, state=answer.state, how=answer.how, points=_points(answer.score), flagged=answer.flagged,
        is_released=answer.release_id is not None, marks=tuple(_marks(answer_id)), **shown_question(row),
    )  # fmt: skip


def _marks(answer_id: int) -> Iterable[MarkRow]:
    seats = list(
        db.session.execute(
            select(MarkingSeat, Account.username, Person.full_name)
            .outerjoin(Account, Account.id == MarkingSeat.marker_id)
            .outerjoin(Person, Person.account_id == Account.id)
            .where(MarkingSeat.answer_id == answer_id)
            .execution_options(populate_existing=True)
        ).all()
    )
    for seat, username, name in sorted(seats, key=lambda row: ROLES.index(row[0].role)):
        yield MarkRow(
            role=seat.role, marker_id=seat.marker_id, marker=name or username or "", points=_points(seat.score),
            levels=seat.levels, comments=seat.comments or {}, comment=seat.comment, flagged=seat.flagged,
            stored_at=seat.stored_at,
        )  # fmt: skip


def _points(score: Decimal | None) -> Decimal | None:
    return None if score is None else score * TEN


def releases_of(quiz_id: int) -> list[ReleaseRow]:
    """The releases of a quiz, newest first; for those who may see its overview."""
    rows = db.session.execute(
        select(MarkingRelease, Account.username, Person.full_name)
        .outerjoin(Account, Account.id == MarkingRelease.by_id)
        .outerjoin(Person, Person.account_id == Account.id)
        .where(MarkingRelease.quiz_id == quiz_id)
        .order_by(MarkingRelease.id.desc())
        .execution_options(populate_existing=True)
    )
    return [
        ReleaseRow(
            id=one.id, answers=one.answers, at=one.at, by=name or username or "", job_id=one.job_id,
            finished_at=one.finished_at,
        )
        for one, username, name in rows
    ]  # fmt: skip


# --- proposals to change a mark --------------------------------------------------------------------


def list_proposals(actor: Actor, *, state: str, limit: int = 50) -> list[ProposalView]:
    """Proposals that the actor may see, the oldest first."""
    return _proposals(and_(MarkProposal.state == state, proposals_visible_to(actor)), limit)


def get_proposal(actor: Actor, proposal_id: int) -> ProposalView:
    """
    Raises:
        NotFound: there is none, or the actor may not know that there is.
    """
    found = _proposals(or_(MarkProposal.id == proposal_id), 1)
    if not found or not can_see_proposal(actor, found[0]):
        raise NotFound(_l("There is no such proposal."))
    return found[0]


def _proposals(rule: Any, limit: int) -> list[ProposalView]:
    proposer, decider = aliased(Account), aliased(Account)
    proposing, deciding = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            MarkProposal, Attempt.quiz_id, Attempt.person_id, Quiz.course_id, QuizVersion.settings["title"],
            func.coalesce(proposing.full_name, proposer.username), func.coalesce(deciding.full_name, decider.username),
        )
        .join(Attempt, Attempt.id == MarkProposal.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(proposer, proposer.id == MarkProposal.proposed_by)
        .outerjoin(proposing, proposing.account_id == proposer.id)
        .outerjoin(decider, decider.id == MarkProposal.decided_by)
        .outerjoin(deciding, deciding.account_id == decider.id)
        .where(rule)
        .order_by(MarkProposal.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    return [
        ProposalView(
            id=one.id, attempt_id=one.attempt_id, slot=one.slot, course=find_course_by_id(course_id),
            quiz_id=quiz_id, quiz_title=title, person_id=person_id, state=one.state,
            points_before=_points(one.score_before), points_after=one.score_after * TEN, mark_before=one.mark_before,
            mark_after=one.mark_after, reason=one.reason, proposed_by=one.proposed_by, proposer=proposed,
            proposed_at=one.proposed_at, decider=decided or "", decided_at=one.decided_at, note=one.note,
        )
        for one, quiz_id, person_id, course_id, title, proposed, decided in rows
    ]  # fmt: skip
