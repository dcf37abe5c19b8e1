"""What a course in the studio may say of itself, and what the studio's endpoints take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.catalog.content_schema import BLOOM, LEVELS, SLUG, CompletionSchema, Localized
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole

MAX_OUTCOMES = 40


class OutcomeSettings(Schema):
    """One learning outcome."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=SLUG)
    text = Localized(required=True, needs=(), error_messages={"required": _l("Say what learners can do.")})
    bloom = fields.String(load_default="understand", validate=validate.OneOf(BLOOM))


class CourseSettings(Schema):
    """The description of a working copy. Every field may be missing: then it stays as it is."""

    class Meta:
        unknown = RAISE

    title = Localized(needs=(), most=200)
    summary = Localized(needs=(), most=1_000)
    level = fields.String(validate=validate.OneOf(LEVELS))
    periods = fields.Integer(
        validate=validate.Range(
            0, 1_000, error=_l("A course has from 0 to 1,000 periods; 0: by reading time.")
        )
    )
    topics = fields.List(fields.String(validate=SLUG))
    outcomes = fields.List(fields.Nested(OutcomeSettings), validate=validate.Length(max=MAX_OUTCOMES))
    prerequisites = fields.List(fields.String(validate=SLUG), validate=validate.Length(max=40))
    completion = fields.Nested(CompletionSchema)

    @validates_schema(skip_on_field_errors=True)
    def _names(self, data: Mapping[str, Any], **named: Any) -> None:
        if "title" in data and not data["title"]:
            raise ValidationError({"title": [_l("A course needs a title.")]})
        ids = [outcome["id"] for outcome in data.get("outcomes", ())]
        if len(ids) != len(set(ids)):
            raise ValidationError({"outcomes": [_l("Two outcomes have the same id.")]})


# --- the API --------------------------------------------------------------------------------------


class LessonFields(Schema):
    """A lesson's text: ``source`` as a whole file, or the fields of the form, lists as lines."""

    class Meta:
        unknown = RAISE

    exactly_one_of = ("source", "body")

    source = fields.String(validate=validate.Length(max=400_000))
    title = fields.String(validate=validate.Length(max=1_000))
    summary = fields.String(validate=validate.Length(max=4_000))
    objectives = fields.String(validate=validate.Length(max=60_000))
    glossary = fields.String(validate=validate.Length(max=100_000))
    sources = fields.String(validate=validate.Length(max=100_000))
    body = fields.String(validate=validate.Length(max=400_000))

    @validates_schema
    def _one_form(self, data: Mapping[str, Any], **named: Any) -> None:
        if ("source" in data) == ("body" in data):
            raise ValidationError({"source": [_l("Send either source or body.")]})


class DraftBody(LessonFields):
    """A text and the version it grew from; 0 where there is none yet."""

    version = Whole(required=True, validate=validate.Range(0, 2**53))


class DraftOut(Schema):
    """The stored version and since when it is stored."""

    version = fields.Integer(required=True)
    stored_at = fields.AwareDateTime(required=True)


class DraftSourceOut(Schema):
    """A draft as a lesson file."""

    lesson = fields.String(required=True)
    lang = fields.String(required=True)
    version = fields.Integer(required=True)
    source = fields.String(required=True)


class PreviewBody(LessonFields):
    """A text to be shown as learners would see it."""

    lang = fields.String(required=True, validate=validate.OneOf(("vi", "en", "de")))


class FaultOut(Schema):
    """Something to correct; ``line`` is that of the body, null for the head."""

    line = fields.Integer(required=True, allow_none=True)
    message = fields.String(required=True)
    remedy = fields.String(required=True)


class PreviewOut(Schema):
    """The rendered text; exercises are empty places in it."""

    html = fields.String(required=True)
    words = fields.Integer(required=True)
    faults = fields.List(fields.Nested(FaultOut), required=True)
