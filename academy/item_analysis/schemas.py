"""What the alarm may be set to, and what the API gives."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.item_analysis.alarm import DEFAULT
from academy.item_analysis.queries import SORTS
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole


def _within(low: int, high: int) -> dict[str, Any]:
    between = _l("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
    return {
        "required": True,
        "validate": validate.Range(low, high, error=between),
        "error_messages": {"required": between, "null": between, "invalid": between},
    }


class AlarmSettings(Schema):
    """When an item of a quiz sets off the alarm; what each means: :class:`academy.item_analysis.alarm.AlarmRules`."""

    class Meta:
        unknown = RAISE

    days = Whole(**_within(3, 90))
    least = Whole(**_within(20, 1_000))
    rise = Whole(**_within(1, 60))
    faster = Whole(**_within(10, 95))
    one_in = Whole(**_within(20, 100_000))


class AlarmOut(Schema):
    """When an item sets off the alarm; ``rise`` in percentage points, ``faster`` in per cent, ``one_in`` runs."""

    days = fields.Integer(required=True, metadata={"example": DEFAULT.days})
    least = fields.Integer(required=True, metadata={"example": DEFAULT.least})
    rise = fields.Integer(required=True, metadata={"example": DEFAULT.rise})
    faster = fields.Integer(required=True, metadata={"example": DEFAULT.faster})
    one_in = fields.Integer(required=True, metadata={"example": DEFAULT.one_in})


class FlagOut(Schema):
    """A warning: its stable code, what it says and what to do; ``choice`` where it is about one."""

    code = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    what = fields.String(required=True)
    remedy = fields.String(required=True)
    choice = fields.String(allow_none=True)


class QuizRowOut(Schema):
    """A quiz with the figures of its newest family of versions; null while there are none, or of fewer than 5 people."""

    quiz = fields.Integer(required=True)
    slug = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    computed_at = fields.AwareDateTime(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    mean = fields.Float(required=True, allow_none=True)
    reliability = fields.Float(required=True, allow_none=True)


class QuizListOut(Schema):
    items = fields.List(fields.Nested(QuizRowOut), required=True)


class AnalysisQuery(Schema):
    """``family``: of versions that draw by the same rules, as ``families`` names them; the newest if none is given.
    ``sort``: a column; with a minus from high to low."""

    family = fields.String(load_default="", validate=validate.Length(max=32))
    sort = fields.String(
        load_default="flags", validate=validate.OneOf([*SORTS, *(f"-{name}" for name in SORTS)])
    )


class ItemQuery(Schema):
    """The reading that holds a version of the question; the newest if none is given."""

    family = fields.String(load_default="", validate=validate.Length(max=32))
    version = fields.Integer(load_default=None, validate=validate.Range(1, 10**6))


class ChoiceOut(Schema):
    """Who chose what: counts and shares of the weakest 27 %, the middle and the best 27 %; null: no groups."""

    choice = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    right = fields.Boolean(required=True)
    count = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)
    lower = fields.Integer(required=True, allow_none=True)
    middle = fields.Integer(required=True, allow_none=True)
    upper = fields.Integer(required=True, allow_none=True)
    lower_share = fields.Float(required=True, allow_none=True)
    middle_share = fields.Float(required=True, allow_none=True)
    upper_share = fields.Float(required=True, allow_none=True)


class PointOut(Schema):
    """A group of the characteristic curve; ``share`` null where the group is too small to be shown."""

    n = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)


class TimesOut(Schema):
    """Seconds: medians to the first and to the last change; ``fast`` answers came under ``limit``."""

    n = fields.Integer(required=True)
    first = fields.Float(required=True, allow_none=True)
    last = fields.Float(required=True, allow_none=True)
    outliers = fields.Integer(required=True)
    limit = fields.Float(required=True, allow_none=True)
    fast = fields.Integer(required=True)


class ItemFiguresOut(Schema):
    facility = fields.Float(required=True, allow_none=True)
    deviation = fields.Float(required=True, allow_none=True)
    discrimination = fields.Float(required=True, allow_none=True)
    item_rest = fields.Float(required=True, allow_none=True)
    without = fields.Float(required=True, allow_none=True, metadata={"description": "reliability without it"})
    blank = fields.Integer(required=True)
    void = fields.Boolean(required=True)
    exposure = fields.Float(required=True, allow_none=True)
    exposure_recent = fields.Float(required=True, allow_none=True)
    times = fields.Nested(TimesOut, required=True, allow_none=True)
    choices = fields.List(fields.Nested(ChoiceOut), required=True)
    curve = fields.List(fields.Nested(PointOut), required=True)


class ItemOut(Schema):
    """A question in one reading; ``figures`` null for fewer than 5 answers, ``rough`` for fewer than 30."""

    item = fields.Integer(required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    versions = fields.List(fields.Integer(), required=True)
    answers = fields.Integer(required=True)
    rough = fields.Boolean(required=True)
    figures = fields.Nested(ItemFiguresOut, required=True, allow_none=True)
    flags = fields.List(fields.Nested(FlagOut), required=True)


class FamilyOut(Schema):
    family = fields.String(required=True)
    versions = fields.List(fields.Integer(), required=True)


class QuizFiguresOut(Schema):
    """``error``: the standard error of measurement, in marks; ``random``: papers differ, and the reliability is that of
    questions nested in persons, else Cronbach's alpha; ``bars``: marks from 0 to below 1, from 1 to below 2 …"""

    items = fields.Float(required=True)
    random = fields.Boolean(required=True)
    mean = fields.Float(required=True, allow_none=True)
    median = fields.Float(required=True, allow_none=True)
    deviation = fields.Float(required=True, allow_none=True)
    reliability = fields.Float(required=True, allow_none=True)
    error = fields.Float(required=True, allow_none=True)
    bars = fields.List(fields.Integer(), required=True)


class QuizOut(Schema):
    """What the first attempts of a quiz say about it; ``figures`` null while there are none, or of fewer than 5 people."""

    quiz = fields.Integer(required=True)
    slug = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    family = fields.String(required=True)
    families = fields.List(fields.Nested(FamilyOut), required=True)
    computed_at = fields.AwareDateTime(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    figures = fields.Nested(QuizFiguresOut, required=True, allow_none=True)
    flags = fields.List(fields.Nested(FlagOut), required=True)
    alarm = fields.Nested(AlarmOut, required=True)
    items = fields.List(fields.Nested(ItemOut), required=True)


class ReadingOut(Schema):
    """A reading of a question in this quiz, and the versions of the quiz that asked it."""

    quiz_versions = fields.List(fields.Integer(), required=True)
    versions = fields.List(fields.Integer(), required=True)
    answers = fields.Integer(required=True)
    facility = fields.Float(required=True, allow_none=True)
    discrimination = fields.Float(required=True, allow_none=True)
    item_rest = fields.Float(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)


class ItemViewOut(ItemOut):
    reliability = fields.Float(required=True, allow_none=True)
    history = fields.List(fields.Nested(ReadingOut), required=True)
