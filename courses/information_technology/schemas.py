"""The module's JSON, in and out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from courses.information_technology.sandbox import MAX_QUERY


class QueryIn(Schema):
    """A query to be tried on the practice data."""

    query = fields.String(required=True, validate=validate.Length(1, MAX_QUERY))


class TriedQueryOut(Schema):
    """``rows`` hold JSON values; ``error`` is its kind or null, ``remarks`` explain it in the reader's language."""

    columns = fields.List(fields.String())
    rows = fields.List(fields.List(fields.Raw(allow_none=True)))
    error = fields.String(allow_none=True)
    remarks = fields.List(fields.String())
    ms = fields.Integer()


class OwnQueriesIn(Schema):
    """``item``: key of an exercise, empty for free practice; all if it is left out."""

    item = fields.String(validate=validate.Length(max=80))
    cursor = fields.String(validate=validate.Length(max=200))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class OwnQueryOut(Schema):
    """A query that the caller tried; ``item`` is empty for free practice."""

    id = fields.Integer()
    item = fields.String(attribute="item_key")
    query = fields.String()
    ok = fields.Boolean()
    ms = fields.Integer()
    at = fields.DateTime(format="iso")
