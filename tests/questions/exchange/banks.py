"""Items and files of questions that the tests of exchange share."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.merging import merged, renamed
from academy.questions.exchange.neutral import Question
from academy.questions.exchange.pictures import packed
from academy.questions.exchange.unmapping import from_item
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


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><rect width="80" height="60"/></svg>'


def asked(row: ItemRow, lang: str = "vi") -> Question:
    """An item as it is written, with the picture that it is about."""
    return packed(from_item(row, lang), lambda _name: None, lambda _path: SVG)


def questions(lang: str = "vi", specs: dict[str, dict] = ALL) -> list[Question]:
    return [asked(item(f"k-{kind}", kind, spec), lang) for kind, spec in specs.items()]


def there_and_back(form: str, sent: Iterable[Question], lang: str = "vi") -> dict[str, Question]:
    """What a format makes of questions, by key."""
    sent = list(sent)
    written = FORMATS[form].write(sent, lang)
    assert FORMATS[form].write(sent, lang).data == written.data
    return {question.key: question for question in FORMATS[form].read(written.data, lang).questions}


def spec_of(question: Question, lang: str = "vi") -> tuple[str, dict]:
    """Kind and checked spec."""
    kind, spec, _notes = to_spec(question, lang)
    return kind, checked_spec(kind, spec, (lang,))


def wanted(kind: str, lang: str = "vi", spec: dict | None = None) -> dict:
    """A spec in its normal form in one language."""
    return in_one_language(checked_spec(kind, copy.deepcopy(spec or ALL[kind])), lang)


def in_one_language(value: Any, lang: str) -> Any:
    """A spec with its texts in one language: ``{"vi": "…", "en": "…"}`` → ``{"vi": "…"}``."""
    if isinstance(value, dict):
        if value and set(value) <= {"vi", "en", "de"}:
            return {lang: value[lang]} if lang in value else {}
        return {name: in_one_language(inner, lang) for name, inner in value.items()}
    return [in_one_language(inner, lang) for inner in value] if isinstance(value, list) else value


def with_its_ids(right: dict, came: dict, lang: str = "vi") -> dict:
    """A spec that came back under the ids that it had, and its picture under the path that it had."""
    spec = merged(right, renamed(right, came), lang)
    if "picture" in spec:
        assert spec["picture"]["path"].endswith(right["picture"]["path"])
        spec["picture"] = {**spec["picture"], "path": right["picture"]["path"]}
    return spec
