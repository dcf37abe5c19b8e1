"""Signing in and out, passwords, tokens."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from academy.accounts.errors import WrongCredentials
from academy.accounts.models import Account, LoginSession, PersonalToken
from academy.accounts.passwords import (
    check_password_rules,
    hash_password,
    needs_rehash,
    verify_password,
)
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.limits import hit
from academy.kernel.settings import settings
from academy.kernel.text import clean, fold
from academy.kernel.unit_of_work import unit_of_work

__all__ = [
    "change_password",
    "create_account",
    "create_token",
    "end_session",
    "end_sessions",
    "revoke_token",
    "revoke_tokens",
    "set_locale",
    "set_state",
    "sign_in",
    "sign_out",
]

TOKEN_PREFIX = "aca_"
ADDRESS_LIMIT = 60
ACCOUNT_LIMIT = 9
WINDOW = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: ``token`` goes into the cookie and is stored nowhere else."""

    token: str
    account_id: int
    must_change_password: bool


def username_key(username: str) -> str:
    """The form in which user names are compared: no case, no marks, no white space."""
    return "".join(fold(unicodedata.normalize("NFKC", username)).split())


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(username: str, password: str, *, address: str, device: str = "") -> SignedIn:
    """Check credentials and open a session.

    The answer and the time it takes are alike for unknown users, wrong passwords and disabled
    accounts. Limits: nine tries per account and sixty per address in five minutes.

    Raises:
        TooMany: a limit was reached.
        WrongCredentials: any other refusal.
    """
    key = username_key(username)[:80]
    hit(f"sign-in:address:{address}", limit=ADDRESS_LIMIT, per=WINDOW)
    hit(f"sign-in:account:{key}", limit=ACCOUNT_LIMIT, per=WINDOW)
    account = db.session.scalar(select(Account).where(Account.username_key == key))
    fits = verify_password(account.password_hash if account else None, password)
    if account is None or not fits or account.state != "active":
        raise WrongCredentials(
            _l("User name or password is wrong."),
            next_step=_l("Check both. If you have forgotten the password, ask your training officer."),
        )
    with unit_of_work() as work:
        if needs_rehash(account.password_hash):
            account.password_hash = hash_password(password)
        token = secrets.token_urlsafe(32)
        opened = LoginSession(
            account_id=account.id,
            token_hash=token_hash(token),
            expires_at=clock.now() + timedelta(seconds=settings().session_absolute),
            address=address,
            device=clean(device)[:200],
        )
        work.session.add(opened)
        actor = Actor(account_id=account.id, username=account.username)
        record(actor, "account.sign_in", "account", account.id)
        return SignedIn(token, account.id, account.must_change_password)


