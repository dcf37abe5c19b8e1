"""A file of questions against the course that it is for: how it is read, where its questions go, what would happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from academy.authoring.queries import draft_of_course
from academy.catalog.queries import list_media
from academy.catalog.views import CourseView
from academy.kernel.errors import Invalid
from academy.kernel.i18n import LOCALES, _l
from academy.questions.exchange.formats import FORMATS, read_file
from academy.questions.exchange.pictures import Known, shelf_of
from academy.questions.exchange.planning import Placement, Plan, Target, make_plan
from academy.questions.queries import items_of_course

__all__ = ["ImportOptions", "Report", "checked_options", "lessons_of", "outcomes_of", "planned"]

Report = Callable[[int, int], None]
"""Told how many of how many questions are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How a file is read (``format`` empty: as it looks) and where its questions are filed."""

    lang: str = "vi"
    format: str = ""
    lesson: str = ""
    outcome: str = ""


def planned(
    course: CourseView, data: bytes, options: Mapping[str, Any], report: Report = lambda _done, _total: None
) -> Plan:
    """Read a file and judge it; a handful of queries however long it is, and one more where pictures come in."""
    reading = read_file(data, FORMATS[options["format"]], options["lang"])
    studio = draft_of_course(course)
    target = Target(
        slug=course.slug,
        languages=studio.languages or (options["lang"],),
        lessons={row.slug: row.title for row in studio.lessons},
        outcomes=frozenset(outcome["id"] for outcome in studio.description["outcomes"]),
        items={item.key: item for item in items_of_course(course.id, retired=True)},
        shelf=cache(lambda: shelf_of(Known(file.path, file.name) for file in list_media(course.id))),
    )
    placement = Placement(
        lang=options["lang"],
        lesson=options["lesson"],
        outcome=options["outcome"],
        categories={name: (place[0], place[1]) for name, place in options.get("categories", {}).items()},
    )
    return make_plan(target, reading, placement, report)


def lessons_of(course: CourseView) -> set[str]:
    """Slugs of the lessons in a course's draft."""
    return {row.slug for row in draft_of_course(course).lessons}


def outcomes_of(course: CourseView) -> set[str]:
    """Ids of the outcomes in a course's draft."""
    return {outcome["id"] for outcome in draft_of_course(course).description["outcomes"]}


def checked_options(course: CourseView, options: ImportOptions) -> dict[str, Any]:
    """The options as they are stored; the format is told from the file.

    Raises:
        Invalid: one does not fit the course; ``errors`` by field.
    """
    errors: dict[str, Sequence[Any]] = {}
    if options.lang not in LOCALES:
        errors["lang"] = [_l("This is not one of the academy's languages.")]
    if options.format and options.format not in FORMATS:
        errors["format"] = [_l("This format is not read here.")]
    if options.lesson and options.lesson not in lessons_of(course):
        errors["lesson"] = [_l("The course has no such lesson.")]
    if options.outcome and options.outcome not in outcomes_of(course):
        errors["outcome"] = [_l("The course has no such outcome.")]
    if errors:
        message = _l("Please correct the fields named below.")
        raise Invalid(message, rule="questions.import", errors=errors)
    return {"lang": options.lang, "lesson": options.lesson, "outcome": options.outcome, "categories": {}}
