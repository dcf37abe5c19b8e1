"""Words for kinds, roles and states of units and people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _l

UNIT_KIND_NAMES: Mapping[str, Any] = {
    "city": _l("City"),
    "ward": _l("Ward"),
    "commune": _l("Commune"),
    "district": _l("District"),
    "body": _l("Body"),
    "office": _l("Office"),
    "institution": _l("Training institution"),
}
PERSON_KIND_NAMES: Mapping[str, Any] = {
    "cadre": _l("Cadre"),
    "civil_servant": _l("Civil servant"),
    "public_employee": _l("Public employee"),
    "part_timer": _l("Part-time worker"),
    "foreign": _l("Foreign participant"),
    "other": _l("Other"),
}
SEX_NAMES: Mapping[str, Any] = {"f": _l("Female"), "m": _l("Male"), "x": _l("Other")}
ROLE_NAMES: Mapping[str, Any] = {
    "learner": _l("Learner"),
    "instructor": _l("Instructor"),
    "training_officer": _l("Training officer"),
    "registrar": _l("Registrar"),
    "approver": _l("Approver"),
    "administrator": _l("Administrator"),
    "inspector": _l("Inspector"),
}
ROLE_NOTES: Mapping[str, Any] = {
    "learner": _l("Studies. Everybody with an account may; the role holds no power."),
    "instructor": _l("Writes courses, teaches and grades."),
    "training_officer": _l("Manages the people of these units and sees how their training goes."),
    "registrar": _l("Runs classes and proposes certificates."),
    "approver": _l("Approves certificates that somebody else proposed."),
    "administrator": _l("Manages these units, their people and their roles."),
    "inspector": _l("Reads everything about these units and changes nothing."),
}
ROLE_STATES: Mapping[str, tuple[Any, str]] = {
    "in_force": (_l("In force"), "good"),
    "to_come": (_l("To come"), "soon"),
    "ended": (_l("Ended"), "quiet"),
    "revoked": (_l("Taken back"), "quiet"),
}
PERSON_STATES: Mapping[str, Any] = {
    "active": _l("In service"),
    "left": _l("Left"),
    "no_password": _l("Account without a password yet"),
    "no_account": _l("Without an account"),
}
FIELD_NAMES: Mapping[str, Any] = {
    "full_name": _l("Full name"),
    "external_key": _l("Staff code"),
    "username": _l("User name"),
    "unit": _l("Unit"),
    "position": _l("Position"),
    "kind": _l("Kind of staff"),
    "birth_date": _l("Date of birth"),
    "birth_place": _l("Place of birth"),
    "sex": _l("Sex"),
    "personal_number": _l("Personal number"),
    "email": _l("E-mail"),
    "phone": _l("Telephone"),
    "starts_on": _l("From"),
    "origin": _l("Came from"),
}
VERDICT_NAMES: Mapping[str, tuple[Any, str]] = {
    "new": (_l("New"), "action"),
    "changed": (_l("Changed"), "soon"),
    "unchanged": (_l("Unchanged"), "quiet"),
    "error": (_l("Error"), "wrong"),
}


def shown_value(field: str, value: str) -> Any:
    """A value of a field as people read it: codes become words."""
    words = {"kind": PERSON_KIND_NAMES, "sex": SEX_NAMES}.get(field, {})
    return words.get(value, value)
