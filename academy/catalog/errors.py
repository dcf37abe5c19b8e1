"""What the catalog refuses."""

from academy.kernel.errors import Conflict, Invalid, NotFound

__all__ = ["ContentFaulty", "CourseNotFound", "LessonNotFound", "NothingToPublish", "SlugTaken"]


class CourseNotFound(NotFound):
    """There is no such course, or the reader may not know of it."""

    default_rule = "catalog.course"


class LessonNotFound(NotFound):
    """The course, as the reader may see it, has no such lesson."""

    default_rule = "catalog.lesson"


class SlugTaken(Conflict):
    """Another course has this address already."""

    default_rule = "catalog.slug"


class NothingToPublish(Conflict):
    """A course needs at least one lesson with a text before learners can see it."""

    default_rule = "catalog.empty"


class ContentFaulty(Invalid):
    """A text or description cannot be published as it is; ``errors`` names place and remedy."""

    default_rule = "catalog.content"
