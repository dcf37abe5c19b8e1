"""What regrading refuses."""

from __future__ import annotations

from typing import Any

from academy.kernel.errors import Conflict, NotFound
from academy.kernel.i18n import _l


class RegradeNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_l("There is no such regrade."))


class WrongState(Conflict):
    """A regrade is not where the step asked for would start."""

    def __init__(self, message: Any) -> None:
        super().__init__(
            message, rule="regrade.state", next_step=_l("Load its page again to see how it stands.")
        )
