"""JSON of the studio: storing a lesson's draft while it is written, and looking at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from academy.authoring import queries, services
from academy.authoring.checking import render_draft
from academy.authoring.errors import DraftConflict, DraftNotFound
from academy.authoring.exchange_queries import list_import_items
from academy.authoring.exchange_wording import downloaded
from academy.authoring.lesson_source import LessonSource, from_fields, from_source
from academy.authoring.question_exchange import MAX_BYTES
from academy.authoring.schemas import (
    DraftBody,
    DraftOut,
    DraftSourceOut,
    PreviewBody,
    PreviewOut,
    QuestionExportQuery,
    QuestionImportItemsQuery,
    QuestionImportOut,
    QuestionImportQuery,
    QuestionRowOut,
    QuestionsQuery,
)
from academy.catalog.policies import COURSE_EDIT
from academy.kernel.errors import Invalid, NotFound, PreconditionFailed
from academy.kernel.http import check_match, current_actor, endpoint
from academy.kernel.i18n import LOCALES, _l, current_language
from academy.kernel.paging import Page
from academy.kernel.rights import needs
from academy.questions.bank_queries import BankFilter, list_items
from academy.questions.exchange.neutral import Note
from academy.questions.exchange.wording import note_text

api = Blueprint("authoring_api", __name__, url_prefix="/api/v1")

ITEMS_SHOWN = 500
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


@api.get("/studio/courses/<course>/questions")
@needs(COURSE_EDIT)
@endpoint(
    summary="The questions of a course, narrowed by the filters of the studio's list",
    query=QuestionsQuery,
    returns=QuestionRowOut,
    paged=True,
    errors=(401, 403, 404, 422),
)
def list_questions(course: str, *, query: Mapping[str, Any]) -> Page:
    studio = queries.open_for_authors(current_actor(), course)
    wanted = dict(query)
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor")
    return list_items(studio.id, BankFilter(**wanted), cursor=cursor, lang=current_language(), limit=limit)


@api.post("/studio/courses/<course>/questions/import")
@needs(COURSE_EDIT)
@endpoint(
    summary="Import questions from GIFT, Aiken, Moodle XML or QTI (multipart field “file”), whole or not at all",
    query=QuestionImportQuery,
    returns=QuestionImportOut,
    errors=(401, 403, 404, 409, 413, 422),
    upload="file",
)
def import_questions(course: str, *, query: Mapping[str, Any]) -> Response:
    """A long file is left to a job (202) and must be confirmed after it."""
    file = request.files.get("file")
    if file is None:
        message = _l("Send the questions as the field “file” of a multipart form.")
        raise Invalid(message, rule="questions.file", errors={"file": [message]})
    stored = services.import_questions_at_once(
        current_actor(),
        course,
        file.stream.read(MAX_BYTES + 1),
        file.filename or "questions",
        services.ImportOptions(**{name: query[name] for name in ("lang", "format", "lesson", "outcome")}),
        dry_run=query["dry_run"],
        leave_out_refused=query["leave_out_refused"],
    )
    return _report(stored, 202 if stored.state in ("checking", "applying") else 200)


@api.get("/studio/courses/<course>/questions/imports/<int:import_id>")
@needs(COURSE_EDIT)
@endpoint(
    summary="A file of questions, and the verdicts on them",
    query=QuestionImportItemsQuery,
    returns=QuestionImportOut,
    errors=(401, 403, 404, 409, 422),
)
def show_question_import(course: str, import_id: int, *, query: Mapping[str, Any]) -> Response:
    stored = services.get_question_import(current_actor(), course, import_id)
    return _report(stored, verdict=query["verdict"], after=query["after"])


@api.post("/studio/courses/<course>/questions/imports/<int:import_id>/confirmation")
@needs(COURSE_EDIT)
@endpoint(
    summary="Import a file of questions that was judged; those that were refused are left out",
    returns=QuestionImportOut,
    errors=(401, 403, 404, 409, 422),
)
def confirm_question_import(course: str, import_id: int) -> Response:
    return _report(services.confirm_question_import(current_actor(), course, import_id))


@api.get("/studio/courses/<course>/questions/export")
@needs(COURSE_EDIT)
@endpoint(
    summary="The questions of a course as a file",
    query=QuestionExportQuery,
    errors=(401, 403, 404, 422),
    files=("text/plain", "application/xml", "application/zip"),
)
def export_questions(course: str, *, query: Mapping[str, Any]) -> Response:
    exported = services.export_questions(
        current_actor(),
        course,
        form=query["format"],
        langs=query["lang"].split(","),
        lesson=query.get("lesson"),
    )
    return downloaded(course, exported)


def _report(stored: Any, status: int = 200, *, verdict: str = "all", after: int = 0) -> Response:
    items = list_import_items(stored.id, verdict=verdict, after=after, limit=ITEMS_SHOWN)
    problem = stored.summary.get("problem")
    data = QuestionImportOut().dump(
        {
            "id": stored.id,
            "state": stored.state,
            "format": stored.options["format"],
            "lang": stored.options["lang"],
            "counts": stored.summary.get("counts", {}),
            "problem": " ".join(problem) if problem else None,
            "notes": [_note(Note(code, params)) for code, params in stored.summary.get("notes", ())],
            "items": [
                {
                    **{
                        name: getattr(item, name)
                        for name in ("number", "verdict", "title", "key", "kind", "line", "file")
                    },
                    "notes": [_note(note) for note in item.notes],
                }
                for item in items
            ],
        }
    )
    response = jsonify(data)
    response.status_code = status
    return response


def _note(note: Note) -> dict[str, str]:
    what, remedy = note_text(note)
    return {"code": note.code, "what": what, "remedy": remedy}


def _text(body: Mapping[str, Any]) -> LessonSource:
    return from_source(body["source"]) if "source" in body else from_fields(body)
