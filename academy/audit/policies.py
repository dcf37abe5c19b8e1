"""Who may read the journal."""

from __future__ import annotations

from typing import Any

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l

JOURNAL_READ = declare("audit.read", Role.ADMINISTRATOR, Role.INSPECTOR)


@policy(_l("The journal is read by administrators of the city and by inspectors."))
def can_read_journal(actor: Actor, _obj: Any = None) -> bool:
    """Entries of all units stand in one chain: only a role over a whole tree opens it.

    Officers of a unit see what concerns one person on that person's record.
    """
    return any(path.count("/") <= 1 for path in actor.scopes(JOURNAL_READ))
