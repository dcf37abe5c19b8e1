"""The manifest of the module and the hooks it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from academy.sdk import (
    CONTRACT,
    CourseModule,
    Event,
    Job,
    StoredData,
    find_course_by_id,
    hookimpl,
    unit_of_work,
)
from academy.sdk.events import CourseMaterialChanged, CoursePublished
from courses.political_theory.close_reading import CloseReading
from courses.political_theory.jobs import (
    EXPIRE,
    STORE_DOCUMENTS,
    run_expire_annotations,
    run_store_documents,
)
from courses.political_theory.pages import bp
from courses.political_theory.services import NOTES_KEPT, erase_person, export_person

SLUG = "political_theory"

MODULE = CourseModule(
    slug=SLUG,
    title={"vi": "Lý luận chính trị", "en": "Political theory", "de": "Politische Theorie"},
    summary={
        "vi": "Đọc kỹ văn kiện và văn bản: tìm đúng đoạn, phân biệt luận điểm với lý lẽ, ghi chú riêng.",
        "en": "Reading official documents closely: finding the passage, telling claim from reason, private notes.",
        "de": "Amtliche Texte genau lesen: die Stelle finden, These und Grund unterscheiden, eigene Notizen.",
    },
    contract=CONTRACT,
    package="courses.political_theory",
    exercise_types=(CloseReading(),),
    pages=bp,
    jobs=(
        Job(name=STORE_DOCUMENTS, run=run_store_documents),
        Job(name=EXPIRE, run=run_expire_annotations, every=timedelta(days=1)),
    ),
    stored_data=(
        StoredData(
            table="political_theory_annotation",
            purpose={
                "vi": "Ghi chú riêng của người học trên văn bản; chỉ chính người đó xem được, nội dung được mã hóa.",
                "en": "The learner's private notes on documents; shown to that person alone, encrypted at rest.",
                "de": "Private Notizen zu Texten; nur für die Person selbst sichtbar, verschlüsselt gespeichert.",
            },
            retention_days=NOTES_KEPT.days,
        ),
    ),
    links=(
        (
            {"vi": "Văn bản và ghi chú", "en": "Documents and notes", "de": "Texte und Notizen"},
            f"{SLUG}.list_documents",
        ),
    ),
)


@hookimpl
def academy_course_module() -> CourseModule:
    return MODULE


@hookimpl
def academy_on_event(event: Event) -> None:
    if not isinstance(event, CoursePublished | CourseMaterialChanged):
        return
    course = find_course_by_id(event.course_id)
    if course is None or course.module != SLUG:
        return
    with unit_of_work() as work:
        work.enqueue(STORE_DOCUMENTS, key=f"{STORE_DOCUMENTS}:{event.course_id}", course_id=event.course_id)


@hookimpl
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    return export_person(person_id)


@hookimpl
def academy_learner_erase(person_id: int) -> None:
    erase_person(person_id)
