"""People and classes for those who may see them, from the database: what the index does not hold it cannot tell, and
who has moved to another unit is seen from there at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from academy.classes.policies import CLASS_READ
from academy.classes.queries import list_classes
from academy.classes.views import ClassRow
from academy.kernel.actor import Actor
from academy.organization.people_queries import FoundPerson, find_people
from academy.organization.policies import PEOPLE_READ
from academy.search.query import Query

__all__ = ["Directory", "look_up"]

SHOWN = 5
LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Directory:
    """The first few people, by name, and classes, newest first; ``words`` lead to the whole lists."""

    words: str = ""
    people: Sequence[FoundPerson] = ()
    classes: Sequence[ClassRow] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.classes)


NOBODY = Directory()


def look_up(actor: Actor, query: Query) -> Directory:
    """People whose names or codes, and classes whose codes or titles, begin with the words of a query.

    At most two queries; none for readers who administer nothing, nor for what is narrowed to lessons.
    """
    words = " ".join(query.text.replace('"', " ").replace("*", " ").split())
    narrowed = query.langs or query.courses or query.modules or query.tags or query.excluded
    if len(words) < LEAST_LETTERS or narrowed or len(query.alternatives) != 1 or "title:" in words:
        return NOBODY
    return Directory(
        words=words,
        people=find_people(actor, words, limit=SHOWN) if actor.may(PEOPLE_READ) else (),
        classes=list_classes(actor, q=words, limit=SHOWN).items if actor.may(CLASS_READ) else (),
    )
