"""Pages of the studio: the papers of one quiz. Its seal, what its pool gives, and what is printed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from academy.authoring.queries import get_studio_course
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor, redirect_back
from academy.kernel.i18n import LANGUAGE_NAMES, _, _l, current_language, translated
from academy.kernel.rights import needs
from academy.quizzes import services
from academy.quizzes.blueprint import bp
from academy.quizzes.paper_sealing import is_sealed, seals_of
from academy.quizzes.queries import find_quiz
from academy.quizzes.studio_checks import check_of_rules
from academy.quizzes.views import QuizRow

bp.add_app_template_filter(translated)

_PAGE = "/studio/courses/<course>/quizzes/<slug>/papers"


@bp.get(_PAGE)
@needs(COURSE_EDIT)
def show_papers(course: str, slug: str) -> str:
    studio, quiz = _quiz(course, slug)
    return _page(studio, quiz)


@bp.post(f"{_PAGE}/seal")
@needs(COURSE_EDIT)
def seal_papers(course: str, slug: str) -> Any:
    studio, quiz = _quiz(course, slug)
    try:
        services.seal_exam(current_actor(), quiz.id)
    except Conflict as error:
        return _page(studio, quiz, error=error), error.status
    flash(
        _("Sealed. The fingerprints are published; the seed stays secret until the examination is over."),
        "success",
    )
    return redirect(url_for("quizzes.show_papers", course=course, slug=slug), code=303)


@bp.post(f"{_PAGE}/prints")
@needs(COURSE_EDIT)
def print_papers(course: str, slug: str) -> Any:
    studio, quiz = _quiz(course, slug)
    try:
        services.request_print(
            current_actor(),
            quiz.id,
            lang=request.form.get("lang", ""),
            count=_number("count"),
            first_code=_number("first_code"),
        )
    except (Invalid, Conflict) as error:
        return _page(studio, quiz, error=error), error.status
    return redirect(url_for("quizzes.show_papers", course=course, slug=slug) + "#prints", code=303)


@bp.post("/studio/papers/<int:batch>/again")
@needs(COURSE_EDIT)
def print_again(batch: int) -> Response:
    services.print_again(current_actor(), batch)
    flash(_("The papers are made once more; they will be the same to the last byte."), "info")
    return redirect_back(url_for("authoring.list_courses"))


@bp.get("/studio/papers/<int:batch>/file")
@needs(COURSE_EDIT)
def download_papers(batch: int) -> Response:
    printed = services.open_print(current_actor(), batch)
    answer = send_file(
        printed.path, mimetype="application/zip", as_attachment=True, download_name=printed.filename
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _quiz(course: str, slug: str) -> tuple[StudioCourse, QuizRow]:
    studio = get_studio_course(current_actor(), course)
    quiz = find_quiz(studio.id, slug)
    if quiz is None:
        raise NotFound(_l("There is no such quiz."))
    return studio, quiz


def _number(name: str) -> int:
    text = (request.form.get(name) or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _page(studio: StudioCourse, quiz: QuizRow, *, error: AcademyError | None = None) -> str:
    languages = studio.course.languages or studio.languages
    return render_template(
        "quizzes/papers.html",
        studio=studio,
        quiz=quiz,
        check=check_of_rules(
            studio, quiz.rules, completes=studio.description["completion"].get("quiz") == quiz.slug
        ),
        lines=quiz.rules.draw,
        seals=seals_of(quiz.id),
        sealed=is_sealed(quiz),
        has_opened=quiz.rules.opens is not None and clock.now() >= quiz.rules.opens,
        prints=services.prints_of(current_actor(), quiz.id),
        languages=[(code, LANGUAGE_NAMES[code]) for code in languages if code in LANGUAGE_NAMES],
        lang=current_language(),
        error=error,
        errors=error.errors if error else {},
    )
