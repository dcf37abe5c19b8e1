"""The shape of the files in ``content/``: what each key means and which values it may have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from academy.catalog.legal_numbers import number_slug
from academy.kernel.i18n import LOCALES

__all__ = [
    "BLOOM", "DOCUMENT_STATES", "DOCUMENT_KINDS", "LEVELS", "CourseSchema", "FrontMatterSchema", "LegalDocumentSchema", "Localized",
    "TopicSchema",
]  # fmt: skip

LEVELS = ("basic", "intermediate", "advanced")
BLOOM = ("remember", "understand", "apply", "analyse", "evaluate", "create")
DOCUMENT_KINDS = ("decree", "law", "circular", "decision", "resolution", "standard", "other")
DOCUMENT_STATES = ("in_force", "replaced", "expired")

SLUG = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use small letters a–z, digits and hyphens.")


class Localized(fields.Field):
    """Text by language: ``{vi: …, en: …}``; the languages named by ``needs`` must be there and not empty."""

    default_error_messages = {
        "invalid": "Write the text by language: {{vi: …, en: …}}.",
        "language": "“{language}” is no language of the academy ({known}).",
        "text": "The text for “{language}” must be words in quotes or plain, not empty.",
        "missing": "The text in “{language}” is missing.",
        "long": "The text for “{language}” has {length} characters, at most {most} are allowed.",
    }

    def __init__(self, *, needs: tuple[str, ...] = ("vi",), most: int = 2_000, **named: Any) -> None:
        super().__init__(**named)
        self.needs = needs
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        texts: dict[str, str] = {}
        for language, text in value.items():
            if language not in LOCALES:
                raise self.make_error("language", language=language, known=", ".join(LOCALES))
            if not isinstance(text, str) or not text.strip():
                raise self.make_error("text", language=language)
            if len(text) > self.most:
                raise self.make_error("long", language=language, length=len(text), most=self.most)
            texts[language] = " ".join(text.split())
        for language in self.needs:
            if language not in texts:
                raise self.make_error("missing", language=language)
        return texts


class OutcomeSchema(Schema):
    """One learning outcome: what a learner can do afterwards."""

    id = fields.String(required=True, validate=SLUG)
    text = Localized(required=True)
    bloom = fields.String(required=True, validate=validate.OneOf(BLOOM))


class OutlineSchema(Schema):
    """One lesson in the order of the course; ``minutes`` is the time an average reader needs."""

    lesson = fields.String(required=True, validate=SLUG)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, 600))
    outcomes = fields.List(fields.String(validate=SLUG), load_default=list)


class CompletionSchema(Schema):
    """When a learner has finished: ``lessons`` and ``exercises`` are ``all``, ``none`` or a number,
    ``quiz`` the id of the quiz to be passed."""

    lessons = fields.Raw(load_default="all")
    exercises = fields.Raw(load_default="all")
    quiz = fields.String(load_default=None, allow_none=True, validate=SLUG)

    @validates_schema
    def check_amounts(self, data: Mapping[str, Any], **_named: Any) -> None:
        for name in ("lessons", "exercises"):
            value = data[name]
            if value not in ("all", "none") and (
                isinstance(value, bool) or not isinstance(value, int) or value < 0
            ):
                raise ValidationError("Write all, none, or a number.", name)


class CourseSchema(Schema):
    """``course.yaml``; ``periods`` are of 45 minutes."""

    id = fields.String(required=True, validate=[SLUG, validate.Length(max=80)])
    title = Localized(required=True, most=200)
    summary = Localized(required=True, most=1_000)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    periods = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000))
    languages = fields.List(
        fields.String(validate=validate.OneOf(LOCALES)), required=True, validate=validate.Length(min=1)
    )
    topics = fields.List(fields.String(validate=SLUG), load_default=list)
    outcomes = fields.List(fields.Nested(OutcomeSchema), required=True, validate=validate.Length(min=1))
    prerequisites = fields.List(fields.String(validate=SLUG), load_default=list)
    completion = fields.Nested(CompletionSchema, load_default=lambda: CompletionSchema().load({}))
    outline = fields.List(fields.Nested(OutlineSchema), required=True, validate=validate.Length(min=1))
    quizzes = fields.List(fields.String(validate=SLUG), load_default=list)
    visibility = fields.String(load_default="public", validate=validate.OneOf(("public", "restricted")))

    @validates_schema(skip_on_field_errors=True)
    def check_references(self, data: Mapping[str, Any], **_named: Any) -> None:
        errors: dict[str, Any] = {}
        outcomes = [outcome["id"] for outcome in data.get("outcomes", ())]
        lessons = [entry["lesson"] for entry in data["outline"]]
        errors |= _doubles("outcomes", outcomes, "id")
        errors |= _doubles("outline", lessons, "lesson")
        errors |= _doubles("languages", data["languages"])
        errors |= _doubles("topics", data["topics"])
        for index, entry in enumerate(data["outline"]):
            for unknown in set(entry["outcomes"]) - set(outcomes):
                errors.setdefault("outline", {})[index] = {"outcomes": [f"There is no outcome “{unknown}”."]}
        quiz = data["completion"]["quiz"]
        if quiz and quiz not in data["quizzes"]:
            errors["completion"] = {"quiz": [f"The quiz “{quiz}” is not listed under quizzes."]}
        if data["id"] in data["prerequisites"]:
            errors["prerequisites"] = ["The course names itself as its prerequisite."]
        if errors:
            raise ValidationError(errors)


def _doubles(name: str, values: list[str], key: str | None = None) -> dict[str, Any]:
    found = {
        index: ({key: [message]} if key else [message])
        for index, value in enumerate(values)
        if value in values[:index]
        for message in [f"“{value}” stands here twice."]
    }
    return {name: found} if found else {}


class GlossarySchema(Schema):
    """A term of the lesson and what it means."""

    term = fields.String(required=True, validate=validate.Length(1, 200))
    text = fields.String(required=True, validate=validate.Length(1, 1_000))


class AttachmentSchema(Schema):
    """A file that the lesson offers for download: its path inside the course folder, and what it is called."""

    file = fields.String(required=True, validate=validate.Length(1, 200))
    title = fields.String(required=True, validate=validate.Length(1, 200))


class FrontMatterSchema(Schema):
    """The head of a lesson file. All texts but the titles may hold inline Markdown."""

    title = fields.String(required=True, validate=validate.Length(1, 200))
    summary = fields.String(load_default="", validate=validate.Length(max=1_000))
    objectives = fields.List(fields.String(validate=validate.Length(1, 500)), load_default=list)
    glossary = fields.List(fields.Nested(GlossarySchema), load_default=list)
    sources = fields.List(fields.String(validate=validate.Length(1, 1_000)), load_default=list)
    attachments = fields.List(
        fields.Nested(AttachmentSchema), load_default=list, validate=validate.Length(max=30)
    )


class LegalDocumentSchema(Schema):
    """An entry of ``legal.yaml``; ``until`` is the last day in force, or null."""

    number = fields.String(required=True, validate=validate.Length(1, 80))
    kind = fields.String(required=True, validate=validate.OneOf(DOCUMENT_KINDS))
    title = Localized(required=True)
    issuer = Localized(required=True, most=300)
    issued = fields.Raw(required=True)
    effective = fields.Raw(load_default=None, allow_none=True)
    until = fields.Raw(load_default=None, allow_none=True)
    replaces = fields.List(fields.String(validate=validate.Length(1, 80)), load_default=list)
    status = fields.String(required=True, validate=validate.OneOf(DOCUMENT_STATES))

    @validates_schema(skip_on_field_errors=True)
    def check_dates(self, data: Mapping[str, Any], **_named: Any) -> None:
        for name in ("issued", "effective", "until"):
            if type(data[name]) is not date and not (data[name] is None and name != "issued"):
                raise ValidationError("Write a date as year-month-day without quotes: 2025-06-30.", name)
        if data["until"] and data["effective"] and data["until"] < data["effective"]:
            raise ValidationError("The document ends before it takes effect.", "until")
        if not number_slug(data["number"]):
            raise ValidationError("A number needs letters or digits.", "number")


class TopicSchema(Schema):
    """An entry of ``topics.yaml``; ``parent`` is the slug of the wider topic, or null."""

    slug = fields.String(required=True, validate=SLUG)
    parent = fields.String(load_default=None, allow_none=True, validate=SLUG)
    title = Localized(required=True, most=200)
