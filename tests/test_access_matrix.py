"""Every route has a row that says who may call it; callers outside the row are refused."""

from __future__ import annotations

import re

from academy.kernel.authorization import Role, permissions
from tests.access_matrix import ROWS
from tests.factories import create_actor, sign_in

NOBODY = "999999999"


def _rules(app):
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def _address(rule) -> str:
    """The rule's address with things that do not exist in the place of its arguments."""
    choices = re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", rule.rule)
    return re.sub(r"<[^>]+>", NOBODY, choices)


def test_every_route_has_a_row_and_every_row_a_route(app):
    rights = app.extensions["academy_rights"]
    found = {rule.endpoint: rights[rule.endpoint].name for rule in _rules(app)}
    assert found == ROWS


def test_every_permission_is_held_by_some_role():
    assert not [permission.name for permission in permissions() if not permission.roles]


def _call(client, rule, token: str = ""):
    method = sorted(rule.methods - {"HEAD", "OPTIONS"})[0]
    headers = {"X-CSRFToken": token} if token else {}
    return client.open(_address(rule), method=method, headers=headers)


def test_strangers_are_sent_to_sign_in(app, client):
    for rule in _rules(app):
        if ROWS[rule.endpoint] == "public":
            continue
        answer = _call(client, rule)
        assert answer.status_code in (401, 403, 303), rule
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith("/login"), rule


def test_a_learner_without_roles_opens_nothing_that_asks_for_one(app, client):
    token = sign_in(client, create_actor(Role.LEARNER))
    needed = {permission.name: permission for permission in permissions()}
    for rule in _rules(app):
        permission = needed.get(ROWS[rule.endpoint])
        if permission is None or Role.LEARNER in permission.roles:
            continue
        assert _call(client, rule, token).status_code == 403, rule


def test_no_route_breaks_for_what_does_not_exist(app, client):
    token = sign_in(client, create_actor(*Role))
    for rule in _rules(app):
        if rule.endpoint in {"accounts.sign_out", "accounts_api.sign_out", "accounts.end_sessions"}:
            continue
        answer = _call(client, rule, token)
        assert answer.status_code < 500, (rule, answer.get_data(as_text=True)[:500])


