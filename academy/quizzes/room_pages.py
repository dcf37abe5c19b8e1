"""Pages of the examination room, for those who invigilate: one board, and what can be done from it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.catalog.policies import COURSE_EDIT, COURSE_MANAGE, can_manage_course
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid
from academy.kernel.http import current_actor, load
from academy.kernel.i18n import _, _n
from academy.kernel.rights import needs
from academy.quizzes import queries, services
from academy.quizzes.accommodations import list_accommodations
from academy.quizzes.answers_file import MAX_BYTES
from academy.quizzes.answers_import import FilePlan
from academy.quizzes.blueprint import bp
from academy.quizzes.board import get_board
from academy.quizzes.freezing import freeze_of_quiz
from academy.quizzes.room_schemas import AccommodationBody

REFUSALS = (Invalid, Conflict, Forbidden)


@bp.get("/quizzes/<int:quiz>/room")
@needs(COURSE_EDIT)
def show_room(quiz: int) -> str:
    return _room(quiz)


@bp.post("/quizzes/<int:quiz>/room/time")
@needs(COURSE_EDIT)
def grant_time(quiz: int) -> Response | tuple[str, int]:
    """More time for the chosen attempts, or for all."""
    try:
        granted = services.grant_time(
            current_actor(),
            quiz,
            _minutes(),
            reason=request.form.get("reason", ""),
            attempts=_chosen(),
        )
    except REFUSALS as refusal:
        return _room(quiz, refusal, "time"), refusal.status
    flash(_n("%(num)s attempt got more time.", "%(num)s attempts got more time.", granted), "success")
    return _back(quiz)


@bp.post("/quizzes/<int:quiz>/room/pauses")
@needs(COURSE_EDIT)
def pause_attempts(quiz: int) -> Response | tuple[str, int]:
    """Stop the clock of the chosen attempts, or of all."""
    try:
        paused = services.pause_attempts(
            current_actor(),
            quiz,
            _minutes(),
            reason=request.form.get("reason", ""),
            past_close="past_close" in request.form,
            attempts=_chosen(),
        )
    except REFUSALS as refusal:
        return _room(quiz, refusal, "time"), refusal.status
    flash(
        _n("The clock of %(num)s attempt stands.", "The clocks of %(num)s attempts stand.", paused), "success"
    )
    return _back(quiz)


@bp.post("/quizzes/<int:quiz>/room/pauses/end")
@needs(COURSE_EDIT)
def end_pauses(quiz: int) -> Response | tuple[str, int]:
    """Let the chosen attempts go on, or all that are paused."""
    try:
        going = services.end_pauses(current_actor(), quiz, attempts=_chosen())
    except REFUSALS as refusal:
        return _room(quiz, refusal, "time"), refusal.status
    flash(_n("%(num)s attempt goes on.", "%(num)s attempts go on.", going), "success")
    return _back(quiz)


def _chosen() -> list[int] | None:
    """The attempts that were ticked; None: all.

    Raises:
        Invalid: nobody was ticked.
    """
    if request.form.get("whom") == "all":
        return None
    chosen = [int(one) for one in request.form.getlist("attempt") if _is_id(one)]
    if not chosen:
        message = _("Tick at least one learner in the list above, or choose all who sit.")
        raise Invalid(message, rule="room.nobody", errors={"whom": [message]})
    return chosen


def _minutes() -> int:
    """Minutes as typed; 0, which every service refuses, if it is no whole number."""
    minutes = _whole(request.form.get("minutes"))
    return minutes if isinstance(minutes, int) else 0


@bp.post("/quizzes/<int:quiz>/room/code")
@needs(COURSE_EDIT)
def set_access_code(quiz: int) -> Response | tuple[str, int]:
    code = "" if "remove" in request.form else request.form.get("code", "")
    try:
        if not code and "remove" not in request.form:
            # an empty field is no wish to open the room to all
            message = _("Type the new code, or remove it.")
            raise Invalid(message, errors={"code": [message]})
        services.set_access_code(current_actor(), quiz, code)
    except REFUSALS as refusal:
        return _room(quiz, refusal, "code"), refusal.status
    flash(_("From now on the new code is needed.") if code else _("No code is needed any more."), "success")
    return _back(quiz)


@bp.post("/quizzes/<int:quiz>/room/accommodations")
@needs(COURSE_EDIT)
def grant_accommodation(quiz: int) -> Response | tuple[str, int]:
    form = request.form
    given: dict[str, Any] = {name: _whole(form.get(name)) or 0 for name in _NUMBERS}
    given |= {name: form.get(name) or None for name in ("opens", "closes")}
    given |= {"reason": form.get("reason", ""), "pause_past_close": "pause_past_close" in form}
    try:
        values = load(AccommodationBody(), given)
        services.grant_accommodation(current_actor(), quiz, form.get("who", "")[:200], values)
    except REFUSALS as refusal:
        return _room(quiz, refusal, "accommodation"), refusal.status
    flash(_("Granted. It holds from the person's next attempt on."), "success")
    return _back(quiz)


_NUMBERS = ("extra_minutes", "extra_percent", "extra_attempts", "pauses", "pause_minutes")


@bp.post("/quizzes/<int:quiz>/room/accommodations/<int:person>/withdrawal")
@needs(COURSE_EDIT)
def withdraw_accommodation(quiz: int, person: int) -> Response | tuple[str, int]:
    try:
        services.withdraw_accommodation(current_actor(), quiz, person, reason=request.form.get("reason", ""))
    except REFUSALS as refusal:
        return _room(quiz, refusal, "withdrawal"), refusal.status
    flash(_("Taken back. Attempts that were started with it keep it."), "success")
    return _back(quiz)


@bp.post("/quizzes/<int:quiz>/room/freeze")
@needs(COURSE_MANAGE)
def lift_freeze(quiz: int) -> Response | tuple[str, int]:
    try:
        services.lift_freeze(current_actor(), quiz, reason=request.form.get("reason", ""))
    except REFUSALS as refusal:
        return _room(quiz, refusal, "freeze"), refusal.status
    flash(
        _("Questions, rules and course can be changed again. Attempts under way keep their paper."), "success"
    )
    return _back(quiz)


@bp.get("/attempts/<int:attempt>/answers-file")
@needs(COURSE_EDIT)
def show_answers_file(attempt: int) -> str:
    return _file_page(attempt)


@bp.post("/attempts/<int:attempt>/answers-file")
@needs(COURSE_EDIT)
def take_answers_file(attempt: int) -> Response | tuple[str, int] | str:
    """First what the file would change, then, with ``act=store``, the change."""
    actor, reason, data = current_actor(), request.form.get("reason", ""), _sent_file()
    try:
        if request.form.get("act") != "store":
            return _file_page(attempt, plan=services.plan_answers_file(actor, attempt, data), data=data)
        plan = services.import_answers_file(actor, attempt, data, reason=reason)
    except REFUSALS as refusal:
        kept = data if "reason" in refusal.errors else ""
        plan = services.plan_answers_file(actor, attempt, data) if kept else None
        return _file_page(attempt, refusal, plan=plan, data=kept), refusal.status
    stored = len(plan.stores)
    flash(
        _n("%(num)s answer was stored from the file.", "%(num)s answers were stored from the file.", stored),
        "success",
    )
    view = queries.get_attempt(actor, attempt)
    return _back(view.attempt.quiz_id)


def _sent_file() -> str:
    """The file as text: chosen now, or carried along from the page before."""
    sent = request.files.get("file")
    if sent and sent.filename:
        return sent.stream.read(MAX_BYTES + 1).decode("utf-8", "replace")
    return request.form.get("data", "")


def _room(quiz_id: int, refusal: AcademyError | None = None, about: str = "") -> str:
    actor = current_actor()
    board = get_board(actor, quiz_id)
    return render_template(
        "quizzes/room.html",
        board=board,
        quiz=board.quiz,
        course=board.course,
        accommodations=list_accommodations(actor, quiz_id),
        has_code=board.quiz.needs_code,
        freeze=freeze_of_quiz(board.quiz, board.now),
        may_lift=can_manage_course(actor, board.course),
        refusal=refusal,
        about=about,
        errors=refusal.errors if refusal else {},
        form=request.form,
        chosen=request.form.getlist("attempt"),
    )


def _file_page(
    attempt_id: int, refusal: AcademyError | None = None, *, plan: FilePlan | None = None, data: str = ""
) -> str:
    view = queries.get_attempt(current_actor(), attempt_id)
    return render_template(
        "quizzes/answers_file.html",
        view=view,
        name=queries.name_of(view.attempt.person_id),
        plan=plan,
        data=data,
        refusal=refusal,
        errors=refusal.errors if refusal else {},
        reason=request.form.get("reason", ""),
    )


def _back(quiz_id: int) -> Response:
    return redirect(url_for("quizzes.show_room", quiz=quiz_id), code=303)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _whole(text: str | None) -> int | str | None:
    """A whole number; what is none stays text, for the schema to refuse."""
    text = (text or "").strip()
    return int(text) if _is_id(text) else text or None
