"""Who may read the journal."""

from __future__ import annotations

from typing import Any

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l

JOURNAL_READ = declare("audit.read", Role.ADMINISTRATOR, Role.INSPECTOR)


@policy(_l("The journal is read by administrators of the city and by inspectors."))
def can_read_journal(actor: Actor, _obj: Any) -> bool:
    return actor.may(JOURNAL_READ)
