"""Which lessons show a question, published or in the studio."""

from __future__ import annotations

from collections.abc import Iterator

from academy.authoring.queries import list_drafts
from academy.catalog.queries import find_course_by_id
from academy.kernel.i18n import _l, localized
from academy.questions.queries import ItemRow
from academy.questions.uses import ItemUse

__all__ = ["uses_in_lessons"]


def uses_in_lessons(item: ItemRow) -> Iterator[ItemUse]:
    """The published lessons that embed an item, and the drafts that will."""
    course = find_course_by_id(item.course_id)
    if course is None:
        return
    published = {entry.slug: entry for entry in course.outline if item.key in entry.exercises}
    for slug, entry in published.items():
        yield ItemUse(
            text=_l("Lesson “%(title)s”, as learners read it now", title=localized(entry.title) or slug),
            breaks=_l("The exercise disappears from the lesson at once."),
            endpoint="progress.show_lesson",
            values={"course": course.slug, "lesson": slug},
        )
    mark = f"[[exercise:{item.key}]]"
    for slug, drafts in list_drafts(course.id).items():
        langs = sorted(lang for lang, text in drafts.items() if mark in text.body)
        if langs:
            title = next((text.title for lang, text in drafts.items() if text.title), slug)
            yield ItemUse(
                text=_l("Lesson “%(title)s” in the studio (%(langs)s)", title=title, langs=", ".join(langs)),
                breaks=_l("The lesson cannot be published until the line is taken out."),
                endpoint="authoring.show_lesson",
                values={"course": course.slug, "lesson": slug, "lang": langs[0]},
            )
