"""What a course in the studio may say of itself, and what the studio's endpoints take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.catalog.content_schema import BLOOM, LEVELS, SLUG, CompletionSchema, Localized
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole
from academy.questions.bank_queries import STATES
from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.planning import VERDICTS

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
    attachments = fields.String(validate=validate.Length(max=20_000))
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


class QuestionsQuery(Schema):
    """What questions are looked for, a page at a time; what is not given narrows nothing.

    ``category`` also finds what is filed below it; ``lesson=-`` what belongs to none; ``language`` is ``en:missing``
    or ``en:stale``. Retired questions are found by their state only.
    """

    q = fields.String(load_default="", validate=validate.Length(max=200))
    kind = fields.String(load_default="", validate=validate.Length(max=80))
    lesson = fields.String(load_default="", validate=validate.Length(max=120))
    outcome = fields.String(load_default="", validate=validate.Length(max=40))
    difficulty = fields.Integer(load_default=0, validate=validate.Range(0, 5))
    category = fields.String(load_default="", validate=validate.Length(max=300))
    tag = fields.String(load_default="", validate=validate.Length(max=80))
    topic = fields.String(load_default="", validate=validate.Length(max=80))
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    language = fields.String(load_default="", validate=validate.Regexp(r"^((vi|en|de):(missing|stale))?$"))
    use = fields.String(load_default="", validate=validate.OneOf(("", "lesson", "pool")))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class QuestionRowOut(Schema):
    """A question in the bank; ``words`` is the first line of its text, without Markdown."""

    id = fields.Integer(required=True, attribute="item_id")
    key = fields.String(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    lesson = fields.String(required=True)
    outcome = fields.String(required=True)
    difficulty = fields.Integer(required=True)
    use_lesson = fields.Boolean(required=True)
    use_pool = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True, attribute="number")
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    topics = fields.List(fields.String(), required=True)
    behind = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "languages with texts missing or out of date"},
    )


class QuestionImportQuery(Schema):
    """How a file of questions is read and filed; ``dry_run=true`` only judges it. Questions that cannot come in
    keep the others out, unless ``leave_out_refused``."""

    dry_run = fields.Boolean(load_default=False)
    leave_out_refused = fields.Boolean(load_default=False)
    format = fields.String(load_default="", validate=validate.OneOf(["", *FORMATS]))
    lang = fields.String(load_default="vi", validate=validate.OneOf(("vi", "en", "de")))
    lesson = fields.String(load_default="", validate=validate.Length(max=120))
    outcome = fields.String(load_default="", validate=validate.Length(max=40))


class QuestionImportItemsQuery(Schema):
    """Questions of one verdict or all, after a number."""

    verdict = fields.String(load_default="all", validate=validate.OneOf(["all", "approximated", *VERDICTS]))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10**9))


class ExchangeNoteOut(Schema):
    """What is to be told, what to do about it, and a stable code of it."""

    code = fields.String(required=True)
    what = fields.String(required=True)
    remedy = fields.String(required=True)


class QuestionImportItemOut(Schema):
    """The verdict on one question; ``line`` is where it begins in its file, 0 if that is not known."""

    number = fields.Integer(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    title = fields.String(required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True)
    line = fields.Integer(required=True)
    file = fields.String(required=True)
    notes = fields.List(fields.Nested(ExchangeNoteOut), required=True)


class QuestionImportOut(Schema):
    """A file of questions: ``state`` is ``checking`` while a job reads it, ``checked`` after a dry run,
    ``applying``, ``applied``, ``failed`` or ``discarded``. At most 500 ``items`` at a time."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    format = fields.String(required=True)
    lang = fields.String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    problem = fields.String(allow_none=True)
    notes = fields.List(fields.Nested(ExchangeNoteOut), required=True)
    items = fields.List(fields.Nested(QuestionImportItemOut), required=True)


class QuestionExportQuery(Schema):
    """A format, a language or several with commas between them, and the lesson if not all questions are wanted."""

    format = fields.String(
        load_default="moodle",
        validate=validate.OneOf([form.name for form in FORMATS.values() if form.write is not None]),
    )
    lang = fields.String(load_default="vi", validate=validate.Regexp(r"^(vi|en|de)(,(vi|en|de)){0,2}$"))
    lesson = fields.String(validate=validate.Length(max=120))
