"""Quizzes and attempts as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask import Blueprint, request
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from academy.catalog.queries import get_course
from academy.kernel import clock
from academy.kernel.errors import Invalid
from academy.kernel.http import current_actor, endpoint, larger_body
from academy.kernel.i18n import _l
from academy.kernel.rights import public, signed_in
from academy.quizzes import queries, room_rest, services
from academy.quizzes.enrollments import standing
from academy.quizzes.entrances import entrance_of
from academy.quizzes.page_fields import field_name
from academy.quizzes.paper_publication import proof_of
from academy.quizzes.results import Result, body_of, result_of
from academy.quizzes.schemas import (
    AnswerBody,
    AttemptOut,
    ClockOut,
    LogOut,
    ProofOut,
    QuizListOut,
    QuizOut,
    StartQuery,
    StoredOut,
    TimeOut,
    UploadedOut,
)
from academy.quizzes.seat_of_request import current_seat
from academy.quizzes.seat_queries import get_clock, require_seat
from academy.quizzes.views import AttemptView, QuizRow

api = Blueprint("quizzes_api", __name__, url_prefix="/api/v1")
room_rest.add_to(api)


@api.get("/courses/<course>/quizzes")
@public
@endpoint(summary="Quizzes of a course", returns=QuizListOut, errors=(404,))
def list_quizzes(course: str) -> dict[str, Any]:
    found = get_course(current_actor(), course)
    return {"items": [_quiz(quiz, found.slug) for quiz in queries.quizzes_of_course(found.id)]}


@api.get("/quizzes/<int:quiz>")
@public
@endpoint(summary="A quiz: its rules, attempts left, what stands in the way", returns=QuizOut, errors=(404,))
def show_quiz(quiz: int) -> dict[str, Any]:
    actor = current_actor()
    found, course = queries.get_visible_quiz(actor, quiz)
    found = found.accommodated()
    attempts = queries.attempts_of(actor.person_id, quiz)
    now = clock.now()
    stands = standing(actor.person_id, quiz, course.id, now)
    entrance = entrance_of(quiz)
    running = next((one.id for one in attempts if one.is_open and not one.is_overdue(now)), None)
    return _quiz(found, course.slug) | {
        "attempts_left": found.rules.attempts_left(stands.used),
        "open_attempt": running,
        "entrance": entrance.path if entrance else None,
        "needs_code": found.needs_code,
        "accommodation": asdict(found.allowance) if found.allowance else None,
        "obstacles": [
            {"rule": one.rule, "message": str(one.message), "next_step": str(one.next_step)}
            for one in queries.obstacles_of(actor, found, stands)
        ],
    }


@api.get("/quizzes/<int:quiz>/proof")
@public
@endpoint(
    summary="What proves the draw of an examination: hashes before it opens, the seed when it is over",
    returns=ProofOut,
    errors=(404,),
)
def show_proof(quiz: int) -> dict[str, Any]:
    return {"quiz": quiz, "seals": proof_of(current_actor(), quiz).seals}


@api.post("/quizzes/<int:quiz>/attempts")
@signed_in
@endpoint(
    summary="Start an attempt, or get the one that is open",
    query=StartQuery,
    returns=AttemptOut,
    status=201,
    errors=(403, 404, 409, 422, 429),
)
def start_attempt(quiz: int, query: Mapping[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    attempt_id = services.start_attempt(
        actor, quiz, lang=query.get("lang"), code=query.get("code", ""), seat=current_seat()
    )
    view = queries.get_attempt(actor, attempt_id)
    require_seat(actor, view, current_seat())
    return _attempt(view)


@api.get("/attempts/<int:attempt>")
@signed_in
@endpoint(
    summary="An attempt with stored answers and what is released", returns=AttemptOut, errors=(403, 404, 409)
)
def show_attempt(attempt: int) -> dict[str, Any]:
    actor = current_actor()
    view = services.get_current_attempt(actor, attempt)
    require_seat(actor, view, current_seat())
    return _attempt(view, result_of(actor, view, view.attempt.lang))


@api.get("/attempts/<int:attempt>/clock")
@signed_in
@endpoint(summary="The academy's clock and the end of one's attempt by it", returns=ClockOut, errors=(404,))
def show_clock(attempt: int) -> dict[str, Any]:
    actor, seat = current_actor(), current_seat()
    return get_clock(actor, attempt, seat) | {"csrf_token": "" if actor.by_token else generate_csrf()}


@api.put("/attempts/<int:attempt>/answers/<int:slot>")
@signed_in
@endpoint(
    summary="Store an answer; a sequence not above the stored one changes nothing",
    body=AnswerBody,
    returns=StoredOut,
    errors=(403, 404, 409, 422),
)
def save_answer(attempt: int, slot: int, body: Mapping[str, Any]) -> services.StoredAnswer:
    actor = current_actor()
    if "fields" in body:
        return services.save_form_answer(
            actor,
            attempt,
            slot,
            body["sequence"],
            _as_form(body["fields"]),
            field_name(slot),
            seat=current_seat(),
            typed_at=body["typed_at"],
        )
    return services.save_answer(
        actor,
        attempt,
        slot,
        body["sequence"],
        body["answer"],
        seat=current_seat(),
        typed_at=body["typed_at"],
    )


@api.post("/attempts/<int:attempt>/answers/<int:slot>/files")
@signed_in
@larger_body(services.MAX_UPLOAD)
@endpoint(
    summary="Upload a file (multipart field “file”) for an answer that will name its key; may be repeated",
    returns=UploadedOut,
    status=201,
    errors=(404, 409, 422, 429),
    upload="file",
)
def upload_file(attempt: int, slot: int) -> services.UploadedFile:
    file = request.files.get("file")
    if file is None:
        message = _l("Send the file as the field “file” of a multipart form.")
        raise Invalid(message, rule="answer.file", errors={"file": [message]})
    return services.upload_file(
        current_actor(), attempt, slot, file.filename or "file", file.read(), seat=current_seat()
    )


@api.post("/attempts/<int:attempt>/pause")
@signed_in
@endpoint(
    summary="Stop the clock of one's attempt, as far as that was granted",
    returns=TimeOut,
    errors=(403, 404, 409),
)
def pause(attempt: int) -> dict[str, Any]:
    services.pause_own(current_actor(), attempt, seat=current_seat())
    return get_clock(current_actor(), attempt, current_seat())


@api.post("/attempts/<int:attempt>/resumption")
@signed_in
@endpoint(
    summary="End one's own pause before its time",
    returns=TimeOut,
    errors=(403, 404, 409),
)
def go_on(attempt: int) -> dict[str, Any]:
    services.end_own_pause(current_actor(), attempt, seat=current_seat())
    return get_clock(current_actor(), attempt, current_seat())


@api.post("/attempts/<int:attempt>/submission")
@signed_in
@endpoint(
    summary="Close the attempt with what is stored; may be repeated", returns=AttemptOut, errors=(404, 409)
)
def submit_attempt(attempt: int) -> dict[str, Any]:
    actor = current_actor()
    services.submit_attempt(actor, attempt, seat=current_seat())
    view = queries.get_attempt(actor, attempt)
    return _attempt(view, result_of(actor, view, view.attempt.lang))


@api.get("/attempts/<int:attempt>/log")
@signed_in
@endpoint(
    summary="Every stored change of the answers, for instructors and administrators",
    returns=LogOut,
    errors=(403, 404),
)
def show_log(attempt: int) -> dict[str, Any]:
    return {"items": queries.get_log(current_actor(), attempt)}


def _as_form(sent: Mapping[str, Any]) -> MultiDict[str, str]:
    form: MultiDict[str, str] = MultiDict()
    for name, value in sent.items():
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                message = _l("A field of a form is a text or a list of texts.")
                raise Invalid(message, errors={"fields": [message]})
            form.add(name, one)
    return form


def _quiz(quiz: QuizRow, course: str) -> dict[str, Any]:
    rules = quiz.rules
    return {
        "id": quiz.id,
        "slug": quiz.slug,
        "course": course,
        "title": rules.title,
        "version": quiz.number,
        "items": rules.items,
        "examination": rules.examination,
        "minutes": rules.minutes,
        "attempts": rules.attempts,
        "pass_mark": str(rules.pass_mark),
        "deductions": [{"items": one.items, "share": str(one.share)} for one in rules.deductions],
        "opens": rules.opens,
        "closes": rules.closes,
    }


def _attempt(view: AttemptView, result: Result | None = None) -> dict[str, Any]:
    attempt = view.attempt
    return {
        "id": attempt.id,
        "quiz": attempt.quiz_id,
        "number": attempt.number,
        "state": attempt.state,
        "lang": attempt.lang,
        "started_at": attempt.started_at,
        "deadline": attempt.deadline,
        "server_now": view.server_now,
        "submitted_at": attempt.submitted_at,
        "items": [
            {
                "slot": slot.slot,
                **body_of(slot, attempt.lang),
                "weight": format(slot.weight.normalize(), "f"),
                "penalty": format(slot.penalty.normalize(), "f"),
                "answer": slot.answer,
                "stored_sequence": slot.stored_sequence,
                "stored_at": slot.answered_at,
            }
            for slot in view.slots
        ],
        "result": _result(view, result) if result is not None and result.flags else None,
    }


def _told_mark(mark: Decimal | None) -> str | None:
    return None if mark is None else str(mark)


def _result(view: AttemptView, result: Result) -> dict[str, Any]:
    """Only what is released, under names that do not appear otherwise."""
    attempt = view.attempt
    told: dict[str, Any] = {"pending": attempt.pending}
    if result.shows_score:
        told |= {
            "mark": str(attempt.mark) if attempt.mark is not None else None,
            "passed": attempt.passed,
            "pass_mark": str(view.rules.pass_mark),
        }
    if result.changes:
        told["changes"] = [
            {
                "at": change.at.isoformat(),
                "source": change.source,
                "reason": change.reason,
                "slots": list(change.slots),
                **(
                    {
                        "mark_before": _told_mark(change.mark_before),
                        "mark_after": _told_mark(change.mark_after),
                    }
                    if result.shows_score
                    else {}
                ),
            }
            for change in result.changes
        ]
    if result.outcomes:
        told["outcomes"] = [
            {"outcome": one.outcome, "text": dict(one.text), "items": one.items, "share": str(one.share)}
            for one in result.outcomes
        ]
    if result.items:
        told["items"] = [
            {
                "slot": item.slot,
                "score": str(item.grade.score) if item.grade else None,
                "rule": (item.grade.details.get("rule") if item.grade else None),
                "pending": bool(item.grade and item.grade.pending),
                "feedback": [
                    {"text": dict(remark.text), "tone": remark.tone}
                    for remark in (item.grade.feedback if item.grade else ())
                ],
                "solution": dict(item.solution),
            }
            for item in result.items.values()
        ]
    return told
