"""What the search's words, saved searches and training needs refuse."""

from __future__ import annotations

from typing import Any

from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l


class SynonymNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such pair of words."))


class SavedSearchNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such saved search."))


class NeedNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such training need."))


class TooManySaved(Conflict):
    """An account keeps a limited number of searches."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            _l("No more than %(num)s searches can be saved.", num=limit),
            rule="search.saved",
            next_step=_l("Remove one that you no longer need."),
        )


class WordsRefused(Invalid):
    """A pair of words that would spoil searches; the message stands at its field."""

    def __init__(self, field: str, message: Any, rule: str) -> None:
        super().__init__(_l("Please correct the fields named below."), rule=rule, errors={field: [message]})


class FileRefused(Invalid):
    """A file of words of which some line cannot be taken; nothing is taken then."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            _l("Nothing was taken in: please correct these lines and try again."),
            rule="search.words_file",
            errors={"file": problems},
        )
