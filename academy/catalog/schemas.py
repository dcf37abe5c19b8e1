"""What the catalog's JSON endpoints take and give."""

from marshmallow import Schema, fields, validate

from academy.catalog.content_schema import LEVELS
from academy.kernel.i18n import LOCALES

__all__ = ["CatalogQuery", "CourseCardOut", "CourseListOut"]


class CatalogQuery(Schema):
    """How the catalog is narrowed and paged."""

    module = fields.String(load_default=None, validate=validate.Length(max=40))
    level = fields.String(load_default=None, validate=validate.OneOf(LEVELS))
    language = fields.String(load_default=None, validate=validate.OneOf(LOCALES))
    topic = fields.String(load_default=None, validate=validate.Length(max=80))
    q = fields.String(load_default="", validate=validate.Length(max=200))
    cursor = fields.String(load_default=None, validate=validate.Length(max=2_000))
    limit = fields.Integer(load_default=24, validate=validate.Range(1, 100))


class CourseCardOut(Schema):
    """A course in a list; ``periods`` are of 45 minutes, ``minutes`` the reading time of all lessons."""

    id = fields.Integer(required=True)
    slug = fields.String(required=True)
    module = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    summary = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    level = fields.String(required=True)
    periods = fields.Integer(required=True)
    languages = fields.List(fields.String(), required=True)
    lessons = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class FacetValueOut(Schema):
    """How many courses remain if the facet has this value."""

    value = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    count = fields.Integer(required=True)
    current = fields.Boolean(required=True)


class FacetsOut(Schema):
    """By what the list can be narrowed."""

    module = fields.List(fields.Nested(FacetValueOut), required=True)
    level = fields.List(fields.Nested(FacetValueOut), required=True)
    language = fields.List(fields.Nested(FacetValueOut), required=True)
    topic = fields.List(fields.Nested(FacetValueOut), required=True)


class CourseListOut(Schema):
    """A page of the catalog."""

    items = fields.List(fields.Nested(CourseCardOut), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    facets = fields.Nested(FacetsOut, required=True)
