"""What can go wrong with decks."""

from __future__ import annotations

from academy.sdk import NotFound, _l

__all__ = ["DeckNotFound"]


class DeckNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such deck."), next_step=_l("Choose one from the list of decks."))
