"""Words for states, roles and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _l

MODES: Mapping[str, Any] = {
    "single": _l("One marker for each answer"),
    "double": _l("Two markers who do not know of each other"),
}
THIRD_RULES: Mapping[str, Any] = {
    "nearest": _l("The mean of the third mark and the one nearest to it"),
    "third": _l("The third mark alone"),
}
ASSIGNMENTS: Mapping[str, Any] = {
    "claim": _l("Whoever is free takes the next answer"),
    "even": _l("Shared out evenly"),
    "quota": _l("Shared out by a number for each marker"),
}
BAND_SETS: Mapping[str, Any] = {
    "four-1": _l("Four bands: excellent, very good, good, average"),
    "five-1": _l("Five bands: with “fairly good” from 6 to below 7"),
}
ROLES: Mapping[str, Any] = {
    "first": _l("First mark"),
    "second": _l("Second mark"),
    "third": _l("Third mark"),
    "moderation": _l("Moderation"),
}
HOW: Mapping[str, Any] = {
    "single": _l("one mark"),
    "mean": _l("mean of two marks"),
    "nearest": _l("mean of the third mark and the nearest"),
    "third": _l("third mark"),
    "moderation": _l("moderator's mark"),
}
ANSWER_STATES: Mapping[str, Any] = {
    "waiting": _l("waits for a mark"),
    "final": _l("marked"),
    "released": _l("released"),
}
SAMPLES: Mapping[str, Any] = {
    "all": _l("drawn from all marked answers"),
    "flagged": _l("flagged by a marker"),
    "disputed": _l("those that needed a third mark"),
}
PROPOSAL_STATES: Mapping[str, Any] = {
    "proposed": _l("waits for approval"),
    "approved": _l("approved"),
    "rejected": _l("rejected"),
    "withdrawn": _l("withdrawn"),
}
APPEAL_STATES: Mapping[str, Any] = {
    "submitted": _l("received"),
    "assigned": _l("being marked again"),
    "remarked": _l("marked again, to be decided"),
    "decided": _l("decided"),
    "refused": _l("refused"),
    "withdrawn": _l("withdrawn"),
}
OUTCOMES: Mapping[str, Any] = {
    "unchanged": _l("The mark stays as it is"),
    "raised": _l("The mark is raised"),
    "lowered": _l("The mark is lowered"),
}
TONES: Mapping[str, str] = {
    "proposed": "soon", "approved": "good", "rejected": "wrong", "withdrawn": "plain",
    "submitted": "soon", "assigned": "action", "remarked": "action", "decided": "good", "refused": "wrong",
    "waiting": "soon", "final": "good", "released": "good",
}  # fmt: skip
