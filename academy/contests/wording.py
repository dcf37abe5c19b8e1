"""Words for states, rules and phases of contests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.contests.models import (
    APPROVED,
    COMPUTED,
    LOTS,
    NOBODY,
    PROPOSED,
    PUBLISHED,
    REPLACED,
    SHARED,
    WINNERS,
)
from academy.kernel.i18n import _l

PHASE_NAMES: Mapping[str, tuple[Any, str]] = {
    "planned": (_l("Planned"), "quiet"),
    "announced": (_l("Opens soon"), "soon"),
    "open": (_l("Open now"), "action"),
    "closed": (_l("Closed"), "quiet"),
    "drawn": (_l("Closed"), "quiet"),
}
RESULT_NAMES: Mapping[str, tuple[Any, str]] = {
    COMPUTED: (_l("Computed, not handed in"), "plain"),
    PROPOSED: (_l("Waits for approval"), "soon"),
    APPROVED: (_l("Approved, not published"), "action"),
    PUBLISHED: (_l("Published"), "good"),
    REPLACED: (_l("Replaced by a correction"), "quiet"),
}
CONTEST_STATES: Mapping[str, tuple[Any, str]] = {
    "draft": (_l("Draft"), "quiet"),
    "announced": (_l("Public"), "good"),
}
TIE_NAMES: Mapping[str, Any] = {
    SHARED: _l("Whoever is equal to the end shares the rank, and the prize."),
    LOTS: _l("Whoever is equal to the end is parted by lots from the published seed."),
}
NAME_NAMES: Mapping[str, Any] = {
    WINNERS: _l("Name and unit of prize winners are shown, once a second person has approved the result."),
    NOBODY: _l("Nobody's name is shown, only the participant's number."),
}
HOW_NAMES: Mapping[str, Any] = {"rank": _l("by rank"), "draw": _l("by lot")}
