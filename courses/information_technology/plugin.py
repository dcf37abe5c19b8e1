"""What the module tells the academy about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.sdk import CONTRACT, CourseModule, StoredData, hookimpl
from courses.information_technology import queries, services
from courses.information_technology.models import QueryRun
from courses.information_technology.pages import bp
from courses.information_technology.rest import api
from courses.information_technology.sql import SqlExercise


@hookimpl
def academy_course_module() -> CourseModule:
    return CourseModule(
        slug="information_technology",
        title={"vi": "Công nghệ thông tin", "en": "Information technology", "de": "Informationstechnik"},
        summary={
            "vi": "Kỹ năng số cho công việc hành chính: bảng tính, truy vấn dữ liệu, an toàn thông tin. "
            "Bài tập SQL chạy trên dữ liệu giả định, trong môi trường cách ly.",
            "en": "Digital skills for administrative work: spreadsheets, querying data, security. "
            "SQL is practised on made-up data, in an isolated sandbox.",
            "de": "Digitale Fertigkeiten für die Verwaltungsarbeit: Tabellen, Datenabfragen, Sicherheit. "
            "SQL wird an erfundenen Daten geübt, in einer abgeschotteten Umgebung.",
        },
        contract=CONTRACT,
        package="courses.information_technology",
        exercise_types=(SqlExercise(),),
        pages=bp,
        rest=api,
        stored_data=(
            StoredData(
                table=QueryRun.__tablename__,
                purpose={
                    "vi": "Các câu truy vấn người học đã chạy thử, để xem lại và dùng tiếp",
                    "en": "Queries a learner has tried, to look at and use again",
                    "de": "Abfragen, die Lernende ausprobiert haben, zum Wiederansehen",
                },
                retention_days=services.KEPT.days,
            ),
        ),
        links=(
            (
                {"vi": "Luyện SQL tự do", "en": "Free SQL practice", "de": "SQL frei üben"},
                "information_technology.show_practice",
            ),
        ),
    )


@hookimpl
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    return {"queries": queries.export_queries(person_id)}


@hookimpl
def academy_learner_erase(person_id: int) -> None:
    services.erase_queries(person_id)
