"""Taking part: the start with a prediction, the prediction until the paper is handed in, the name on boards.

The prediction belongs to the start, so that everybody makes it knowing as little as everybody else, and before
the clock of the paper runs. It may be changed until one's own paper is handed in; then it stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.contests.eligibility import Place, makers, place_in_contest
from academy.contests.errors import CannotEnter, ContestNotFound
from academy.contests.models import ContestEntry, ContestParticipant, ContestPrediction
from academy.contests.queries import excluded_people, get_contest, get_round
from academy.contests.views import ContestView, RoundView
from academy.enrollment.services import enroll_person
from academy.kernel import chance, clock
from academy.kernel.actor import Actor
from academy.kernel.db import insert_if_absent
from academy.kernel.errors import Invalid, Unauthenticated
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import OPEN, Attempt
from academy.quizzes.obstacles import Obstacle
from academy.quizzes.services import start_attempt

__all__ = ["change_prediction", "enter", "first_attempts", "new_entry", "obstacles_to_enter", "withdraw_name"]

MOST = 10_000_000


def enter(actor: Actor, slug: str, number: int, *, prediction: int | None, lang: str | None = None) -> int:
    """Start the round's paper, or go on with it; enrolls in the contest's course where that is needed.

    Doing it again gives the attempt that is under way and stores the prediction if it is another.

    Args:
        prediction: how many people will answer everything right.
        lang: the language of the paper.

    Returns:
        The id of the attempt.

    Raises:
        ContestNotFound, Unauthenticated, CannotEnter
        CannotEnroll, CannotStart: what the course or the quiz has against it.
        Invalid: the prediction is no number that it could be.
    """
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    value = _checked(prediction)
    with unit_of_work() as work:
        contest, current = get_round(actor, slug, number)
        for obstacle in obstacles_to_enter(actor, contest, current):
            raise CannotEnter(obstacle.message, rule=obstacle.rule, next_step=obstacle.next_step)
        attempt_id = _first_attempt(work, current, actor.person_id)
        if attempt_id is None:
            enroll_person(actor, actor.person_id, find_course_by_id(contest.course_id), source="self")
            attempt_id = start_attempt(actor, current.quiz_id, lang=lang, by_entrance=True)
        place = place_in_contest(contest, actor.person_id)
        entry = new_entry(work, contest, current, actor.person_id, attempt_id, place)
        if _takes_predictions(work, attempt_id):
            _store(work, entry, value)
        return attempt_id


def change_prediction(actor: Actor, slug: str, number: int, *, prediction: int | None) -> ContestEntry:
    """Store another prediction while the paper has not been handed in; the entry with what is stored.

    Raises:
        ContestNotFound
        Invalid: it is no number that it could be.
        CannotEnter: there is no entry, or the paper was handed in.
    """
    value = _checked(prediction)
    with unit_of_work() as work:
        _contest, current = get_round(actor, slug, number)
        entry = _entry(work, current, actor.person_id)
        if entry is None:
            raise CannotEnter(
                _l("You have not started this round."),
                rule="contest.no-entry",
                next_step=_l("Write your prediction where you start the paper."),
            )
        if not _takes_predictions(work, entry.attempt_id):
            raise CannotEnter(
                _l("Your paper has been handed in: the prediction can no longer be changed."),
                rule="contest.prediction-closed",
            )
        _store(work, entry, value)
        return entry


def withdraw_name(actor: Actor, slug: str, *, withdrawn: bool) -> None:
    """Have one's name left out of the public boards of a contest, or shown again; at once, in every result.

    Raises:
        ContestNotFound: no such contest, or the actor takes no part in it.
    """
    with unit_of_work() as work:
        contest = get_contest(actor, slug)
        participant = work.session.scalar(
            select(ContestParticipant).where(
                ContestParticipant.contest_id == contest.id, ContestParticipant.person_id == actor.person_id
            )
        )
        if participant is None or actor.person_id is None:
            raise ContestNotFound
        if withdrawn == (participant.name_withdrawn_at is not None):
            return
        participant.name_withdrawn_at = clock.now() if withdrawn else None
        act = "contest.withdraw_name" if withdrawn else "contest.show_name"
        record(actor, act, "contest", contest.slug, person_id=actor.person_id)


def obstacles_to_enter(actor: Actor, contest: ContestView, current: RoundView) -> Iterator[Obstacle]:
    """What keeps the actor from starting the round now, the one to solve first in front."""
    now = clock.now()
    if now < current.opens_at:
        yield Obstacle(
            rule="contest.window",
            message=_l("The round opens on %(when)s.", when=_spoken(current.opens_at)),
            next_step=_l("Come back then."),
        )
    if now >= current.closes_at:
        yield Obstacle(
            rule="contest.window",
            message=_l("The round closed on %(when)s.", when=_spoken(current.last_moment)),
            next_step=_l("Look at the contest's page for the next round."),
        )
    if actor.person_id is None:
        yield Obstacle(
            rule="contest.person",
            message=_l("This account belongs to no person who could take part."),
            next_step=_l("Sign in with your own account."),
        )
        return
    place = place_in_contest(contest, actor.person_id)
    if place is None:
        yield Obstacle(
            rule="contest.scope",
            message=_l("This contest is for people who work at %(unit)s.", unit=contest.unit_name),
            next_step=_l("If you work there, ask your training officer to correct your posting."),
        )
    elif place.board_id is None:
        yield Obstacle(
            rule="contest.board",
            message=_l("No board of this contest is for your kind of staff and position."),
            next_step=_l("If that is wrong, ask your training officer to correct your record."),
        )
    if actor.person_id in makers(contest):
        yield Obstacle(
            rule="contest.makers",
            message=_l("Organisers and authors of questions do not take part."),
        )
    elif actor.person_id in excluded_people(contest.id):
        yield Obstacle(
            rule="contest.excluded",
            message=_l("The organisers have excluded you from this contest."),
            next_step=_l("Ask them for the reason; they have recorded it."),
        )


def new_entry(
    work: UnitOfWork,
    contest: ContestView,
    current: RoundView,
    person_id: int,
    attempt_id: int,
    place: Place | None,
) -> ContestEntry:
    """The entry of a person in a round, made if there is none; participant included."""
    participant = _participant(work, contest.id, person_id)
    insert_if_absent(
        work.session,
        ContestEntry,
        round_id=current.id,
        participant_id=participant.id,
        attempt_id=attempt_id,
        board_id=place.board_id if place else None,
        unit_id=place.unit_id if place else None,
    )
    return work.session.scalars(
        select(ContestEntry)
        .where(ContestEntry.round_id == current.id, ContestEntry.participant_id == participant.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def first_attempts(current: RoundView):
    """Statement of (person id, id of the first attempt begun while the round was open): the ones that count."""
    return (
        select(Attempt.person_id, func.min(Attempt.id).label("attempt_id"))
        .where(
            Attempt.quiz_id == current.quiz_id,
            Attempt.started_at >= current.opens_at,
            Attempt.started_at < current.closes_at,
        )
        .group_by(Attempt.person_id)
    )


def _participant(work: UnitOfWork, contest_id: int, person_id: int) -> ContestParticipant:
    insert_if_absent(
        work.session,
        ContestParticipant,
        contest_id=contest_id,
        person_id=person_id,
        public_id=chance.token_hex(6),
    )
    return work.session.scalars(
        select(ContestParticipant).where(
            ContestParticipant.contest_id == contest_id, ContestParticipant.person_id == person_id
        )
    ).one()


def _first_attempt(work: UnitOfWork, current: RoundView, person_id: int) -> int | None:
    """The attempt that counts already, should it have been started before its quiz was announced for the round."""
    return work.session.scalar(
        first_attempts(current).where(Attempt.person_id == person_id).with_only_columns(func.min(Attempt.id))
    )


def _entry(work: UnitOfWork, current: RoundView, person_id: int | None) -> ContestEntry | None:
    return work.session.scalar(
        select(ContestEntry)
        .join(ContestParticipant, ContestParticipant.id == ContestEntry.participant_id)
        .where(ContestEntry.round_id == current.id, ContestParticipant.person_id == person_id)
        .with_for_update(of=ContestEntry)
        .execution_options(populate_existing=True)
    )


def _takes_predictions(work: UnitOfWork, attempt_id: int) -> bool:
    """Whether the paper is still being sat; held, so that it is not handed in between question and answer."""
    attempt = work.session.execute(
        select(Attempt.state, Attempt.accepts_until).where(Attempt.id == attempt_id).with_for_update()
    ).one()
    return attempt.state == OPEN and (attempt.accepts_until is None or clock.now() <= attempt.accepts_until)


def _store(work: UnitOfWork, entry: ContestEntry, value: int) -> None:
    if entry.prediction == value:
        return
    last = work.session.scalar(
        select(func.max(ContestPrediction.sequence)).where(ContestPrediction.entry_id == entry.id)
    )
    now = clock.now()
    work.session.add(ContestPrediction(entry_id=entry.id, sequence=(last or 0) + 1, value=value, at=now))
    entry.prediction, entry.predicted_at = value, now
    work.session.flush()


def _checked(prediction: int | None) -> int:
    if prediction is None or isinstance(prediction, bool) or not 0 <= prediction <= MOST:
        message = _l("Write a whole number from 0 to %(most)s.", most=MOST)
        raise Invalid(message, rule="contest.prediction", errors={"prediction": [message]})
    return prediction


def _spoken(instant) -> str:
    return clock.local(instant).strftime("%d/%m/%Y, %H:%M:%S")
