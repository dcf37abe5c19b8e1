"""Reading the words that stand for each other: for the search, for the page that keeps them, for export."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from academy.accounts.models import Account
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import Prepared, db
from academy.kernel.spreadsheet import to_csv
from academy.kernel.text import fold
from academy.organization.models import Person
from academy.search.errors import SynonymNotFound
from academy.search.models import SearchSynonym
from academy.search.policies import can_change_words
from academy.search.synonyms import Synonyms

__all__ = [
    "SynonymRow",
    "export_words",
    "forget_synonyms",
    "get_synonym",
    "list_synonyms",
    "synonyms_in_force",
]

LOOK_SECONDS = 1.0
_KNOWN = "academy_search_synonyms"
_IN_FORCE = Prepared(
    select(SearchSynonym.term, SearchSynonym.meaning)
    .where(SearchSynonym.retired_at.is_(None))
    .order_by(SearchSynonym.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymRow:
    """A pair of words as its page shows it; ``changed_by`` is a name, empty for the academy itself."""

    id: int
    term: str
    meaning: str
    note: str
    changed_at: datetime
    changed_by: str
    retired_at: datetime | None

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None


def synonyms_in_force() -> Synonyms:
    """All pairs that take part in searches, at most a second old. One query a second and process."""
    known: tuple[float, Synonyms] | None = current_app.extensions.get(_KNOWN)
    if known is not None and time.monotonic() - known[0] < LOOK_SECONDS:
        return known[1]
    rows = [tuple(row) for row in _IN_FORCE()]
    found = Synonyms.of(rows) if known is None or known[1].pairs != tuple(rows) else known[1]
    current_app.extensions[_KNOWN] = (time.monotonic(), found)
    return found


def forget_synonyms() -> None:
    """Look again at the next question: a pair has just been changed here."""
    current_app.extensions.pop(_KNOWN, None)


def list_synonyms(actor: Actor, *, text: str = "", retired: bool = False) -> list[SynonymRow]:
    """All pairs by their shorter name, those of a text if there is one; there are hundreds at most. One query.

    Raises:
        Forbidden: the actor keeps no words.
    """
    require(actor, can_change_words)
    statement = _rows().where(
        SearchSynonym.retired_at.is_not(None) if retired else SearchSynonym.retired_at.is_(None)
    )
    found = [_row(row) for row in db.session.execute(statement)]
    wanted = fold(text).strip()
    kept = [row for row in found if wanted in fold(f"{row.term} {row.meaning}")]
    return sorted(kept, key=lambda row: (fold(row.term), row.id))


def get_synonym(actor: Actor, synonym_id: int) -> SynonymRow:
    """One pair.

    Raises:
        Forbidden: the actor keeps no words.
        SynonymNotFound
    """
    require(actor, can_change_words)
    row = db.session.execute(_rows().where(SearchSynonym.id == synonym_id)).first()
    if row is None:
        raise SynonymNotFound
    return _row(row)


def export_words(actor: Actor) -> bytes:
    """The pairs in force as CSV, to be edited and taken in again.

    Raises:
        Forbidden: the actor keeps no words.
    """
    rows: Sequence[SynonymRow] = list_synonyms(actor)
    return to_csv(("term", "meaning", "note"), [(row.term, row.meaning, row.note) for row in rows])


def _rows():
    return (
        select(SearchSynonym, Person.full_name, Account.username)
        .outerjoin(Account, Account.id == SearchSynonym.changed_by)
        .outerjoin(Person, Person.account_id == Account.id)
    )


def _row(row) -> SynonymRow:
    pair: SearchSynonym = row.SearchSynonym
    return SynonymRow(
        id=pair.id,
        term=pair.term,
        meaning=pair.meaning,
        note=pair.note,
        changed_at=pair.changed_at,
        changed_by=row.full_name or row.username or "",
        retired_at=pair.retired_at,
    )
