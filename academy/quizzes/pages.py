"""The pages of a quiz: its rules, the paper, the look back before submitting, the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Invalid, TooMany
from academy.kernel.http import current_actor, larger_body
from academy.kernel.i18n import LANGUAGE_NAMES, LOCALES, _, current_language
from academy.kernel.rights import public, signed_in
from academy.questions.queries import read_answer
from academy.quizzes import (
    paper_pages,
    pause_pages,
    proof_pages,
    queries,
    room_pages,
    services,
    studio_pages,
)
from academy.quizzes.answers_file import file_key
from academy.quizzes.blueprint import bp
from academy.quizzes.enrollments import standing
from academy.quizzes.entrances import entrance_of
from academy.quizzes.errors import (
    AttemptClosed,
    AttemptPaused,
    CannotStart,
    OtherDevice,
    OtherEntrance,
    WrongPlace,
)
from academy.quizzes.page_fields import answers_in, base_name, field_name, sent_along
from academy.quizzes.pausing import own_pauses
from academy.quizzes.policies import can_invigilate
from academy.quizzes.result_parts import result_parts
from academy.quizzes.results import body_of, result_of
from academy.quizzes.seat_of_request import current_seat
from academy.quizzes.seat_queries import require_seat
from academy.quizzes.sending import answer_file_response
from academy.quizzes.views import AttemptView

__all__ = ["bp", "paper_pages", "pause_pages", "proof_pages", "room_pages", "studio_pages"]


@bp.get("/quizzes/<int:quiz>")
@public
def show_quiz(quiz: int) -> str:
    return _quiz_page(quiz)


@bp.post("/quizzes/<int:quiz>/attempts")
@signed_in
def start_attempt(quiz: int) -> Response | tuple[str, int]:
    lang = request.form.get("lang")
    try:
        attempt = services.start_attempt(
            current_actor(),
            quiz,
            lang=lang if lang in LOCALES else current_language(),
            code=request.form.get("code", ""),
            seat=current_seat(),
        )
    except OtherEntrance as refusal:
        return redirect(request.script_root + refusal.path, code=303)
    except (CannotStart, WrongPlace, TooMany) as refusal:
        return _quiz_page(quiz, refusal), refusal.status
    return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)


@bp.get("/attempts/<int:attempt>")
@signed_in
def show_attempt(attempt: int) -> str | tuple[str, int]:
    """The paper while it is being sat by its learner, the way to it on another device, else the result."""
    actor = current_actor()
    view = services.get_current_attempt(actor, attempt)
    try:
        require_seat(actor, view, current_seat())
    except OtherDevice as refusal:
        return _take_over_page(view, refusal), 200
    except AttemptPaused:
        return pause_pages.paused_page(view), 200
    if view.attempt.is_open and queries.is_own(actor, view.attempt.person_id):
        return _paper(view)
    return _result_page(view)


@bp.get("/attempts/<int:attempt>/files/<key>")
@signed_in
def show_file(attempt: int, key: str) -> Response:
    """A file that was handed in, for its learner and whoever may read the attempt."""
    return answer_file_response(services.answer_file(current_actor(), attempt, key))


@bp.post("/attempts/<int:attempt>")
@signed_in
@larger_body(services.MAX_UPLOAD)
def save_page(attempt: int) -> Response | tuple[str, int]:
    """Store the page's answers and stay, go on to the look back, or take a pause."""
    target = "quizzes.review_attempt" if "review" in request.form else "quizzes.show_attempt"
    try:
        form, refused = _store_page(attempt)
    except OtherDevice as refusal:
        return _take_over_page(
            services.get_current_attempt(current_actor(), attempt), refusal
        ), refusal.status
    except AttemptPaused as refusal:
        return pause_pages.paused_page_of(attempt), refusal.status
    except AttemptClosed as closed:
        flash(str(closed.message), "error")
        return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)
    if refused:
        return _paper(services.get_current_attempt(current_actor(), attempt), form, refused), 422
    if "pause" in request.form:
        return pause_pages.take_pause(attempt)
    return redirect(url_for(target, attempt=attempt), code=303)


