"""Flask-Login bound to the session table: the cookie carries a random token, never an account id."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask, Response, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from academy.accounts.models import LoginSession
from academy.accounts.services import TOKEN_PREFIX, SignedIn, token_hash
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import separate_transaction
from academy.kernel.errors import Forbidden
from academy.kernel.http import current_actor
from academy.kernel.i18n import _l
from academy.web.errors import wants_json

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(minutes=1)
OPEN_WHILE_FIRST_PASSWORD = frozenset(
    {"accounts.password", "accounts.sign_out", "accounts_api.sign_out", "accounts_api.change_password"}
    | {"static", "web.set_locale", "web.set_theme", "web.alive", "web.ready"}
)


class OpenSession(Protocol):
    """A sign-in that still holds, as the floor above finds it."""

    id: int
    seen_at: datetime


class SessionUser(UserMixin):
    """What Flask-Login holds: the actor, known to the browser by the session's token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        return self.token


def init_login(
    app: Flask,
    *,
    actor_of_session: Callable[[str], tuple[Actor, OpenSession] | None],
    actor_of_token: Callable[[str], Actor | None],
) -> None:
    """Let requests be made in somebody's name.

    Args:
        actor_of_session: the actor and session of a token's hash, in one query, if it may be used.
        actor_of_token: the same for personal access tokens.
    """
    manager = LoginManager()
    manager.session_protection = None  # the session is a random id on the server; see LoginSession
    manager.init_app(app)

    @manager.user_loader
    def load(token: str) -> SessionUser | None:
        found = actor_of_session(token_hash(token))
        if found is None:
            return None
        actor, login_session = found
        _touch(login_session)
        return SessionUser(token, actor)

    @manager.request_loader
    def load_bearer(incoming) -> SessionUser | None:
        scheme, _space, token = incoming.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token.startswith(TOKEN_PREFIX):
            return None
        actor = actor_of_token(token_hash(token))
        return SessionUser(token, actor) if actor is not None else None

    app.before_request(_first_password)


def begin(signed_in: SignedIn) -> None:
    """Put a new session's token into the cookie; whatever the cookie held before is dropped."""
    kept = {name: session[name] for name in ("locale", "theme") if name in session}
    session.clear()
    session.update(kept)
    login_user(SessionUser(signed_in.token, Actor.anonymous()))


def end() -> None:
    """Forget the session in the browser."""
    kept = {name: session[name] for name in ("locale", "theme") if name in session}
    logout_user()
    session.clear()
    session.update(kept)


def _touch(login_session: OpenSession) -> None:
    now = clock.now()
    if now - login_session.seen_at < SEEN_EVERY:
        return
    try:
        with separate_transaction() as connection:
            connection.execute(
                update(LoginSession).where(LoginSession.id == login_session.id).values(seen_at=now)
            )
    except OperationalError as fault:
        # a full disk keeps nobody from reading
        log.warning("a session's last use was not noted: %s", fault.orig)


def _first_password() -> Response | None:
    """A password that somebody else chose must be changed before anything else."""
    if request.endpoint in OPEN_WHILE_FIRST_PASSWORD or not current_actor().must_change_password:
        return None
    if wants_json():
        raise Forbidden(
            _l("Please choose a password of your own first."),
            rule="accounts.first-password",
            next_step=_l("Sign in with a browser and change the password."),
        )
    return redirect(url_for("accounts.password"), code=303)
