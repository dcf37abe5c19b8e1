"""Entries to be put where they belong: into the gaps of a text, into categories, onto places of a picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import (
    Localized,
    SpecSchema,
    names_are_distinct,
    texts_are_distinct,
    wrong,
    wrong_at,
)
from academy.questions.forms import LANG, ROW, fields_like, given_below, nested, ticked
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.pairing import most_pairs
from academy.questions.shapes import (
    RECT,
    Coordinates,
    PictureSchema,
    check_shape,
    read_picture,
    shown_picture,
)
from academy.questions.types.core import CoreType, not_an_answer

TEXT, CATEGORIES, PICTURE = "text", "categories", "picture"
MODES = (TEXT, CATEGORIES, PICTURE)
CREDIT_RULES = (credit.EACH_PART, credit.ALL_OR_NOTHING)
MAX_ENTRIES, MAX_PLACES = 20, 12
_GAP = re.compile(r"\{([0-9]{1,2})\}")
_NAME = validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens."))
_FORM = re.compile(
    rf"(?:text|passage|explanation){LANG}|mode|reuse|credit|picture\.(?:file|path|width|height|alt{LANG})"
    rf"|entries{ROW}\.(?:id|text{LANG})|places{ROW}\.(?:id|coords|text{LANG}|accept\.is-[a-z0-9-]{{1,32}})"
)
_PARTS = frozenset(
    ("text", "passage", "explanation", "mode", "reuse", "credit", "picture", "entries", "places")
)


class EntrySchema(Schema):
    """What is put somewhere; one that no place accepts belongs nowhere."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=200)


