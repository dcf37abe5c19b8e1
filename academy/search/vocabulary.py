"""Keeping the words that stand for each other: add, change, retire, bring back, take in a file.

A pair widens everybody's searches, so what would spoil them is refused: names that say nothing or are ordinary
syllables, pairs that are there already, and names that lead in a circle.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.i18n import _, _l
from academy.kernel.spreadsheet import original_text
from academy.kernel.text import clean, fold, is_syllable
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.import_encoding import decode
from academy.search.analysis import STOP
from academy.search.errors import FileRefused, SynonymNotFound, WordsRefused
from academy.search.models import SearchSynonym
from academy.search.policies import can_change_words
from academy.search.synonyms import MAX_WORDS, side_of
from academy.search.vocabulary_queries import forget_synonyms

__all__ = [
    "MAX_BYTES",
    "MAX_PAIRS",
    "Taken",
    "add_words",
    "change_words",
    "import_words",
    "restore_words",
    "retire_words",
]

MAX_PAIRS = 500
MAX_TERM, MAX_MEANING, MAX_NOTE = 60, 200, 200
MAX_LINES, MAX_BYTES = 1000, 200_000
LEAST_LETTERS = 2
PROBLEMS_SHOWN = 20
_STOP = frozenset(fold(word) for listed in STOP.values() for word in listed)


class Taken(NamedTuple):
    """What a file brought: pairs that are new, and pairs that were there already."""

    added: int
    known: int


class _Pair(NamedTuple):
    term: str
    meaning: str
    note: str

    @property
    def keys(self) -> tuple[str, str]:
        return _key(self.term), _key(self.meaning)


def add_words(actor: Actor, term: str, meaning: str, note: str = "") -> int:
    """Let two names find each other; the id of the pair.

    Raises:
        Forbidden
        WordsRefused: the names are too short, too long, ordinary, known already, or lead in a circle.
    """
    require(actor, can_change_words)
    with unit_of_work() as work:
        pair = _checked(_Pair(clean(term), clean(meaning), clean(note)), _all_rows())
        row = _added(work, actor, pair)
    forget_synonyms()
    return row.id


def change_words(actor: Actor, synonym_id: int, term: str, meaning: str, note: str = "") -> None:
    """Put other names into a pair.

    Raises:
        Forbidden
        SynonymNotFound
        WordsRefused: as in :func:`add_words`.
    """
    require(actor, can_change_words)
    with unit_of_work():
        row = _get(synonym_id)
        others = [other for other in _all_rows() if other.id != synonym_id]
        pair = _checked(_Pair(clean(term), clean(meaning), clean(note)), others)
        before = {"term": row.term, "meaning": row.meaning}
        row.term, row.meaning, row.note = pair
        row.term_key, row.meaning_key = pair.keys
        _touch(row, actor)
        details = {"term": row.term, "meaning": row.meaning, "before": before}
        record(actor, "search.words.change", "search_synonym", row.id, details=details)
    forget_synonyms()


def retire_words(actor: Actor, synonym_id: int) -> None:
    """Let a pair take no more part in searches; repeating it changes nothing.

    Raises:
        Forbidden
        SynonymNotFound
    """
    _set_retired(actor, synonym_id, retired=True)


def restore_words(actor: Actor, synonym_id: int) -> None:
    """Let a retired pair take part again.

    Raises:
        Forbidden
        SynonymNotFound
        WordsRefused: in the meantime another pair makes it a circle, or there are too many.
    """
    _set_retired(actor, synonym_id, retired=False)


def import_words(actor: Actor, data: bytes, *, dry_run: bool = False) -> Taken:
    """Take in a CSV file with the columns ``term``, ``meaning`` and perhaps ``note``: all of it, or nothing.

    Pairs that are there already stay as they are.

    Raises:
        Forbidden
        UnreadableList: the file's encoding is not understood.
        FileRefused: some lines cannot be taken; the problems name them.
    """
    require(actor, can_change_words)
    lines = _lines(data)
    problems: list[str] = []
    added = known = 0
    with unit_of_work() as work:
        rows = _all_rows()
        for number, pair in lines:
            try:
                if any(pair.keys == (row.term_key, row.meaning_key) and not row.retired_at for row in rows):
                    known += 1
                    continue
                _checked(pair, rows)
            except WordsRefused as refusal:
                texts = [str(text) for found in refusal.errors.values() for text in found]
                problems.append(_("Line %(n)s: %(problem)s", n=number, problem=" ".join(texts)))
                continue
            rows.append(_new_row(actor, pair) if dry_run else _added(work, actor, pair))
            added += 1
        if problems:
            raise FileRefused(problems[:PROBLEMS_SHOWN])
    forget_synonyms()
    return Taken(added, known)


# --- rows -------------------------------------------------------------------------------------------


def _all_rows() -> list[SearchSynonym]:
    return list(db.session.scalars(select(SearchSynonym).order_by(SearchSynonym.id)))


def _get(synonym_id: int) -> SearchSynonym:
    row = db.session.get(SearchSynonym, synonym_id)
    if row is None:
        raise SynonymNotFound
    return row


def _new_row(actor: Actor, pair: _Pair) -> SearchSynonym:
    term_key, meaning_key = pair.keys
    return SearchSynonym(
        term=pair.term, meaning=pair.meaning, note=pair.note, term_key=term_key, meaning_key=meaning_key,
        changed_by=actor.account_id,
    )  # fmt: skip


def _added(work: UnitOfWork, actor: Actor, pair: _Pair) -> SearchSynonym:
    row = _new_row(actor, pair)
    work.session.add(row)
    work.session.flush()
    details = {"term": row.term, "meaning": row.meaning}
    record(actor, "search.words.add", "search_synonym", row.id, details=details)
    return row


def _touch(row: SearchSynonym, actor: Actor) -> None:
    row.changed_at, row.changed_by = clock.now(), actor.account_id


def _set_retired(actor: Actor, synonym_id: int, *, retired: bool) -> None:
    require(actor, can_change_words)
    with unit_of_work():
        row = _get(synonym_id)
        if (row.retired_at is not None) == retired:
            return
        if not retired:
            others = [other for other in _all_rows() if other.id != synonym_id]
            _checked(_Pair(row.term, row.meaning, row.note), others)
        row.retired_at = clock.now() if retired else None
        _touch(row, actor)
        act = "search.words.retire" if retired else "search.words.restore"
        details = {"term": row.term, "meaning": row.meaning}
        record(actor, act, "search_synonym", row.id, details=details)
    forget_synonyms()


# --- rules ------------------------------------------------------------------------------------------


def _key(text: str) -> str:
    """A name as compared: its words with their marks, whatever stands between them."""
    return " ".join(form.exact for form in side_of(text))


def _checked(pair: _Pair, others: Iterable[SearchSynonym]) -> _Pair:
    """The pair itself.

    Raises:
        WordsRefused
    """
    for field, text, longest in (("term", pair.term, MAX_TERM), ("meaning", pair.meaning, MAX_MEANING)):
        _check_name(field, text, longest)
    if len(pair.note) > MAX_NOTE:
        raise WordsRefused("note", _l("At most %(num)s characters.", num=MAX_NOTE), "search.words_long")
    rows = list(others)
    _check_new(pair, rows)
    in_force = [row for row in rows if row.retired_at is None]
    if len(in_force) >= MAX_PAIRS:
        message = _l("There are %(num)s pairs already, which is the most. Retire one first.", num=MAX_PAIRS)
        raise WordsRefused("term", message, "search.words_many")
    _check_circle(pair, in_force)
    return pair


def _check_name(field: str, text: str, longest: int) -> None:
    forms = side_of(text)
    letters = sum(len(form.folded) for form in forms)
    if len(text) > longest or len(forms) > MAX_WORDS:
        message = _l(
            "A name has at most %(num)s characters and %(words)s words.", num=longest, words=MAX_WORDS
        )
        raise WordsRefused(field, message, "search.words_long")
    if letters < LEAST_LETTERS:
        message = _l("A name has at least two letters or digits: a single one stands in nearly every text.")
        raise WordsRefused(field, message, "search.words_short")
    if len(forms) == 1 and (forms[0].folded in _STOP or is_syllable(forms[0].exact)):
        message = _l(
            "“%(word)s” is an ordinary syllable or word: every text with it would be found. "
            "Write the name in more words.",
            word=text,
        )
        raise WordsRefused(field, message, "search.words_ordinary")


def _check_new(pair: _Pair, rows: Iterable[SearchSynonym]) -> None:
    term, meaning = pair.keys
    if fold(term) == fold(meaning):
        message = _l("Both names are the same: the search finds them together anyway, with or without marks.")
        raise WordsRefused("meaning", message, "search.words_same")
    for row in rows:
        if {row.term_key, row.meaning_key} != {term, meaning}:
            continue
        message = (
            _l("This pair was retired. Bring it back instead of adding it again.")
            if row.retired_at
            else _l("This pair is there already; either name finds the other.")
        )
        raise WordsRefused("term", message, "search.words_known")


def _check_circle(pair: _Pair, rows: Iterable[SearchSynonym]) -> None:
    leads: Mapping[str, set[str]] = {}
    for row in rows:
        leads.setdefault(row.term_key, set()).add(row.meaning_key)
    term, meaning = pair.keys
    seen, waiting = set(), [meaning]
    while waiting:
        name = waiting.pop()
        if name == term:
            message = _l("“%(word)s” already stands for “%(term)s” by way of other pairs.", word=pair.meaning, term=pair.term)  # fmt: skip
            raise WordsRefused("meaning", message, "search.words_circle")
        waiting += leads.get(name, set()) - seen
        seen.add(name)


# --- files ------------------------------------------------------------------------------------------


def _lines(data: bytes) -> list[tuple[int, _Pair]]:
    """The pairs of a file with their line numbers.

    Raises:
        FileRefused: it is too large, or has not the columns it needs.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused([_("The file is larger than %(num)s KB.", num=MAX_BYTES // 1000)])
    text, _encoding = decode(data)
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        table = [(reader.line_num, [original_text(cell) for cell in line]) for line in reader if any(line)]
    except csv.Error as error:
        raise FileRefused([_("This is not a CSV file.")]) from error
    names = [cell.strip().lower() for cell in table[0][1]] if table else []
    if not {"term", "meaning"} <= set(names):
        raise FileRefused(
            [_("The first line must name the columns “term” and “meaning”; “note” may be third.")]
        )
    if len(table) - 1 > MAX_LINES:
        raise FileRefused([_("The file has more than %(num)s lines.", num=MAX_LINES)])
    found = []
    for number, line in table[1:]:
        cells = dict(zip(names, line, strict=False))
        found.append((number, _Pair(*(clean(cells.get(name, "")) for name in ("term", "meaning", "note")))))
    return found
