"""Words for actions, states and problems of regrades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _, _l, current_language, localized
from academy.questions.plain_words import plain_words, shortened
from academy.questions.queries import public_text
from academy.regrading.queries import RegradeView
from academy.regrading.states import (
    ACCEPT,
    APPROVED,
    DONE,
    DRAFTED,
    FULL,
    PREPARING,
    PROPOSED,
    REJECTED,
    REVERSE,
    VERSION,
    VOID,
    WITHDRAWN,
)

ACTION_NAMES: Mapping[str, Any] = {
    VERSION: _l("Grade by another version"),
    ACCEPT: _l("Accept another option too"),
    FULL: _l("Full points for everybody"),
    VOID: _l("Take the question out of the mark"),
    REVERSE: _l("Reverse an earlier regrade"),
}
ACTION_HINTS: Mapping[str, Any] = {
    VERSION: _l("The key was wrong and has been corrected: answers are graded by the corrected version."),
    ACCEPT: _l("Besides the key another option is right as well. Single choice only."),
    FULL: _l("The question was unfair, and its points shall not be lost by anybody."),
    VOID: _l("The question counts for nobody: neither its points nor its weight."),
}
STATE_NAMES: Mapping[str, Any] = {
    PREPARING: _l("preview is being made"),
    DRAFTED: _l("preview ready"),
    PROPOSED: _l("waits for a decision"),
    APPROVED: _l("approved, being carried out"),
    DONE: _l("carried out"),
    REJECTED: _l("refused"),
    WITHDRAWN: _l("withdrawn"),
}
TONES: Mapping[str, str] = {DONE: "good", REJECTED: "wrong", PROPOSED: "soon", APPROVED: "action"}
PROBLEM_NAMES: Mapping[str, Any] = {
    "unmapped": _l("the answer has no counterpart in the other version"),
    "ungraded": _l("the answer has no grade yet, or cannot be graded"),
    "changed": _l("the grade was changed by somebody else since"),
    "last_item": _l("nothing would be left that a mark could be made of"),
}


def what(view: RegradeView) -> str:
    """The decision in one sentence."""
    if view.action == VERSION:
        return _(
            "Answers graded by version %(old)s are graded by version %(new)s.",
            old=view.origin.number,
            new=view.target.number,
        )
    if view.action == ACCEPT:
        texts = {one["id"]: one["text"] for one in view.origin.spec["options"]}
        return _(
            "Who chose “%(option)s” in version %(old)s gets full points too.",
            option=plain_words(localized(texts[view.option], current_language())),
            old=view.origin.number,
        )
    if view.action == FULL:
        return _("Everybody who was asked version %(old)s gets full points.", old=view.origin.number)
    if view.action == VOID:
        return _("Version %(old)s counts for nobody: it is taken out of the mark.", old=view.origin.number)
    return _("What regrade %(n)s changed becomes what it was.", n=view.reverses_id)


def question_of(view: RegradeView) -> str:
    """The question's first line."""
    if view.origin is None:
        return view.key
    return shortened(public_text(view.origin, current_language()), 240) or view.key
