"""Marking and appeals as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint

from academy.catalog.policies import COURSE_EDIT
from academy.grading import appeal_queries, overview_queries, queries, services, third_queries
from academy.grading.schemas import (
    AppealBody,
    AppealListOut,
    AppealOut,
    MarkBody,
    NextOut,
    OverviewOut,
    ReleaseOut,
    SeatOut,
    ThirdBody,
    ThirdOut,
    ThirdsQuery,
    WorkListOut,
)
from academy.grading.views import AppealView
from academy.kernel.http import current_actor, endpoint
from academy.kernel.paging import Page
from academy.kernel.rights import needs, signed_in

api = Blueprint("grading_api", __name__, url_prefix="/api/v1")


@api.get("/me/marking")
@signed_in
@endpoint(summary="Quizzes that I mark, and how far I am", returns=WorkListOut, errors=(401,))
def list_work() -> dict[str, Any]:
    return {"items": queries.list_work(current_actor())}


@api.post("/quizzes/<int:quiz>/marking/next")
@signed_in
@endpoint(
    summary="My next answer to mark, claimed if need be; null when none is left",
    returns=NextOut,
    errors=(401, 403, 404),
)
def next_answer(quiz: int) -> dict[str, Any]:
    return {"seat": services.next_seat(current_actor(), quiz)}


@api.get("/marking/seats/<int:seat>")
@signed_in
@endpoint(
    summary="An answer that I mark, without who wrote it and without other marks",
    returns=SeatOut,
    errors=(401, 404),
)
def show_seat(seat: int) -> Any:
    return queries.get_seat(current_actor(), seat)


@api.put("/marking/seats/<int:seat>/mark")
@signed_in
@endpoint(
    summary="Store my mark of an answer, or store it anew until the release",
    body=MarkBody,
    returns=SeatOut,
    errors=(401, 403, 404, 409, 422),
)
def save_mark(seat: int, body: Mapping[str, Any]) -> Any:
    actor = current_actor()
    points = body["points"]
    mark = services.Mark(
        levels=body["levels"],
        points=None if points is None else Decimal(points),
        comments=body["comments"],
        comment=body["comment"],
        flagged=body["flagged"],
    )
    services.save_mark(actor, seat, mark)
    return queries.get_seat(actor, seat)


@api.delete("/marking/seats/<int:seat>/mark")
@signed_in
@endpoint(summary="Take my mark back; the answer waits for me again", errors=(401, 403, 404, 405, 409))
def undo_mark(seat: int) -> None:
    services.undo_mark(current_actor(), seat)


@api.get("/quizzes/<int:quiz>/marking")
@needs(COURSE_EDIT)
@endpoint(
    summary="How far the marking of a quiz is, and how its markers compare",
    returns=OverviewOut,
    errors=(401, 403, 404),
)
def show_overview(quiz: int) -> Any:
    return overview_queries.overview_of(current_actor(), quiz)


@api.get("/quizzes/<int:quiz>/marking/thirds")
@needs(COURSE_EDIT)
@endpoint(
    summary="Third marks of a quiz that are still to be given: by whom, and who else could",
    query=ThirdsQuery,
    returns=ThirdOut,
    paged=True,
    errors=(401, 403, 404, 422),
)
def list_thirds(quiz: int, *, query: Mapping[str, Any]) -> Page:
    return third_queries.list_thirds(current_actor(), quiz, **query)


@api.put("/marking/answers/<int:answer>/third")
@needs(COURSE_EDIT)
@endpoint(
    summary="Give the third mark of an answer to another marker; null: to whoever claims it first",
    body=ThirdBody,
    errors=(401, 403, 404, 409, 422),
)
def give_third(answer: int, *, body: Mapping[str, Any]) -> None:
    services.give_third(current_actor(), answer, body["account"])


@api.post("/quizzes/<int:quiz>/marking/release")
@needs(COURSE_EDIT)
@endpoint(summary="Release the marks of a quiz", returns=ReleaseOut, status=202, errors=(401, 403, 404, 409))
def release_marks(quiz: int) -> Any:
    return services.release_marks(current_actor(), quiz)


@api.get("/me/appeals")
@signed_in
@endpoint(summary="My own appeals", returns=AppealListOut, errors=(401,))
def list_appeals() -> dict[str, Any]:
    return {"items": [_appeal(one) for one in appeal_queries.list_own(current_actor())]}


@api.post("/attempts/<int:attempt>/appeal")
@signed_in
@endpoint(
    summary="Ask for answers of my attempt to be marked again",
    body=AppealBody,
    returns=AppealOut,
    status=201,
    errors=(401, 404, 409, 422),
)
def ask_appeal(attempt: int, body: Mapping[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    reasons = {one["slot"]: one["reason"] for one in body["questions"]}
    return _appeal(appeal_queries.get_appeal(actor, services.ask_appeal(actor, attempt, reasons)))


@api.get("/appeals/<int:appeal>")
@signed_in
@endpoint(summary="An appeal, its state and its clock", returns=AppealOut, errors=(401, 404))
def show_appeal(appeal: int) -> dict[str, Any]:
    return _appeal(appeal_queries.get_appeal(current_actor(), appeal))


def _appeal(view: AppealView) -> dict[str, Any]:
    """Before the decision nothing of the second look is told."""
    told = view.outcome is not None
    return {
        "id": view.id,
        "attempt_id": view.attempt_id,
        "quiz_id": view.quiz_id,
        "state": view.state,
        "submitted_at": view.submitted_at,
        "due_at": view.due_at,
        "decided_at": view.decided_at,
        "outcome": view.outcome,
        "mark_before": str(view.mark_before),
        "mark_after": str(view.mark_after) if view.mark_after is not None else None,
        "note": view.note,
        "questions": [
            {"slot": one.slot, "reason": one.reason, "comment": one.comment if told else ""}
            for one in view.questions
        ],
    }
