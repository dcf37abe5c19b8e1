"""Shapes of contests: what organisers set, what the API takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from academy.contests.entering import MOST
from academy.contests.models import NAME_RULES, SHARED, TIE_RULES, WINNERS
from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.kernel.shapes import SAYS_SOMETHING, Whole
from academy.kernel.text import clean
from academy.organization.models import PERSON_KINDS

LANGUAGES = ("vi", "en", "de")


class Clean(fields.String):
    """Typed text, cleaned."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> str:
        return clean(super()._deserialize(value, attr, data, **named), multiline=True)


class Texts(fields.Dict):
    """A text in Vietnamese and, where it is written, in English and German."""

    def __init__(self, *, needed: bool, longest: int, **named: Any) -> None:
        super().__init__(
            keys=fields.String(validate=validate.OneOf(LANGUAGES)),
            values=Clean(validate=validate.Length(max=longest)),
            **named,
        )
        self.needed = needed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> dict[str, str]:
        texts = {
            lang: text for lang, text in super()._deserialize(value, attr, data, **named).items() if text
        }
        if self.needed and not any(character.isalnum() for character in texts.get("vi", "")):
            raise ValidationError({"vi": [_l("The Vietnamese text is needed.")]})
        return texts


class PrizeSettings(Schema):
    """A prize, for each board: how many, by rank or by lot, and from which mark on it is drawn."""

    name = Clean(required=True, validate=[validate.Length(max=200), SAYS_SOMETHING])
    how = fields.String(load_default="rank", validate=validate.OneOf(("rank", "draw")))
    count = fields.Integer(required=True, validate=validate.Range(1, 1000))
    minimum = fields.Decimal(
        load_default=None, allow_none=True, validate=validate.Range(Decimal(0), Decimal(10))
    )

    @post_load
    def as_text(self, data: dict[str, Any], **named: Any) -> dict[str, Any]:
        least = data["minimum"]
        return data | {"minimum": str(least) if least is not None and data["how"] == "draw" else None}


class BoardSettings(Schema):
    """A board: kinds of staff, and beginnings of titles of positions; nothing chosen asks nothing."""

    name = Clean(required=True, validate=[validate.Length(max=200), SAYS_SOMETHING])
    kinds = fields.List(fields.String(validate=validate.OneOf(PERSON_KINDS)), load_default=list)
    positions = fields.List(Clean(validate=validate.Length(max=200)), load_default=list)


class ContestSettings(Schema):
    """What organisers set of a contest."""

    class Meta:
        unknown = EXCLUDE

    title = Texts(needed=True, longest=200, required=True)
    summary = Texts(needed=False, longest=2000, load_default=dict)
    rules = Texts(needed=False, longest=10_000, load_default=dict)
    unit_id = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**53))
    course = fields.String(load_default="")
    tie_rule = fields.String(load_default=SHARED, validate=validate.OneOf(TIE_RULES))
    name_rule = fields.String(load_default=WINNERS, validate=validate.OneOf(NAME_RULES))
    best_rounds = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 52))
    boards = fields.List(fields.Nested(BoardSettings), load_default=list, validate=validate.Length(max=12))
    prizes = fields.List(fields.Nested(PrizeSettings), load_default=list, validate=validate.Length(max=20))


class RoundSettings(Schema):
    """What organisers set of a round. Times are those of Hanoi; a closing day without a time is all of that day."""

    class Meta:
        unknown = EXCLUDE

    quiz = fields.String(required=True, validate=validate.Length(1, 80, error=_l("Choose a quiz.")))
    opens_at = fields.NaiveDateTime(
        required=True, error_messages={"invalid": _l("Write day and time, for instance 2026-11-30 17:00.")}
    )
    closes_on = fields.Date(required=True, error_messages={"invalid": _l("Write a day.")})
    closes_time = fields.Time(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": _l("Write a time, for instance 17:00.")},
    )
    prizes = fields.List(fields.Nested(PrizeSettings), load_default=list, validate=validate.Length(max=20))

    @validates_schema
    def _ends_after_its_start(self, data: Mapping[str, Any], **named: Any) -> None:
        if _closing(data) <= _instant(data["opens_at"]):
            raise ValidationError(_l("The round closes before it opens."), "closes_on")

    @post_load
    def as_instants(self, data: dict[str, Any], **named: Any) -> dict[str, Any]:
        return {
            "quiz": data["quiz"],
            "opens_at": _instant(data["opens_at"]),
            "closes_at": _closing(data),
            "prizes": data["prizes"],
        }


def _instant(naive: datetime) -> datetime:
    return naive.replace(tzinfo=clock.ZONE).astimezone(UTC)


def _closing(data: Mapping[str, Any]) -> datetime:
    day, time = data["closes_on"], data["closes_time"]
    return clock.day_end(day) if time is None else _instant(datetime.combine(day, time.replace(tzinfo=None)))


class ClosingSettings(Schema):
    """A later closing; a day without a time is all of that day."""

    class Meta:
        unknown = EXCLUDE

    closes_on = fields.Date(
        required=True,
        error_messages={"invalid": _l("Write a day."), "required": _l("Write a day.")},
    )
    closes_time = fields.Time(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": _l("Write a time, for instance 17:00.")},
    )

    @post_load
    def as_instant(self, data: dict[str, Any], **named: Any) -> datetime:
        return _closing(data)


# --- the API -----------------------------------------------------------------------------------


