"""Who may do what with decks. Cards are practised by whoever sees their course; what one remembers is one's own."""

from __future__ import annotations

from academy.sdk import Actor, _l, policy

__all__ = ["can_practise"]


@policy(_l("Only people with an account and a personal record may practise with cards."))
def can_practise(actor: Actor, obj: object = None) -> bool:
    return actor.person_id is not None
