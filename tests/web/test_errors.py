"""Refusals as pages: what was wrong, the next step, and a way back."""

from __future__ import annotations

from academy.accounts import services
from academy.kernel.authorization import Role
from academy.organization.identity import actor_of_account
from tests.factories import create_actor, create_unit, sign_in


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(app):
    actor = create_actor()
    client = app.test_client()
    token = sign_in(client, actor)
    services.end_sessions(actor_of_account(actor.account_id))
    answer = client.post(
        "/account/tokens",
        data={"csrf_token": token, "name": "script"},
        headers={"Referer": "http://localhost/account?x=1"},
    )
    assert answer.status_code == 401
    assert 'href="/login?next=%2Faccount%3Fx%3D1"' in answer.text
    assert "go back in this one, and send it again" in answer.text


def test_a_refusal_never_leads_to_another_site(client):
    answer = client.post("/courses/x/enrollment", headers={"Referer": "https://evil.example/account"})
    assert "evil.example" not in answer.text


def test_a_file_that_is_too_large_is_refused_with_a_next_step(app):
    city = create_unit("Thành phố")
    client = app.test_client()
    token = sign_in(client, create_actor(Role.ADMINISTRATOR, unit=city))
    answer = client.post(
        "/admin/people/import",
        headers={"Referer": "http://localhost/admin/people/import", "X-CSRFToken": token},
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)},
    )
    assert answer.status_code == 413
    assert "Choose a smaller file" in answer.text
