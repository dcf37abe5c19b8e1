"""JSON of the studio: storing a lesson's draft while it is written, and looking at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from academy.authoring import queries, services
from academy.authoring.checking import render_draft
from academy.authoring.errors import DraftConflict, DraftNotFound
from academy.authoring.lesson_source import LessonSource, from_fields, from_source
from academy.authoring.schemas import DraftBody, DraftOut, DraftSourceOut, PreviewBody, PreviewOut
from academy.catalog.policies import COURSE_EDIT
from academy.kernel.errors import NotFound, PreconditionFailed
from academy.kernel.http import check_match, current_actor, endpoint
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.rights import needs

api = Blueprint("authoring_api", __name__, url_prefix="/api/v1")

_LESSON = "/studio/courses/<course>/lessons/<lesson>"


@api.get(f"{_LESSON}/drafts/<lang>")
@needs(COURSE_EDIT)
@endpoint(summary="A lesson's draft", returns=DraftSourceOut, errors=(401, 403, 404))
def get_draft(course: str, lesson: str, lang: str) -> dict[str, Any]:
    draft = queries.get_draft(current_actor(), course, lesson, lang)
    if not draft.version:
        raise DraftNotFound(_l("The lesson has no draft in this language."))
    return {"lesson": lesson, "lang": lang, "version": draft.version, "source": draft.text.source}


@api.put(f"{_LESSON}/drafts/<lang>")
@needs(COURSE_EDIT)
@endpoint(
    summary="Store a lesson's draft",
    body=DraftBody,
    returns=DraftOut,
    errors=(401, 403, 404, 409, 412, 422),
)
def put_draft(course: str, lesson: str, lang: str, *, body: Mapping[str, Any]) -> Any:
    """Acknowledged once it is stored. A text based on an older version is kept in the history and refused:
    409, or 412 where ``If-Match`` named the version."""
    if lang not in LOCALES:
        raise NotFound(_l("This is not one of the academy's languages."))
    base = body["version"]
    check_match(str(base))
    try:
        return services.save_draft(current_actor(), course, lesson, lang, _text(body), base_version=base)
    except DraftConflict as conflict:
        if request.if_match:
            raise PreconditionFailed(conflict.message, next_step=conflict.next_step) from conflict
        raise


@api.post(f"{_LESSON}/preview")
@needs(COURSE_EDIT)
@endpoint(
    summary="Show a text as learners would see it",
    body=PreviewBody,
    returns=PreviewOut,
    errors=(401, 403, 404, 422),
)
def preview(course: str, lesson: str, *, body: Mapping[str, Any]) -> dict[str, Any]:
    found = queries.open_for_authors(current_actor(), course)
    shown = render_draft(found, lesson, body["lang"], _text(body))
    return {
        "html": shown.text.rendered.html,
        "words": shown.text.rendered.words,
        "faults": [
            {"line": problem.line, "message": str(problem.message), "remedy": str(problem.remedy)}
            for problem in shown.problems
        ],
    }


def _text(body: Mapping[str, Any]) -> LessonSource:
    return from_source(body["source"]) if "source" in body else from_fields(body)
