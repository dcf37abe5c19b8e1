"""Words for acts in the journal; an act without words is shown by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _l

ACT_NAMES: Mapping[str, Any] = {
    "account.sign_in": _l("Signed in"),
    "account.sign_out": _l("Signed out"),
    "account.create": _l("Account made"),
    "account.change_password": _l("Own password changed"),
    "account.reset_password": _l("First password issued"),
    "account.disabled": _l("Account closed"),
    "account.active": _l("Account opened again"),
    "account.end_sessions": _l("Signed out everywhere"),
    "account.end_session": _l("Session ended"),
    "account.create_token": _l("Access token made"),
    "account.revoke_token": _l("Access token revoked"),
    "person.create": _l("Person added"),
    "person.update": _l("Record changed"),
    "person.read": _l("Record read"),
    "person.account": _l("Account given"),
    "person.post": _l("Posting recorded"),
    "person.leave_unit": _l("Left the unit"),
    "person.join_unit": _l("Came to the unit"),
    "person.reset_password": _l("Password reset by an officer"),
    "person.deactivate": _l("Left the service"),
    "person.reactivate": _l("Back in service"),
    "posting.end": _l("Posting ended"),
    "role.grant": _l("Role given"),
    "role.revoke": _l("Role taken back"),
    "unit.create": _l("Unit added"),
    "unit.rename": _l("Unit renamed"),
    "unit.move": _l("Unit moved"),
    "unit.close": _l("Unit closed"),
    "unit.seed": _l("Units seeded"),
    "people.import": _l("List imported"),
    "audit.verify": _l("Journal checked"),
    "enrollment.enroll": _l("Enrolled"),
    "enrollment.leave": _l("Course given up"),
}


def act_name(act: str) -> Any:
    """What an act is called."""
    return ACT_NAMES.get(act, act)
