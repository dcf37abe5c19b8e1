"""What can go wrong with decks."""

from __future__ import annotations

from collections.abc import Sequence

from academy.sdk import Invalid, NotFound, _l

__all__ = ["DeckNotFound", "DecksFaulty"]


class DeckNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such deck."), next_step=_l("Choose one from the list of decks."))


class DecksFaulty(Invalid):
    """Deck files break their schema; ``faults`` names each as ``file: what is wrong``."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "; ".join(self.faults), rule="foreign_languages.decks", errors={"decks": list(faults)}
        )