class PlaceSchema(Schema):
    """A gap, a category (``text``) or a rectangle of the picture (``coords``), and the ids of what is right there."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(max_length=200)
    coords = Coordinates()
    accept = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(1, MAX_ENTRIES, error=_l("Say which entries are right here.")),
        error_messages={"required": _l("Say which entries are right here.")},
    )


class PlacingSpec(SpecSchema):
    """``entries`` and ``places``; with ``reuse`` an entry may be put in several places.

    By ``mode``: ``text`` needs a ``passage`` with the gaps ``{1}``, ``{2}``… named like the places; ``categories``
    need a text each; ``picture`` needs a picture and a rectangle for each place.
    """

    mode = fields.String(load_default=TEXT, validate=validate.OneOf(MODES))
    passage = Localized()
    picture = fields.Nested(PictureSchema)
    reuse = fields.Boolean(load_default=False)
    entries = fields.List(
        fields.Nested(EntrySchema),
        required=True,
        validate=validate.Length(2, MAX_ENTRIES, error=_l("Give from {min} to {max} entries.")),
        error_messages={"required": _l("Give the entries to be placed.")},
    )
    places = fields.List(
        fields.Nested(PlaceSchema),
        required=True,
        validate=validate.Length(1, MAX_PLACES, error=_l("Give from {min} to {max} places.")),
        error_messages={"required": _l("Give the places for the entries.")},
    )
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _entries_have_places(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["entries"], "entries")
        names_are_distinct(data["places"], "places")
        texts_are_distinct([entry["text"] for entry in data["entries"]], "entries")
        known = {entry["id"] for entry in data["entries"]}
        for index, place in enumerate(data["places"]):
            accepted = place["accept"]
            if len(set(accepted)) < len(accepted) or not known.issuperset(accepted):
                raise wrong_at(_l("Name entries of the list, each once."), "places", index, "accept")
        {TEXT: _check_text, CATEGORIES: _check_categories, PICTURE: _check_picture}[data["mode"]](data)


def _check_text(data: Mapping[str, Any]) -> None:
    if not data.get("passage"):
        raise wrong(_l("Write the text with its gaps {1}, {2}…"), "passage")
    wanted = sorted(place["id"] for place in data["places"])
    for language, words in data["passage"].items():
        if sorted(_GAP.findall(words)) != wanted:
            message = _l(
                "The text must hold each of the gaps %(gaps)s exactly once, and no other.",
                gaps=" ".join(f"{{{name}}}" for name in wanted),
            )
            raise ValidationError({language: [message]}, "passage")
    _check_enough(data)


def _check_picture(data: Mapping[str, Any]) -> None:
    if not data.get("picture"):
        raise wrong(_l("Choose the picture of the question."), "picture")
    for index, place in enumerate(data["places"]):
        if "coords" not in place:
            raise wrong_at(
                _l("Give the numbers of the shape, for instance 10, 20, 300, 150."), "places", index, "coords"
            )
        check_shape(RECT, place["coords"], data["picture"], ("places", index, "coords"))
    _check_enough(data)


def _check_categories(data: Mapping[str, Any]) -> None:
    if data["reuse"]:
        raise wrong(
            _l("In categories each entry stands once; for several marks each use a table to mark."), "reuse"
        )
    for index, place in enumerate(data["places"]):
        if not place.get("text"):
            raise wrong_at(_l("Name the category."), "places", index, "text")
    texts_are_distinct([place["text"] for place in data["places"]], "places")
    placed = [entry for place in data["places"] for entry in place["accept"]]
    if len(set(placed)) < len(placed):
        raise wrong(_l("An entry is right in two categories; it can stand in one only."), "places")


def _check_enough(data: Mapping[str, Any]) -> None:
    """Without reuse every place must be able to get a right entry of its own."""
    if not data["reuse"] and most_pairs([place["accept"] for place in data["places"]]) < len(data["places"]):
        raise wrong(
            _l(
                "There are not enough right entries for all places: add some, or let entries be used more than once."
            ),
            "places",
        )


class Placing(CoreType):
    """Answer: slot → choice. In texts and pictures a slot is a place and the choice an entry; in categories a slot
    is an entry and the choice a category. Slots may be missing.

    An entry put in two places where it may be used once is right in neither. In categories an entry that belongs
    nowhere, put somewhere all the same, takes back the share of one that is right.
    """

    kind = "placing"
    title = {"vi": "Kéo thả vào chỗ", "en": "Put into place", "de": "Zuordnen durch Ablegen"}
    spec_schema = PlacingSpec
    credit_rules = CREDIT_RULES
    template_is_pure = False

    def pictures(self, spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The pictures an item needs among its course's files."""
        return [spec["picture"]] if spec["mode"] == PICTURE else []

    def _entries(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(entry["text"], "entry"): entry for entry in spec["entries"]}

    def _places(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        """Places under names that tell nothing: the number of a gap or place, a category by its text."""
        if spec["mode"] == CATEGORIES:
            return {opaque_id(place["text"], "place"): place for place in spec["places"]}
        if spec["mode"] == TEXT:
            return {place["id"]: place for place in spec["places"]}
        return {str(number): place for number, place in enumerate(spec["places"], 1)}

    def _right(self, spec: Mapping[str, Any]) -> dict[str, set[str]]:
        """Slot → right choices; empty for an entry that belongs to no category."""
        entries, places = self._entries(spec), self._places(spec)
        if spec["mode"] == CATEGORIES:
            return {
                name: {place for place, data in places.items() if entry["id"] in data["accept"]}
                for name, entry in entries.items()
            }
        names = {entry["id"]: name for name, entry in entries.items()}
        return {place: {names[one] for one in data["accept"]} for place, data in places.items()}

    def _choices(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._places(spec) if spec["mode"] == CATEGORIES else self._entries(spec)

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        entries, places, mode = self._entries(spec), self._places(spec), spec["mode"]
        view: dict[str, Any] = {
            "text": localized(spec["text"], lang),
            "mode": mode,
            "reuse": spec["reuse"],
            "entries": [
                {"id": name, "text": localized(entries[name]["text"], lang)}
                for name in in_seeded_order(entries, seed)
            ],
        }
        if mode == TEXT:
            view["segments"] = _segments(localized(spec["passage"], lang))
        elif mode == CATEGORIES:
            view["places"] = [
                {"id": name, "text": localized(place["text"], lang)} for name, place in places.items()
            ]
        else:
            view["picture"] = shown_picture(spec["picture"], lang)
            view["places"] = [{"id": name, "coords": list(place["coords"])} for name, place in places.items()]
        return view

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        entries, mode = self._entries(spec), spec["mode"]
        words = [_GAP.sub("…", localized(spec["passage"], lang))] if mode == TEXT else []
        if mode == CATEGORIES:
            words = [localized(place["text"], lang) for place in spec["places"]]
        elif mode == PICTURE:
            words = [localized(spec["picture"]["alt"], lang)]
        return [*words, *(localized(entries[name]["text"], lang) for name in sorted(entries))]

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        return given_below(form, name) or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        slots, choices = self._right(spec), self._choices(spec)
        if not isinstance(answer, Mapping) or not all(
            slot in slots and isinstance(choice, str) and choice in choices for slot, choice in answer.items()
        ):
            raise not_an_answer(_l("Put the entries shown into the places shown."))
        return {slot: answer[slot] for slot in slots if slot in answer}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, placed, right = self.credit_rule(spec), answer or {}, self._right(spec)
        once = spec["mode"] != CATEGORIES and not spec["reuse"]
        taken = list(placed.values())
        hits = {
            slot: slot in placed and placed[slot] in wanted and not (once and taken.count(placed[slot]) > 1)
            for slot, wanted in right.items()
            if wanted
        }
        strays = sum(slot in placed for slot, wanted in right.items() if not wanted)
        if rule == credit.ALL_OR_NOTHING:
            score = credit.FULL if all(hits.values()) and not strays else credit.NOTHING
        else:
            score = credit.share(max(sum(hits.values()) - strays, 0), len(hits))
        slots = self._entries(spec) if spec["mode"] == CATEGORIES else self._places(spec)
        return Grade(
            score=score,
            details={
                "rule": rule,
                "parts": {slots[slot]["id"]: hit for slot, hit in hits.items()},
                "strays": strays,
            },
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {"slots": {slot: sorted(wanted) for slot, wanted in self._right(spec).items()}}

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """Entries in a bank, to be copied into gaps, numbered places or under categories by hand."""
        view, right = self.present(spec, seed, lang), self._right(spec)
        entries = {entry["id"]: entry["text"] for entry in view["entries"]}
        mode = spec["mode"]
        text, columns, picture = view["text"], (), {}
        if mode == TEXT:
            gaps = _GAP.sub(lambda found: f"({found[1]}) ____", localized(spec["passage"], lang))
            text, hint = f"{text}\n\n{gaps}", _l("Write the right words into the gaps.")
        elif mode == CATEGORIES:
            columns, hint = (
                tuple(place["text"] for place in view["places"]),
                _l("Mark the column of each entry."),
            )
        else:
            picture = {"picture": view["picture"]["path"], "picture_alt": view["picture"]["alt"]}
            hint = _l("Write what belongs to each number of the picture.")
        choices = {place["id"]: place["text"] for place in view["places"]} if mode == CATEGORIES else entries
        names = entries if mode == CATEGORIES else {slot: slot for slot in right}
        return Printed(
            text=text,
            rows=tuple(entries.values()) if mode == CATEGORIES else tuple(names) if mode == PICTURE else (),
            columns=columns,
            bank=() if mode == CATEGORIES else tuple(entries.values()),
            hint=str(hint),
            key=tuple(
                f"{names[slot]}: {' / '.join(text for name, text in choices.items() if name in right[slot]) or '–'}"
                for slot in names
            ),
            **picture,
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = nested(fields_like(form, _FORM), _PARTS)
        for place in spec.get("places", ()):
            ticked(place, "accept")
        read_picture(spec)
        return spec


def _segments(words: str) -> list[dict[str, str]]:
    """The passage cut at its gaps: ``{"text"}`` and ``{"gap"}`` in turn."""
    parts: Sequence[str] = _GAP.split(words)
    return [
        {"gap": part} if number % 2 else {"text": part}
        for number, part in enumerate(parts)
        if number % 2 or part
    ]
