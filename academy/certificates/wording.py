"""Words for states, kinds and purposes."""

from __future__ import annotations

from academy.kernel.i18n import _l

KIND_NAMES = {"certificate": _l("Certificate"), "attestation": _l("Attestation")}
PURPOSE_NAMES = {
    "first": _l("First issue"),
    "reissue": _l("Issue anew"),
    "replacement": _l("Attestation of a lost certificate"),
}
STATE_NAMES = {
    "issued": _l("Valid"),
    "superseded": _l("Issued anew"),
    "replaced": _l("Replaced by an attestation"),
    "revoked": _l("Revoked"),
}
STATE_TONES = {"issued": "good", "superseded": "soon", "replaced": "soon", "revoked": "wrong"}
PROPOSAL_NAMES = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Being issued"),
    "issued": _l("Issued"),
    "rejected": _l("Rejected"),
    "withdrawn": _l("Withdrawn"),
}
PROPOSAL_TONES = {
    "proposed": "soon",
    "approved": "action",
    "issued": "good",
    "rejected": "wrong",
    "withdrawn": "quiet",
}
STANDING_NAMES = {
    "studying": _l("Studying"),
    "eligible": _l("Has earned it"),
    "proposed": _l("Proposed"),
    "approved": _l("Approved"),
    "issued": _l("Issued"),
    "revoked": _l("Revoked"),
}
STANDING_TONES = {
    "studying": "plain",
    "eligible": "good",
    "proposed": "soon",
    "approved": "soon",
    "issued": "good",
    "revoked": "wrong",
}
SEX_NAMES = {"m": _l("Male"), "f": _l("Female"), "x": _l("Other")}
FORMAT_NAMES = {
    "zip": _l("ZIP: all PDFs with the register"),
    "xlsx": _l("XLSX: the register"),
    "csv": _l("CSV: the register"),
}
