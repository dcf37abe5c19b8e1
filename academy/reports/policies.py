"""Who reads reports: over the units for which they hold the right."""

from __future__ import annotations

from typing import Any

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l

REPORT_READ = declare(
    "reports.read", Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.APPROVER, Role.REGISTRAR, Role.INSPECTOR
)


@policy(_l("Reports are read by training officers, administrators and inspectors of a unit."))
def can_read_reports(actor: Actor, _obj: Any) -> bool:
    return actor.may(REPORT_READ)
