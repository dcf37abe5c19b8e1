"""Shapes of the organization's JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from academy.kernel.authorization import Role
from academy.kernel.paging import MAX_LIMIT
from academy.organization.models import UNIT_KINDS, VERDICTS
from academy.organization.people_queries import STATES
from academy.organization.person_values import mask


class UnitName(Schema):
    """A unit, named."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)


class RoleHeld(Schema):
    """A role and the unit over whose subtree it is held."""

    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    unit = fields.Nested(UnitName, required=True)


class Me(Schema):
    """Who I am: ``units`` from the city down to where I work."""

    id = fields.Integer(required=True)
    username = fields.String(required=True)
    full_name = fields.String(required=True)
    locale = fields.String(required=True)
    person_id = fields.Integer(allow_none=True)
    units = fields.List(fields.Nested(UnitName), required=True)
    roles = fields.List(fields.Nested(RoleHeld), required=True)


class ListQuery(Schema):
    """Paging of lists."""

    cursor = fields.String(validate=validate.Length(max=2000))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))


class UnitQuery(ListQuery):
    """``q`` finds words of the name, marks or not, or the beginning of the code; ``on`` asks for the past."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    parent = fields.Integer(validate=validate.Range(min=1, max=2**53))
    kind = fields.String(load_default="", validate=validate.OneOf(["", *UNIT_KINDS]))
    on = fields.Date()


class UnitOut(Schema):
    """A unit as it was on the day asked for; ``valid_to`` is the first day it no longer exists."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    parent_id = fields.Integer(allow_none=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(allow_none=True)


class PeopleQuery(ListQuery):
    """``q`` finds words of the name, marks or not, or the beginning of the user name or staff code."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    unit = fields.Integer(validate=validate.Range(min=1, max=2**53))
    role = fields.String(load_default="", validate=validate.OneOf(["", *(role.value for role in Role)]))
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class PersonOut(Schema):
    """A person in a list."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    external_key = fields.String(allow_none=True)
    username = fields.String(allow_none=True)
    unit_id = fields.Integer(allow_none=True)
    unit_name = fields.String(allow_none=True)
    position = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    roles = fields.List(fields.String())


class PostingOut(Schema):
    """A posting; days are inclusive."""

    unit_id = fields.Integer(required=True)
    unit_name = fields.String(required=True)
    position = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    secondary = fields.Boolean(required=True)
    origin = fields.String(required=True)


class PersonRecordOut(Schema):
    """A person's record; the personal number is masked. Reading somebody else's is noted."""

    id = fields.Integer(attribute="person.id", required=True)
    full_name = fields.String(attribute="person.full_name", required=True)
    external_key = fields.String(attribute="person.external_key", allow_none=True)
    username = fields.String(allow_none=True)
    kind = fields.String(attribute="person.kind", required=True)
    birth_date = fields.Date(attribute="person.birth_date", allow_none=True)
    birth_place = fields.String(attribute="person.birth_place")
    sex = fields.String(attribute="person.sex", allow_none=True)
    personal_number = fields.Function(lambda record: mask(record.person.personal_number))
    email = fields.String(attribute="person.email")
    phone = fields.String(attribute="person.phone")
    unit_id = fields.Integer(attribute="person.unit_id", allow_none=True)
    unit_name = fields.String(allow_none=True)
    deactivated_at = fields.DateTime(attribute="person.deactivated_at", allow_none=True)
    postings = fields.List(fields.Nested(PostingOut), required=True)


class ImportQuery(Schema):
    """``dry_run=true`` only checks; ``unit`` is the id of the unit for lines that name none."""

    dry_run = fields.Boolean(load_default=False)
    unit = fields.Integer(validate=validate.Range(min=1, max=2**53))


class ImportLinesQuery(Schema):
    """Lines of one verdict or all, after a line."""

    verdict = fields.String(load_default="", validate=validate.OneOf(["", *VERDICTS]))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10**9))


class ImportProblem(Schema):
    """What is wrong with a field of a line, and what to do about it."""

    field = fields.String(required=True)
    reason = fields.String(required=True)
    remedy = fields.String(required=True)


class ImportChange(Schema):
    """What a line changes."""

    field = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)


class ImportLineOut(Schema):
    """The verdict on one line; ``line`` counts as the spreadsheet does."""

    line = fields.Integer(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    name = fields.String(required=True)
    key = fields.String(required=True)
    changes = fields.List(fields.Nested(ImportChange), required=True)
    problems = fields.List(fields.Nested(ImportProblem), required=True)


class ImportOut(Schema):
    """A list that was sent: ``state`` is ``checking`` while a job reads it, ``checked`` after a dry run,
    ``applying``, ``applied``, ``failed`` or ``discarded``. ``lines`` are the first 500; errors come first."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    encoding = fields.String(allow_none=True)
    columns = fields.List(fields.String())
    ignored = fields.List(fields.String())
    problem = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(ImportLineOut), required=True)
