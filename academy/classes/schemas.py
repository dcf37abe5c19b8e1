"""Shapes of classes."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from academy.classes.models import MODES, STATES


class ClassForm(Schema):
    """The form of a class; an empty field is none."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(load_default="")
    title = fields.String()
    course = fields.String(load_default="")
    owner_unit_id = fields.Integer(validate=validate.Range(min=1, max=2**53))
    decision_no = fields.String()
    decision_date = fields.Date(allow_none=True)
    opens_on = fields.Date(allow_none=True)
    closes_on = fields.Date(allow_none=True)
    mode = fields.String(validate=validate.OneOf(MODES))
    place = fields.String()
    signer_title = fields.String()
    signer_name = fields.String()

    @pre_load
    def empty_is_none(self, data, **_named):
        days = ("decision_date", "opens_on", "closes_on")
        filled = {name: value for name, value in data.items() if value or name != "owner_unit_id"}
        return {name: None if name in days and not value else value for name, value in filled.items()}


class ClassesQuery(Schema):
    """What the list of classes can be narrowed by."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class ClassRowOut(Schema):
    """A class in a list."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    mode = fields.String(required=True)
    opens_on = fields.Date(required=True, allow_none=True)
    closes_on = fields.Date(required=True, allow_none=True)
    members = fields.Integer(required=True)


class ClassOut(ClassRowOut):
    """A class."""

    course = fields.String(required=True, attribute="course_slug")
    owner_unit = fields.String(required=True, attribute="owner_unit_name")
    decision_no = fields.String(required=True)
    decision_date = fields.Date(required=True, allow_none=True)
    place = fields.String(required=True)
    supervisor = fields.String(required=True, attribute="supervisor_name")
    instructors = fields.List(fields.String(), required=True, attribute="instructor_names")
    signer_title = fields.String(required=True)
    signer_name = fields.String(required=True)
