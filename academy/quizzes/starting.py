"""Starting an attempt: once, however many requests ask at the same moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.kernel import database_clock
from academy.kernel.actor import Actor
from academy.kernel.database_clock import now_column
from academy.kernel.db import db
from academy.kernel.i18n import DEFAULT_LOCALE, LOCALES
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.access_codes import require_code
from academy.quizzes.closing import close_attempt
from academy.quizzes.devices import note_device
from academy.quizzes.enrollments import standing
from academy.quizzes.entrances import entrance_of
from academy.quizzes.errors import CannotStart, OtherEntrance
from academy.quizzes.models import OPEN, Attempt
from academy.quizzes.paper_drawing import draw_paper, keep_paper
from academy.quizzes.queries import get_visible_quiz, obstacles_of
from academy.quizzes.seat import NOWHERE, Seat, require_place
from academy.quizzes.views import QuizRow

__all__ = ["start_attempt"]


def start_attempt(
    actor: Actor,
    quiz_id: int,
    *,
    lang: str | None = None,
    code: str = "",
    seat: Seat = NOWHERE,
    by_entrance: bool = False,
) -> int:
    """Start an attempt, or give back the one that is being sat.

    The paper is drawn from the versions that stand in the pool now, and stays that paper. An open
    attempt whose time is over, or that an earlier run through the course left open, is closed first.

    Args:
        lang: the language of the paper; else the actor's, else Vietnamese.
        code: what the invigilator has given out, if the quiz has an access code.
        seat: from where it will be sat.
        by_entrance: the caller is the entrance of the quiz (:mod:`academy.quizzes.entrances`).

    Returns:
        The id of the actor's open attempt.

    Raises:
        NotFound: there is no such quiz for the actor.
        WrongPlace: it is not to be sat from this network.
        TooMany: too many wrong codes.
        OtherEntrance: attempts of this quiz are started elsewhere.
        CannotStart: the first of the obstacles (:mod:`academy.quizzes.obstacles`), or the paper cannot be
            drawn (:mod:`academy.quizzes.paper_drawing`).
    """
    # before the transaction: wrong codes are counted in one of their own
    if _find_running(actor, quiz_id) is None:
        if not by_entrance:
            _require_no_entrance(actor, quiz_id)
        require_code(actor, quiz_id, code)
    with unit_of_work() as work:
        quiz, _course = get_visible_quiz(actor, quiz_id)
        quiz = quiz.accommodated()
        require_place(quiz.rules.delivery, seat)
        now = database_clock.now()
        run = enrollment_of(actor.person_id, quiz.course_id)
        running = _open_attempt(work, actor, quiz)
        if running is not None and _goes_on(running, run, now):
            return running.id
        if running is not None:
            close_attempt(running.id)
        stands = standing(actor.person_id, quiz.id, quiz.course_id, now)
        obstacle = next(iter(obstacles_of(actor, quiz, stands, now)), None)
        if obstacle is None:
            return _begin(work, run, quiz, now, seat, number=stands.used + 1, lang=_language(actor, lang))
    # after the transaction: an attempt whose time was over stays closed
    raise CannotStart(obstacle.message, rule=obstacle.rule, next_step=obstacle.next_step)


def _require_no_entrance(actor: Actor, quiz_id: int) -> None:
    entrance = entrance_of(quiz_id)
    if entrance is not None:
        get_visible_quiz(actor, quiz_id)
        raise OtherEntrance(entrance.message, path=entrance.path)


def _language(actor: Actor, wanted: str | None) -> str:
    return next((lang for lang in (wanted, actor.locale) if lang in LOCALES), DEFAULT_LOCALE)


def _find_running(actor: Actor, quiz_id: int) -> int | None:
    return db.session.scalar(
        select(Attempt.id).where(
            Attempt.quiz_id == quiz_id,
            Attempt.person_id == actor.person_id,
            Attempt.state == OPEN,
            or_(Attempt.accepts_until.is_(None), Attempt.accepts_until >= now_column()),
        )
    )


def _open_attempt(work: UnitOfWork, actor: Actor, quiz: QuizRow) -> Attempt | None:
    return work.session.scalar(
        select(Attempt).where(
            Attempt.quiz_id == quiz.id, Attempt.person_id == actor.person_id, Attempt.state == OPEN
        )
    )


def _goes_on(attempt: Attempt, run: Enrollment | None, now: datetime) -> bool:
    """Whether an open attempt is still being sat: in time, and in the run that is under way, if there is one."""
    in_time = attempt.accepts_until is None or now <= attempt.accepts_until
    return in_time and (run is None or run.id == attempt.enrollment_id)


def _begin(
    work: UnitOfWork, run: Enrollment, quiz: QuizRow, now: datetime, seat: Seat, *, number: int, lang: str
) -> int:
    rules = quiz.rules
    deadline = rules.deadline(now)
    paper = draw_paper(quiz, run, number=number, lang=lang)
    attempt = Attempt(
        quiz_id=quiz.id,
        quiz_version_id=quiz.version_id,
        person_id=run.person_id,
        enrollment_id=run.id,
        number=number,
        attempt_limit=rules.attempts,
        seed=paper.seed,
        lang=lang,
        started_at=now,
        deadline=deadline,
        accepts_until=rules.accepts_until(deadline),
        device=seat.device if rules.delivery.one_device else None,
        closes_at=rules.last_moment,
        **_may_pause(quiz),
    )
    try:
        with work.session.begin_nested():
            work.session.add(attempt)
            work.session.flush()
    except IntegrityError:
        # another request of the same person was faster: the schema allows one open attempt only
        running = work.session.scalar(
            select(Attempt.id).where(
                Attempt.quiz_id == quiz.id, Attempt.person_id == run.person_id, Attempt.state == OPEN
            )
        )
        if running is None:
            raise
        return running
    keep_paper(work.session, attempt.id, paper)
    if attempt.device is not None:
        note_device(work, attempt, seat)
    if attempt.accepts_until is not None:
        work.enqueue("quizzes.expire", run_at=attempt.accepts_until, attempt_id=attempt.id)
    return attempt.id


def _may_pause(quiz: QuizRow) -> dict[str, int | bool]:
    """What is granted now stays with the attempt, whatever becomes of the grant."""
    granted = quiz.allowance
    if granted is None:
        return {}
    return {
        "pauses": granted.pauses,
        "pause_minutes": granted.pause_minutes,
        "pause_past_close": granted.pause_past_close,
    }
