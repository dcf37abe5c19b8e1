"""A published course with a flood in its lesson, and somebody who learns."""

from __future__ import annotations

import pytest

from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
)
from academy.kernel.actor import Actor
from academy.questions.services import save_item
from courses.smart_city.queries import Scenario, list_scenarios
from tests.courses.smart_city.floods import spec
from tests.factories import create_actor, sign_in

TEXT = (
    "---\ntitle: Ngập\nobjectives: [x]\nsummary: s\n---\n## Ngập {#ngap}\n\nMột đoạn.\n\n[[exercise:ngap]]\n"
)


def both(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


@pytest.fixture
def course(app):
    """A public course ``do-thi`` whose lesson embeds a flood."""
    system = Actor.system()
    made = create_course(system, title=both("Đô thị"), slug="do-thi", module="smart_city")
    save_item(system, made.id, "ngap", "smart_city:flood", spec(), lesson="bai", outcome="o1", use_pool=False)
    publish_lesson_version(system, made.id, "bai", {"vi": TEXT, "en": TEXT}, minutes=10)
    publish_course(
        system,
        made.id,
        description=CourseDescription(
            title=both("Đô thị"),
            summary=both("Tóm tắt"),
            languages=["vi", "en"],
            outcomes=[{"id": "o1", "text": both("Biết"), "bloom": "apply"}],
            completion={"lessons": "all", "exercises": "all"},
        ),
        outline=[OutlinePlan(lesson="bai", minutes=10, outcomes=["o1"])],
    )
    return made


@pytest.fixture
def scenario(course) -> Scenario:
    return list_scenarios(create_actor())[0]


@pytest.fixture
def learner(client, scenario) -> Actor:
    actor = create_actor()
    client.csrf = sign_in(client, actor)
    return actor
