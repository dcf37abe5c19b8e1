"""Starting an attempt: once, however many requests ask at the same moment."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.i18n import DEFAULT_LOCALE, LOCALES
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.closing import close_attempt
from academy.quizzes.enrollments import standing
from academy.quizzes.errors import CannotStart
from academy.quizzes.models import OPEN, Attempt
from academy.quizzes.paper_drawing import draw_paper, keep_paper
from academy.quizzes.queries import get_visible_quiz, obstacles_of
from academy.quizzes.views import QuizRow

__all__ = ["start_attempt"]


def start_attempt(actor: Actor, quiz_id: int, *, lang: str | None = None) -> int:
    """Start an attempt, or give back the one that is being sat.

    The paper is drawn from the versions that stand in the pool now, and stays that paper. An open
    attempt whose time is over, or that an earlier run through the course left open, is closed first.

    Args:
        lang: the language of the paper; else the actor's, else Vietnamese.

    Returns:
        The id of the actor's open attempt.

    Raises:
        NotFound: there is no such quiz for the actor.
        CannotStart: the first of the obstacles (:mod:`academy.quizzes.obstacles`), or the paper cannot be
            drawn (:mod:`academy.quizzes.paper_drawing`).
    """
    with unit_of_work() as work:
        quiz, _course = get_visible_quiz(actor, quiz_id)
        run = enrollment_of(actor.person_id, quiz.course_id)
        running = _open_attempt(work, actor, quiz)
        if running is not None and _goes_on(running, run):
            return running.id
        if running is not None:
            close_attempt(running.id)
        stands = standing(actor.person_id, quiz.id, quiz.course_id, clock.now())
        obstacle = next(iter(obstacles_of(actor, quiz, stands)), None)
        if obstacle is None:
            return _begin(work, run, quiz, number=stands.used + 1, lang=_language(actor, lang))
    # after the transaction: an attempt whose time was over stays closed
    raise CannotStart(obstacle.message, rule=obstacle.rule, next_step=obstacle.next_step)


def _language(actor: Actor, wanted: str | None) -> str:
    return next((lang for lang in (wanted, actor.locale) if lang in LOCALES), DEFAULT_LOCALE)


def _open_attempt(work: UnitOfWork, actor: Actor, quiz: QuizRow) -> Attempt | None:
    return work.session.scalar(
        select(Attempt).where(
            Attempt.quiz_id == quiz.id, Attempt.person_id == actor.person_id, Attempt.state == OPEN
        )
    )


def _goes_on(attempt: Attempt, run: Enrollment | None) -> bool:
    """Whether an open attempt is still being sat: in time, and in the run that is under way, if there is one."""
    in_time = attempt.accepts_until is None or clock.now() <= attempt.accepts_until
    return in_time and (run is None or run.id == attempt.enrollment_id)


def _begin(work: UnitOfWork, run: Enrollment, quiz: QuizRow, *, number: int, lang: str) -> int:
    now, rules = clock.now(), quiz.rules
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
    if attempt.accepts_until is not None:
        work.enqueue("quizzes.expire", run_at=attempt.accepts_until, attempt_id=attempt.id)
    return attempt.id
