"""Words for the states of training needs and for the answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _l
from academy.search.models import ANSWERED, DECLINED, OPEN, PLANNED

NEED_STATE_NAMES: Mapping[str, Any] = {
    OPEN: _l("waiting for an answer"),
    PLANNED: _l("training is planned"),
    ANSWERED: _l("answered"),
    DECLINED: _l("not planned"),
}
NEED_TONES: Mapping[str, str] = {OPEN: "soon", PLANNED: "action", ANSWERED: "good", DECLINED: "plain"}
DECISION_NAMES: Mapping[str, Any] = {
    PLANNED: _l("Training is planned"),
    ANSWERED: _l("It is taught already"),
    DECLINED: _l("It will not be taught"),
}
