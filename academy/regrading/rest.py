"""Regrades as JSON: the list, the preview and the outcome of one, attempt by attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from academy.kernel.http import current_actor, endpoint
from academy.kernel.paging import Page
from academy.kernel.rights import needs
from academy.regrading import queries, wording
from academy.regrading.policies import REGRADE_READ
from academy.regrading.schemas import LineOut, LinesQuery, RegradeOut, RegradeRowOut, RegradesQuery

api = Blueprint("regrading_api", __name__, url_prefix="/api/v1")


@api.get("/regrades")
@needs(REGRADE_READ)
@endpoint(
    summary="Regrades that I may read, the newest first",
    query=RegradesQuery,
    returns=RegradeRowOut,
    paged=True,
    errors=(401, 403, 404, 422),
)
def list_regrades(*, query: Mapping[str, Any]) -> Page:
    return queries.list_regrades(current_actor(), **query)


@api.get("/regrades/<int:regrade>")
@needs(REGRADE_READ)
@endpoint(
    summary="A regrade: what it would do, or did, in numbers", returns=RegradeOut, errors=(401, 403, 404)
)
def show_regrade(regrade: int) -> dict[str, Any]:
    view = queries.get_regrade(current_actor(), regrade)
    told = (
        "course",
        "key",
        "action",
        "state",
        "option",
        "reverses_id",
        "reversed_by",
        "reason",
        "created_at",
    )
    told += ("proposer", "proposed_at", "decider", "decided_at", "decision_note", "done_at", "counts")
    return {
        **{name: getattr(view, name) for name in ("id", *told, "being_sat", "newer")},
        "words": wording.question_of(view),
        "what": wording.what(view),
        "from_version": view.origin.number if view.origin else None,
        "to_version": view.target.number if view.target else None,
    }


@api.get("/regrades/<int:regrade>/lines")
@needs(REGRADE_READ)
@endpoint(
    summary="What a regrade would do, or did, to every attempt",
    query=LinesQuery,
    returns=LineOut,
    paged=True,
    errors=(401, 403, 404, 422),
)
def list_lines(regrade: int, *, query: Mapping[str, Any]) -> Page:
    return queries.list_lines(current_actor(), regrade, **query)
