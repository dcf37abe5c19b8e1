"""Practice never costs points: what would be negative in an examination is nothing in a lesson."""

from __future__ import annotations

from decimal import Decimal

import pytest

from academy.enrollment.queries import enrollment_of
from academy.kernel.actor import Actor
from academy.progress.exercises import last_response
from academy.progress.practice import practice_seed
from academy.questions.queries import find_item, present_item
from academy.questions.services import save_item
from tests.factories import sign_in
from tests.questions.specs import WEIGHTED_SINGLE


@pytest.fixture
def costly(taught):
    save_item(Actor.system(), taught.id, "e1", "single", WEIGHTED_SINGLE, lesson="bai-mot", outcome="o1")
    return taught


def choice(actor, taught, text: str) -> str:
    version = find_item(taught.id, "e1").version
    shown = present_item(version, practice_seed(version.id, actor.person_id), "vi")["body"]["options"]
    return next(one["id"] for one in shown if one["text"] == text)


@pytest.mark.parametrize(("text", "earned"), [("Ký ngay", "0"), ("Hỏi cấp trên", "0.4"), ("Kiểm tra thẩm quyền", "1")])
def test_an_option_that_costs_earns_nothing_in_practice(costly, text, earned):
    learner = costly.learner()
    response = costly.answer(learner, "e1", choice(learner, costly, text))
    assert response.grade.score == Decimal(earned)
    run = enrollment_of(learner.person_id, costly.id)
    assert last_response(run.id, costly.item("e1")).score == Decimal(earned)


def test_the_page_shows_nothing_below_nothing(costly, client):
    learner = costly.learner()
    token = sign_in(client, learner)
    answer = client.post(
        f"/api/v1/exercises/{costly.item('e1')}/responses",
        json={"answer": choice(learner, costly, "Ký ngay")},
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code == 201 and answer.get_json()["score"] == "0"
    page = client.get("/courses/van-ban/lessons/bai-mot").get_data(as_text=True)
    assert "0% of the points" in page and "−100%" in page, "what the option weighs is said, what is lost is not"
