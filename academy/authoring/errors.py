"""What the studio refuses."""

from __future__ import annotations

from academy.kernel.errors import Conflict, NotFound


class DraftConflict(Conflict):
    """Somebody stored a later version of the text; what was sent is kept in the history."""

    default_rule = "authoring.version"


class DraftNotFound(NotFound):
    """The course's working copy has no such lesson or revision."""

    default_rule = "authoring.draft"


class NotWrittenHere(Conflict):
    """The course comes from the content folder and would be overwritten by it."""

    default_rule = "authoring.origin"


class NotReady(Conflict):
    """Something is missing that a course needs before learners may see it."""

    default_rule = "authoring.ready"


class ReviewState(Conflict):
    """The review is not in the state that this step begins from."""

    default_rule = "authoring.review"
