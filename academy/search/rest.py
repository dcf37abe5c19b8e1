"""JSON: search and typeahead, what a person keeps of searches, training needs, words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import needs, public, signed_in
from academy.search import need_queries, own_queries, queries, remembering, vocabulary, vocabulary_queries
from academy.search import needs as need_services
from academy.search.own_schemas import (
    AnswerBody,
    CountOut,
    IdOut,
    NeedBody,
    NeedGroupsOut,
    NeedsQuery,
    OwnOut,
    RememberBody,
    SavedBody,
    SavedListOut,
    WordsBody,
    WordsListOut,
    WordsQuery,
)
from academy.search.policies import SEARCH_WORDS, TRAINING_NEEDS
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


# --- what is mine -----------------------------------------------------------------------------------


@api.get("/search/mine")
@signed_in
@endpoint(summary="All that is kept of my searches and training needs", returns=OwnOut)
def show_own() -> dict[str, Any]:
    return remembering.export_searches(current_actor().account_id)


@api.delete("/search/mine/recent")
@signed_in
@endpoint(summary="Forget my recent searches")
def forget_recent() -> None:
    remembering.forget_recent(current_actor())


@api.put("/search/mine/remembering")
@signed_in
@endpoint(
    summary="Let my searches be remembered, or not; switched off, they are forgotten",
    body=RememberBody,
    errors=(422,),
)
def set_remembering(body: dict[str, Any]) -> None:
    remembering.set_remembering(current_actor(), body["remember"])


@api.get("/search/mine/saved")
@signed_in
@endpoint(summary="My saved searches, with how much they find now", returns=SavedListOut)
def list_saved() -> dict[str, Any]:
    return {"items": own_queries.list_saved(current_actor(), counted=True)}


@api.post("/search/mine/saved")
@signed_in
@endpoint(summary="Save a search under a name", body=SavedBody, returns=IdOut, status=201, errors=(409, 422))
def save(body: dict[str, Any]) -> dict[str, int]:
    return {"id": remembering.save_search(current_actor(), body["name"], body["q"], body["filters"])}


@api.delete("/search/mine/saved/<int:saved_id>")
@signed_in
@endpoint(summary="Remove a saved search", errors=(404,))
def remove_saved(saved_id: int) -> None:
    remembering.remove_saved(current_actor(), saved_id)


# --- training needs ---------------------------------------------------------------------------------


@api.post("/training-needs")
@signed_in
@endpoint(
    summary="Tell a training need to my unit", body=NeedBody, returns=IdOut, status=201, errors=(409, 422)
)
def file_need(body: dict[str, Any]) -> dict[str, int]:
    return {"id": need_services.file_need(current_actor(), body["q"], body["note"])}


@api.get("/training-needs")
@needs(TRAINING_NEEDS)
@endpoint(
    summary="Training needs of my units, equal ones counted together",
    query=NeedsQuery,
    returns=NeedGroupsOut,
    errors=(422,),
)
def list_needs(query: dict[str, Any]) -> dict[str, Any]:
    return {"items": need_queries.list_needs(current_actor(), query["state"])}


@api.post("/training-needs/<int:need_id>/answer")
@needs(TRAINING_NEEDS)
@endpoint(
    summary="Answer a need and all open ones of the same words",
    body=AnswerBody,
    returns=CountOut,
    errors=(404, 422),
)
def answer_need(need_id: int, body: dict[str, Any]) -> dict[str, int]:
    return {"count": need_services.answer_need(current_actor(), need_id, body["decision"], body["answer"])}


# --- words ------------------------------------------------------------------------------------------


@api.get("/search/words")
@needs(SEARCH_WORDS)
@endpoint(
    summary="Words that stand for each other", query=WordsQuery, returns=WordsListOut, errors=(403, 422)
)
def list_words(query: dict[str, Any]) -> dict[str, Any]:
    rows = vocabulary_queries.list_synonyms(current_actor(), text=query["q"], retired=query["retired"])
    return {"items": rows}


@api.post("/search/words")
@needs(SEARCH_WORDS)
@endpoint(
    summary="Let two names find each other", body=WordsBody, returns=IdOut, status=201, errors=(403, 422)
)
def add_words(body: dict[str, Any]) -> dict[str, int]:
    return {"id": vocabulary.add_words(current_actor(), **body)}


@api.put("/search/words/<int:synonym_id>")
@needs(SEARCH_WORDS)
@endpoint(summary="Put other names into a pair", body=WordsBody, errors=(403, 404, 422))
def change_words(synonym_id: int, body: dict[str, Any]) -> None:
    vocabulary.change_words(current_actor(), synonym_id, **body)


@api.post("/search/words/<int:synonym_id>/retire")
@needs(SEARCH_WORDS)
@endpoint(summary="Let a pair take no more part in searches", errors=(403, 404))
def retire_words(synonym_id: int) -> None:
    vocabulary.retire_words(current_actor(), synonym_id)


@api.post("/search/words/<int:synonym_id>/restore")
@needs(SEARCH_WORDS)
@endpoint(summary="Let a retired pair take part again", errors=(403, 404, 422))
def restore_words(synonym_id: int) -> None:
    vocabulary.restore_words(current_actor(), synonym_id)
