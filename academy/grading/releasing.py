"""Releasing marks: all that are final, at the word of one responsible person.

From that word on no marker changes them. A job gives every attempt its grades through the one door for that
(:func:`academy.quizzes.services.change_grades`); what the learner then sees follows the quiz's review policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select, update

from academy.audit.services import record
from academy.grading.collecting import collect
from academy.grading.deciding import decide
from academy.grading.models import FINAL, RELEASED, SECOND, MarkingAnswer, MarkingRelease, MarkingSeat
from academy.grading.overview_queries import get_led_quiz, overview_of
from academy.grading.queries import find_scheme
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l, _n
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account
from academy.plugins.contract import Feedback, Grade
from academy.quizzes.models import MARKING
from academy.quizzes.services import NewGrade, change_grades

__all__ = ["apply_release", "grade_of", "release_marks"]


def release_marks(actor: Actor, quiz_id: int) -> MarkingRelease:
    """Release every mark of a quiz that is final; a job carries them to the attempts.

    Raises:
        NotFound, Forbidden: the actor does not lead the marking of such a quiz.
        Conflict: there is nothing to release, or answers still wait for a mark or a moderator.
    """
    with unit_of_work() as work:
        get_led_quiz(actor, quiz_id)
        scheme = find_scheme(quiz_id)
        if scheme is not None:
            collect(work, quiz_id, scheme)
        work.session.execute(
            select(MarkingAnswer.id).where(MarkingAnswer.quiz_id == quiz_id, MarkingAnswer.release_id.is_(None))
            .with_for_update()
        )  # fmt: skip
        _require_ready(actor, quiz_id)
        release = MarkingRelease(quiz_id=quiz_id, answers=0, by_id=actor.account_id)
        work.session.add(release)
        work.session.flush()
        released = work.session.execute(
            update(MarkingAnswer)
            .where(
                MarkingAnswer.quiz_id == quiz_id,
                MarkingAnswer.state == FINAL,
                MarkingAnswer.release_id.is_(None),
            )
            .values(release_id=release.id)
            .returning(MarkingAnswer.id)
            .execution_options(synchronize_session=False)
        ).all()
        release.answers = len(released)
        job = work.enqueue(
            "grading.release",
            key=f"grading.release:{release.id}",
            owner=actor.account_id,
            release_id=release.id,
        )
        release.job_id = job.id
        record(actor, "marking.release", "quiz", quiz_id, details={"answers": release.answers})
        work.session.flush()
        return release


def _require_ready(actor: Actor, quiz_id: int) -> None:
    overview = overview_of(actor, quiz_id)
    if overview.waiting:
        raise Conflict(
            _n(
                "%(num)s answer still waits for a mark.",
                "%(num)s answers still wait for a mark.",
                overview.waiting,
            ),
            rule="marking.waiting",
            next_step=_l("Marks are released all at once, when every answer has its mark."),
        )
    if overview.flagged:
        raise Conflict(
            _n("%(num)s answer is flagged.", "%(num)s answers are flagged.", overview.flagged),
            rule="marking.flagged",
            next_step=_l("A moderator has to confirm its marks or mark it again."),
        )
    if not overview.final:
        raise Conflict(_l("There is nothing to release."), rule="marking.nothing")


def apply_release(release_id: int) -> Iterator[tuple[int, int]]:
    """Give the attempts of a release their grades, each in its own transaction; going on where it was stopped.

    Yields:
        How many attempts have their grades, of how many.
    """
    release = db.session.get(MarkingRelease, release_id)
    if release is None or release.finished_at is not None:
        return
    actor = (actor_of_account(release.by_id) if release.by_id else None) or Actor.system()
    waiting = db.session.execute(
        select(MarkingAnswer.attempt_id, MarkingAnswer.id)
        .where(MarkingAnswer.release_id == release_id, MarkingAnswer.state == FINAL)
        .order_by(MarkingAnswer.attempt_id, MarkingAnswer.slot)
    ).all()
    attempts = [
        (attempt_id, [row.id for row in rows])
        for attempt_id, rows in groupby(waiting, lambda row: row.attempt_id)
    ]
    for number, (attempt_id, answer_ids) in enumerate(attempts, start=1):
        _give_grades(actor, attempt_id, answer_ids)
        yield number, len(attempts)
    with unit_of_work() as work:
        work.session.get(MarkingRelease, release_id, populate_existing=True).finished_at = clock.now()


def _give_grades(actor: Actor, attempt_id: int, answer_ids: list[int]) -> None:
    with unit_of_work() as work:
        answers = list(
            work.session.scalars(
                select(MarkingAnswer)
                .where(MarkingAnswer.id.in_(answer_ids), MarkingAnswer.state == FINAL)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        )
        if not answers:
            return
        seats: dict[int, dict[str, MarkingSeat]] = {answer.id: {} for answer in answers}
        for seat in work.session.scalars(select(MarkingSeat).where(MarkingSeat.answer_id.in_(seats))):
            seats[seat.answer_id][seat.role] = seat
        scheme = find_scheme(answers[0].quiz_id)
        grades = {}
        for answer in answers:
            marks = {role: seat.score for role, seat in seats[answer.id].items() if seat.score is not None}
            decision = decide(
                marks,
                double=SECOND in seats[answer.id],
                distance=scheme.distance,
                third_rule=scheme.third_rule,
            )
            deciding = [seats[answer.id][role] for role in decision.by if role in seats[answer.id]]
            grades[answer.slot] = NewGrade(grade=grade_of(answer, deciding))
            answer.state, answer.released_at = RELEASED, clock.now()
        change_grades(actor, attempt_id, grades, source=MARKING)


def grade_of(answer: MarkingAnswer, deciding: list[MarkingSeat]) -> Grade:
    """The grade for the learner: the final score, and the words of those whose marks made it, without names."""
    feedback = [
        Feedback(text={"vi": words})
        for seat in deciding
        for words in (*(seat.comments or {}).values(), seat.comment)
        if words
    ]
    details: dict[str, Any] = {"how": answer.how}
    levels: list[Mapping[str, str]] = [seat.levels for seat in deciding if seat.levels]
    if levels and all(one == levels[0] for one in levels):
        details["levels"] = dict(levels[0])
    return Grade(score=answer.score, feedback=tuple(feedback), details=details)
