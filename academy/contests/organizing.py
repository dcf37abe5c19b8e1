"""Setting a contest up: its rules and boards, its rounds, and announcing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from academy.audit.services import record
from academy.catalog.queries import find_course
from academy.contests import lots
from academy.contests.checklist import missing_for_contest, missing_for_round
from academy.contests.closing import enqueue_closing
from academy.contests.errors import NotReady, RoundFixed, UnreadableRules
from academy.contests.managing import managed, managed_round, note_organizer
from academy.contests.models import (
    ANNOUNCED,
    DRAFT,
    Contest,
    ContestBoard,
    ContestRound,
)
from academy.contests.policies import can_manage_contest
from academy.contests.queries import find_contest
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.i18n import _l
from academy.kernel.text import slug as slug_of
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Unit
from academy.quizzes.models import CONTENT, Quiz
from academy.quizzes.queries import find_quiz, get_quiz
from academy.quizzes.services import save_quiz
from academy.quizzes.studio_form import settings_of

__all__ = [
    "add_round",
    "announce_contest",
    "announce_round",
    "change_contest",
    "change_round",
    "create_contest",
    "fit_quiz",
    "remove_round",
]


def create_contest(actor: Actor, settings: Mapping[str, Any]) -> ContestView:
    """Set a contest up as a draft.

    Args:
        settings: as :class:`academy.contests.schemas.ContestSettings` loads them.

    Raises:
        Forbidden: the actor runs no contests for this unit.
        UnreadableRules: no such unit or course.
    """
    with unit_of_work() as work:
        unit = work.session.get(Unit, settings["unit_id"])
        if unit is None:
            raise _wrong("unit_id", _l("Choose a unit."))
        slug = _free_slug(work, settings["title"]["vi"])
        require(actor, can_manage_contest, _Place(unit.path))
        contest = Contest(
            slug=slug,
            unit_id=unit.id,
            course_id=_course_id(settings["course"]),
            created_by=actor.account_id,
            state=DRAFT,
            **_plain(settings),
        )
        work.session.add(contest)
        work.session.flush()
        _set_boards(work, contest.id, settings["boards"])
        note_organizer(work, actor, contest.id)
        record(actor, "contest.create", "contest", slug)
        work.session.flush()
        return find_contest(slug)


def change_contest(actor: Actor, slug: str, settings: Mapping[str, Any]) -> ContestView:
    """Change a contest. Once it is announced only its texts change: boards, ties, names and prizes are promised.

    Raises:
        ContestNotFound, Forbidden, UnreadableRules
    """
    with unit_of_work() as work:
        contest, row = managed(work, actor, slug)
        if row.state == DRAFT:
            row.course_id = _course_id(settings["course"]) if not contest.rounds else row.course_id
            for name, value in _plain(settings).items():
                setattr(row, name, value)
            _set_boards(work, row.id, settings["boards"])
        else:
            row.title, row.summary = settings["title"], settings["summary"]
        record(actor, "contest.change", "contest", slug)
        work.session.flush()
        return find_contest(slug)


def add_round(actor: Actor, slug: str, settings: Mapping[str, Any]) -> RoundView:
    """Add a round after the others.

    Args:
        settings: as :class:`academy.contests.schemas.RoundSettings` loads them.

    Raises:
        ContestNotFound, Forbidden
        UnreadableRules: no such quiz in the contest's course, or another round has it.
    """
    with unit_of_work() as work:
        contest, row = managed(work, actor, slug)
        number = 1 + (
            work.session.scalar(
                select(func.max(ContestRound.number)).where(ContestRound.contest_id == row.id)
            )
            or 0
        )
        new = ContestRound(contest_id=row.id, number=number, **_round_values(contest, settings))
        _flush_round(work, new)
        record(actor, "contest.add_round", "contest", slug, details={"round": number})
        return find_contest(slug).round(number)


def change_round(actor: Actor, slug: str, number: int, settings: Mapping[str, Any]) -> RoundView:
    """Change a round that has not been announced.

    Raises:
        ContestNotFound, Forbidden, UnreadableRules
        RoundFixed: it was announced.
    """
    with unit_of_work() as work:
        contest, current, row = managed_round(work, actor, slug, number)
        _require_planned(current)
        for name, value in _round_values(contest, settings).items():
            setattr(row, name, value)
        _flush_round(work, row)
        record(actor, "contest.change_round", "contest", slug, details={"round": number})
        return find_contest(slug).round(number)


def remove_round(actor: Actor, slug: str, number: int) -> None:
    """Take back a round that has not been announced.

    Raises:
        ContestNotFound, Forbidden
        RoundFixed: it was announced.
    """
    with unit_of_work() as work:
        _contest, current, row = managed_round(work, actor, slug, number)
        _require_planned(current)
        work.session.delete(row)
        record(actor, "contest.remove_round", "contest", slug, details={"round": number})


def fit_quiz(actor: Actor, slug: str, number: int) -> None:
    """Give the round's quiz the round's window, one attempt, and nothing but the mark before the closing.

    Raises:
        ContestNotFound, Forbidden: the actor may not change quizzes of the course, either.
        RoundFixed: the round was announced, or the quiz is kept in a file.
    """
    with unit_of_work() as work:
        _contest, current, _row = managed_round(work, actor, slug, number)
        _require_planned(current)
        quiz = get_quiz(current.quiz_id)
        if work.session.scalar(select(Quiz.origin).where(Quiz.id == quiz.id)) == CONTENT:
            raise RoundFixed(
                _l("This quiz is kept in a file of the content folder."),
                next_step=_l("Set its attempts, window and review there, or copy the course to the studio."),
            )
        settings = settings_of(quiz.rules) | {
            "attempts": 1,
            "window": {"opens": current.opens_at, "closes": current.closes_at},
            "grace_seconds": int(quiz.rules.grace.total_seconds()),
        }
        for row in settings["draw"]:
            for name in ("outcome", "lesson", "kinds", "difficulty", "penalty"):
                if not row[name]:
                    del row[name]
        early = [flag for flag in settings["review"]["after_submit"] if flag == "score"]
        settings["review"] = settings["review"] | {"after_submit": early}
        save_quiz(actor, quiz.course_id, quiz.slug, settings)


def announce_contest(actor: Actor, slug: str) -> None:
    """Make a contest public; from here on its rules stand.

    Raises:
        ContestNotFound, Forbidden
        NotReady: something is missing; the message is the first of the list.
    """
    with unit_of_work() as work:
        contest, row = managed(work, actor, slug)
        if row.state == ANNOUNCED:
            return
        _require_nothing_missing(missing_for_contest(contest))
        row.state, row.announced_at = ANNOUNCED, clock.now()
        record(actor, "contest.announce", "contest", slug)


def announce_round(actor: Actor, slug: str, number: int) -> None:
    """Announce a round with the commitment to the seed of its draw; window, quiz and prizes stand from here on.

    Raises:
        ContestNotFound, Forbidden
        NotReady: something is missing, or the round should have opened by now.
    """
    with unit_of_work() as work:
        contest, current, row = managed_round(work, actor, slug, number)
        if current.announced_at is not None:
            return
        _require_nothing_missing(missing_for_round(contest, current))
        salt, seed = lots.new_seed()
        row.salt, row.seed, row.commitment = salt, seed, lots.commitment(salt, seed)
        row.announced_at = clock.now()
        work.session.flush()
        enqueue_closing(work, row.id, current.closes_at)
        details = {"round": number, "commitment": row.commitment}
        record(actor, "contest.announce_round", "contest", slug, details=details)


class _Place:
    """What the policy asks of a contest that does not exist yet."""

    state = DRAFT

    def __init__(self, unit_path: str) -> None:
        self.unit_path = unit_path


def _require_planned(current: RoundView) -> None:
    if current.announced_at is not None:
        raise RoundFixed(
            _l("The round has been announced: what was promised stays."),
            next_step=_l("Add another round, or correct its result later with a reason."),
        )


def _require_nothing_missing(missing: list[Any]) -> None:
    if missing:
        raise NotReady(missing[0].text, next_step=_l("The list on the contest's page names what is missing."))


def _free_slug(work: UnitOfWork, title: str) -> str:
    base = slug_of(title, 60) or "contest"
    taken = set(
        work.session.scalars(select(Contest.slug).where(Contest.slug.startswith(base, autoescape=True)))
    )
    return next(
        name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    names = ("title", "summary", "rules", "tie_rule", "name_rule", "best_rounds", "prizes")
    return {name: settings[name] for name in names}


def _set_boards(work: UnitOfWork, contest_id: int, boards: list[Mapping[str, Any]]) -> None:
    work.session.execute(delete(ContestBoard).where(ContestBoard.contest_id == contest_id))
    work.session.add_all(
        ContestBoard(
            contest_id=contest_id,
            position=position,
            name=board["name"],
            rule={"kinds": list(board["kinds"]), "positions": list(board["positions"])},
        )
        for position, board in enumerate(boards, 1)
    )
    work.session.flush()


def _course_id(slug: str) -> int:
    course = find_course(slug)
    if course is None:
        raise _wrong("course", _l("Choose a course."))
    return course.id


def _round_values(contest: ContestView, settings: Mapping[str, Any]) -> dict[str, Any]:
    quiz = find_quiz(contest.course_id, settings["quiz"])
    if quiz is None or not quiz.is_offered:
        raise _wrong("quiz", _l("Choose a quiz of the contest's course."))
    return {"quiz_id": quiz.id} | {name: settings[name] for name in ("opens_at", "closes_at", "prizes")}


def _flush_round(work: UnitOfWork, row: ContestRound) -> None:
    try:
        with work.session.begin_nested():
            work.session.add(row)
            work.session.flush()
    except IntegrityError:
        raise _wrong("quiz", _l("Another round has this quiz.")) from None


def _wrong(field: str, message: Any) -> UnreadableRules:
    return UnreadableRules(_l("Please correct the fields named below."), errors={field: [message]})
