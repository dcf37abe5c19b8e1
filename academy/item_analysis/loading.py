"""From the database to arrays: set-based, in pieces, a few dozen bytes for each answer."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Float, Select, Text, case, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from academy.item_analysis.theory import Floats, Ints
from academy.kernel.db import db
from academy.questions.models import ItemVersion
from academy.questions.queries import VersionRow
from academy.quizzes.models import OPEN, AnswerLog, Attempt, AttemptItem, QuizVersion

PIECE = 20_000
BLANK, UNTOLD = "null", ""
"""Nothing was answered; and: something was, of a kind that tells no choices."""


class epoch(FunctionElement):
    """Seconds since 1970 of a point in time, computed by the database."""

    type = Float()
    inherit_cache = True
    name = "epoch"


@compiles(epoch, "sqlite")
def _sqlite(element: Any, compiler: Any, **named: Any) -> str:
    return f"((julianday({compiler.process(element.clauses, **named)}) - 2440587.5) * 86400.0)"


@compiles(epoch, "postgresql")
def _postgresql(element: Any, compiler: Any, **named: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **named)}) AS FLOAT)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Versions of a quiz that draw by the same blueprint."""

    digest: str
    version_ids: tuple[int, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """First marked attempts of a family, one for each person, and the answers in them.

    ``attempt`` (and all of the answers' arrays) count attempts from 0; ``choice`` points into ``choices``, texts of
    JSON, ``BLANK`` for nothing answered. Times are in seconds since 1970.
    """

    attempt_ids: Ints
    started: Floats
    marks: Floats
    attempt: Ints
    slot: Ints
    version: Ints
    score: Floats
    weight: Floats
    choice: Ints
    choices: Sequence[str]


def families_of(quiz_id: int) -> list[Family]:
    """Families of a quiz's versions, the newest first."""
    found: dict[str, list[tuple[int, int]]] = {}
    rows = db.session.execute(
        select(QuizVersion.id, QuizVersion.number, QuizVersion.settings)
        .where(QuizVersion.quiz_id == quiz_id)
        .order_by(QuizVersion.number)
    )
    for version_id, number, settings in rows:
        found.setdefault(_digest(settings["draw"]), []).append((version_id, number))
    families = [
        Family(digest=digest, version_ids=tuple(one for one, _ in rows), numbers=tuple(n for _, n in rows))
        for digest, rows in found.items()
    ]
    return sorted(families, key=lambda family: family.numbers[-1], reverse=True)


def reading_of(version: VersionRow) -> str:
    """What versions share that ask and mark alike: explanations and feedback may differ."""
    return _digest({"kind": version.kind, "spec": _asked(version.spec)})


def load(family: Family) -> Sat:
    """What a family's marked attempts hold; of each person the first only, so that answers are independent."""
    ids, persons, started, marks = _columns(_attempts(family), "qqdd")
    first = np.unique(persons, return_index=True)[1]
    first.sort()
    ids, started, marks = ids[first], started[first], marks[first]
    choices: dict[str, int] = {BLANK: 0}
    attempt, slot, version, score, weight, choice = _columns(_answers(family), "qqqddq", choices)
    at, kept = _places(ids, attempt)
    return Sat(
        attempt_ids=ids,
        started=started,
        marks=marks,
        attempt=at[kept],
        slot=slot[kept],
        version=version[kept],
        score=score[kept],
        weight=weight[kept],
        choice=choice[kept],
        choices=tuple(choices),
    )


def load_log(family: Family, sat: Sat) -> tuple[Ints, Ints, Floats]:
    """Attempt (as in ``sat``), slot and moment of every stored change."""
    statement = (
        select(AnswerLog.attempt_id, AnswerLog.slot, epoch(AnswerLog.at))
        .join(Attempt, Attempt.id == AnswerLog.attempt_id)
        .where(*_marked(family))
    )
    attempt, slot, at = _columns(statement, "qqd")
    place, kept = _places(sat.attempt_ids, attempt)
    return place[kept], slot[kept], at[kept]


def exposure(quiz_id: int, since: datetime) -> tuple[dict[int, tuple[int, int]], tuple[int, int]]:
    """How many people have had each item on a paper of the quiz, ever and since; and how many had a paper at all."""
    people, lately = func.count(Attempt.person_id.distinct()), Attempt.started_at >= since
    counts = (people, people.filter(lately))
    items = select(ItemVersion.item_id, *counts).select_from(Attempt)
    items = items.join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    items = items.join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
    rows = db.session.execute(items.where(Attempt.quiz_id == quiz_id).group_by(ItemVersion.item_id)).all()
    whole = db.session.execute(select(*counts).where(Attempt.quiz_id == quiz_id)).one()
    return {item: (ever, late) for item, ever, late in rows}, (whole[0], whole[1])


def _marked(family: Family) -> tuple[Any, ...]:
    return (
        Attempt.quiz_version_id.in_(family.version_ids),
        Attempt.state != OPEN,
        Attempt.mark.is_not(None),
    )


def _attempts(family: Family) -> Select:
    return (
        select(Attempt.id, Attempt.person_id, epoch(Attempt.started_at), cast(Attempt.mark, Float))
        .where(*_marked(family))
        .order_by(Attempt.id)
    )


def _answers(family: Family) -> Select:
    blank = func.coalesce(cast(AttemptItem.answer, Text), BLANK).in_((BLANK, "[]", "{}"))
    told = AttemptItem.grade["details"]
    return (
        select(
            AttemptItem.attempt_id,
            AttemptItem.slot,
            func.coalesce(AttemptItem.graded_version_id, AttemptItem.item_version_id),
            cast(AttemptItem.score, Float),
            cast(AttemptItem.weight, Float),
            case((blank, BLANK), else_=func.coalesce(_text_of(told["chosen"]), _text_of(told["parts"]), UNTOLD)),
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(*_marked(family), AttemptItem.score.is_not(None))
    )


def _text_of(element: Any) -> Any:
    """A part of a JSON column as text; NULL where there is none. Texts come bare, lists and mappings as JSON."""
    return cast(element.as_string(), Text)


def _columns(statement: Select, codes: str, texts: dict[str, int] | None = None) -> list[Any]:
    """The columns of a statement as arrays; with ``texts`` the last is a text, numbered there."""
    columns = [array(code) for code in codes]
    for rows in _pieces(statement):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            if texts is not None and column is columns[-1]:
                values = [texts.setdefault(value, len(texts)) for value in values]
            column.extend(values)
    kinds = {"q": np.int64, "d": np.float64}
    return [
        np.frombuffer(column, dtype=kinds[code]) if len(column) else np.empty(0, kinds[code])
        for column, code in zip(columns, codes, strict=True)
    ]


def _pieces(statement: Select) -> Iterator[Sequence[Any]]:
    yield from db.session.execute(statement, execution_options={"yield_per": PIECE}).partitions()


def _places(ids: Ints, wanted: Ints) -> tuple[Ints, Any]:
    """Where each of ``wanted`` stands in ``ids``, which ascend, and which of them do stand there."""
    if not len(ids):
        return np.empty(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def _asked(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _asked(value) for name, value in part.items() if name not in ("explanation", "feedback")}
    return [_asked(one) for one in part] if isinstance(part, list) else part


def _digest(part: Any) -> str:
    canonical = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
