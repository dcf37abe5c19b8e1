"""What a quiz may be set to, and what the API takes and gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole
from academy.questions.fields import DecimalText, Localized, wrong
from academy.quizzes.review import FLAGS

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
MAX_ITEMS = 200
MAX_MINUTES = 24 * 60
MAX_FREEZE_MINUTES = 30 * 24 * 60
MAX_SEQUENCE = 2**53 - 1


class Instant(fields.Field):
    """A moment as ISO text in UTC; without a zone it is Hanoi time, as authors write it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> str:
        try:
            if isinstance(value, str):
                value = datetime.fromisoformat(value)
            if isinstance(value, date) and not isinstance(value, datetime):
                raise ValueError
            if not isinstance(value, datetime):
                raise ValueError
        except ValueError:
            raise wrong(_l("Write day and time, for instance 2026-11-30 17:00.")) from None
        if value.tzinfo is None:
            value = value.replace(tzinfo=clock.ZONE)
        return value.astimezone(UTC).isoformat()


class Settings(Schema):
    """Base: an unknown key is a fault."""

    class Meta:
        unknown = RAISE


class ShuffleSettings(Settings):
    items = fields.Boolean(load_default=True)
    options = fields.Boolean(load_default=True)


class DrawSettings(Settings):
    """One line of the blueprint; ``shown``, ``penalty``: see :class:`academy.quizzes.paper.DrawRule`."""

    shown = fields.Boolean()
    outcome = fields.String()
    kinds = fields.List(fields.String(), validate=validate.Length(min=1))
    lesson = fields.String()
    difficulty = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 5)), validate=validate.Length(min=1)
    )
    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, MAX_ITEMS))
    weight = DecimalText(load_default="1", minimum=Decimal("0.001"))
    penalty = DecimalText(minimum=Decimal(0), maximum=Decimal(1))

    @validates_schema
    def _weight_fits(self, data: Mapping[str, Any], **named: Any) -> None:
        weight = Decimal(data["weight"])
        if weight > 100 or -weight.as_tuple().exponent > 3:
            raise wrong(_l("A weight goes from 0.001 to 100, with at most three places."), "weight")
        if -Decimal(data.get("penalty", "0")).as_tuple().exponent > 4:
            raise wrong(_l("A deduction goes from 0 to 1, with at most four places."), "penalty")


class ReviewSettings(Settings):
    """What is released when: after submitting, and after the quiz has closed for the learner."""

    after_submit = fields.List(fields.String(validate=validate.OneOf(FLAGS)), load_default=list)
    after_close = fields.List(fields.String(validate=validate.OneOf(FLAGS)), load_default=list)


class WindowSettings(Settings):
    opens = Instant(allow_none=True, load_default=None)
    closes = Instant(allow_none=True, load_default=None)

    @validates_schema
    def _ends_after_its_start(self, data: Mapping[str, Any], **named: Any) -> None:
        if data["opens"] and data["closes"] and data["closes"] <= data["opens"]:
            raise wrong(_l("The quiz closes before it opens."), "closes")