def sign_out(actor: Actor) -> None:
    """End the session the actor came with."""
    with unit_of_work() as work:
        work.session.execute(
            update(LoginSession)
            .where(LoginSession.id == actor.session_id, LoginSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        record(actor, "account.sign_out", "account", actor.account_id)


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions.

    Raises:
        NotFound: it is not the actor's, or it has ended.
    """
    with unit_of_work() as work:
        ended = work.session.execute(
            update(LoginSession)
            .where(
                LoginSession.id == session_id,
                LoginSession.account_id == actor.account_id,
                LoginSession.ended_at.is_(None),
            )
            .values(ended_at=clock.now())
        )
        if ended.rowcount == 0:
            raise NotFound(_l("This session has ended already."))
        record(actor, "account.end_session", "login_session", session_id)


def end_sessions(actor: Actor, *, account_id: int | None = None, keep_current: bool = False) -> int:
    """Sign an account out everywhere; the number of sessions ended."""
    account_id = account_id or actor.account_id
    with unit_of_work() as work:
        statement = update(LoginSession).where(
            LoginSession.account_id == account_id, LoginSession.ended_at.is_(None)
        )
        if keep_current:
            statement = statement.where(LoginSession.id != (actor.session_id or 0))
        ended = work.session.execute(statement.values(ended_at=clock.now())).rowcount
        record(actor, "account.end_sessions", "account", account_id, details={"ended": ended})
        return ended


def create_account(
    actor: Actor, username: str, *, password: str | None, must_change: bool = True, locale: str | None = None
) -> Account:
    """Make an account; the caller has checked the right to do so.

    Raises:
        Invalid: the user name is empty, too long or holds odd characters.
        Conflict: the user name, or one that looks like it, exists.
    """
    username = clean(username)
    key = username_key(username)
    if not key or len(username) > 80 or any(character.isspace() for character in username):
        message = _l("A user name has 1 to 80 characters and no spaces.")
        raise Invalid(message, errors={"username": [message]})
    with unit_of_work() as work:
        if work.session.scalar(select(Account.id).where(Account.username_key == key)):
            message = _l("The user name %(name)s, or one that looks like it, exists.", name=username)
            raise Conflict(message, rule="accounts.username", errors={"username": [message]})
        account = Account(
            username=username,
            username_key=key,
            password_hash=hash_password(password) if password else None,
            must_change_password=must_change,
            locale=locale,
        )
        work.session.add(account)
        work.session.flush()
        record(actor, "account.create", "account", account.id, details={"username": username})
        return account


def change_password(actor: Actor, old: str, new: str) -> None:
    """Change one's own password; every other session ends.

    Raises:
        Invalid: the old one is wrong, or the new one breaks a rule.
        TooMany: the old one was guessed too often.
    """
    hit(f"password:account:{actor.account_id}", limit=ACCOUNT_LIMIT, per=WINDOW)
    account = _own_account(actor)
    if not verify_password(account.password_hash, old):
        message = _l("The present password is wrong.")
        raise Invalid(message, rule="accounts.password", errors={"old": [message]})
    check_password_rules(new, username=account.username)
    if verify_password(account.password_hash, new):
        message = _l("The new password must differ from the present one.")
        raise Invalid(message, rule="accounts.password", errors={"password": [message]})
    hashed = hash_password(new)  # takes long: before the transaction
    with unit_of_work():
        account.password_hash = hashed
        account.must_change_password = False
        account.password_changed_at = clock.now()
        record(actor, "account.change_password", "account", account.id)
        end_sessions(actor, keep_current=True)


def set_state(actor: Actor, account_id: int, state: str) -> None:
    """Disable or enable an account; the caller has checked the right. Disabling ends its sessions and tokens.

    Raises:
        NotFound: no such account.
    """
    with unit_of_work() as work:
        account = work.session.get(Account, account_id)
        if account is None:
            raise NotFound()
        account.state = state
        record(actor, f"account.{state}", "account", account_id)
        if state == "disabled":
            revoke_tokens(account_id)
            end_sessions(actor, account_id=account_id)


def set_locale(actor: Actor, locale: str) -> None:
    """Remember the actor's language."""
    if locale not in LOCALES:
        raise Invalid(_l("This language is not offered."), errors={"locale": [_l("Not offered.")]})
    with unit_of_work():
        _own_account(actor).locale = locale


def create_token(actor: Actor, name: str, *, days: int = 90) -> str:
    """Make a personal access token and give it, this once.

    Raises:
        Forbidden: asked for with a token: who finds one must not make it last.
        Invalid: no name, or a life of more than a year.
    """
    if actor.by_token:
        raise Forbidden(
            _l("A token cannot make tokens."),
            rule="accounts.token",
            next_step=_l("Sign in with a browser and make it there."),
        )
    name = clean(name)
    errors: dict[str, list] = {}
    if not 1 <= len(name) <= 100:
        errors["name"] = [_l("Say in at most 100 characters what the token is for.")]
    if not 1 <= days <= 366:
        errors["days"] = [_l("A token is valid for 1 to 366 days.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), errors=errors)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with unit_of_work() as work:
        new = PersonalToken(
            account_id=_own_account(actor).id,
            name=name,
            token_hash=token_hash(token),
            expires_at=clock.now() + timedelta(days=days),
        )
        work.session.add(new)
        work.session.flush()
        record(actor, "account.create_token", "personal_token", new.id, details={"name": new.name})
    return token


def revoke_token(actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens.

    Raises:
        NotFound: it is not the actor's.
    """
    with unit_of_work() as work:
        token = work.session.get(PersonalToken, token_id)
        if token is None or token.account_id != actor.account_id:
            raise NotFound()
        token.revoked_at = token.revoked_at or clock.now()
        record(actor, "account.revoke_token", "personal_token", token_id)


def revoke_tokens(account_id: int) -> None:
    """End every token of an account; the caller has checked the right and writes the journal."""
    with unit_of_work() as work:
        work.session.execute(
            update(PersonalToken)
            .where(PersonalToken.account_id == account_id, PersonalToken.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )


def _own_account(actor: Actor) -> Account:
    account = db.session.get(Account, actor.account_id) if actor.account_id else None
    if account is None:
        raise Unauthenticated(_l("Please sign in first."))
    return account
