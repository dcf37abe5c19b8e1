"""What people keep of their searches: the newest ones by themselves, if they let it, and those they name.

Nobody else sees them, whatever the role; ``export_searches`` and ``erase_searches`` are for the learner's own record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db, insert_if_absent
from academy.kernel.errors import Invalid, Unauthenticated
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import unit_of_work
from academy.search.errors import SavedSearchNotFound, TooManySaved
from academy.search.models import RecentSearch, SavedSearch, SearchPreference, TrainingNeed
from academy.search.query import parse

__all__ = [
    "MAX_RECENT",
    "MAX_SAVED",
    "erase_searches",
    "export_searches",
    "forget_recent",
    "remember_search",
    "remove_saved",
    "save_search",
    "set_remembering",
]

MAX_RECENT = 20
MAX_SAVED = 50
MAX_NAME = 80
FILTERS = ("module", "course", "lang", "tag")


def remember_search(actor: Actor, text: str, filters: Mapping[str, str]) -> None:
    """Note what somebody looked for, newest first, unless nobody is signed in, nothing was asked, or the person
    switched it off. One query to look, and some to note."""
    asked = parse(text)
    if actor.account_id is None or asked.is_empty:
        return
    if db.session.scalar(_preference(actor.account_id)) is False:
        return
    chosen = _filters(filters)
    key = _key(asked.text, chosen)
    with unit_of_work() as work:
        now = clock.now()
        new = insert_if_absent(
            work.session, RecentSearch, account_id=actor.account_id, text=asked.text, filters=chosen, key=key, at=now
        )  # fmt: skip
        if not new:
            row = work.session.scalar(_recent(actor.account_id).where(RecentSearch.key == key))
            if row is not None:
                row.at, row.text = now, asked.text
        old = select(RecentSearch.id).where(RecentSearch.account_id == actor.account_id)
        old = old.order_by(RecentSearch.at.desc(), RecentSearch.id.desc()).offset(MAX_RECENT).limit(100)
        ids = work.session.scalars(old).all()
        if ids:
            work.session.execute(delete(RecentSearch).where(RecentSearch.id.in_(ids)))


def set_remembering(actor: Actor, remember: bool) -> None:
    """Let searches be remembered, or not; switched off, what was remembered is gone at once.

    Raises:
        Unauthenticated
    """
    account = _account(actor)
    with unit_of_work() as work:
        row = work.session.get(SearchPreference, account)
        if row is None:
            insert_if_absent(work.session, SearchPreference, account_id=account, remember=remember)
            row = work.session.get(SearchPreference, account)
        row.remember = remember
        if not remember:
            work.session.execute(delete(RecentSearch).where(RecentSearch.account_id == account))


def forget_recent(actor: Actor, recent_id: int | None = None) -> None:
    """Forget one of the actor's recent searches, or all; one that is gone already is no fault.

    Raises:
        Unauthenticated
    """
    statement = delete(RecentSearch).where(RecentSearch.account_id == _account(actor))
    if recent_id is not None:
        statement = statement.where(RecentSearch.id == recent_id)
    with unit_of_work() as work:
        work.session.execute(statement)


def save_search(actor: Actor, name: str, text: str, filters: Mapping[str, str]) -> int:
    """Keep a search under a name; a search of that name becomes this one. Its id.

    Raises:
        Unauthenticated
        Invalid: it has no name, or asks for nothing.
        TooManySaved
    """
    account = _account(actor)
    name, asked = clean(name)[:MAX_NAME].strip(), parse(text)
    if asked.is_empty:
        raise Invalid(
            _l("Please correct the fields named below."),
            rule="search.saved_empty",
            errors={"q": [_l("There is nothing to look for yet: type some words first.")]},
        )
    name = name or asked.text[:MAX_NAME]
    with unit_of_work() as work:
        row = work.session.scalar(_saved(account).where(SavedSearch.name == name))
        if row is None:
            if len(work.session.scalars(_saved(account)).all()) >= MAX_SAVED:
                raise TooManySaved(MAX_SAVED)
            row = SavedSearch(account_id=account, name=name)
            work.session.add(row)
        row.text, row.filters = asked.text, _filters(filters)
        work.session.flush()
        return row.id


def remove_saved(actor: Actor, saved_id: int) -> None:
    """Take a search out of the actor's saved ones.

    Raises:
        Unauthenticated
        SavedSearchNotFound: there is none of this id, or it is somebody else's.
    """
    with unit_of_work() as work:
        row = work.session.scalar(_saved(_account(actor)).where(SavedSearch.id == saved_id))
        if row is None:
            raise SavedSearchNotFound
        work.session.delete(row)


def export_searches(account_id: int) -> dict[str, Any]:
    """All that is kept of an account's searches and training needs, as JSON values."""
    recent = db.session.scalars(_recent(account_id).order_by(RecentSearch.at.desc(), RecentSearch.id.desc()))
    saved = db.session.scalars(_saved(account_id).order_by(SavedSearch.name))
    needs = db.session.scalars(
        select(TrainingNeed).where(TrainingNeed.account_id == account_id).order_by(TrainingNeed.id)
    )
    return {
        "remember": db.session.scalar(_preference(account_id)) is not False,
        "recent": [
            {"text": row.text, "filters": row.filters, "at": row.at.isoformat()} for row in recent
        ],
        "saved": [
            {"name": row.name, "text": row.text, "filters": row.filters, "at": row.created_at.isoformat()}
            for row in saved
        ],
        "training_needs": [
            {
                "query": row.query, "note": row.note, "state": row.state, "at": row.created_at.isoformat(),
                "answer": row.answer,
            }
            for row in needs
        ],
    }  # fmt: skip


def erase_searches(account_id: int) -> None:
    """Forget an account's searches; its training needs stay counted for the unit, without name and note."""
    with unit_of_work() as work:
        for model in (RecentSearch, SavedSearch, SearchPreference):
            work.session.execute(delete(model).where(model.account_id == account_id))
        needs = work.session.scalars(select(TrainingNeed).where(TrainingNeed.account_id == account_id))
        for row in needs.all():
            row.account_id, row.note = None, ""


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise Unauthenticated(_l("Please sign in first."))
    return actor.account_id


def _recent(account_id: int):
    return select(RecentSearch).where(RecentSearch.account_id == account_id)


def _saved(account_id: int):
    return select(SavedSearch).where(SavedSearch.account_id == account_id)


def _preference(account_id: int):
    return select(SearchPreference.remember).where(SearchPreference.account_id == account_id)


def _filters(filters: Mapping[str, str]) -> dict[str, str]:
    return {name: str(filters[name])[:100] for name in FILTERS if filters.get(name)}


def _key(text: str, filters: Mapping[str, str]) -> str:
    """Equal for searches that differ in case or spaces only."""
    told = json.dumps([" ".join(text.lower().split()), sorted(filters.items())], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
