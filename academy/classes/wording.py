"""Words for the states and modes of classes."""

from __future__ import annotations

from academy.kernel.i18n import _l

STATE_NAMES = {"planned": _l("Planned"), "open": _l("Open"), "closed": _l("Closed")}
STATE_TONES = {"planned": "plain", "open": "action", "closed": "quiet"}
MODE_NAMES = {
    "self_paced": _l("Self-paced"),
    "online": _l("Online"),
    "classroom": _l("In the classroom"),
    "blended": _l("Blended"),
}
