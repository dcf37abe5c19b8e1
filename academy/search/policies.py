"""Who changes the words of the search, and who reads and answers training needs."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import ColumnElement, false, or_, true

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.policies import below, covers, is_root
from academy.search.models import TrainingNeed

SEARCH_WORDS = declare("search.words", Role.ADMINISTRATOR)
TRAINING_NEEDS = declare("search.training_needs", Role.TRAINING_OFFICER, Role.ADMINISTRATOR)


class NeedFacts(Protocol):
    """What the rules ask of a training need: the path of its unit (``""``: none)."""

    unit_path: str


@policy(
    _l(
        "Words of the search are changed by administrators of the whole city, because everybody's searches use them"
    )
)
def can_change_words(actor: Actor, _obj: Any = None) -> bool:
    return covers(actor, SEARCH_WORDS, "")


@policy(_l("Training needs are read and answered by training officers and administrators of the unit"))
def can_answer_need(actor: Actor, need: NeedFacts) -> bool:
    return covers(actor, TRAINING_NEEDS, need.unit_path)


def needs_answered_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_answer_need`, for statements that join :class:`Unit` to the left."""
    scopes = actor.scopes(TRAINING_NEEDS)
    if "" in scopes:
        return true()
    if not scopes:
        return false()
    nobodys = TrainingNeed.unit_id.is_(None) if any(is_root(path) for path in scopes) else false()
    return or_(below(scopes), nobodys)
