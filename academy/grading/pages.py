"""Pages of those who mark: what waits for them, and one answer after the other."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.grading import (
    appeal_pages,
    appeal_queries,
    change_pages,
    queries,
    services,
    studio_pages,
    wording,
)
from academy.grading.blueprint import bp
from academy.grading.forms import read_mark, typed_mark
from academy.grading.handed_in import file_for_marker
from academy.grading.overview_queries import list_proposals
from academy.grading.policies import GRADE_APPROVE
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import signed_in
from academy.quizzes.sending import answer_file_response
from academy.web.format import number, time
from academy.web.navigation import add_entry

__all__ = ["appeal_pages", "bp", "change_pages", "studio_pages"]


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Marking"),
        endpoint="grading.index",
        icon="pencil",
        order=20,
        menu="work",
        note=_l("Mark answers, decide on changed marks and on appeals."),
        shown=_works_here,
    )


def _works_here(actor: Actor) -> bool:
    return bool(actor.roles & {Role.INSTRUCTOR, Role.ADMINISTRATOR}) or actor.may(GRADE_APPROVE)


@bp.app_template_filter("points")
def points(value: Decimal | None) -> str:
    """Points of an answer with at most two decimals, halves up; the mark is rounded by itself, not from these."""
    return "" if value is None else number(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


@bp.get("/marking")
@signed_in
def index() -> str:
    """Everything of marking that waits for the reader."""
    actor = current_actor()
    return render_template(
        "grading/index.html",
        work=queries.list_work(actor),
        remarks=appeal_queries.list_to_remark(actor),
        proposals=list_proposals(actor, state="proposed"),
        appeals=appeal_queries.list_open(actor),
        phrases=queries.phrases_of(actor),
        wording=wording,
    )


@bp.post("/marking/quizzes/<int:quiz>/next")
@signed_in
def next_answer(quiz: int) -> Response:
    """Go on marking: to the next answer, claimed for the reader if need be."""
    return _to_next(quiz)


@bp.get("/marking/seats/<int:seat>")
@signed_in
def show_seat(seat: int) -> str:
    return _seat_page(seat)


@bp.post("/marking/seats/<int:seat>")
@signed_in
def save_seat(seat: int) -> Response | tuple[str, int]:
    """Store the mark and go on to the next answer; nothing typed is lost if it is refused."""
    actor = current_actor()
    mark = read_mark(request.form)
    chosen = request.form.getlist("use")
    used = [one.text for one in queries.phrases_of(actor) if str(one.id) in chosen] if chosen else []
    mark = services.with_phrases(mark, used)
    try:
        stored = services.save_mark(actor, seat, mark, phrase=request.form.get("phrase", ""))
    except (Invalid, Conflict) as error:
        return _seat_page(seat, typed_mark(request.form), error), error.status
    flash(_("Stored %(time)s.", time=time(stored, seconds=True)), "success")
    return _to_next(queries.get_seat(actor, seat).quiz_id)


@bp.get("/marking/seats/<int:seat>/files/<key>")
@signed_in
def show_seat_file(seat: int, key: str) -> Response:
    """A file that was handed in, for its marker; see :func:`academy.quizzes.sending.answer_file_response`."""
    return answer_file_response(file_for_marker(current_actor(), seat, key))


@bp.post("/marking/seats/<int:seat>/undo")
@signed_in
def undo_seat(seat: int) -> Response:
    services.undo_mark(current_actor(), seat)
    flash(_("The mark is taken back; the answer waits for you again."), "success")
    return redirect(url_for("grading.show_seat", seat=seat), code=303)


@bp.post("/marking/phrases/<int:phrase>/removal")
@signed_in
def remove_phrase(phrase: int) -> Response:
    services.forget_phrase(current_actor(), phrase)
    return redirect(url_for("grading.index") + "#phrases", code=303)


def _to_next(quiz: int) -> Response:
    found = services.next_seat(current_actor(), quiz)
    if found is None:
        flash(_("Nothing is left for you to mark in this quiz."), "success")
        return redirect(url_for("grading.index"), code=303)
    return redirect(url_for("grading.show_seat", seat=found), code=303)


def _seat_page(
    seat_id: int, typed: dict[str, Any] | None = None, error: Invalid | Conflict | None = None
) -> str:
    actor = current_actor()
    seat = queries.get_seat(actor, seat_id)
    work, last = queries.progress_at(actor, seat)
    return render_template(
        "grading/seat.html",
        seat=seat,
        work=work,
        last=last if last is not None and last.id != seat.id else None,
        phrases=queries.phrases_of(actor),
        typed=typed
        or {
            "levels": seat.levels or {},
            "comments": seat.comments,
            "points": "" if seat.points is None else f"{seat.points.normalize():f}",
            "comment": seat.comment,
            "flagged": seat.flagged,
        },
        error=error,
        errors=error.errors if error else {},
    )
