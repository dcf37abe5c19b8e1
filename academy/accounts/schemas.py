"""Shapes of the accounts' JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class SignIn(Schema):
    """Credentials."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=200))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class CsrfToken(Schema):
    """The token that unsafe requests with this session's cookie carry."""

    csrf_token = fields.String(required=True)
