"""Shapes of the search's JSON."""

from urllib.parse import quote

from markupsafe import Markup, escape
from marshmallow import Schema, fields, validate

from academy.search.backend import Marked

__all__ = ["Found", "SearchQuery", "SuggestQuery", "Suggestions", "marked_html"]

_SLUG = validate.Length(max=100)


def marked_html(pieces: Marked) -> Markup:
    """Pieces as HTML: matches within ``<mark>``, all else escaped."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(text) if is_hit else escape(text) for text, is_hit in pieces
    )


class SearchQuery(Schema):
    """What to look for; of long texts the first 256 characters count."""

    q = fields.String(load_default="", validate=validate.Length(max=4000))
    course = fields.String(validate=_SLUG)
    module = fields.String(validate=_SLUG)
    lang = fields.String(validate=validate.Length(max=10))
    tag = fields.String(validate=_SLUG)
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))
    cursor = fields.String(validate=validate.Length(max=100))


class FoundItem(Schema):
    """One result; ``snippet`` is HTML in which only ``<mark>`` is markup."""

    kind = fields.String()
    course = fields.String()
    lesson = fields.String(allow_none=True)
    module = fields.String()
    anchor = fields.String()
    url = fields.String()
    title = fields.String(attribute="plain_title")
    snippet = fields.Function(lambda result: str(marked_html(result.snippet)), metadata={"type": "string"})
    score = fields.Float()
    lang = fields.String()
    page = fields.Integer(allow_none=True, metadata={"description": "Page, sheet or slide of a document."})
    second = fields.Integer(allow_none=True, metadata={"description": "When in a recording it is said."})


class FoundDocument(Schema):
    """A legal document of the register."""

    number = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    validity = fields.String()
    url = fields.Function(lambda row: f"/legal/{row.slug}", metadata={"type": "string"})


class FoundPerson(Schema):
    """A person whom the reader may see."""

    name = fields.String(attribute="full_name")
    code = fields.String(attribute="external_key", allow_none=True)
    unit = fields.String(attribute="unit_name", allow_none=True)
    url = fields.Function(lambda row: f"/admin/people/{row.id}", metadata={"type": "string"})


class FoundClass(Schema):
    """A class that the reader may see."""

    code = fields.String()
    title = fields.String()
    state = fields.String()
    url = fields.Function(lambda row: f"/admin/classes?q={quote(row.code)}", metadata={"type": "string"})


class LooserSearch(Schema):
    """A search that asks for less: without ``word``, or without the filter ``dropped``."""

    text = fields.String()
    total = fields.Integer()
    word = fields.String()
    dropped = fields.String()


class Found(Schema):
    """A page of results; ``people`` and ``classes`` are the first few, for those who administer some."""

    total = fields.Integer()
    total_is_exact = fields.Boolean()
    items = fields.List(fields.Nested(FoundItem))
    facets = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer())
    )
    suggestion = fields.String(allow_none=True)
    missing = fields.List(fields.String())
    did_you_mean = fields.String(allow_none=True)
    looser = fields.List(fields.Nested(LooserSearch))
    documents = fields.List(fields.Nested(FoundDocument))
    people = fields.List(fields.Nested(FoundPerson), attribute="directory.people")
    classes = fields.List(fields.Nested(FoundClass), attribute="directory.classes")
    next_cursor = fields.String(allow_none=True)
    degraded = fields.Boolean()


class SuggestQuery(Schema):
    """What has been typed so far."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=8, validate=validate.Range(1, 20))


class SuggestedTitle(Schema):
    """A title that fits."""

    title = fields.String()
    url = fields.String()
    lang = fields.String()
    course = fields.String()


class Suggestions(Schema):
    """Titles, the best first."""

    items = fields.List(fields.Nested(SuggestedTitle))
