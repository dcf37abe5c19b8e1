"""Computing the analysis of a quiz anew, and asking for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import delete, func, select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.item_analysis.alarm import DEFAULT, AlarmRules
from academy.item_analysis.computing import Computed, compute
from academy.item_analysis.loading import Family, exposure, families_of, load, load_log
from academy.item_analysis.models import ItemAnalysis, QuizAlarm, QuizAnalysis
from academy.item_analysis.queries import alarm_of, quiz_of
from academy.item_analysis.schemas import AlarmSettings
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.field_messages import messages_by_field
from academy.questions.queries import get_item_versions
from academy.quizzes.models import Attempt, Quiz
from academy.quizzes.policies import can_edit_quizzes, can_read_attempts
from academy.quizzes.queries import get_quiz

__all__ = ["analyse_quiz", "due_quizzes", "request_analysis", "set_alarm"]

EXPOSURE_DAYS = 30
WATCHED = timedelta(days=60)

Report = Callable[[int, int], None]


def request_analysis(actor: Actor, quiz_id: int) -> int:
    """Have a quiz analysed by a job; its id, to watch.

    Raises:
        NotFound: there is no such quiz.
        Forbidden: the actor may not read its attempts.
    """
    with unit_of_work() as work:
        quiz = get_quiz(quiz_id)
        require(actor, can_read_attempts, find_course_by_id(quiz.course_id))
        key = f"item_analysis.quiz:{quiz_id}:{actor.account_id}"
        return work.enqueue("item_analysis.quiz", key=key, owner=actor.account_id, quiz_id=quiz_id).id


def set_alarm(actor: Actor, course_slug: str, quiz_slug: str, settings: Mapping[str, Any] | None) -> int:
    """Say when an item of a quiz sets off the alarm, and have the quiz analysed by that; the id of the job.

    Args:
        settings: as :class:`academy.item_analysis.schemas.AlarmSettings` takes them; None: as everywhere.

    Raises:
        NotFound, Forbidden: the actor may not change such a quiz.
        Invalid: a number is missing or out of its bounds; ``errors`` by field.
    """
    with unit_of_work() as work:
        view = quiz_of(actor, course_slug, quiz_slug)
        require(actor, can_edit_quizzes, view.course)
        rules = _checked(settings) if settings is not None else DEFAULT
        found = work.session.get(QuizAlarm, view.quiz.id, with_for_update=True, populate_existing=True)
        if rules == DEFAULT:
            if found is not None:
                work.session.delete(found)
        elif found is None:
            work.session.add(QuizAlarm(quiz_id=view.quiz.id, settings=asdict(rules), by_id=actor.account_id))
        else:
            found.settings, found.at, found.by_id = asdict(rules), clock.now(), actor.account_id
        if rules != view.alarm:
            details = {"before": asdict(view.alarm), "after": asdict(rules)}
            record(actor, "analysis.alarm", "quiz", view.quiz.id, details=details)
        work.session.flush()
        return request_analysis(actor, view.quiz.id)


def _checked(settings: Mapping[str, Any]) -> AlarmRules:
    try:
        return AlarmRules(**AlarmSettings().load(settings))
    except ValidationError as fault:
        raise Invalid(
            _l("Please correct the fields named below."),
            rule="analysis.alarm",
            errors=messages_by_field(fault.messages),
        ) from fault


def due_quizzes() -> list[int]:
    """Quizzes whose figures may be others by now: somebody has begun an attempt lately, or there are none yet."""
    last = func.max(Attempt.started_at)
    statement = select(Attempt.quiz_id).group_by(Attempt.quiz_id).order_by(Attempt.quiz_id)
    lately = statement.having(last >= clock.now() - WATCHED)
    never = statement.where(Attempt.quiz_id.not_in(select(QuizAnalysis.quiz_id)))
    return sorted({*db.session.scalars(lately), *db.session.scalars(never)})


def analyse_quiz(quiz_id: int, report: Report | None = None) -> int:
    """Compute a quiz's figures from its attempts and put them in the place of those before.

    Reading and computing happen before the transaction that stores, so nobody waits for it.

    Returns:
        How many attempts were analysed.
    """
    families = families_of(quiz_id)
    exposed = exposure(quiz_id, clock.now() - timedelta(days=EXPOSURE_DAYS))
    alarm = alarm_of(quiz_id)
    done: list[tuple[Family, Computed]] = []
    for number, family in enumerate(families):
        if report is not None:
            report(number, len(families))
        sat = load(family)
        if not len(sat.attempt_ids):
            continue
        versions = get_item_versions(set(sat.version.tolist()))
        done.append(
            (family, compute(sat, load_log(family, sat), versions, exposed, clock.now().timestamp(), alarm))
        )
    with unit_of_work() as work:
        _store(work, quiz_id, done)
    return sum(computed.n for _family, computed in done)


def _store(work: UnitOfWork, quiz_id: int, done: Sequence[tuple[Family, Computed]]) -> None:
    # two runs at once: the later one replaces what the earlier stored
    work.session.execute(select(Quiz.id).where(Quiz.id == quiz_id).with_for_update(key_share=True))
    old = select(QuizAnalysis.id).where(QuizAnalysis.quiz_id == quiz_id)
    work.session.execute(delete(ItemAnalysis).where(ItemAnalysis.analysis_id.in_(old)))
    work.session.execute(delete(QuizAnalysis).where(QuizAnalysis.quiz_id == quiz_id))
    for family, computed in done:
        analysis = QuizAnalysis(
            quiz_id=quiz_id,
            family=family.digest,
            versions=list(family.numbers),
            computed_at=clock.now(),
            n=computed.n,
            figures=computed.figures,
        )
        work.session.add(analysis)
        work.session.flush()
        work.session.add_all(
            ItemAnalysis(
                analysis_id=analysis.id,
                item_id=one.item_id,
                version_id=one.version_id,
                reading=one.reading,
                versions=one.versions,
                n=one.n,
                figures=one.figures,
                flags=one.flags,
            )
            for one in computed.items
        )
