"""The one device on which an attempt is sat, and going on on another without losing an answer."""

from __future__ import annotations

from sqlalchemy import func, select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import Attempt, AttemptDevice
from academy.quizzes.opening import open_attempt
from academy.quizzes.seat import Seat

__all__ = ["note_device", "take_over"]


def take_over(actor: Actor, attempt_id: int, seat: Seat) -> None:
    """Let one's attempt go on on this device; doing it again changes nothing.

    From now on the device before is refused. What it has not sent stays in its browser; taken over back there,
    or handed in as a file, it counts where nothing newer is stored.

    Raises:
        NotFound: there is no such attempt of the actor.
        AttemptClosed: it was submitted, or its time is over.
        WrongPlace: the quiz is not to be sat from this network.
    """
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat, take_over=True, while_paused=True)
        if attempt.device is not None and attempt.device != seat.device:
            attempt.device = seat.device
            note_device(work, attempt, seat)


def note_device(work: UnitOfWork, attempt: Attempt, seat: Seat) -> None:
    """Write down that an attempt goes on here, for services of this slice that hold the attempt."""
    last = work.session.scalar(
        select(func.max(AttemptDevice.number)).where(AttemptDevice.attempt_id == attempt.id)
    )
    work.session.add(
        AttemptDevice(
            attempt_id=attempt.id,
            number=(last or 0) + 1,
            device=seat.device,
            address=seat.address[:64],
            agent=seat.agent[:200],
            at=clock.now(),
        )
    )
    work.session.flush()
