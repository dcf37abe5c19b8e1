"""What the device on which an attempt is sat asks again and again, and whether it is that device."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.database_clock import now_column
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.quizzes.models import OPEN, Attempt
from academy.quizzes.pause_rules import require_running
from academy.quizzes.queries import is_own
from academy.quizzes.seat import Seat, require_device, require_place
from academy.quizzes.views import AttemptView

__all__ = ["get_clock", "require_seat"]


def get_clock(actor: Actor, attempt_id: int, seat: Seat) -> dict[str, Any]:
    """State, deadline and the database's clock for one's own attempt; ``active``: it is written on this seat.

    Raises:
        NotFound: there is no such attempt of the actor.
    """
    row = db.session.execute(
        select(
            Attempt.state,
            Attempt.deadline,
            Attempt.device,
            Attempt.paused_until,
            now_column().label("server_now"),
        ).where(Attempt.id == attempt_id, Attempt.person_id == actor.person_id)
    ).first()
    if row is None or actor.person_id is None:
        raise NotFound(_l("There is no such attempt."))
    is_paused = row.state == OPEN and row.paused_until is not None and row.server_now < row.paused_until
    begins = row.paused_until if is_paused else row.server_now
    left = max(0, int((row.deadline - begins).total_seconds())) if row.deadline else None
    return {
        "state": row.state,
        "deadline": row.deadline,
        "paused_until": row.paused_until if is_paused else None,
        "seconds_left": left,
        "server_now": row.server_now,
        "active": row.device in (None, seat.device),
    }


def require_seat(actor: Actor, view: AttemptView, seat: Seat) -> None:
    """Show one's open paper only where it is being sat.

    Raises:
        WrongPlace, OtherDevice
        AttemptPaused: its clock stands still.
    """
    if view.attempt.is_open and is_own(actor, view.attempt.person_id):
        require_place(view.rules.delivery, seat)
        require_device(view.attempt.device, seat)
        require_running(view.attempt, view.server_now)
