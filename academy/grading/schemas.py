"""What a marking scheme may be set to, and what the API takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.grading.bands import BAND_SETS, DEFAULT_SET
from academy.grading.deciding import NEAREST, THIRD_RULES
from academy.grading.scheme import ASSIGNMENTS, CLAIM, DOUBLE, QUOTA, SINGLE
from academy.kernel.i18n import _l
from academy.kernel.shapes import SAYS_SOMETHING, Whole
from academy.questions.fields import DecimalText, wrong

MAX_COMMENT, MAX_REASON, MAX_PHRASE = 4000, 2000, 500


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Points(DecimalText):
    """A number on the ten-point scale."""

    def __init__(self, **named: Any) -> None:
        super().__init__(minimum=Decimal(0), **named)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> str:
        number = super()._deserialize(value, attr, data, **named)
        if Decimal(number) > 10 or -Decimal(number).as_tuple().exponent > 2:
            raise wrong(_l("Give a number from 0 to 10 with at most two decimals."))
        return number


class MarkerSettings(Strict):
    account = fields.Integer(required=True, strict=True)
    quota = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=validate.Range(1, 100_000)
    )


class AppealSettings(Strict):
    """``days`` 0: no appeals."""

    days = fields.Integer(strict=True, load_default=5, validate=validate.Range(0, 60))
    decide_days = fields.Integer(strict=True, load_default=15, validate=validate.Range(1, 90))
    threshold = Points(load_default="0.5")
    may_lower = fields.Boolean(load_default=True)
    days_off = fields.List(fields.Date(), load_default=list, validate=validate.Length(max=60))


class SchemeSettings(Strict):
    """How the answers of a quiz are marked; see :class:`academy.grading.scheme.Scheme`."""

    mode = fields.String(load_default=SINGLE, validate=validate.OneOf((SINGLE, DOUBLE)))
    kinds = fields.List(fields.String(), load_default=list)
    distance = Points(load_default="1.5")
    third_rule = fields.String(load_default=NEAREST, validate=validate.OneOf(THIRD_RULES))
    assignment = fields.String(load_default=CLAIM, validate=validate.OneOf(ASSIGNMENTS))
    markers = fields.List(fields.Nested(MarkerSettings), required=True, validate=validate.Length(max=200))
    avoid_own_unit = fields.Boolean(load_default=True)
    horizontal = fields.Boolean(load_default=True)
    band_set = fields.String(load_default=DEFAULT_SET, validate=validate.OneOf(tuple(BAND_SETS)))
    appeal = fields.Nested(AppealSettings, load_default=lambda: AppealSettings().load({}))

    @validates_schema
    def _enough_markers(self, data: Mapping[str, Any], **named: Any) -> None:
        needed = 2 if data["mode"] == DOUBLE else 1
        if len({one["account"] for one in data["markers"]}) < needed:
            message = _l("Double marking needs two markers at least, and a third for where they differ.")
            raise wrong(message if needed == 2 else _l("Name at least one marker."), "markers")
        if data["assignment"] == QUOTA and not all(one["quota"] for one in data["markers"]):
            raise wrong(_l("Say how many answers each marker takes, like “username: 40”."), "markers")


# --- the API -----------------------------------------------------------------------------------


class MarkBody(Strict):
    """A mark: ``levels`` by criterion where the question has a rubric, else ``points`` from 0 to 10."""

    levels = fields.Dict(keys=fields.String(), values=fields.String(), load_default=None, allow_none=True)
    points = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"^(10(\.0{1,2})?|[0-9](\.[0-9]{1,2})?)$",
            error=_l("Give a number from 0 to 10 with at most two decimals."),
        ),
    )
    comments = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=validate.Length(max=MAX_COMMENT)),
        load_default=dict,
    )
    comment = fields.String(load_default="", validate=validate.Length(max=MAX_COMMENT))
    flagged = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ReasonBody(Strict):
    reason = fields.String(required=True, validate=[validate.Length(1, MAX_REASON), SAYS_SOMETHING])


class QuestionBody(ReasonBody):
    slot = Whole(required=True, validate=validate.Range(1, 1000))


class AppealBody(Strict):
    """``questions``: which are doubted, each with its reason."""

    questions = fields.List(fields.Nested(QuestionBody), required=True, validate=validate.Length(1, 200))


class WorkOut(Schema):
    quiz = fields.Integer(attribute="quiz_id")
    title = fields.Dict(keys=fields.String(), values=fields.String())
    stored = fields.Integer()
    mine = fields.Integer()
    open = fields.Integer()


class WorkListOut(Schema):
    items = fields.List(fields.Nested(WorkOut))


class SeatOut(Schema):
    """An answer to mark. It says nothing of who wrote it, nor of other marks."""

    id = fields.Integer()
    quiz = fields.Integer(attribute="quiz_id")
    kind = fields.String(attribute="version.kind")
    lang = fields.String()
    body = fields.Dict()
    answer = fields.Raw(allow_none=True)
    rubric = fields.Dict(allow_none=True)
    solution = fields.Dict()
    levels = fields.Dict(allow_none=True)
    points = fields.String(allow_none=True)
    comments = fields.Dict()
    comment = fields.String()
    flagged = fields.Boolean()
    stored_at = fields.AwareDateTime(allow_none=True)
    is_final = fields.Boolean()


class NextOut(Schema):
    seat = fields.Integer(allow_none=True)


class AgreementOut(Schema):
    pairs = fields.Integer()
    exact = fields.String(allow_none=True)
    adjacent = fields.String(allow_none=True)
    kappa = fields.String(allow_none=True)


class MarkerOut(Schema):
    account = fields.Integer()
    name = fields.String()
    stored = fields.Integer()
    waiting = fields.Integer()
    mean = fields.String(allow_none=True)
    spread = fields.String(allow_none=True)
    severity = fields.String(allow_none=True)
    agreement = fields.Nested(AgreementOut)


class OverviewOut(Schema):
    quiz = fields.Integer(attribute="quiz_id")
    scheme = fields.Integer(attribute="scheme.number", allow_none=True)
    answers = fields.Integer()
    waiting = fields.Integer()
    final = fields.Integer()
    flagged = fields.Integer()
    thirds = fields.Integer()
    released = fields.Integer()
    markers = fields.List(fields.Nested(MarkerOut))


class ThirdsQuery(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class ThirdBody(Strict):
    account = Whole(required=True, allow_none=True, validate=validate.Range(1, 2**62))


class CandidateOut(Schema):
    """Who may give a third mark, with the answers at any quiz that they have not marked yet."""

    account = fields.Integer(required=True)
    name = fields.String(required=True)
    waiting = fields.Integer(required=True)


class ThirdOut(Schema):
    """A third mark to be given; without a marker whoever may take it can claim it. ``distance`` in points of ten."""

    answer = fields.Integer(required=True, attribute="answer_id")
    question = fields.String(required=True, attribute="item_key")
    account = fields.Integer(required=True, allow_none=True, attribute="marker_id")
    marker = fields.String(required=True)
    distance = fields.String(required=True)
    candidates = fields.List(fields.Nested(CandidateOut), required=True)


class ReleaseOut(Schema):
    id = fields.Integer()
    answers = fields.Integer()
    at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


class AppealQuestionOut(Schema):
    slot = fields.Integer()
    reason = fields.String()
    comment = fields.String()


class AppealOut(Schema):
    id = fields.Integer()
    attempt = fields.Integer(attribute="attempt_id")
    quiz = fields.Integer(attribute="quiz_id")
    state = fields.String()
    submitted_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.String(allow_none=True)
    mark_before = fields.String()
    mark_after = fields.String(allow_none=True)
    note = fields.String()
    questions = fields.List(fields.Nested(AppealQuestionOut))


class AppealListOut(Schema):
    items = fields.List(fields.Nested(AppealOut(exclude=("questions",))))
