"""Shapes of documents, proposals, verification and exports."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from academy.certificates.models import EXPORT_FORMATS, KINDS, PROPOSAL_STATES
from academy.certificates.queries import STATES, Filters
from academy.kernel.shapes import SAYS_SOMETHING, Whole

_SHORT = validate.Length(max=200)


class Localized(Schema):
    """A text by language."""

    vi = fields.String()
    en = fields.String()


# --- in -------------------------------------------------------------------------------------------


class RegisterFilters(Schema):
    """By what the register is narrowed."""

    # the word "class" is taken in Python
    class_code = fields.String(data_key="class", load_default="", validate=validate.Length(max=40))
    course = fields.String(load_default="", validate=validate.Length(max=80))
    status = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    year = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1900, max=9998))
    q = fields.String(load_default="", validate=_SHORT)

    @pre_load
    def empty_is_none(self, data, **_named):
        return {name: value for name, value in data.items() if not (name == "year" and value == "")}


FILTERS = tuple(Filters.__dataclass_fields__)


class CertificatesQuery(RegisterFilters):
    """The register, a page at a time."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class ExportQuery(RegisterFilters):
    """What to export, and how."""

    format = fields.String(load_default="xlsx", validate=validate.OneOf(EXPORT_FORMATS))


class ProposalsQuery(Schema):
    """Proposals, a page at a time."""

    class_code = fields.String(data_key="class", load_default="", validate=validate.Length(max=40))
    state = fields.String(load_default="", validate=validate.OneOf(("", *PROPOSAL_STATES)))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class LeftOut(Schema):
    """A person whom a proposal leaves out, and why."""

    person_id = Whole(required=True)
    reason = fields.String(required=True, validate=[SAYS_SOMETHING, validate.Length(min=1, max=1000)])


class PaperIn(Schema):
    """What will stand on the documents; empty: as the class says."""

    class Meta:
        unknown = EXCLUDE

    issued_on = fields.Date(load_default=None, allow_none=True)
    place = fields.String(load_default="", validate=validate.Length(max=120))
    signer_title = fields.String(load_default="", validate=_SHORT)
    signer_name = fields.String(load_default="", validate=_SHORT)

    @pre_load
    def empty_is_none(self, data, **_named):
        return {name: None if name == "issued_on" and value == "" else value for name, value in data.items()}


class ProposalIn(Schema):
    """A batch to propose: a class, or a course outside any class."""

    exactly_one_of = ("class", "course")

    class_code = fields.String(data_key="class", load_default="", validate=validate.Length(min=1, max=40))
    course = fields.String(load_default="", validate=validate.Length(min=1, max=80))
    kind = fields.String(load_default="certificate", validate=validate.OneOf(KINDS))
    exclude = fields.List(fields.Nested(LeftOut), load_default=list, validate=validate.Length(max=5000))
    issued_on = fields.Date(load_default=None, allow_none=True)
    place = fields.String(load_default="", validate=validate.Length(max=120))
    signer_title = fields.String(load_default="", validate=_SHORT)
    signer_name = fields.String(load_default="", validate=_SHORT)
    note = fields.String(load_default="", validate=validate.Length(max=2000))


class ApprovalIn(Schema):
    """A word with the approval."""

    note = fields.String(load_default="", validate=validate.Length(max=2000))


class ReasonIn(Schema):
    """Why."""

    reason = fields.String(required=True, validate=[SAYS_SOMETHING, validate.Length(min=1, max=1000)])


class RevocationIn(ReasonIn):
    """Why, and by which decision."""

    decision_no = fields.String(required=True, validate=[SAYS_SOMETHING, validate.Length(min=1, max=80)])


# --- out ------------------------------------------------------------------------------------------


class CertificateRowOut(Schema):
    """A row of the register."""

    serial = fields.String(required=True)
    register_no = fields.String(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True, attribute="state")
    holder = fields.String(required=True)
    program = fields.Nested(Localized, required=True, attribute="program_title")
    class_code = fields.String(required=True, data_key="class")
    issued_on = fields.Date(required=True)
    code = fields.String(required=True)


class LinkOut(Schema):
    """Another document of the same chain."""

    serial = fields.String(required=True)
    register_no = fields.String(required=True)
    kind = fields.String(required=True)
    issued_on = fields.Date(required=True)


class RevocationOut(Schema):
    """Why and when a document was taken back."""

    reason = fields.String(required=True)
    decision_no = fields.String(required=True)
    revoked_at = fields.AwareDateTime(required=True, format="iso")


class CertificateOut(CertificateRowOut):
    """A document: the signed statement, and where it stands in its chain."""

    reason = fields.String(required=True)
    statement = fields.Dict(required=True, attribute="snapshot")
    signature = fields.String(required=True)
    key_id = fields.String(required=True)
    predecessor = fields.Nested(LinkOut, required=True, allow_none=True)
    successor = fields.Nested(LinkOut, required=True, allow_none=True)
    revocation = fields.Nested(RevocationOut, required=True, allow_none=True)


class OwnCertificatesOut(Schema):
    """One's own documents."""

    items = fields.List(fields.Nested(CertificateRowOut), required=True)


class VerifiedOut(Schema):
    """All that anybody may learn from a verification code."""

    state = fields.String(required=True)
    valid = fields.Boolean(required=True, attribute="is_valid")
    kind = fields.String(required=True)
    serial = fields.String(required=True)
    holder = fields.String(required=True)
    program = fields.Nested(Localized, required=True)
    studied_from = fields.Date(required=True, data_key="from")
    studied_to = fields.Date(required=True, data_key="to")
    issued_on = fields.Date(required=True)
    issuer = fields.String(required=True)
    successor_code = fields.String(required=True, allow_none=True, data_key="successor")
    revoked_on = fields.Date(required=True, allow_none=True)


class LineOut(Schema):
    """A person in a proposal."""

    person_id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    included = fields.Boolean(required=True)
    reason = fields.String(required=True)
    serial = fields.String(required=True)


class ProposalRowOut(Schema):
    """A proposal in a list."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    kind = fields.String(required=True)
    purpose = fields.String(required=True)
    class_code = fields.String(required=True, data_key="class")
    documents = fields.Integer(required=True)
    proposed_at = fields.AwareDateTime(required=True, format="iso")


class ProposalOut(Schema):
    """A proposal with its people; ``job_id`` is the job that issues its documents."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    kind = fields.String(required=True)
    purpose = fields.String(required=True)
    class_code = fields.String(required=True, data_key="class")
    documents = fields.Function(lambda proposal: len(proposal.included), required=True)
    issued = fields.Integer(required=True)
    issued_on = fields.Date(required=True, allow_none=True)
    place = fields.String(required=True)
    signer_title = fields.String(required=True)
    signer_name = fields.String(required=True)
    note = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True, format="iso")
    decided_at = fields.AwareDateTime(required=True, format="iso", allow_none=True)
    decision_note = fields.String(required=True)
    job_id = fields.Integer(required=True, allow_none=True)
    lines = fields.List(fields.Nested(LineOut), required=True)
