"""JSON: the catalog."""

from __future__ import annotations

from flask import Blueprint

from academy.catalog import queries
from academy.catalog.schemas import CatalogQuery, CourseListOut
from academy.catalog.views import CourseFilters
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import public

api = Blueprint("catalog_api", __name__, url_prefix="/api/v1")


@api.get("/courses")
@public
@endpoint(
    summary="Published courses, and by what they can be narrowed",
    query=CatalogQuery,
    returns=CourseListOut,
    errors=(422,),
)
def list_courses(*, query):
    cursor, limit = query.pop("cursor"), query.pop("limit")
    found = queries.list_courses(current_actor(), CourseFilters(**query), cursor=cursor, limit=limit)
    return {"items": found.page.items, "next_cursor": found.page.next_cursor, "facets": found.facets}