@bp.get("/attempts/<int:attempt>/review")
@signed_in
def review_attempt(attempt: int) -> str | Response:
    """What is answered and what is empty, before it is final."""
    actor = current_actor()
    view = services.get_current_attempt(actor, attempt)
    if not view.attempt.is_open or not queries.is_own(actor, view.attempt.person_id):
        return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)
    try:
        require_seat(actor, view, current_seat())
    except AttemptPaused:
        return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)
    return render_template("quizzes/review.html", view=view, server_now=view.server_now)


@bp.post("/attempts/<int:attempt>/device")
@signed_in
def take_over(attempt: int) -> Response | tuple[str, int]:
    """Go on here; what a page without scripts had sent from here in vain is stored now."""
    actor, answers = current_actor(), answers_in(request.form)
    try:
        services.take_over(actor, attempt, current_seat())
        refused = (
            services.save_form(actor, attempt, request.form, answers, seat=current_seat(), yields=True)
            if answers
            else {}
        )
    except AttemptPaused as refusal:
        return pause_pages.paused_page_of(attempt), refusal.status
    except AttemptClosed as closed:
        flash(str(closed.message), "error")
        refused = {}
    if refused:
        return _paper(services.get_current_attempt(actor, attempt), request.form, refused), 422
    return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)


@bp.post("/attempts/<int:attempt>/resumption")
@signed_in
def go_on(attempt: int) -> Response | tuple[str, int]:
    """End one's own pause; what a page without scripts had sent in vain is stored now."""
    actor, answers = current_actor(), answers_in(request.form)
    try:
        services.end_own_pause(actor, attempt, seat=current_seat())
        refused = (
            services.save_form(actor, attempt, request.form, answers, seat=current_seat()) if answers else {}
        )
    except OtherDevice as refusal:
        return _take_over_page(services.get_current_attempt(actor, attempt), refusal), refusal.status
    except Conflict as refusal:
        flash(f"{refusal.message} {refusal.next_step}".strip(), "error")
        refused = {}
    if refused:
        return _paper(services.get_current_attempt(actor, attempt), request.form, refused), 422
    return pause_pages.to_attempt(attempt)


@bp.post("/attempts/<int:attempt>/submission")
@signed_in
@larger_body(services.MAX_UPLOAD)
def submit_attempt(attempt: int) -> Response | tuple[str, int]:
    """Hand in: fields that come along are stored first, while they may be; all of them or it is not handed in."""
    actor = current_actor()
    if answers_in(request.form):
        try:
            form, refused = _store_page(attempt)
            if refused:
                return _paper(services.get_current_attempt(actor, attempt), form, refused), 422
        except AttemptClosed:
            flash(_("The time was over: answers that had not been stored by then do not count."), "warning")
        except OtherDevice as refusal:
            return _take_over_page(services.get_current_attempt(actor, attempt), refusal), refusal.status
        except AttemptPaused as refusal:
            return pause_pages.paused_page_of(attempt), refusal.status
    try:
        services.submit_attempt(actor, attempt, seat=current_seat())
    except AttemptPaused as refusal:
        return pause_pages.paused_page_of(attempt), refusal.status
    return redirect(url_for("quizzes.show_attempt", attempt=attempt), code=303)


def _take_over_page(view: AttemptView, refusal: OtherDevice) -> str:
    """What was sent comes along, to be stored once the attempt goes on here."""
    return render_template(
        "quizzes/take_over.html", view=view, refusal=refusal, sent=sent_along(request.form)
    )


def _store_page(attempt: int) -> tuple[MultiDict, dict[int, AcademyError]]:
    """Store what a page sent as a plain form, its files first; the form with their keys, and what was refused."""
    actor, seat, form = current_actor(), current_seat(), request.form.copy()
    answers, refused = answers_in(form), {}
    for name, sent in answers.items():
        for file in request.files.getlist(f"{name}.upload"):
            if not file.filename:
                continue
            try:
                kept = services.upload_file(actor, attempt, sent.slot, file.filename, file.read(), seat=seat)
            except (Conflict, Invalid) as refusal:
                if isinstance(refusal, AttemptClosed | AttemptPaused | OtherDevice | WrongPlace):
                    raise
                refused[sent.slot] = refusal
            else:
                form.add(f"{name}.file", f"{kept.key} {kept.name}")
    return form, services.save_form(actor, attempt, form, answers, seat=seat) | refused


