"""What the API of the examination room takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole
from academy.quizzes.reasons import MAX_REASON, MIN_REASON


class Strict(Schema):
    """Base of bodies: an unknown key is a fault."""

    class Meta:
        unknown = RAISE


# five characters from the first to the last that is no space, as academy.quizzes.reasons asks
SAYS_WHY = validate.Regexp(
    r"^\s*[^\s\x00][^\x00]{3,}[^\s\x00]\s*$",
    error=_l("Say why, in at least %(n)s characters; the reason stands in the journal.", n=MIN_REASON),
)


class Reason(fields.String):
    """Why; it stands in the journal."""

    def __init__(self, **named: Any) -> None:
        rules = [validate.Length(max=MAX_REASON)]
        super().__init__(validate=[*rules, SAYS_WHY] if named.get("required") else rules, **named)


class ImportQuery(Schema):
    """``dry_run``: only say what would change."""

    dry_run = fields.Boolean(load_default=False)


class AnswersFileBody(Strict):
    """A file of answers as the page made it; ``reason`` is needed after the end of the attempt."""

    payload = fields.String(required=True, validate=validate.Length(max=1024 * 1024))
    signature = fields.String(required=True, validate=validate.Length(max=200))
    reason = Reason(load_default="")


class SlotChangeOut(Schema):
    slot = fields.Integer()
    status = fields.String()
    sequence = fields.Integer()
    stored_sequence = fields.Integer()
    answer = fields.Raw(allow_none=True)
    stored = fields.Raw(allow_none=True)
    reason = fields.Function(lambda change: str(change.reason))


class FilePlanOut(Schema):
    attempt_id = fields.Integer(data_key="attempt")
    made_at = fields.AwareDateTime()
    late = fields.Boolean()
    stores = fields.List(fields.Integer())
    changes = fields.List(fields.Nested(SlotChangeOut))


class SittingOut(Schema):
    attempt_id = fields.Integer(data_key="attempt")
    person_id = fields.Integer(data_key="person")
    full_name = fields.String()
    number = fields.Integer()
    state = fields.String()
    started_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    deadline = fields.AwareDateTime(allow_none=True)
    extra_minutes = fields.Integer()
    paused_until = fields.AwareDateTime(allow_none=True)
    paused_seconds = fields.Integer()
    items = fields.Integer()
    answered = fields.Integer()
    last_stored_at = fields.AwareDateTime(allow_none=True)
    devices = fields.Integer()


class BoardOut(Schema):
    now = fields.AwareDateTime()
    open = fields.Integer()
    sittings = fields.List(fields.Nested(SittingOut))


class ExtraTimeBody(Strict):
    """``attempts``: their ids; all open ones if not given."""

    minutes = Whole(required=True, validate=validate.Range(1, 240))
    reason = Reason(required=True)
    attempts = fields.List(Whole(validate=validate.Range(1, 2**53)), validate=validate.Length(1, 1000))


class ExtraTimeOut(Schema):
    granted = fields.Integer()


class PauseBody(Strict):
    """``attempts``: their ids; all open ones if not given. ``past_close``: made up even after the quiz has closed."""

    minutes = Whole(required=True, validate=validate.Range(1, 240))
    reason = Reason(required=True)
    past_close = fields.Boolean(load_default=False)
    attempts = fields.List(Whole(validate=validate.Range(1, 2**53)), validate=validate.Length(1, 1000))


class PauseEndBody(Strict):
    """``attempts``: their ids; all paused ones if not given."""

    attempts = fields.List(Whole(validate=validate.Range(1, 2**53)), validate=validate.Length(1, 1000))


class PausedOut(Schema):
    paused = fields.Integer()


class GoingOnOut(Schema):
    going_on = fields.Integer()


class AccessCodeBody(Strict):
    """An empty ``code`` removes it."""

    code = fields.String(required=True, validate=validate.Length(max=64))


class AccommodationBody(Strict):
    """What a person is granted; ``opens`` and ``closes`` without a zone are Hanoi time.

    ``pauses`` times the person may stop the clock, for ``pause_minutes`` in all; with ``pause_past_close`` that time
    is made up even after the quiz has closed for the person.
    """

    extra_minutes = Whole(load_default=0, validate=validate.Range(0, 24 * 60))
    extra_percent = Whole(load_default=0, validate=validate.Range(0, 300))
    extra_attempts = Whole(load_default=0, validate=validate.Range(0, 100))
    opens = fields.AwareDateTime(allow_none=True, load_default=None, default_timezone=clock.ZONE)
    closes = fields.AwareDateTime(allow_none=True, load_default=None, default_timezone=clock.ZONE)
    pauses = Whole(load_default=0, validate=validate.Range(0, 100))
    pause_minutes = Whole(load_default=0, validate=validate.Range(0, 24 * 60))
    pause_past_close = fields.Boolean(load_default=False)
    reason = Reason(required=True)


class AccommodationOut(Schema):
    person_id = fields.Integer(data_key="person")
    full_name = fields.String()
    username = fields.String(allow_none=True)
    extra_minutes = fields.Integer()
    extra_percent = fields.Integer()
    extra_attempts = fields.Integer()
    opens = fields.AwareDateTime(allow_none=True)
    closes = fields.AwareDateTime(allow_none=True)
    pauses = fields.Integer()
    pause_minutes = fields.Integer()
    pause_past_close = fields.Boolean()
    reason = fields.String()
    granted_by = fields.String(allow_none=True)
    granted_at = fields.AwareDateTime()


class AccommodationListOut(Schema):
    items = fields.List(fields.Nested(AccommodationOut))


class ReasonBody(Strict):
    reason = Reason(required=True)


class FreezeLiftOut(Schema):
    until = fields.AwareDateTime()
