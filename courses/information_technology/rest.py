"""The module's JSON endpoints."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from academy.sdk import Page, current_actor, endpoint, localized, signed_in
from courses.information_technology.datasets import practice_set
from courses.information_technology.queries import list_own_queries
from courses.information_technology.schemas import OwnQueriesIn, OwnQueryOut, QueryIn, TriedQueryOut
from courses.information_technology.services import try_query

api = Blueprint("information_technology_api", __name__)


@api.post("/runs")
@signed_in
@endpoint(
    summary="Try a SQL query on the practice data",
    body=QueryIn,
    returns=TriedQueryOut,
    errors=(401, 422, 429),
)
def run_query(*, body: dict[str, Any]) -> dict[str, Any]:
    tried = try_query(current_actor(), practice_set(), body["query"])
    return {
        "columns": tried.result.columns,
        "rows": tried.result.rows,
        "error": tried.result.error.kind if tried.result.error else None,
        "remarks": [localized(remark.text) for remark in tried.remarks],
        "ms": tried.ms,
    }


@api.get("/runs")
@signed_in
@endpoint(
    summary="Your own queries, newest first",
    query=OwnQueriesIn,
    returns=OwnQueryOut,
    paged=True,
    errors=(401, 422),
)
def list_queries(*, query: dict[str, Any]) -> Page:
    return list_own_queries(
        current_actor(), query.get("item"), cursor=query.get("cursor"), limit=query["limit"]
    )