class Network(fields.String):
    """A network as CIDR, IPv4 or IPv6; one address is a network of one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> str:
        text = super()._deserialize(value, attr, data, **named).strip()
        try:
            return str(ip_network(text))
        except ValueError:
            raise wrong(
                _l("“%(text)s” is no network: write it as 10.1.2.0/24 or 2001:db8::/48.", text=text)
            ) from None


class DeliverySettings(Settings):
    """See :class:`academy.quizzes.rules.DeliveryRules`; what is not set is not kept."""

    networks = fields.List(Network(), validate=validate.Length(max=50))
    one_device = fields.Boolean()
    freeze_minutes = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(0, MAX_FREEZE_MINUTES)
    )


class QuizSettings(Settings):
    """The rules of a quiz, as they stand in ``quizzes/<id>.yaml`` and in a version."""

    title = Localized(required=True, max_length=300)
    minutes = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=validate.Range(1, MAX_MINUTES)
    )
    attempts = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=validate.Range(1, 1000)
    )
    pass_mark = DecimalText(load_default="5.0", minimum=Decimal(0))
    shuffle = fields.Nested(ShuffleSettings, load_default=lambda: {"items": True, "options": True})
    draw = fields.List(
        fields.Nested(DrawSettings),
        required=True,
        validate=validate.Length(1, 50),
        error_messages={"required": _l("The blueprint is missing: say what is drawn.")},
    )
    review = fields.Nested(
        ReviewSettings,
        load_default=lambda: {"after_submit": ["score", "outcomes"], "after_close": list(FLAGS)},
    )
    window = fields.Nested(WindowSettings, load_default=lambda: {"opens": None, "closes": None})
    grace_seconds = fields.Integer(strict=True, load_default=10, validate=validate.Range(0, 300))
    examination = fields.Boolean()
    # without a default: the rules of quizzes that do not set it stay the version they are
    delivery = fields.Nested(DeliverySettings)

    @validates_schema
    def _limits(self, data: Mapping[str, Any], **named: Any) -> None:
        if Decimal(data["pass_mark"]) > 10:
            raise wrong(_l("The pass mark stands on the ten-point scale."), "pass_mark")
        window = data["window"]
        if data.get("delivery", {}).get("freeze_minutes") is not None and not (
            window["opens"] and window["closes"]
        ):
            raise wrong(
                _l("Only what opens and closes at set times can be kept from being changed."), "delivery"
            )
        if sum(row["count"] for row in data["draw"]) > MAX_ITEMS:
            raise wrong(_l("A paper has at most %(n)s items.", n=MAX_ITEMS), "draw")
        if data.get("examination"):
            for name in ("opens", "closes"):
                if not data["window"][name]:
                    message = _l("An examination opens and closes at set times.")
                    raise ValidationError({name: [message]}, "window")


# --- the API -----------------------------------------------------------------------------------


FORM_VALUE = fields.Raw(
    metadata={"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)


class AnswerBody(Schema):
    """A numbered change of one answer: ``answer`` as JSON, or ``fields`` as the page's form sends them.

    ``typed_at``: when it was typed, by the academy's clock; what was typed before a pause is taken in during it.
    """

    class Meta:
        unknown = RAISE

    exactly_one_of = ("answer", "fields")

    sequence = Whole(required=True, validate=validate.Range(1, MAX_SEQUENCE))
    answer = fields.Raw(allow_none=True)
    fields_ = fields.Dict(keys=fields.String(), values=FORM_VALUE, data_key="fields", attribute="fields")
    typed_at = fields.AwareDateTime(allow_none=True, load_default=None)

    @validates_schema
    def _one_form(self, data: Mapping[str, Any], **named: Any) -> None:
        if ("answer" in data) == ("fields" in data):
            raise wrong(_l("Send either answer or fields."), "answer")


class StoredOut(Schema):
    slot = fields.Integer()
    stored_sequence = fields.Integer()
    stored_at = fields.AwareDateTime(allow_none=True)
    accepted = fields.Boolean()


class TimeOut(Schema):
    """The academy's clock and the attempt's end by it; ``active``: it is (or may be) written on this device.

    ``paused_until`` is null while the clock runs; ``seconds_left`` is what is left to write, a pause left out.
    """

    state = fields.String()
    deadline = fields.AwareDateTime(allow_none=True)
    paused_until = fields.AwareDateTime(allow_none=True)
    seconds_left = fields.Integer(allow_none=True)
    server_now = fields.AwareDateTime()
    active = fields.Boolean()


class ClockOut(TimeOut):
    """``csrf_token`` is for browsers, which go on with it after signing in again; programs have their own."""

    csrf_token = fields.String()


class UploadedOut(Schema):
    key = fields.String()
    name = fields.String()
    bytes = fields.Integer()


class StartQuery(Schema):
    """``lang``: the language of the paper; else that of the account, else Vietnamese. ``code``: the access code."""

    lang = fields.String(validate=validate.OneOf(("vi", "en", "de")))
    code = fields.String(validate=validate.Length(max=200))


class DeductionOut(Schema):
    """``items`` questions of the paper each cost ``share`` of their points if answered wrong."""

    items = fields.Integer()
    share = fields.String()


class QuizOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    course = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    version = fields.Integer()
    items = fields.Integer()
    examination = fields.Boolean()
    minutes = fields.Integer(allow_none=True)
    attempts = fields.Integer(allow_none=True)
    attempts_left = fields.Integer(allow_none=True)
    pass_mark = fields.String()
    deductions = fields.List(
        fields.Nested(DeductionOut),
        metadata={"description": "Wrong answers that cost points; empty: none do."},
    )
    opens = fields.AwareDateTime(allow_none=True)
    closes = fields.AwareDateTime(allow_none=True)
    open_attempt = fields.Integer(allow_none=True)
    entrance = fields.String(
        allow_none=True, metadata={"description": "The only page where attempts are started now; null: here."}
    )
    needs_code = fields.Boolean()
    accommodation = fields.Dict(allow_none=True)
    obstacles = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class QuizListOut(Schema):
    items = fields.List(fields.Nested(QuizOut(only=("id", "slug", "course", "title", "version", "items"))))


class ItemOut(Schema):
    slot = fields.Integer()
    kind = fields.String()
    body = fields.Dict()
    weight = fields.String()
    penalty = fields.String()
    answer = fields.Raw(allow_none=True)
    stored_sequence = fields.Integer()
    stored_at = fields.AwareDateTime(allow_none=True)


class AttemptOut(Schema):
    id = fields.Integer()
    quiz = fields.Integer()
    number = fields.Integer()
    state = fields.String()
    lang = fields.String()
    started_at = fields.AwareDateTime()
    deadline = fields.AwareDateTime(allow_none=True)
    server_now = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    items = fields.List(fields.Nested(ItemOut))
    result = fields.Dict(allow_none=True)


class LogRowOut(Schema):
    slot = fields.Integer()
    sequence = fields.Integer()
    at = fields.AwareDateTime()
    answer = fields.Raw(allow_none=True)
    typed_at = fields.AwareDateTime(allow_none=True)


class LogOut(Schema):
    items = fields.List(fields.Nested(LogRowOut))


class SealOut(Schema):
    """One seal of an examination; ``salt``, ``seed`` and ``manifest`` are null until it is revealed."""

    number = fields.Integer()
    state = fields.String(validate=validate.OneOf(("holds", "replaced", "revealed")))
    opens = fields.AwareDateTime()
    sealed_at = fields.AwareDateTime()
    revealed_at = fields.AwareDateTime(allow_none=True)
    items = fields.Integer()
    commitment = fields.String()
    manifest_hash = fields.String()
    salt = fields.String(allow_none=True)
    seed = fields.String(allow_none=True)
    manifest = fields.Dict(allow_none=True)


class ProofOut(Schema):
    quiz = fields.Integer()
    seals = fields.List(fields.Nested(SealOut))
