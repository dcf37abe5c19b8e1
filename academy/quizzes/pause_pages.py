"""Pages of pauses, for whoever sits: the button on the paper, the page while the clock stands still, going on."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.kernel.errors import Conflict
from academy.kernel.http import current_actor
from academy.kernel.rights import signed_in
from academy.quizzes import services
from academy.quizzes.blueprint import bp
from academy.quizzes.page_fields import sent_along
from academy.quizzes.pausing import own_pauses
from academy.quizzes.seat_of_request import current_seat
from academy.quizzes.views import AttemptView


@bp.post("/attempts/<int:attempt>/pause")
@signed_in
def pause(attempt: int) -> Response:
    """Stop one's clock, from a page without answers to store."""
    return take_pause(attempt)


def take_pause(attempt: int) -> Response:
    """Stop one's clock and show that it stands still, or why it goes on."""
    try:
        services.pause_own(current_actor(), attempt, seat=current_seat())
    except Conflict as refusal:
        flash(f"{refusal.message} {refusal.next_step}".strip(), "error")
    return to_attempt(attempt)


def paused_page(view: AttemptView) -> str:
    """What is shown instead of the paper; fields that were sent in vain are carried along."""
    left = view.attempt.seconds_left(view.server_now) or 0
    return render_template(
        "quizzes/paused.html",
        view=view,
        pauses=own_pauses(view.attempt, view.server_now),
        left=left,
        ends_in=max(1, int((view.attempt.paused_until - view.server_now).total_seconds()) + 1),
        sent=sent_along(request.form),
        lost_files=any(file.filename for file in request.files.values()),
    )


def paused_page_of(attempt_id: int) -> str | Response:
    """:func:`paused_page`, or the attempt's page should the pause have ended meanwhile."""
    view = services.get_current_attempt(current_actor(), attempt_id)
    return paused_page(view) if view.attempt.is_paused(view.server_now) else to_attempt(attempt_id)


def to_attempt(attempt: int) -> Response:
    """On to the page of an attempt, whatever it shows now."""
    return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)
