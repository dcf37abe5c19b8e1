"""A lesson's page: what it says after an answer."""

from __future__ import annotations

from tests.factories import sign_in

LESSON = "/courses/van-ban/lessons/bai-mot"


def _answer(client, token, taught, value):
    item = taught.item("e1")
    return client.post(
        f"{LESSON}/exercises/{item}",
        data={"csrf_token": token, f"ex-{item}": value, "lang": "vi"},
        headers={"HX-Request": "true"},
    ).text


def test_an_answer_in_place_brings_what_the_lesson_still_needs_up_to_date(client, taught):
    token = sign_in(client, taught.learner())
    assert "Answer one more exercise" in client.get(LESSON).text
    answered = _answer(client, token, taught, "true")
    assert 'id="missing" hx-swap-oob="true"' in answered
    assert "Answer one more exercise" not in answered
    assert "to its end" in answered


def test_a_right_option_that_was_not_chosen_is_not_called_an_answer_that_was_right(client, taught):
    token = sign_in(client, taught.learner())
    answered = _answer(client, token, taught, "false")
    assert "You answered wrong" in answered and "Right answer" in answered
    assert "You answered right" not in answered
