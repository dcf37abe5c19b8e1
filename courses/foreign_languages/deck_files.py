"""Decks as files: ``content/foreign_languages/<course>/decks/<deck>.yaml``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from academy.sdk import CourseFolder, Fault, Localized, _l

__all__ = ["CardFile", "DeckFile", "read_decks"]

_KEY = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error=_l("Use small letters, digits and hyphens."))
_SHORT = validate.Length(1, 200)


class _Plain(Schema):
    class Meta:
        unknown = RAISE

    @pre_load
    def _without_nulls(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(name): value for name, value in data.items() if value is not None}
        return data


class CardSchema(_Plain):
    """One card: ``front`` in the deck's language, ``back`` in the learners' languages.

    ``ipa`` or ``reading`` (pinyin, romanisation) say how it sounds; ``example`` shows it in a sentence,
    ``example_vi`` and ``example_en`` translate that; ``lesson`` names where it is taught.
    """

    id = fields.String(required=True, validate=[_KEY, validate.Length(max=80)])
    front = fields.String(required=True, validate=_SHORT)
    ipa = fields.String(validate=_SHORT)
    reading = fields.String(validate=_SHORT)
    back = Localized(required=True, max_length=400)
    example = fields.String(validate=validate.Length(1, 400))
    example_vi = fields.String(validate=validate.Length(1, 400))
    example_en = fields.String(validate=validate.Length(1, 400))
    lesson = fields.String(load_default="", validate=validate.Length(max=80))


class DeckSchema(_Plain):
    """One deck; its ``id`` is unique in the academy."""

    id = fields.String(required=True, validate=[_KEY, validate.Length(max=80)])
    title = Localized(required=True, max_length=200)
    language = fields.String(required=True, validate=validate.Regexp(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"))
    cards = fields.List(fields.Nested(CardSchema), required=True, validate=validate.Length(1, 2000))

    @validates_schema
    def _ids_differ(self, data: Mapping[str, Any], **named: Any) -> None:
        seen: set[str] = set()
        for card in data["cards"]:
            if card["id"] in seen:
                raise ValidationError({"cards": [_l("Two cards have the id “%(id)s”.", id=card["id"])]})
            seen.add(card["id"])


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card as written; ``content`` is what a version of it stores."""

    key: str
    lesson: str
    content: Mapping[str, Any]

    @property
    def hash(self) -> str:
        return _digest(self.content)


@dataclass(frozen=True, slots=True)
class DeckFile:
    """A deck as written."""

    key: str
    lang: str
    title: Mapping[str, str]
    cards: tuple[CardFile, ...]

    @property
    def hash(self) -> str:
        return _digest(
            [self.lang, self.title, [[card.key, card.lesson, card.content] for card in self.cards]]
        )


def read_decks(folder: CourseFolder) -> tuple[list[DeckFile], list[Fault]]:
    """The decks of a course, by file name, and everything in which their files depart from the schema."""
    decks: list[DeckFile] = []
    faults: list[Fault] = []
    known: set[str] = set()
    lessons = {lesson.slug for lesson in folder.lessons}
    for file in folder.yaml_files("decks"):
        wrong = folder.schema_faults(file, DeckSchema())
        faults += wrong
        if wrong:
            continue
        deck = _deck(DeckSchema().load(file.data))
        if deck.key in known:
            faults.append(file.fault(("id",), f"Two decks have the id “{deck.key}”", "give one another id"))
        known.add(deck.key)
        decks.append(deck)
        for index, card in enumerate(deck.cards):
            if card.lesson and card.lesson not in lessons:
                faults.append(
                    file.fault(
                        ("cards", index, "lesson"),
                        f"The course has no lesson “{card.lesson}”",
                        "name one of the outline",
                    )
                )
    return decks, faults


def _deck(data: Mapping[str, Any]) -> DeckFile:
    cards = tuple(
        CardFile(
            key=card["id"],
            lesson=card["lesson"],
            content={name: value for name, value in card.items() if name not in ("id", "lesson")},
        )
        for card in data["cards"]
    )
    return DeckFile(key=data["id"], lang=data["language"], title=data["title"], cards=cards)


def _digest(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict)
    return hashlib.sha256(text.encode()).hexdigest()
