"""Pages of the studio that bring questions in and take them out: choose, read the report, confirm."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from academy.authoring import exchange_queries, queries, services
from academy.authoring.blueprint import bp
from academy.authoring.exchange_wording import VERDICT_NAMES, downloaded, shown_item, shown_notes
from academy.authoring.question_exchange import MAX_BYTES
from academy.authoring.question_export import exportable
from academy.authoring.services import ImportOptions
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.kernel.errors import AcademyError, Conflict, Invalid, TooLarge
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, LOCALES, _, current_language, localized
from academy.kernel.rights import needs
from academy.kernel.settings import settings
from academy.questions.exchange.formats import FORMATS

ITEMS_A_PAGE = 100
MAX_KEYS = 500
MAX_CATEGORIES = 100


@bp.get("/studio/courses/<course>/question-import")
@needs(COURSE_EDIT)
def choose_questions(course: str) -> str:
    return _choice_page(course)


@bp.post("/studio/courses/<course>/question-import")
@needs(COURSE_EDIT)
def import_questions(course: str) -> Any:
    file = request.files.get("file")
    name, data = (file.filename or "", file.stream.read(MAX_BYTES + 1)) if file else ("", b"")
    options = ImportOptions(
        **{field: request.form.get(field, "") for field in ("lang", "format", "lesson", "outcome")}
    )
    try:
        stored = services.start_question_import(current_actor(), course, data, name, options)
    except (Invalid, TooLarge) as error:
        return _choice_page(course, error), error.status
    return redirect(_report_url(course, stored.id), code=303)


@bp.get("/studio/courses/<course>/question-imports/<int:import_id>")
@needs(COURSE_EDIT)
def show_question_import(course: str, import_id: int) -> str:
    return _report_page(course, import_id)


@bp.post("/studio/courses/<course>/question-imports/<int:import_id>/places")
@needs(COURSE_EDIT)
def place_questions(course: str, import_id: int) -> Any:
    form = request.form
    chosen = {
        form.get(f"category.{number}", ""): (
            form.get(f"lesson.{number}", ""),
            form.get(f"outcome.{number}", ""),
        )
        for number in range(1, MAX_CATEGORIES + 1)
    }
    try:
        services.place_question_import(current_actor(), course, import_id, chosen)
    except (Invalid, Conflict) as error:
        return _report_page(course, import_id, error), error.status
    return redirect(_report_url(course, import_id), code=303)


@bp.post("/studio/courses/<course>/question-imports/<int:import_id>/confirm")
@needs(COURSE_EDIT)
def confirm_questions(course: str, import_id: int) -> Any:
    try:
        stored = services.confirm_question_import(current_actor(), course, import_id)
    except Conflict as error:
        return _report_page(course, import_id, error), error.status
    if stored.state == "applied":
        flash(_("The questions were imported."), "success")
    return redirect(_report_url(course, import_id), code=303)


@bp.post("/studio/courses/<course>/question-imports/<int:import_id>/discard")
@needs(COURSE_EDIT)
def discard_questions(course: str, import_id: int) -> Response:
    services.discard_question_import(current_actor(), course, import_id)
    flash(_("The file was discarded. Nothing was changed."), "info")
    return redirect(url_for("authoring.list_questions", course=course), code=303)


@bp.get("/studio/courses/<course>/question-export")
@needs(COURSE_EDIT)
def choose_export(course: str) -> Any:
    """What to export; with a format chosen, also what it cannot carry."""
    studio = queries.get_studio_course(current_actor(), course)
    exported, error = None, None
    if request.args.get("format"):
        try:
            exported = services.export_questions(current_actor(), course, **_wanted(), note=False)
        except Invalid as refusal:
            error = refusal
    page = render_template(
        "authoring/question_export.html",
        studio=studio,
        formats=exportable(),
        languages=[(code, LANGUAGE_NAMES[code]) for code in LOCALES],
        lessons=_lesson_choices(studio, _("All questions"), none=True),
        chosen=request.args,
        langs=_langs() or [current_language()],
        exported=exported,
        total=len({item.key for item in exported.items}) if exported else 0,
        left_out=[shown_item(item) for item in exported.items if not item.written] if exported else [],
        differing=[shown_item(item) for item in exported.items if item.written and item.notes]
        if exported
        else [],
        most=ITEMS_A_PAGE,
        error=error,
    )
    return page, error.status if error else 200


@bp.get("/studio/courses/<course>/question-export/file")
@needs(COURSE_EDIT)
def export_questions(course: str) -> Response:
    return downloaded(course, services.export_questions(current_actor(), course, **_wanted()))


def _wanted() -> dict[str, Any]:
    lesson = request.args.get("lesson", "*")
    return {
        "form": request.args.get("format", ""),
        "langs": _langs(),
        "lesson": None if lesson == "*" else lesson,
        "keys": request.args.getlist("key")[:MAX_KEYS],
    }


def _langs() -> list[str]:
    return request.args.getlist("lang")


def _choice_page(course: str, error: AcademyError | None = None) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    return render_template(
        "authoring/question_import.html",
        studio=studio,
        formats=[("", _("As the file looks")), *((form.name, form.title) for form in FORMATS.values())],
        languages=[(code, LANGUAGE_NAMES[code]) for code in LOCALES],
        lessons=_lesson_choices(studio, _("no lesson, quizzes only")),
        outcomes=_outcome_choices(studio),
        typed=request.form,
        lang=(studio.languages or (current_language(),))[0],
        max_bytes=min(MAX_BYTES, settings().max_body),
        error=error,
    )


def _report_page(course: str, import_id: int, error: AcademyError | None = None) -> str:
    actor = current_actor()
    stored = services.get_question_import(actor, course, import_id)
    studio = queries.get_studio_course(actor, course)
    counts = stored.summary.get("counts", {})
    verdict = request.args.get("verdict", "refused" if counts.get("refused") else "all")
    verdict = verdict if verdict in VERDICT_NAMES else "all"
    after = request.args.get("after", "")
    items = exchange_queries.list_import_items(
        import_id,
        verdict=verdict,
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0,
        limit=ITEMS_A_PAGE + 1,
    )
    return render_template(
        "authoring/question_report.html",
        studio=studio,
        stored=stored,
        counts=counts,
        total=sum(counts.get(name, 0) for name in ("new", "changed", "unchanged", "refused")),
        verdict=verdict,
        verdicts=VERDICT_NAMES,
        items=[shown_item(item) for item in items[:ITEMS_A_PAGE]],
        more=items[ITEMS_A_PAGE - 1].number if len(items) > ITEMS_A_PAGE else None,
        notes=shown_notes(stored.summary.get("notes", ())),
        form=FORMATS[stored.options["format"]],
        lessons=_lesson_choices(studio, _("as chosen for the file")),
        outcomes=_outcome_choices(studio, _("as chosen for the file")),
        error=error,
    )


def _report_url(course: str, import_id: int) -> str:
    return url_for("authoring.show_question_import", course=course, import_id=import_id)


def _lesson_choices(studio: StudioCourse, first: str, *, none: bool = False) -> list[tuple[str, str]]:
    rows = [(row.slug, localized(row.title) or row.slug) for row in studio.lessons]
    return [("*", first), *rows, ("", _("no lesson, quizzes only"))] if none else [("", first), *rows]


def _outcome_choices(studio: StudioCourse, first: str = "") -> list[tuple[str, str]]:
    rows = [(one["id"], f"{one['id']}: {localized(one['text'])}") for one in studio.description["outcomes"]]
    return [("", first or _("no outcome")), *rows]