class ContestsQuery(Schema):
    """Which page of the list."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None)


class BoardQuery(Schema):
    """Which board (by its position, from 1) and which page of it."""

    board = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None)


class EntryBody(Schema):
    """How many people will answer everything right, and the language of the paper."""

    class Meta:
        unknown = RAISE

    prediction = Whole(required=True, validate=validate.Range(0, MOST))
    lang = fields.String(validate=validate.OneOf(LANGUAGES))


class PredictionBody(Schema):
    """How many people will answer everything right."""

    class Meta:
        unknown = RAISE

    prediction = Whole(required=True, validate=validate.Range(0, MOST))


class EntryOut(Schema):
    """One's own entry; ``attempt`` is sat under ``/attempts/{attempt}``."""

    round = fields.Integer(attribute="round_number", required=True)
    attempt = fields.Integer(attribute="attempt_id", required=True)
    participant = fields.String(attribute="public_id", required=True)
    prediction = fields.Integer(required=True, allow_none=True)
    predicted_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(attribute="attempt_state", required=True)


class PlaceOut(Schema):
    """One's own place on a published board; ``round`` 0 is the whole contest."""

    round = fields.Integer(attribute="number", required=True)
    board = fields.String(required=True)
    rank = fields.Integer(required=True)
    of = fields.Integer(required=True)
    mark = fields.String(required=True)
    gap = fields.Integer(required=True, allow_none=True)
    seconds = fields.Integer(required=True)
    prize = fields.String(required=True, allow_none=True)


class OwnOut(Schema):
    """What I have entered, and where I stand."""

    entries = fields.List(fields.Nested(EntryOut), required=True)
    places = fields.List(fields.Nested(PlaceOut), required=True)


class ContestRowOut(Schema):
    """A contest in a list."""

    slug = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    unit = fields.String(attribute="unit_name", required=True)
    rounds = fields.Integer(required=True)
    opens_at = fields.AwareDateTime(required=True, allow_none=True)
    closes_at = fields.AwareDateTime(required=True, allow_none=True)


class PrizeOut(Schema):
    """A prize of every board."""

    name = fields.String(required=True)
    how = fields.String(required=True)
    count = fields.Integer(required=True)
    minimum = fields.String(required=True, allow_none=True)


class BoardOut(Schema):
    """A board and whom it admits."""

    position = fields.Integer(required=True)
    name = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    positions = fields.List(fields.String(), required=True)


class ProlongationOut(Schema):
    """A later closing of a round, and why."""

    at = fields.AwareDateTime(required=True)
    closes_before = fields.AwareDateTime(required=True)
    closes_after = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)


class RoundOut(Schema):
    """An announced round; ``salt`` and ``seed`` are null until they are revealed."""

    number = fields.Integer(required=True)
    quiz = fields.Integer(attribute="quiz_id", required=True)
    phase = fields.String(required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    commitment = fields.String(required=True)
    salt = fields.String(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    prizes = fields.List(fields.Nested(PrizeOut), required=True)
    prolongations = fields.List(fields.Nested(ProlongationOut), required=True)


class ContestOut(Schema):
    """A contest with its rules and announced rounds."""

    slug = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    summary = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rules = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    unit = fields.String(attribute="unit_name", required=True)
    tie_rule = fields.String(required=True)
    name_rule = fields.String(required=True)
    best_rounds = fields.Integer(required=True, allow_none=True)
    boards = fields.List(fields.Nested(BoardOut), required=True)
    prizes = fields.List(fields.Nested(PrizeOut), required=True)
    rounds = fields.List(fields.Nested(RoundOut), attribute="shown_rounds", required=True)


class LineOut(Schema):
    """A line of a published board; name and unit only of winners who let them be shown."""

    place = fields.Integer(required=True)
    rank = fields.Integer(required=True)
    participant = fields.String(attribute="public_id", required=True)
    mark = fields.String(required=True, allow_none=True)
    gap = fields.Integer(required=True, allow_none=True)
    seconds = fields.Integer(required=True, allow_none=True)
    rounds = fields.Integer(required=True)
    prize = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)


class UnitOut(Schema):
    """How far a unit took part; rank, number and share are null where few people did."""

    rank = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    people = fields.Integer(required=True)
    took_part = fields.Integer(required=True, allow_none=True)
    share = fields.String(required=True, allow_none=True)


class LeagueOut(Schema):
    """Participation by unit, the highest share first."""

    items = fields.List(fields.Nested(UnitOut), required=True)


class DataPrizeOut(PrizeOut):
    """A prize, as checks need it."""

    minimum = fields.String(required=True)


class DataLineOut(Schema):
    """A line by the participant's number; only the lot where the board has fewer than five."""

    participant = fields.String(required=True)
    rank = fields.Integer(required=True, allow_none=True)
    mark = fields.String(required=True, allow_none=True)
    gap = fields.Integer(required=True, allow_none=True)
    seconds = fields.Integer(required=True, allow_none=True)
    submitted = fields.Integer(required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    prize = fields.Integer(required=True, allow_none=True)


class DataBoardOut(Schema):
    """A board with all its lines."""

    name = fields.String(required=True)
    lines = fields.List(fields.Nested(DataLineOut), required=True)


class DataOut(Schema):
    """What anyone needs to compute order, ranks, lots and prizes anew."""

    contest = fields.String(required=True)
    round = fields.String(required=True)
    version = fields.Integer(required=True)
    opens_at = fields.AwareDateTime(required=True, allow_none=True)
    closes_at = fields.AwareDateTime(required=True, allow_none=True)
    commitment = fields.String(required=True, allow_none=True)
    salt = fields.String(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    entries = fields.Integer(required=True)
    excluded = fields.Integer(required=True)
    all_right = fields.Integer(required=True, allow_none=True)
    tie_rule = fields.String(required=True)
    prizes = fields.List(fields.Nested(DataPrizeOut), required=True)
    boards = fields.List(fields.Nested(DataBoardOut), required=True)
