"""Items and files of questions that the tests of exchange share."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.neutral import Question
from academy.questions.exchange.unmapping import from_item, in_one_language
from academy.questions.queries import ItemRow, VersionRow
from academy.questions.services import checked_spec
from tests.questions.specs import ALL

PLACE: dict[str, Any] = {
    "lesson": "bai-mot", "outcome": "o1", "difficulty": 3, "use_lesson": True, "use_pool": True, "state": "active",
}  # fmt: skip


def item(key: str, kind: str, spec: dict, **place: Any) -> ItemRow:
    """An item as the bank would give it."""
    spec = checked_spec(kind, copy.deepcopy(spec))
    place = PLACE | place
    version = VersionRow(
        id=1, item_id=1, key=key, kind=kind, outcome=place.pop("outcome"), number=1, hash="x", spec=spec
    )
    return ItemRow(item_id=1, course_id=1, key=key, version=version, **place)


def questions(lang: str = "vi", specs: dict[str, dict] = ALL) -> list[Question]:
    return [from_item(item(f"k-{kind}", kind, spec), lang) for kind, spec in specs.items()]


def there_and_back(form: str, asked: Iterable[Question], lang: str = "vi") -> dict[str, Question]:
    """What a format makes of questions, by key."""
    asked = list(asked)
    written = FORMATS[form].write(asked, lang)
    assert FORMATS[form].write(asked, lang).data == written.data
    return {question.key: question for question in FORMATS[form].read(written.data, lang).questions}


def spec_of(question: Question, lang: str = "vi") -> tuple[str, dict]:
    """Kind and checked spec."""
    kind, spec, _notes = to_spec(question, lang)
    return kind, checked_spec(kind, spec, (lang,))


def wanted(kind: str, lang: str = "vi", spec: dict | None = None) -> dict:
    """A spec in its normal form in one language."""
    return in_one_language(checked_spec(kind, copy.deepcopy(spec or ALL[kind])), lang)
