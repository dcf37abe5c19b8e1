"""A published course whose lesson asks to read a document closely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
)
from academy.kernel.actor import Actor
from academy.kernel.jobs import run_all
from academy.questions.services import save_item
from courses.political_theory.close_reading import CloseReadingSpec
from courses.political_theory.passages import document_of

KIND = "political_theory:close_reading"
VIETNAMESE = (
    "VĂN BẢN HƯ CẤU\n\n"
    "QUYẾT ĐỊNH về việc mở lớp. Số: 12/QĐ-UBND.\n\n"
    "Điều 1. Mở một lớp tại chỗ. Lớp học vào thứ ba.\n\n"
    "Điều 2. Quyết định này có hiệu lực kể từ ngày 01 tháng 4 năm 2026. Chánh Văn phòng chịu trách nhiệm thi hành."
)
ENGLISH = (
    "FICTITIOUS DOCUMENT\n\nDECISION on opening a class. No. 12/QĐ-UBND.\n\n"
    "Article 1. A class is opened on site. It meets on Tuesdays.\n\n"
    "Article 2. This decision takes effect on 1 April 2026. The Chief of Office is responsible."
)
EFFECT = "Quyết định này có hiệu lực kể từ ngày 01 tháng 4 năm 2026."
TEXT = (
    "---\ntitle: Bài\nobjectives: [x]\nsummary: s\n---\n## Bài {#bai}\n\nMột đoạn.\n\n[[exercise:hieu-luc]]\n"
)


def raw_spec(**changes: Any) -> dict[str, Any]:
    return {
        "prompt": {"vi": "Tô câu về hiệu lực.", "en": "Highlight the sentence about effect."},
        "document": {"vi": VIETNAMESE, "en": ENGLISH},
        "targets": {"vi": [EFFECT], "en": ["This decision takes effect on 1 April 2026."]},
        "explanation": {"vi": "Câu đầu của Điều 2.", "en": "The first sentence of Article 2."},
    } | changes


def spec(**changes: Any) -> dict[str, Any]:
    return CloseReadingSpec().load(raw_spec(**changes))


def place(words: str, text: str = VIETNAMESE) -> list[int]:
    """Where words stand in the document."""
    start = text.index(words)
    return [start, start + len(words)]


HASH = document_of(VIETNAMESE).hash


@dataclass
class Reading:
    course_id: int
    slug: str = "van-kien"


def make_reading(slug: str = "van-kien", *, owner: str = "", **changes: Any) -> Reading:
    system = Actor.system()
    title = {"vi": "Văn kiện", "en": "Documents"}
    course = create_course(system, title=title, slug=slug, module="political_theory", owner_unit_path=owner)
    save_item(system, course.id, "hieu-luc", KIND, raw_spec(**changes), lesson="bai", outcome="o1")
    publish_lesson_version(system, course.id, "bai", {"vi": TEXT, "en": TEXT})
    publish_course(
        system,
        course.id,
        description=CourseDescription(title=title, languages=["vi", "en"]),
        outline=[OutlinePlan(lesson="bai")],
    )
    run_all()
    return Reading(course.id, slug)


@pytest.fixture
def reading(app) -> Reading:
    return make_reading()
