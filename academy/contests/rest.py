"""Contests as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from academy.contests import queries, results, services
from academy.contests.errors import ContestNotFound
from academy.contests.published import data_of
from academy.contests.schemas import (
    BoardQuery,
    ContestOut,
    ContestRowOut,
    ContestsQuery,
    DataOut,
    EntryBody,
    EntryOut,
    LeagueOut,
    LineOut,
    OwnOut,
    PredictionBody,
)
from academy.contests.views import ContestView, OwnEntry, ResultView, RoundView
from academy.kernel.http import current_actor, endpoint
from academy.kernel.paging import Page
from academy.kernel.rights import public, signed_in

api = Blueprint("contests_api", __name__, url_prefix="/api/v1")


@api.get("/contests")
@public
@endpoint(
    summary="Announced contests, newest first",
    query=ContestsQuery,
    returns=ContestRowOut,
    paged=True,
    errors=(422,),
)
def list_contests(query: Mapping[str, Any]) -> Page:
    return queries.list_public(**query)


@api.get("/contests/<contest>")
@public
@endpoint(summary="A contest: rules, boards, rounds", returns=ContestOut, errors=(404,))
def show_contest(contest: str) -> ContestView:
    return queries.get_contest(current_actor(), contest)


@api.get("/contests/<contest>/me")
@signed_in
@endpoint(summary="My entries and places", returns=OwnOut, errors=(404,))
def show_own(contest: str) -> dict[str, Any]:
    actor = current_actor()
    found = queries.get_contest(actor, contest)
    return {
        "entries": list(queries.own_entries(actor.person_id, found.id).values()),
        "places": results.own_places(found, actor.person_id),
    }


@api.post("/contests/<contest>/rounds/<int:number>/entry")
@signed_in
@endpoint(
    summary="Start the round's paper, or go on with it; stores the prediction",
    body=EntryBody,
    returns=EntryOut,
    status=201,
    errors=(404, 409, 422),
)
def enter(contest: str, number: int, body: Mapping[str, Any]) -> OwnEntry:
    actor = current_actor()
    services.enter(actor, contest, number, prediction=body["prediction"], lang=body.get("lang"))
    return _own(contest, number)


@api.put("/contests/<contest>/rounds/<int:number>/prediction")
@signed_in
@endpoint(
    summary="Change the prediction while the paper has not been handed in",
    body=PredictionBody,
    returns=EntryOut,
    errors=(404, 409, 422),
)
def predict(contest: str, number: int, body: Mapping[str, Any]) -> OwnEntry:
    services.change_prediction(current_actor(), contest, number, prediction=body["prediction"])
    return _own(contest, number)


@api.get("/contests/<contest>/results/<int:number>")
@public
@endpoint(
    summary="A published board, a page at a time; number 0 is the whole contest",
    query=BoardQuery,
    returns=LineOut,
    paged=True,
    errors=(404, 422),
)
def show_board(contest: str, number: int, query: Mapping[str, Any]) -> Page:
    found, current, result = _published(contest, number)
    board = next((one for one in found.boards if one.position == query["board"]), None)
    if board is None:
        raise ContestNotFound
    prizes = current.prizes if current else found.prizes
    return results.board_page(
        found, result, board.id, prizes=prizes, cursor=query["cursor"], limit=query["limit"]
    )


@api.get("/contests/<contest>/results/<int:number>/units")
@public
@endpoint(summary="Participation by unit", returns=LeagueOut, errors=(404,))
def show_league(contest: str, number: int) -> dict[str, Any]:
    return {"items": results.league(_published(contest, number)[2])}


@api.get("/contests/<contest>/results/<int:number>/data")
@public
@endpoint(
    summary="All that is needed to check order, ranks, lots and prizes; no personal data",
    returns=DataOut,
    errors=(404,),
    etag=True,
)
def show_data(contest: str, number: int) -> dict[str, Any]:
    return data_of(*_published(contest, number))


def _published(slug: str, number: int) -> tuple[ContestView, RoundView | None, ResultView]:
    contest = queries.get_contest(current_actor(), slug)
    current = contest.round(number)
    result = results.find_published(contest, current)
    if result is None or (number and current is None):
        raise ContestNotFound
    return contest, current, result


def _own(slug: str, number: int) -> OwnEntry:
    actor = current_actor()
    contest = queries.get_contest(actor, slug)
    return queries.own_entries(actor.person_id, contest.id)[number]
