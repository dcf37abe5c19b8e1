"""Pages of the studio: the quizzes of a course, their rules and their blueprints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring.queries import get_studio_course
from academy.authoring.tabs import add_tab
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import DEFAULT_LOCALE, _, _l, current_language
from academy.kernel.rights import needs
from academy.questions.registry import kinds
from academy.quizzes import services
from academy.quizzes.blueprint import bp
from academy.quizzes.promises import promise_of
from academy.quizzes.queries import find_quiz, quizzes_of_course
from academy.quizzes.review import ANSWERS, FEEDBACK, OUTCOMES, SCORE
from academy.quizzes.studio_checks import check_of_settings
from academy.quizzes.studio_form import new_settings, read_settings, settings_of
from academy.quizzes.views import QuizRow

FLAG_NAMES = (
    (SCORE, _l("mark")),
    (OUTCOMES, _l("result by outcome")),
    (ANSWERS, _l("right answers")),
    (FEEDBACK, _l("feedback and explanations")),
)


@bp.record_once
def _enter_tab(state: Any) -> None:
    add_tab(state.app, label=_l("Quizzes"), endpoint="quizzes.list_studio_quizzes", order=30)


@bp.app_template_filter("local_minute")
def local_minute(value: datetime | str | None) -> str:
    """What a field for day and time shows: the clock in Hanoi; typed text as it was typed."""
    return clock.local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value or ""


@bp.get("/studio/courses/<course>/quizzes")
@needs(COURSE_EDIT)
def list_studio_quizzes(course: str) -> str:
    studio = get_studio_course(current_actor(), course)
    return render_template("quizzes/studio_list.html", studio=studio, quizzes=quizzes_of_course(studio.id))


@bp.get("/studio/courses/<course>/new-quiz")
@needs(COURSE_EDIT)
def new_studio_quiz(course: str) -> str:
    studio = get_studio_course(current_actor(), course)
    return _editor(studio, None, new_settings({}), needed=not studio.description["quizzes"])


@bp.post("/studio/courses/<course>/new-quiz")
@needs(COURSE_EDIT)
def add_studio_quiz(course: str) -> Any:
    studio = get_studio_course(current_actor(), course)
    titles = read_settings(request.form)["title"]
    slug = services.free_slug(studio.id, titles.get("vi") or titles.get(current_language()) or "")
    return _store(studio, None, slug)


@bp.get("/studio/courses/<course>/quizzes/<slug>")
@needs(COURSE_EDIT)
def edit_studio_quiz(course: str, slug: str) -> str:
    studio = get_studio_course(current_actor(), course)
    quiz = _quiz(studio, slug)
    needed = studio.description["completion"].get("quiz") == slug
    return _editor(studio, quiz, settings_of(quiz.rules), needed=needed)


@bp.post("/studio/courses/<course>/quizzes/<slug>")
@needs(COURSE_EDIT)
def save_studio_quiz(course: str, slug: str) -> Any:
    studio = get_studio_course(current_actor(), course)
    return _store(studio, _quiz(studio, slug), slug)


@bp.post("/studio/courses/<course>/quizzes/<slug>/removal")
@needs(COURSE_EDIT)
def remove_studio_quiz(course: str, slug: str) -> Response:
    services.remove_quiz(current_actor(), course, slug)
    flash(_("The quiz is taken out. Attempts and results stay."), "success")
    return redirect(url_for("quizzes.list_studio_quizzes", course=course), code=303)


def _quiz(studio: StudioCourse, slug: str) -> QuizRow:
    quiz = find_quiz(studio.id, slug)
    if quiz is None:
        raise NotFound(_l("There is no such quiz."))
    return quiz


def _store(studio: StudioCourse, quiz: QuizRow | None, slug: str) -> Any:
    """Store what was sent; with ``act=count`` only show the form again, with the pool counted anew."""
    settings, needed = read_settings(request.form), "needed" in request.form
    if request.form.get("act") == "count":
        return _editor(studio, quiz, settings, needed=needed)
    grace = {"grace_seconds": int(quiz.rules.grace.total_seconds())} if quiz else {}
    try:
        saved = services.write_quiz(current_actor(), studio.slug, slug, settings | grace, needed=needed)
    except (Invalid, Conflict) as error:
        return _editor(studio, quiz, settings, needed=needed, error=error), error.status
    flash(_("Stored as version %(n)s.", n=saved.number) if saved.changed else _("Stored."), "success")
    return redirect(url_for("quizzes.edit_studio_quiz", course=studio.slug, slug=slug), code=303)


def _editor(
    studio: StudioCourse,
    quiz: QuizRow | None,
    settings: Mapping[str, Any],
    *,
    needed: bool,
    error: AcademyError | None = None,
) -> str:
    return render_template(
        "quizzes/studio_quiz.html",
        studio=studio,
        needed_languages=studio.languages or (DEFAULT_LOCALE,),
        quiz=quiz,
        promise=promise_of(quiz.id) if quiz else None,
        shown=settings,
        check=check_of_settings(studio, settings, completes=needed),
        lines=settings["draw"],
        kinds=kinds(),
        flags=FLAG_NAMES,
        needed=needed,
        error=error,
        errors=error.errors if error else {},
    )
