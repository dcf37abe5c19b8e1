"""JSON: search and typeahead."""

from __future__ import annotations

from flask import Blueprint

from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import public
from academy.search import queries
from academy.search.schemas import Found, SearchQuery, Suggestions, SuggestQuery

api = Blueprint("search_api", __name__, url_prefix="/api/v1")


@api.get("/search")
@public
@endpoint(summary="Search lessons and courses", query=SearchQuery, returns=Found, errors=(422,))
def search(*, query):
    return queries.search(current_actor(), query.pop("q"), **query)


@api.get("/search/suggestions")
@public
@endpoint(summary="Titles for a query being typed", query=SuggestQuery, returns=Suggestions)
def suggest(*, query):
    return {"items": queries.suggest(current_actor(), query["q"], limit=query["limit"])}
