"""Pages for studying: a course, a lesson, an exercise's answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.catalog.queries import get_course, get_lesson
from academy.enrollment.obstacles import obstacles
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, current_language
from academy.kernel.rights import public, signed_in
from academy.plugins.manager import installed_modules
from academy.progress import lesson_parts, queries, services
from academy.progress.exercises import last_response, lesson_exercise, lesson_exercises
from academy.questions.queries import get_item
from academy.quizzes.queries import quizzes_of_course

bp = Blueprint("progress", __name__, template_folder="templates")


@bp.get("/courses/<course>")
@public
def show_course(course: str) -> str:
    actor = current_actor()
    found = get_course(actor, course)
    state = queries.course_state(actor.person_id, found.id)
    in_the_way = list(obstacles(actor, actor.person_id, found)) if actor.person_id and not state else []
    module = installed_modules().find(found.module)
    return render_template(
        "progress/course.html",
        course=found,
        state=state,
        unmet=queries.unmet_rules(state) if state else [],
        obstacles=in_the_way,
        quizzes=quizzes_of_course(found.id),
        links=module.links if module else (),
    )


@bp.get("/courses/<course>/lessons/<lesson>")
@public
def show_lesson(course: str, lesson: str) -> str:
    actor = current_actor()
    found = get_lesson(actor, course, lesson, request.args.get("lang"))
    state = queries.course_state(actor.person_id, found.course.id)
    exercises = lesson_exercises(found.course.id, lesson, state, found.text.lang)
    row = _row(state, lesson)
    before, after = found.course.neighbours(lesson)
    return render_template(
        "progress/lesson.html",
        course=found.course,
        lesson=found,
        text=found.text,
        state=state,
        row=row,
        outline=lesson_parts.outline(found, state),
        article=lesson_parts.article(
            found,
            {
                key: lesson_parts.exercise(exercise, found, enrolled=state is not None)
                for key, exercise in exercises.items()
            },
            completed=row is not None and row.state == "completed",
        ),
        unmet=_unmet(state, lesson),
        before=before,
        after=after,
    )


def _row(state: queries.CourseState | None, lesson: str) -> Any:
    return next((row for row in state.lessons if row.entry.slug == lesson), None) if state else None


def _unmet(state: queries.CourseState | None, lesson: str) -> list[Any]:
    return [rule for rule in queries.unmet_rules(state) if rule.lesson == lesson] if state else []


@bp.post("/courses/<course>/lessons/<lesson>/finish")
@signed_in
def finish_lesson(course: str, lesson: str) -> Response:
    """Read to the end: go on with what is next."""
    actor = current_actor()
    services.finish_lesson(actor, course, lesson)
    found = get_course(actor, course)
    state = queries.course_state(actor.person_id, found.id)
    missing = _unmet(state, lesson)
    if missing:
        flash(missing[0].message, "warning")
        return redirect(url_for("progress.show_lesson", course=course, lesson=lesson) + "#missing", code=303)
    _before, after = found.neighbours(lesson)
    flash(_("Lesson completed."), "success")
    if after is not None:
        return redirect(url_for("progress.show_lesson", course=course, lesson=after.slug), code=303)
    return redirect(url_for("progress.show_course", course=course), code=303)


@bp.post("/courses/<course>/lessons/<lesson>/exercises/<int:exercise>")
@signed_in
def answer_exercise(course: str, lesson: str, exercise: int) -> Any:
    """Grade an answer: the exercise again with its result, in place or on the lesson's page."""
    actor = current_actor()
    lang = request.form.get("lang") or current_language()
    name = f"ex-{exercise}"
    fault = None
    try:
        services.respond(actor, exercise, form=request.form, name=name)
    except (Invalid, Conflict) as error:
        fault = error
    if not request.headers.get("HX-Request"):
        if fault:
            flash(f"{fault.message} {fault.next_step}".strip(), "error")
        target = url_for("progress.show_lesson", course=course, lesson=lesson, lang=lang)
        return redirect(f"{target}#exercise-{exercise}", code=303)
    item = get_item(exercise)
    state = queries.course_state(actor.person_id, item.course_id)
    last = last_response(state.enrollment.id, exercise) if state else None
    shown = lesson_exercise(item, actor.person_id, last, lang)
    return render_template(
        "progress/answered.html",
        state=state,
        row=_row(state, lesson),
        unmet=_unmet(state, lesson),
        exercise=lesson_parts.exercise_context(shown, lang, course, enrolled=state is not None),
        course_slug=course,
        lesson_slug=lesson,
        enrolled=state is not None,
        in_place=True,
        fault=fault,
    )
