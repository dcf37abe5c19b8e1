"""JSON: courses and lessons with one's own state, evidence, answers, progress."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from academy.catalog.queries import get_course, get_lesson
from academy.catalog.views import CourseView
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import public, signed_in
from academy.progress import queries, schemas, services
from academy.progress.exercises import lesson_exercises
from academy.progress.practice import practice_seed
from academy.questions.queries import get_item, solution_of
from academy.quizzes.queries import quizzes_of_course

api = Blueprint("progress_api", __name__, url_prefix="/api/v1")


@api.get("/courses/<course>")
@public
@endpoint(summary="A course with its outline and own state", returns=schemas.CourseOut, errors=(404,), etag=True)
def show_course(course: str):
    actor = current_actor()
    found = get_course(actor, course)
    state = queries.course_state(actor.person_id, found.id)
    return _course(found, state)


@api.get("/courses/<course>/lessons/<lesson>")
@public
@endpoint(
    summary="A lesson: text, blocks, exercises without answers",
    query=schemas.LessonQuery,
    returns=schemas.LessonOut,
    errors=(404, 422),
    etag=True,
)
def show_lesson(course: str, lesson: str, *, query):
    actor = current_actor()
    found = get_lesson(actor, course, lesson, query["lang"])
    state = queries.course_state(actor.person_id, found.course.id)
    exercises = lesson_exercises(found.course.id, lesson, state, found.text.lang)
    row = next((row for row in state.lessons if row.entry.slug == lesson), None) if state else None
    return {
        "course": found.course.slug,
        "lesson": lesson,
        "lang": found.text.lang,
        "languages": found.languages,
        "title": found.text.title,
        "minutes": found.entry.minutes,
        "version": found.entry.number,
        "html": found.text.html,
        "blocks": found.text.blocks,
        "position": row.block if row else None,
        "exercises": [
            {"id": shown.item.item_id, "key": key, "kind": shown.item.kind, "body": shown.view}
            for key, shown in exercises.items()
            if key in found.text.exercises
        ],
    }


@api.post("/courses/<course>/lessons/<lesson>/progress")
@signed_in
@endpoint(
    summary="Report active time and place in a lesson",
    body=schemas.EvidenceIn,
    returns=schemas.EvidenceOut,
    errors=(401, 404, 409, 422),
)
def report(course: str, lesson: str, *, body):
    credited = services.record_reading(current_actor(), course, lesson, **body)
    return {"credited": credited.seconds, "total": credited.total, "finished": credited.finished}


@api.post("/exercises/<int:exercise>/responses")
@signed_in
@endpoint(
    summary="Answer an exercise of a lesson",
    body=schemas.AnswerIn,
    returns=schemas.ResponseOut,
    status=201,
    errors=(401, 404, 409, 422),
    idempotent=True,
)
def respond(exercise: int, *, body):
    actor = current_actor()
    stored = services.respond(actor, exercise, answer=body["answer"])
    item = get_item(exercise)
    seed = practice_seed(item.version.id, actor.person_id)
    return {
        "id": stored.id,
        "score": str(stored.grade.score),
        "pending": stored.grade.pending,
        "feedback": [{"text": dict(part.text), "tone": part.tone} for part in stored.grade.feedback],
        "solution": solution_of(item.version, seed, actor.locale or "vi"),
    }


@api.get("/me/progress")
@signed_in
@endpoint(summary="My progress in all courses", returns=schemas.ProgressListOut)
def list_progress():
    states = queries.states_of_person(current_actor().person_id)
    return {"items": [_row(state) for state in states], "next_cursor": None}


@api.get("/me/progress/<course>")
@signed_in
@endpoint(summary="My progress in a course and what is still missing", returns=schemas.ProgressOut, errors=(404,))
def show_progress(course: str):
    actor = current_actor()
    state = queries.get_progress(actor, get_course(actor, course))
    outline = [
        {"lesson": row.entry.slug, "state": row.state, "seconds": row.seconds, "answered": row.answered}
        for row in state.lessons
    ]
    return {**_row(state), "outline": outline, "unmet": queries.unmet_rules(state)}


def _row(state: queries.CourseState) -> dict[str, Any]:
    return {
        "course": state.course.slug,
        "title": state.course.title,
        "state": state.enrollment.state,
        "percent": state.percent,
        "lessons_done": state.lessons_done,
        "lessons": len(state.lessons),
    }


def _course(course: CourseView, state: queries.CourseState | None) -> dict[str, Any]:
    states = {row.entry.slug: row.state for row in state.lessons} if state else {}
    return {
        "id": course.id,
        "course": course.slug,
        "module": course.module,
        "title": course.title,
        "summary": course.summary,
        "level": course.level,
        "periods": course.periods,
        "languages": course.languages,
        "topics": course.topics,
        "outcomes": course.outcomes,
        "prerequisites": course.prerequisites,
        "completion": course.completion,
        "version": course.number,
        "quizzes": [
            {"id": quiz.id, "slug": quiz.slug, "title": dict(quiz.title)} for quiz in quizzes_of_course(course.id)
        ],
        "outline": [
            {
                "lesson": entry.slug,
                "title": entry.title,
                "minutes": entry.minutes,
                "exercises": list(entry.exercises),
                "state": states.get(entry.slug),
            }
            for entry in course.outline
        ],
        "enrollment": _row(state) if state else None,
    }
