"""What the module tells the academy about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.sdk import CONTRACT, CourseModule, StoredData, hookimpl
from courses.smart_city import queries, services
from courses.smart_city.flood import FloodExercise
from courses.smart_city.models import FloodRun, FloodTurn
from courses.smart_city.pages import bp


@hookimpl
def academy_course_module() -> CourseModule:
    return CourseModule(
        slug="smart_city",
        title={
            "vi": "Quản lý đô thị thông minh",
            "en": "Smart city management",
            "de": "Smart-City-Management",
        },
        summary={
            "vi": "Chỉ số đô thị, dữ liệu, dịch vụ công và khủng hoảng: học bằng số liệu và bằng quyết định. "
            "Mô phỏng ngập lụt chơi từng lượt, xem lại được, có rút kinh nghiệm.",
            "en": "City indicators, data, public services and crises: learnt from figures and by deciding. "
            "Simulated floods are played turn by turn, with replay and debrief.",
            "de": "Stadtindikatoren, Daten, öffentliche Dienste und Krisen: gelernt an Zahlen und Entscheidungen. "
            "Simulierte Hochwasser, Runde für Runde, mit Wiederholung und Nachbesprechung.",
        },
        contract=CONTRACT,
        package="courses.smart_city",
        exercise_types=(FloodExercise(),),
        pages=bp,
        stored_data=(
            StoredData(
                table=FloodRun.__tablename__,
                purpose={
                    "vi": "Các lần diễn tập ngập lụt của người học, để chơi tiếp, xem lại và rút kinh nghiệm",
                    "en": "A learner's flood runs, to go on with, replay and learn from",
                    "de": "Hochwasserläufe der Lernenden, zum Fortsetzen, Wiederholen und Nachbesprechen",
                },
            ),
            StoredData(
                table=FloodTurn.__tablename__,
                purpose={
                    "vi": "Quyết định và lý do của từng lượt",
                    "en": "The decisions and reasons of each turn",
                    "de": "Entscheidungen und Gründe jeder Runde",
                },
            ),
        ),
        links=(
            (
                {
                    "vi": "Diễn tập ngập lụt từng lượt",
                    "en": "Play floods turn by turn",
                    "de": "Hochwasser Runde für Runde",
                },
                "smart_city.show_floods",
            ),
        ),
    )


@hookimpl
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    return {"flood_runs": queries.export_runs(person_id)}


@hookimpl
def academy_learner_erase(person_id: int) -> None:
    services.erase_runs(person_id)
