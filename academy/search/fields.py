"""A document as every engine keeps it: a bag of terms for the title, one for the text, and what results show."""

from collections import Counter

from academy.search.analysis import Bag, Compounds
from academy.search.backend import SearchDoc

HEADING_WEIGHT = 3.0
CONTEXT_WEIGHT = 0.5


def title_terms(doc: SearchDoc, compounds: Compounds) -> Counter[str]:
    """The terms of a title, stop words too."""
    bag = Bag(doc.lang, compounds)
    bag.add(doc.title, stops=True)
    return bag.terms


def body_terms(doc: SearchDoc, compounds: Compounds) -> Counter[str]:
    """The terms of everything else, those of the title included."""
    bag = Bag(doc.lang, compounds)
    bag.add(doc.title)
    for passage in doc.passages:
        bag.add(passage.text, HEADING_WEIGHT if passage.heading else 1.0)
    for text in doc.context:
        bag.add(text, CONTEXT_WEIGHT)
    return bag.terms


def stored_values(doc: SearchDoc) -> dict:
    """What results show and phrases are verified on; plain values."""
    return {
        "ref": doc.ref, "group": doc.group, "kind": doc.kind, "lang": doc.lang, "title": doc.title,
        "course": doc.course, "module": doc.module, "path": doc.path, "version": doc.version,
        "extra": dict(doc.extra), "labels": list(doc.labels),
        "tag": list(doc.tags),
        "passages": [(passage.anchor, passage.text, passage.heading) for passage in doc.passages],
    }  # fmt: skip


def count_of(weight: float) -> int:
    """The weight of a term where an engine counts occurrences: at least one."""
    return max(1, round(weight))
