"""Shapes of JSON for what people keep of searches, training needs, and words that stand for each other."""

from marshmallow import Schema, fields, validate

from academy.search.models import NEED_STATES, OPEN
from academy.search.needs import DECISIONS

_SLUG = validate.Length(max=100)


class FiltersBody(Schema):
    """Values of the filters, each of which may be left out."""

    module = fields.String(validate=_SLUG)
    course = fields.String(validate=_SLUG)
    lang = fields.String(validate=_SLUG)
    tag = fields.String(validate=_SLUG)


class RememberBody(Schema):
    remember = fields.Boolean(required=True)


class SavedBody(Schema):
    """A search to keep; without a name it is called by its text."""

    name = fields.String(load_default="", validate=validate.Length(max=80))
    q = fields.String(required=True, validate=validate.Length(min=1, max=256))
    filters = fields.Nested(FiltersBody, load_default=dict)


class IdOut(Schema):
    id = fields.Integer()


class CountOut(Schema):
    count = fields.Integer()


class SearchOut(Schema):
    """A search as it was asked."""

    text = fields.String()
    filters = fields.Dict(keys=fields.String(), values=fields.String())


class SavedOut(SearchOut):
    id = fields.Integer()
    name = fields.String()
    total = fields.Integer(allow_none=True)


class SavedListOut(Schema):
    items = fields.List(fields.Nested(SavedOut))


class OwnSearchOut(SearchOut):
    at = fields.String()


class OwnSavedOut(OwnSearchOut):
    name = fields.String()


class OwnNeedOut(Schema):
    query = fields.String()
    note = fields.String()
    state = fields.String()
    at = fields.String()
    answer = fields.String()


class OwnOut(Schema):
    """All that is kept of a person's searches."""

    remember = fields.Boolean()
    recent = fields.List(fields.Nested(OwnSearchOut))
    saved = fields.List(fields.Nested(OwnSavedOut))
    training_needs = fields.List(fields.Nested(OwnNeedOut))


class NeedBody(Schema):
    q = fields.String(required=True, validate=validate.Length(max=256))
    note = fields.String(load_default="", validate=validate.Length(max=1000))


class NeedsQuery(Schema):
    state = fields.String(load_default=OPEN, validate=validate.OneOf(NEED_STATES))


class NeedNoteOut(Schema):
    full_name = fields.String()
    unit = fields.String()
    note = fields.String()
    created_at = fields.AwareDateTime()


class NeedGroupOut(Schema):
    """Needs of the same words; ``id`` is that of the newest."""

    id = fields.Integer()
    query = fields.String()
    state = fields.String()
    people = fields.Integer()
    units = fields.Integer()
    newest = fields.AwareDateTime()
    answer = fields.String()
    notes = fields.List(fields.Nested(NeedNoteOut))


class NeedGroupsOut(Schema):
    items = fields.List(fields.Nested(NeedGroupOut))


class AnswerBody(Schema):
    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    answer = fields.String(load_default="", validate=validate.Length(max=1000))


class WordsQuery(Schema):
    q = fields.String(load_default="", validate=validate.Length(max=100))
    retired = fields.Boolean(load_default=False)


class WordsBody(Schema):
    term = fields.String(required=True, validate=validate.Length(max=60))
    meaning = fields.String(required=True, validate=validate.Length(max=200))
    note = fields.String(load_default="", validate=validate.Length(max=200))


class WordsOut(Schema):
    id = fields.Integer()
    term = fields.String()
    meaning = fields.String()
    note = fields.String()
    changed_at = fields.AwareDateTime()
    changed_by = fields.String()
    retired_at = fields.AwareDateTime(allow_none=True)


class WordsListOut(Schema):
    items = fields.List(fields.Nested(WordsOut))
