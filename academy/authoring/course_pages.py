"""Pages of the studio: the list of courses, a course's lessons, its settings and files."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring import queries, services
from academy.authoring.blueprint import bp
from academy.authoring.settings_form import read_settings
from academy.authoring.views import StudioCourse
from academy.catalog import queries as catalog
from academy.catalog.media_files import KINDS
from academy.catalog.policies import COURSE_CREATE, COURSE_EDIT
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, LOCALES, _, _l, current_language
from academy.kernel.rights import needs
from academy.plugins.manager import installed_modules

ACTS = {
    "up": lambda actor, course, lesson: services.move_lesson(actor, course, lesson, by=-1),
    "down": lambda actor, course, lesson: services.move_lesson(actor, course, lesson, by=1),
    "remove": services.remove_lesson,
    "put_back": services.put_lesson_back,
}


@bp.get("/studio")
@needs(COURSE_EDIT)
def list_courses() -> str:
    return _index()


def _index(error: Invalid | None = None) -> str:
    actor = current_actor()
    origin = "content" if request.args.get("origin") == "content" else "studio"
    q = request.args.get("q", "")[:200].strip()
    cursor = request.args.get("cursor")
    page = queries.list_courses(actor, origin=origin, q=q, cursor=cursor)
    named = {name: value for name, value in (("origin", origin), ("q", q)) if value and value != "studio"}
    address = url_for("authoring.list_courses", **named)
    return render_template(
        "authoring/courses.html",
        courses=page.items,
        origin=origin,
        q=q,
        first_url=address if cursor else None,
        next_url=url_for("authoring.list_courses", **named, cursor=page.next_cursor)
        if page.next_cursor
        else None,
        may_create=actor.may(COURSE_CREATE),
        modules=[(module.slug, module.title) for module in installed_modules()],
        error=error,
    )


@bp.post("/studio/courses")
@needs(COURSE_CREATE)
def create_course() -> Any:
    module = request.form.get("module", "")
    try:
        slug = services.create_course(
            current_actor(),
            title=request.form.get("title", ""),
            lang=_lang(request.form.get("lang")),
            module=module if installed_modules().find(module) else "",
        )
    except Invalid as error:
        return _index(error), error.status
    flash(_("The course is there. Add its first lesson."), "success")
    return redirect(url_for("authoring.show_course", course=slug), code=303)


@bp.post("/studio/courses/<course>/copy")
@needs(COURSE_CREATE)
def copy_course(course: str) -> Response:
    slug = services.copy_course(current_actor(), course)
    flash(_("This is your copy. The other course stays as it is."), "success")
    return redirect(url_for("authoring.show_course", course=slug), code=303)


# --- lessons --------------------------------------------------------------------------------------


@bp.get("/studio/courses/<course>")
@needs(COURSE_EDIT)
def show_course(course: str) -> str:
    return _course_page(course)


def _course_page(course: str, error: Invalid | None = None) -> str:
    return render_template(
        "authoring/course.html", studio=queries.get_studio_course(current_actor(), course), error=error
    )


@bp.post("/studio/courses/<course>/lessons")
@needs(COURSE_EDIT)
def add_lesson(course: str) -> Any:
    lang = _lang(request.form.get("lang"))
    try:
        lesson = services.add_lesson(current_actor(), course, title=request.form.get("title", ""), lang=lang)
    except Invalid as error:
        return _course_page(course, error), error.status
    return redirect(url_for("authoring.show_lesson", course=course, lesson=lesson, lang=lang), code=303)


@bp.post("/studio/courses/<course>/outline")
@needs(COURSE_EDIT)
def change_outline(course: str) -> Response:
    lesson, act = request.form.get("lesson", ""), ACTS.get(request.form.get("act", ""))
    if act is None:
        raise Invalid(_("Choose what to do with the lesson."))
    act(current_actor(), course, lesson)
    if request.form["act"] == "remove":
        flash(_("The lesson is taken out. Its text is kept below, under “Taken out”."), "success")
    return redirect(url_for("authoring.show_course", course=course) + f"#lesson-{lesson}", code=303)


@bp.post("/studio/courses/<course>/lessons/<lesson>/plan")
@needs(COURSE_EDIT)
def plan_lesson(course: str, lesson: str) -> Response:
    minutes = request.form.get("minutes", "").strip()
    if minutes and not minutes.isdecimal():
        raise Invalid(_("Write the minutes as a whole number."), errors={"minutes": [_("A whole number.")]})
    services.plan_lesson(
        current_actor(),
        course,
        lesson,
        minutes=int(minutes[:9]) if minutes else None,
        outcomes=request.form.getlist("outcomes"),
    )
    return redirect(url_for("authoring.show_course", course=course) + f"#lesson-{lesson}", code=303)


# --- settings -------------------------------------------------------------------------------------


@bp.get("/studio/courses/<course>/settings")
@needs(COURSE_EDIT)
def show_settings(course: str) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    return _settings_page(studio, studio.description, studio.course.visibility)


@bp.post("/studio/courses/<course>/settings")
@needs(COURSE_EDIT)
def save_settings(course: str) -> Any:
    actor, settings = current_actor(), read_settings(request.form)
    visibility = request.form.get("visibility", "")
    base = request.form.get("base", "")
    try:
        version = int(base) if base.isdecimal() and len(base) < 16 else 0
        services.update_settings(actor, course, settings, base_version=version, visibility=visibility)
    except (Invalid, Conflict) as error:
        studio = queries.get_studio_course(actor, course)
        return _settings_page(studio, {**studio.description, **settings}, visibility, error), error.status
    flash(_("Stored. Learners see it when you publish."), "success")
    return redirect(url_for("authoring.show_settings", course=course), code=303)


def _settings_page(
    studio: StudioCourse, shown: Any, visibility: str, error: Invalid | Conflict | None = None
) -> str:
    return render_template(
        "authoring/settings.html",
        studio=studio,
        shown=shown,
        visibility=visibility,
        topics=catalog.list_topics(),
        error=error,
    )


# --- files ----------------------------------------------------------------------------------------


_FILE_TEXTS = {
    "read": (_l("Its text is found by search."), "muted"),
    "cut": (_l("Search finds the beginning of its text: it is very long."), "muted"),
    "waiting": (_l("Its text is being read for search."), "muted"),
    "encrypted": (_l("It is encrypted. Save it without a password and add it again."), "wrong"),
    "damaged": (_l("It cannot be read. Export it again from the program that it comes from."), "wrong"),
    "empty": (_l("It holds no text, as a scan does. Have the text recognized and add it again."), "soon"),
    "memory": (_l("It is too large to be read. Divide it into smaller files."), "wrong"),
    "time": (_l("It takes too long to be read. Divide it into smaller files."), "wrong"),
}


@bp.app_template_filter("file_text")
def file_text(state: str) -> tuple[str, str]:
    """What became of reading a file's text for search, in words and as a tone."""
    return _FILE_TEXTS.get(state, _FILE_TEXTS["damaged"])


@bp.get("/studio/courses/<course>/media")
@needs(COURSE_EDIT)
def list_media(course: str) -> str:
    return _media_page(course)


@bp.post("/studio/courses/<course>/media")
@needs(COURSE_EDIT)
def upload_media(course: str) -> Any:
    file = request.files.get("file")
    name, data = (file.filename or "", file.read()) if file else ("", b"")
    try:
        stored = services.upload_media(current_actor(), course, name, data)
    except Invalid as error:
        return _media_page(course, error), error.status
    flash(_("Stored as %(path)s.", path=stored.path), "success")
    return redirect(url_for("authoring.list_media", course=course), code=303)


def _media_page(course: str, error: Invalid | None = None) -> str:
    studio = queries.get_studio_course(current_actor(), course)
    return render_template(
        "authoring/media.html",
        studio=studio,
        files=catalog.list_media(studio.id),
        accepted=",".join(KINDS),
        error=error,
    )


def _lang(wanted: str | None) -> str:
    return wanted if wanted in LOCALES else current_language()


@bp.app_context_processor
def _languages() -> dict[str, Any]:
    return {
        "language_choices": [(code, LANGUAGE_NAMES[code]) for code in LOCALES],
        "language_names": LANGUAGE_NAMES,
    }
