"""The examination room as JSON: the board, more time, pauses, access code, accommodations, files of answers, the freeze."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from academy.catalog.policies import COURSE_EDIT, COURSE_MANAGE
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import needs
from academy.quizzes import services
from academy.quizzes.accommodations import list_accommodations
from academy.quizzes.answers_import import FilePlan
from academy.quizzes.board import Board, get_board
from academy.quizzes.room_schemas import (
    AccessCodeBody,
    AccommodationBody,
    AccommodationListOut,
    AnswersFileBody,
    BoardOut,
    ExtraTimeBody,
    ExtraTimeOut,
    FilePlanOut,
    FreezeLiftOut,
    GoingOnOut,
    ImportQuery,
    PauseBody,
    PausedOut,
    PauseEndBody,
    ReasonBody,
)


def add_to(api: Blueprint) -> None:
    """Mount the endpoints of this room on the API of the slice."""
    api.get("/quizzes/<int:quiz>/sittings")(list_sittings)
    api.post("/quizzes/<int:quiz>/extra-time")(grant_time)
    api.post("/quizzes/<int:quiz>/pauses")(pause_attempts)
    api.post("/quizzes/<int:quiz>/pauses/end")(end_pauses)
    api.put("/quizzes/<int:quiz>/access-code")(set_access_code)
    api.get("/quizzes/<int:quiz>/accommodations")(list_granted)
    api.put("/quizzes/<int:quiz>/accommodations/<int:person>")(grant_accommodation)
    api.post("/quizzes/<int:quiz>/accommodations/<int:person>/withdrawal")(withdraw_accommodation)
    api.post("/quizzes/<int:quiz>/freeze-lift")(lift_freeze)
    api.post("/attempts/<int:attempt>/answers-file")(import_answers_file)


@needs(COURSE_EDIT)
@endpoint(summary="Who sits a quiz now, for invigilators", returns=BoardOut, errors=(403, 404))
def list_sittings(quiz: int) -> Board:
    return get_board(current_actor(), quiz)


@needs(COURSE_EDIT)
@endpoint(
    summary="Give more time to attempts that are being sat",
    body=ExtraTimeBody,
    returns=ExtraTimeOut,
    errors=(403, 404, 409, 422),
    idempotent=True,
)
def grant_time(quiz: int, body: Mapping[str, Any]) -> dict[str, int]:
    granted = services.grant_time(
        current_actor(), quiz, body["minutes"], reason=body["reason"], attempts=body.get("attempts")
    )
    return {"granted": granted}


@needs(COURSE_EDIT)
@endpoint(
    summary="Stop the clock of attempts that are being sat",
    body=PauseBody,
    returns=PausedOut,
    errors=(403, 404, 409, 422),
    idempotent=True,
)
def pause_attempts(quiz: int, body: Mapping[str, Any]) -> dict[str, int]:
    paused = services.pause_attempts(
        current_actor(),
        quiz,
        body["minutes"],
        reason=body["reason"],
        past_close=body["past_close"],
        attempts=body.get("attempts"),
    )
    return {"paused": paused}


@needs(COURSE_EDIT)
@endpoint(
    summary="Let paused attempts go on",
    body=PauseEndBody,
    returns=GoingOnOut,
    errors=(403, 404, 409, 422),
    idempotent=True,
)
def end_pauses(quiz: int, body: Mapping[str, Any]) -> dict[str, int]:
    return {"going_on": services.end_pauses(current_actor(), quiz, attempts=body.get("attempts"))}


@needs(COURSE_EDIT)
@endpoint(summary="Give a quiz another access code, or none", body=AccessCodeBody, errors=(403, 404, 422))
def set_access_code(quiz: int, body: Mapping[str, Any]) -> None:
    services.set_access_code(current_actor(), quiz, body["code"])


@needs(COURSE_EDIT)
@endpoint(summary="Who is granted what at a quiz", returns=AccommodationListOut, errors=(403, 404))
def list_granted(quiz: int) -> dict[str, Any]:
    return {"items": list_accommodations(current_actor(), quiz)}


@needs(COURSE_EDIT)
@endpoint(
    summary="Grant a person more time, a window, attempts or pauses",
    body=AccommodationBody,
    errors=(403, 404, 422),
)
def grant_accommodation(quiz: int, person: int, body: Mapping[str, Any]) -> None:
    services.grant_accommodation(current_actor(), quiz, person, body)


@needs(COURSE_EDIT)
@endpoint(summary="Take back what a person was granted", body=ReasonBody, errors=(403, 404, 422))
def withdraw_accommodation(quiz: int, person: int, body: Mapping[str, Any]) -> None:
    services.withdraw_accommodation(current_actor(), quiz, person, reason=body["reason"])


@needs(COURSE_MANAGE)
@endpoint(
    summary="Let what a running examination uses be changed",
    body=ReasonBody,
    returns=FreezeLiftOut,
    errors=(403, 404, 409, 422),
)
def lift_freeze(quiz: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"until": services.lift_freeze(current_actor(), quiz, reason=body["reason"])}


@needs(COURSE_EDIT)
@endpoint(
    summary="Take in a signed file of answers, or say what it would change",
    query=ImportQuery,
    body=AnswersFileBody,
    returns=FilePlanOut,
    errors=(403, 404, 409, 422),
)
def import_answers_file(attempt: int, query: Mapping[str, Any], body: Mapping[str, Any]) -> FilePlan:
    file = json.dumps({"payload": body["payload"], "signature": body["signature"]})
    if query["dry_run"]:
        return services.plan_answers_file(current_actor(), attempt, file)
    return services.import_answers_file(current_actor(), attempt, file, reason=body["reason"])
