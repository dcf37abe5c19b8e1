"""Signing in: sessions on the server, limits, and answers that tell an attacker nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from academy.accounts import services
from academy.accounts.errors import WrongCredentials
from academy.accounts.models import LoginSession
from academy.accounts.queries import own_tokens
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, TooMany
from tests.factories import PASSWORD, create_account, create_actor, sign_in


def test_the_cookie_holds_no_account_and_the_table_no_token(client):
    actor = create_actor()
    sign_in(client, actor)
    stored = db.session.query(LoginSession).one()
    cookie = client.get_cookie("academy").value
    assert stored.token_hash not in cookie
    assert len(stored.token_hash) == 64
    assert client.get("/account").status_code == 200


def test_signing_in_gives_a_new_session_each_time_and_drops_the_old_cookie(client):
    actor = create_actor()
    sign_in(client, actor)
    first = client.get_cookie("academy").value
    sign_in(client, actor)
    assert client.get_cookie("academy").value != first
    assert db.session.query(LoginSession).count() == 2


def test_signing_out_ends_the_session_even_for_a_kept_cookie(client):
    actor = create_actor()
    token = sign_in(client, actor)
    cookie = client.get_cookie("academy").value
    assert client.delete("/api/v1/session", headers={"X-CSRFToken": token}).status_code == 204
    client.set_cookie("academy", cookie)
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("hours, status", [(7.9, 200), (8.1, 303)])
def test_an_idle_session_ends_after_eight_hours(client, hours, status):
    actor = create_actor()
    with clock.frozen("2026-11-02T01:00:00Z"):
        sign_in(client, actor)
    with clock.frozen(datetime.fromisoformat("2026-11-02T01:00:00+00:00") + timedelta(hours=hours)):
        assert client.get("/account").status_code == status


def test_ten_wrong_passwords_are_too_many_even_from_other_addresses(app):
    create_account("lan")
    for number in range(9):
        with pytest.raises(WrongCredentials):
            services.sign_in("lan", "wrong", address=f"10.0.0.{number}")
    with pytest.raises(TooMany) as refused:
        services.sign_in("lan", PASSWORD, address="10.0.0.99")
    assert 0 < refused.value.retry_after <= services.WINDOW


def test_unknown_user_wrong_password_and_disabled_account_read_alike(client):
    create_account("lan")
    disabled = create_account("minh")
    services.set_state(Actor.system(), disabled.id, "disabled")
    answers = [
        client.post("/api/v1/session", json={"username": name, "password": "wrong"})
        for name in ("lan", "nobody")
    ]
    answers.append(client.post("/api/v1/session", json={"username": "minh", "password": PASSWORD}))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1


def test_look_alike_user_names_are_one(app):
    create_account("Hòa")
    with pytest.raises(Conflict):
        create_account("hoà")
    with pytest.raises(Conflict):
        create_account("hoa")


@pytest.mark.parametrize("password", ["short", "1234567890", "aaaaaaaaaaaaaa", "my name is lan.nguyen", "x" * 129])
def test_weak_passwords_are_refused(app, password):
    actor = create_actor(username="lan.nguyen")
    with pytest.raises(Invalid):
        services.change_password(actor, PASSWORD, password)


def test_changing_the_password_ends_the_other_sessions(app, client):
    actor = create_actor()
    other = app.test_client()
    sign_in(other, actor)
    sign_in(client, actor)
    page = client.post(
        "/account/password",
        data={"old": PASSWORD, "password": "a louder river", "repeated": "a louder river"}
        | {"csrf_token": _token(client)},
    )
    assert page.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_a_first_password_must_be_changed_before_anything_else(client):
    create_account("neu", must_change=True)
    sign_in(client, "neu")
    assert client.get("/account").headers["Location"] == "/account/password"
    assert client.get("/account/password").status_code == 200


def test_a_form_from_another_site_is_refused(client):
    actor = create_actor()
    token = sign_in(client, actor)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/logout", data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", data={"csrf_token": token}).status_code == 303


def test_a_token_acts_for_its_account_until_revoked(app, client):
    actor = create_actor()
    with pytest.raises(Invalid):
        services.create_token(actor, "", days=10)
    token = services.create_token(actor, "script", days=10)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/account", headers=headers).status_code == 200
    assert client.get("/account", headers={"Authorization": f"Bearer {token}x"}).status_code == 303
    services.revoke_token(actor, own_tokens(actor)[0].id)
    assert app.test_client().get("/account", headers=headers).status_code == 303


def test_a_token_makes_no_tokens(client):
    actor = create_actor()
    headers = {"Authorization": f"Bearer {services.create_token(actor, 'script', days=1)}"}
    refused = client.post("/account/tokens", data={"name": "for ever", "days": 366}, headers=headers)
    assert refused.status_code == 403
    assert [token.name for token in own_tokens(actor)] == ["script"]


def test_a_token_that_cannot_be_made_is_asked_about_where_it_was_typed(client):
    actor = create_actor()
    token = sign_in(client, actor)
    for name, days, fault in (("Nhập điểm", "400", "f-days"), ("", "30", "f-name"), ("x" * 101, "30", "f-name")):
        page = client.post("/account/tokens", data={"csrf_token": token, "name": name, "days": days})
        assert page.status_code == 422
        text = page.get_data(as_text=True)
        assert f'href="#{fault}"' in text and f'value="{days}"' in text and f'value="{name}"' in text
    assert own_tokens(actor) == []
    made = client.post("/account/tokens", data={"csrf_token": token, "name": "Nhập điểm", "days": "30"})
    assert made.status_code == 200 and services.TOKEN_PREFIX in made.get_data(as_text=True)


def test_the_tokens_of_a_closed_account_stay_closed_when_it_is_opened_again(client):
    actor = create_actor()
    headers = {"Authorization": f"Bearer {services.create_token(actor, 'script')}"}
    services.set_state(Actor.system(), actor.account_id, "disabled")
    assert client.get("/account", headers=headers).status_code == 303
    services.set_state(Actor.system(), actor.account_id, "active")
    assert client.get("/account", headers=headers).status_code == 303


def test_after_signing_in_no_address_leads_to_another_site(client):
    actor = create_actor()
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "javascript:alert(1)"):
        page = client.get("/login")
        answer = client.post(
            "/login",
            data={"username": actor.username, "password": PASSWORD, "next": target, "csrf_token": _token(client)},
        )
        assert page.status_code in (200, 303)
        assert answer.headers["Location"] == "/"
        client.post("/logout", data={"csrf_token": _token(client)})


def _token(client) -> str:
    page = client.get("/login", follow_redirects=True).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
    ],
)
def test_devices_are_named_as_people_call_them(app, agent, name):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    sign_in(client, create_actor())
    page = client.get("/account").text
    assert f">{name} <" in page
