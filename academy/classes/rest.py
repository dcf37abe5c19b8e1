"""JSON: classes as the reader may see them."""

from __future__ import annotations

from flask import Blueprint

from academy.classes import queries
from academy.classes.schemas import ClassesQuery, ClassOut, ClassRowOut
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import signed_in

api = Blueprint("classes_api", __name__, url_prefix="/api/v1")


@api.get("/classes")
@signed_in
@endpoint(
    summary="Classes I may see, newest first",
    query=ClassesQuery,
    returns=ClassRowOut,
    paged=True,
    errors=(401, 422),
)
def list_classes(*, query):
    return queries.list_classes(current_actor(), **query)


@api.get("/classes/<code>")
@signed_in
@endpoint(summary="A class", returns=ClassOut, errors=(401, 404), etag=True)
def show_class(code: str):
    return queries.get_class(current_actor(), code)
