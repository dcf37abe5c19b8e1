"""Manifest and hooks of the sample: all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from academy.sdk import (
    CONTRACT,
    Actor,
    CourseModule,
    Event,
    Job,
    StoredData,
    current_language,
    find_course_by_id,
    hookimpl,
)
from academy.sdk.events import CourseMaterialChanged, CoursePublished
from tests.sample_module import services
from tests.sample_module.cli import group
from tests.sample_module.counting import Counting
from tests.sample_module.farewell import Farewell
from tests.sample_module.jobs import run_count
from tests.sample_module.pages import bp
from tests.sample_module.policies import GREETINGS_FORGET
from tests.sample_module.rest import api

SLUG = "sample_module"
heard: list[Event] = []

MODULE = CourseModule(
    slug=SLUG,
    title={"vi": "Mô-đun mẫu", "en": "Sample module", "de": "Beispielmodul"},
    summary={
        "vi": "Đếm từ và lời chào.",
        "en": "Counts words and greetings.",
        "de": "Zählt Wörter und Grüße.",
    },
    contract=CONTRACT,
    package="tests.sample_module",
    exercise_types=(Counting(),),
    pages=bp,
    rest=api,
    permissions=(GREETINGS_FORGET,),
    jobs=(Job(name=services.COUNT, run=run_count),),
    cli=group,
    content=Farewell(),
    stored_data=(
        StoredData(
            table="sample_module_greeting",
            purpose={"vi": "Đếm số lời chào.", "en": "To count greetings.", "de": "Um Grüße zu zählen."},
            retention_days=30,
        ),
    ),
    links=(({"vi": "Lời chào", "en": "Greeting", "de": "Gruß"}, "sample_module.show"),),
)


@hookimpl
def academy_course_module() -> CourseModule:
    return MODULE


@hookimpl
def academy_enrollment_obstacles(actor: Actor, course: Mapping[str, Any]) -> Sequence[str]:
    if course["level"] != "advanced" or services.times_greeted(actor.person_id):
        return []
    return [{"vi": "Hãy chào trước."}.get(current_language(), "Greet first.")]


@hookimpl
def academy_search_documents(course_id: int) -> Iterable[Mapping[str, Any]]:
    course = find_course_by_id(course_id)
    return (
        [
            {
                "ref": f"greeting/{course_id}",
                "lang": "vi",
                "title": "Lời chào",
                "text": "Mỗi lời chào đều được đếm.",
                "url": f"/modules/{SLUG}/",
            }
        ]
        if course is not None and course.module == SLUG
        else []
    )


@hookimpl
def academy_on_event(event: Event) -> None:
    if isinstance(event, CoursePublished | CourseMaterialChanged):
        heard.append(event)


@hookimpl
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    return {"greetings": services.times_greeted(person_id)}


@hookimpl
def academy_learner_erase(person_id: int) -> None:
    services.erase_person(person_id)
