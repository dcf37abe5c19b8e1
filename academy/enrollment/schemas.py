"""Shapes of enrollments."""

from __future__ import annotations

from marshmallow import Schema, fields


class EnrollmentOut(Schema):
    """A run through a course."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    run = fields.Integer(required=True)
    enrolled_at = fields.AwareDateTime(required=True, format="iso")
