"""Pages of those who lead the marking of a course's quizzes: the scheme, the markers, moderation, the release."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from academy.authoring.queries import get_studio_course
from academy.authoring.tabs import add_tab
from academy.authoring.views import StudioCourse
from academy.catalog.policies import COURSE_EDIT
from academy.grading import overview_queries, services, wording
from academy.grading.appeal_queries import figures_of
from academy.grading.blueprint import bp
from academy.grading.forms import days_in, new_scheme, read_mark, read_scheme, scheme_as_form, typed_mark
from academy.grading.handed_in import file_for_moderator
from academy.grading.third_queries import find_third, list_thirds
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _l
from academy.kernel.rights import needs
from academy.questions.registry import kinds
from academy.quizzes.queries import find_quiz, quizzes_of_course
from academy.quizzes.sending import answer_file_response

MOST_SAMPLED = 200


@bp.record_once
def _enter_tab(state: Any) -> None:
    add_tab(state.app, label=_l("Marking"), endpoint="grading.list_quizzes", order=35)


@bp.get("/studio/courses/<course>/marking")
@needs(COURSE_EDIT)
def list_quizzes(course: str) -> str:
    studio = get_studio_course(current_actor(), course)
    return render_template("grading/quizzes.html", studio=studio, quizzes=quizzes_of_course(studio.id))


@bp.get("/studio/courses/<course>/marking/<slug>")
@needs(COURSE_EDIT)
def show_marking(course: str, slug: str) -> str:
    return _overview(get_studio_course(current_actor(), course), slug)


@bp.post("/studio/courses/<course>/marking/<slug>")
@needs(COURSE_EDIT)
def save_scheme(course: str, slug: str) -> Response | tuple[str, int]:
    studio = get_studio_course(current_actor(), course)
    typed = read_scheme(request.form)
    try:
        settings = typed | {
            "markers": services.accounts_named(typed["markers"]),
            "appeal": typed["appeal"] | {"days_off": days_in(typed["appeal"]["days_off"])},
        }
        scheme = services.save_scheme(current_actor(), _quiz_id(studio, slug), settings)
    except Invalid as error:
        return _overview(studio, slug, typed, error), error.status
    flash(_("Stored as version %(n)s.", n=scheme.number), "success")
    return _to(course, slug)


@bp.post("/studio/courses/<course>/marking/<slug>/sharing")
@needs(COURSE_EDIT)
def share_again(course: str, slug: str) -> Response:
    services.share_again(current_actor(), _quiz_id(get_studio_course(current_actor(), course), slug))
    flash(_("What nobody has marked is shared out anew."), "success")
    return _to(course, slug)


@bp.post("/studio/courses/<course>/marking/<slug>/release")
@needs(COURSE_EDIT)
def release_marks(course: str, slug: str) -> Response | tuple[str, int]:
    studio = get_studio_course(current_actor(), course)
    try:
        services.release_marks(current_actor(), _quiz_id(studio, slug))
    except Conflict as error:
        return _overview(studio, slug, None, error), error.status
    flash(_("The marks are released."), "success")
    return _to(course, slug)


@bp.get("/studio/courses/<course>/marking/<slug>/moderation")
@needs(COURSE_EDIT)
def show_sample(course: str, slug: str) -> str:
    studio = get_studio_course(current_actor(), course)
    rule = request.args.get("rule", "all")
    seed = request.args.get("seed", "1")[:40]
    size = min(max(request.args.get("size", 20, type=int), 1), MOST_SAMPLED)
    overview = overview_queries.overview_of(current_actor(), _quiz_id(studio, slug))
    return render_template(
        "grading/sample.html",
        studio=studio,
        overview=overview,
        sample=overview_queries.sample_of(current_actor(), overview.quiz_id, rule=rule, size=size, seed=seed),
        rule=rule if rule in overview_queries.SAMPLES else "all",
        seed=seed,
        size=size,
        wording=wording,
    )


@bp.get("/marking/answers/<int:answer>")
@needs(COURSE_EDIT)
def show_answer(answer: int) -> str:
    return _answer_page(answer)


@bp.post("/marking/answers/<int:answer>/third")
@needs(COURSE_EDIT)
def give_third(answer: int) -> Response | tuple[str, int]:
    given = request.form.get("account", "")
    # what names nobody is refused, not taken for everybody
    account = int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else 0
    try:
        services.give_third(current_actor(), answer, account if given else None)
    except (Invalid, Conflict) as error:
        return _answer_page(answer, None, error), error.status
    flash(
        _("The third mark is given to another marker.")
        if given
        else _("Whoever may take it first gives it."),
        "success",
    )
    return redirect(url_for("grading.show_answer", answer=answer), code=303)


@bp.get("/marking/answers/<int:answer>/files/<key>")
@needs(COURSE_EDIT)
def show_answer_file(answer: int, key: str) -> Response:
    return answer_file_response(file_for_moderator(current_actor(), answer, key))


@bp.post("/marking/answers/<int:answer>")
@needs(COURSE_EDIT)
def moderate(answer: int) -> Response | tuple[str, int]:
    try:
        services.moderate(
            current_actor(), answer, read_mark(request.form), reason=request.form.get("reason", "")
        )
    except (Invalid, Conflict) as error:
        typed = typed_mark(request.form) | {"reason": request.form.get("reason", "")}
        return _answer_page(answer, typed, error), error.status
    flash(_("Your mark counts for this answer."), "success")
    return redirect(url_for("grading.show_answer", answer=answer), code=303)


@bp.post("/marking/answers/<int:answer>/confirmation")
@needs(COURSE_EDIT)
def confirm_marks(answer: int) -> Response:
    services.confirm_marks(current_actor(), answer)
    flash(_("The marks stand as they are."), "success")
    return redirect(url_for("grading.show_answer", answer=answer), code=303)


def _quiz_id(studio: StudioCourse, slug: str) -> int:
    quiz = find_quiz(studio.id, slug)
    if quiz is None:
        raise NotFound(_l("There is no such quiz."))
    return quiz.id


def _to(course: str, slug: str) -> Response:
    return redirect(url_for("grading.show_marking", course=course, slug=slug), code=303)


def _overview(
    studio: StudioCourse, slug: str, typed: dict[str, Any] | None = None, error: AcademyError | None = None
) -> str:
    actor = current_actor()
    overview = overview_queries.overview_of(actor, _quiz_id(studio, slug))
    releases = overview_queries.releases_of(overview.quiz_id)
    scheme = overview.scheme
    thirds = list_thirds(actor, overview.quiz_id, cursor=request.args.get("cursor"))
    names = {row.account: row.username for row in overview.markers}
    return render_template(
        "grading/overview.html",
        studio=studio,
        overview=overview,
        releases=releases,
        running=next((one for one in releases if one.finished_at is None), None),
        thirds=thirds,
        more_thirds=url_for(
            "grading.show_marking", course=studio.slug, slug=slug, cursor=thirds.next_cursor, _anchor="thirds"
        )
        if thirds.next_cursor
        else None,
        figures=figures_of(actor, overview.quiz_id),
        shown=typed or (scheme_as_form(scheme, names) if scheme else new_scheme()),
        kinds=kinds(),
        wording=wording,
        error=error,
        errors=error.errors if error else {},
    )


def _answer_page(
    answer_id: int, typed: dict[str, Any] | None = None, error: AcademyError | None = None
) -> str:
    answer = overview_queries.get_answer(current_actor(), answer_id)
    blank: dict[str, Any] = {"levels": {}, "comments": {}, "points": "", "comment": "", "reason": ""}
    return render_template(
        "grading/answer.html",
        answer=answer,
        third=find_third(current_actor(), answer.quiz_id, answer_id),
        typed=typed or blank,
        wording=wording,
        error=error,
        errors=error.errors if error else {},
    )