def _quiz_page(quiz_id: int, refusal: AcademyError | None = None) -> str:
    actor = current_actor()
    quiz, course = queries.get_visible_quiz(actor, quiz_id)
    quiz = quiz.accommodated()
    attempts = queries.attempts_of(actor.person_id, quiz_id)
    now = clock.now()
    running = next((one for one in attempts if one.is_open and not one.is_overdue(now)), None)
    finished = [one for one in attempts if one is not running]
    stands = standing(actor.person_id, quiz_id, course.id, now)
    return render_template(
        "quizzes/quiz.html",
        quiz=quiz,
        course=course,
        running=running,
        is_paused=running is not None and running.is_paused(now),
        finished=finished,
        marks_shown=queries.marks_shown(quiz.rules, stands.used),
        next_number=stands.used + 1,
        attempts_left=quiz.rules.attempts_left(stands.used),
        paper_languages=[(code, LANGUAGE_NAMES[code]) for code in course.languages if code in LANGUAGE_NAMES],
        obstacles=queries.obstacles_of(actor, quiz, stands),
        entrance=None if running else entrance_of(quiz_id),
        refusal=refusal,
        allowance=quiz.allowance,
        code=request.form.get("code", "") if isinstance(refusal, CannotStart) else "",
        may_invigilate=actor.is_authenticated and can_invigilate(actor, course),
    )


def _paper(
    view: AttemptView, form: MultiDict | None = None, refused: Mapping[int, AcademyError] | None = None
) -> str:
    """The page of the paper; what could not be read is shown as it was typed, with the reason."""
    lang, refused = view.attempt.lang, refused or {}
    return render_template(
        "quizzes/paper.html",
        view=view,
        server_now=view.server_now,
        pauses=own_pauses(view.attempt, view.server_now) if view.attempt.pauses else None,
        file_key=file_key(view.attempt.id, view.attempt.person_id),
        refused=refused,
        sequences={str(slot.slot): slot.stored_sequence for slot in view.slots},
        items=[
            {
                "slot": slot,
                "name": field_name(slot.slot),
                "base": base_name(slot.slot),
                "files": _files(view, slot.slot),
                "answer": read_answer(slot.version, form, field_name(slot.slot))
                if slot.slot in refused
                else slot.answer,
                "item": _item(slot),
                "template": slot.version.type.template,
                "view": body_of(slot, lang)["body"],
            }
            for slot in view.slots
        ],
    )


def _result_page(view: AttemptView) -> str:
    lang = view.attempt.lang
    result = result_of(current_actor(), view, lang)
    shown = result is not None and result.items
    return render_template(
        "quizzes/result.html",
        view=view,
        result=result,
        additions=list(result_parts(current_actor(), view, result)),
        items=[
            {
                "slot": slot,
                "name": field_name(slot.slot),
                "files": _files(view, slot.slot),
                "item": _item(slot),
                "template": slot.version.type.template,
                "view": body_of(slot, lang)["body"],
                "result": result.items[slot.slot] if shown else None,
            }
            for slot in view.slots
        ]
        if shown or result is None
        else [],
    )


def _files(view: AttemptView, slot: int) -> dict[str, str]:
    """Where files of an answer are got (their key follows) and put."""
    attempt = view.attempt.id
    return {
        "at": url_for("quizzes.show_attempt", attempt=attempt) + "/files/",
        "upload": url_for("quizzes_api.upload_file", attempt=attempt, slot=slot),
    }


def _item(slot: Any) -> dict[str, Any]:
    return {"id": slot.version.item_id, "key": slot.version.key, "kind": slot.version.kind}
