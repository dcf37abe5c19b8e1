"""Who may do what with decks. Cards are practised by whoever sees their course; what one remembers is one's own."""

from __future__ import annotations

from academy.sdk import Actor, Role, _l, declare, policy

__all__ = ["DECKS_SYNC", "can_practise", "can_sync_decks"]

DECKS_SYNC = declare("foreign_languages.sync_decks", Role.ADMINISTRATOR)


@policy(_l("Only administrators may take over decks from the content folder."))
def can_sync_decks(actor: Actor, obj: object = None) -> bool:
    return actor.may(DECKS_SYNC)


@policy(_l("Only people with an account and a personal record may practise with cards."))
def can_practise(actor: Actor, obj: object = None) -> bool:
    return actor.person_id is not None
