"""Who may forget greetings."""

from __future__ import annotations

from academy.sdk import Actor, Role, _l, declare, policy

GREETINGS_FORGET = declare("sample_module.forget", Role.ADMINISTRATOR)


@policy(_l("Only administrators may forget greetings."))
def can_forget(actor: Actor, obj: object = None) -> bool:
    return actor.may(GREETINGS_FORGET)
