"""Taking questions of a course out, in a format that other systems read."""

from __future__ import annotations

from collections.abc import Sequence

from academy.audit.services import record
from academy.authoring.queries import open_for_authors
from academy.catalog.queries import find_media, get_media
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.exchange.exporting import Exported, export_items
from academy.questions.exchange.formats import FORMATS
from academy.questions.models import ACTIVE
from academy.questions.queries import items_of_course

__all__ = ["export_questions", "exportable"]


def exportable() -> list[tuple[str, object]]:
    """Names and titles of the formats that can be written."""
    return [(form.name, form.title) for form in FORMATS.values() if form.write is not None]


def export_questions(
    actor: Actor,
    slug: str,
    *,
    form: str,
    langs: Sequence[str],
    lesson: str | None = None,
    keys: Sequence[str] = (),
    note: bool = True,
) -> Exported:
    """The questions of a course, or some of them, in a format; with what the format cannot carry.

    Args:
        lesson: only the questions of a lesson (``""``: of none); None for all.
        keys: only these; all if empty.
        note: whether the journal notes it: it does where the file is handed out.

    Raises:
        CourseNotFound, Forbidden
        Invalid: no such format or language, or no question that fits.
    """
    course = open_for_authors(actor, slug)
    errors = {}
    if form not in FORMATS or FORMATS[form].write is None:
        errors["format"] = [_l("This format is not written here.")]
    if not langs or any(lang not in LOCALES for lang in langs):
        errors["lang"] = [_l("Choose one or more of the academy's languages.")]
    items = [
        item
        for item in items_of_course(course.id)
        if item.state == ACTIVE
        and (lesson is None or item.lesson == lesson)
        and (not keys or item.key in keys)
    ]
    if not items and not errors:
        errors["lesson"] = [_l("There is no question to be exported.")]
    if errors:
        message = _l("Please correct the fields named below.")
        raise Invalid(message, rule="questions.export", errors=errors)

    def load(name: str) -> bytes | None:
        try:
            return storage().read(get_media(actor, slug, name).storage_key)
        except NotFound:
            return None

    def find(path: str, lang: str) -> bytes | None:
        media = find_media(course.id, path, lang)
        try:
            return storage().read(media.storage_key) if media else None
        except NotFound:
            return None

    ordered = [lang for lang in LOCALES if lang in langs]
    exported = export_items(items, FORMATS[form], ordered, load, find)
    if note:
        with unit_of_work():
            details = {"format": form, "languages": ordered, "questions": len(items)}
            record(actor, "authoring.questions.export", "course", slug, details=details)
    return exported
