"""The parts of a lesson's page that many readers see alike, kept as fragments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup

from academy.catalog.views import LessonView
from academy.kernel.i18n import LANGUAGE_NAMES
from academy.plugins.contract import Feedback, Grade
from academy.progress.exercises import LessonExercise
from academy.progress.queries import CourseState
from academy.web.fragments import Fragments

_OUTLINES = Fragments(512)
_TEXTS = Fragments(512)
_EXERCISES = Fragments(4096)


def outline(lesson: LessonView, state: CourseState | None) -> Markup:
    """The lessons of the course, those completed marked."""
    completed = frozenset(
        row.entry.lesson_id for row in (state.lessons if state else ()) if row.state == "completed"
    )
    course, lang = lesson.course, lesson.text.lang
    return _OUTLINES.render(
        "progress/lesson_outline.html",
        (course.slug, course.version_id, course.version_hash, lesson.entry.slug, lang, completed),
        lambda: {"course": course, "current": lesson.entry.slug, "completed": completed, "lang": lang},
    )


def article(lesson: LessonView, exercises: Mapping[str, Markup], *, completed: bool) -> Markup:
    """The lesson's text with its exercises, by key, in their places."""
    course, text = lesson.course, lesson.text
    return _TEXTS.render(
        "progress/lesson_text.html",
        (course.slug, course.version_id, course.version_hash, text.id, text.version, lesson.languages, completed),
        lambda: {
            "course": course,
            "lesson": lesson,
            "text": text,
            "completed": completed,
            "locales": LANGUAGE_NAMES,
        },
        **{f"exercise-{key}": exercises.get(key, "") for key in text.exercises},
    )


def exercise(shown: LessonExercise, lesson: LessonView, *, enrolled: bool) -> Markup:
    """An exercise; kept if its template depends on its context alone."""
    course, lang = lesson.course.slug, lesson.text.lang

    def context() -> dict[str, Any]:
        return {
            "exercise": exercise_context(shown, lang, course, enrolled=enrolled),
            "course_slug": course,
            "lesson_slug": lesson.entry.slug,
            "enrolled": enrolled,
        }

    version = shown.item.version
    if not getattr(version.type, "template_is_pure", False):
        return Markup(render_template("progress/exercise.html", **context()))
    answered = repr(shown.response) if shown.response is not None else ""
    place = (course, lesson.entry.slug, lang, enrolled)
    key = (shown.item.item_id, version.id, version.hash, shown.seed, answered, place)
    return _EXERCISES.render("progress/exercise.html", key, context)


def exercise_context(shown: LessonExercise, lang: str, course: str, *, enrolled: bool) -> dict[str, Any]:
    """What an exercise's template gets; see the contract of exercise types."""
    response = shown.response
    result = None
    if response is not None:
        remarks = tuple(Feedback(text=part["text"], tone=part["tone"]) for part in response.feedback)
        grade = Grade(
            score=response.score, feedback=remarks, details=response.details, pending=response.pending
        )
        result = {"grade": grade, "solution": shown.solution}
    item = shown.item
    return {
        "template": item.version.type.template,
        "view": shown.view,
        "name": f"ex-{item.item_id}",
        "answer": response.answer if response else None,
        "readonly": not enrolled,
        "course": course,
        "result": result,
        "lang": lang,
        "item": {"id": item.item_id, "key": item.key, "kind": item.kind},
    }
