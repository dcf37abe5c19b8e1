"""Pages of the studio: writing a lesson, looking at it as learners will, its history."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring import queries, services
from academy.authoring.blueprint import bp
from academy.authoring.checking import line_diff, render_draft
from academy.authoring.errors import DraftConflict, DraftNotFound
from academy.authoring.lesson_source import LessonSource, from_fields
from academy.authoring.views import DraftView, LessonRow, StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.catalog.queries import list_media
from academy.kernel.errors import AcademyError, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import LOCALES, _, _l, current_language
from academy.kernel.rights import needs
from academy.questions.queries import items_of_lesson, present_item

PREVIEW_SEED = 1


@bp.get("/studio/courses/<course>/lessons/<lesson>")
@needs(COURSE_EDIT)
def show_lesson(course: str, lesson: str) -> str:
    studio, row, lang = _opened(course, lesson)
    draft = queries.get_draft(current_actor(), course, lesson, lang)
    return _editor(studio, row, draft, draft.text.fields(), draft.version)


@bp.post("/studio/courses/<course>/lessons/<lesson>")
@needs(COURSE_EDIT)
def save_lesson(course: str, lesson: str) -> Any:
    """Store the text, or with ``act=preview`` only show it. What was typed stays, whatever happens."""
    studio, row, lang = _opened(course, lesson)
    base = request.args.get("base", "")
    version = int(base) if base.isdecimal() and len(base) < 16 else 0
    error: AcademyError
    try:
        text = from_fields(request.form)
        if request.form.get("act") != "preview":
            services.save_draft(current_actor(), course, lesson, lang, text, base_version=version)
            flash(_("Stored."), "success")
            return redirect(
                url_for("authoring.show_lesson", course=course, lesson=lesson, lang=lang), code=303
            )
    except (Invalid, DraftConflict, DraftNotFound) as refusal:
        error = refusal
    else:
        draft = queries.get_draft(current_actor(), course, lesson, lang)
        return _editor(studio, row, draft, text.fields(), version)
    draft = queries.get_draft(current_actor(), course, lesson, lang)
    # storing again after having been told is a decision: the other text stays in the history
    base_version = draft.version if isinstance(error, DraftConflict) else version
    return _editor(studio, row, draft, request.form, base_version, error), error.status


@bp.post("/studio/courses/<course>/lessons/<lesson>/preview")
@needs(COURSE_EDIT)
def preview_lesson(course: str, lesson: str) -> str:
    """The text as learners would see it, as a fragment."""
    studio, row, lang = _opened(course, lesson)
    return render_template(
        "authoring/preview.html", **_preview(studio, row.slug, lang, from_fields(request.form))
    )


def _opened(course: str, lesson: str) -> tuple[StudioCourse, LessonRow, str]:
    """The course, the lesson, and the language to be written in: the asked one, else one that it has."""
    actor = current_actor()
    studio = queries.get_studio_course(actor, course)
    if studio.is_editable and not studio.version:
        services.open_working_copy(actor, course)
        studio = queries.get_studio_course(actor, course)
    row = studio.lesson(lesson)
    if row is None or not studio.is_editable:
        raise DraftNotFound(
            _l("The course has no lesson of this name that is written here."),
            next_step=_l("Open the course's outline and choose a lesson."),
        )
    choices = (request.args.get("lang"), current_language(), *row.languages)
    known = [choice for choice in choices if choice in LOCALES]
    asked = request.args.get("lang")
    lang = asked if asked in LOCALES else next((code for code in known if code in row.drafts), known[0])
    return studio, row, lang


def _editor(
    studio: StudioCourse,
    row: LessonRow,
    draft: DraftView,
    shown: Any,
    version: int,
    error: AcademyError | None = None,
) -> str:
    try:
        text = from_fields(shown)
    except Invalid:
        text = LessonSource()
    return render_template(
        "authoring/lesson.html",
        lesson=row,
        draft=draft,
        shown=shown,
        version=version,
        error=error,
        files=list_media(studio.id),
        **_preview(studio, row.slug, draft.lang, text),
    )


def _preview(studio: StudioCourse, lesson: str, lang: str, text: LessonSource) -> dict[str, Any]:
    rendering = render_draft(studio.course, lesson, lang, text)
    items = {item.key: item for item in items_of_lesson(studio.id, lesson)}
    return {
        "studio": studio,
        "lang": lang,
        "rendering": rendering,
        "exercises": {key: _exercise(item, lang) for key, item in items.items()},
        "is_empty": not text.is_written,
    }


def _exercise(item: Any, lang: str) -> dict[str, Any]:
    return {
        "template": item.version.type.template,
        "view": present_item(item.version, PREVIEW_SEED, lang)["body"],
        "item": {"id": item.item_id, "key": item.key, "kind": item.kind},
        "kind": item.version.type.title,
    }


# --- history --------------------------------------------------------------------------------------


@bp.get("/studio/courses/<course>/lessons/<lesson>/history")
@needs(COURSE_EDIT)
def show_history(course: str, lesson: str) -> str:
    studio, row, lang = _opened(course, lesson)
    actor = current_actor()
    page = queries.list_revisions(actor, course, lesson, lang, cursor=request.args.get("cursor"))
    chosen = request.args.get("revision", "")
    revision = diff = None
    if chosen.isdecimal() and len(chosen) < 16:
        revision = queries.get_revision(actor, course, lesson, lang, int(chosen))
        draft = queries.get_draft(actor, course, lesson, lang)
        diff = line_diff(revision.text.source, draft.text.source)
    return render_template(
        "authoring/history.html",
        studio=studio,
        lesson=row,
        lang=lang,
        page=page,
        revision=revision,
        diff=diff,
    )


@bp.post("/studio/courses/<course>/lessons/<lesson>/history")
@needs(COURSE_EDIT)
def restore_revision(course: str, lesson: str) -> Response:
    lang = request.form.get("lang", "")
    chosen = request.form.get("revision", "")
    revision = int(chosen) if chosen.isdecimal() and len(chosen) < 16 else 0
    saved = services.restore_revision(current_actor(), course, lesson, lang, revision)
    flash(
        _("That text is the draft again. What stood here before is in the history, too.")
        if saved.changed
        else _("The draft has this very text already."),
        "success",
    )
    return redirect(url_for("authoring.show_lesson", course=course, lesson=lesson, lang=lang), code=303)
