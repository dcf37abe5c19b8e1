"""Reading the files of courses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from academy.catalog.course_rows import COURSE_COLUMNS, course_view
from academy.catalog.file_texts import Part
from academy.catalog.media_files import language_variants
from academy.catalog.media_texts import is_readable
from academy.catalog.models import Course, Media, MediaText
from academy.catalog.policies import can_see_course
from academy.catalog.views import MediaView
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import DEFAULT_LOCALE, _l

__all__ = ["find_media", "get_media", "list_all_media", "list_media", "list_parts"]


def get_media(actor: Actor, course_slug: str, name: str) -> MediaView:
    """A file of a course by the name in its address; one query.

    Raises:
        NotFound: there is none, or the reader may not see the course.
    """
    statement = select(*COURSE_COLUMNS, Media).join(Media, Media.course_id == Course.id)
    row = db.session.execute(statement.where(Course.slug == course_slug, Media.name == name)).one_or_none()
    if row is None:
        raise NotFound(_l("There is no such file."))
    course = course_view(row)
    if not can_see_course(actor, course):
        raise NotFound(_l("There is no such file."))
    open_to_all = course.state == "published" and course.visibility == "public"
    return _media_view(course.slug, row.Media, public=open_to_all)


def find_media(course_id: int, path: str, lang: str = DEFAULT_LOCALE) -> MediaView | None:
    """The newest file at a path of the course folder, in the wanted language if there are several."""
    paths = language_variants(path, lang)
    statement = (
        select(Course.slug, Media)
        .join(Course, Course.id == Media.course_id)
        .where(Media.course_id == course_id, Media.path.in_(paths))
        .order_by(Media.id)
    )
    newest = {media.path: (slug, media) for slug, media in db.session.execute(statement)}
    found = next((newest[candidate] for candidate in paths if candidate in newest), None)
    return _media_view(*found) if found else None


def list_media(course_id: int) -> list[MediaView]:
    """The files of a course, the newest at each path, by path; whoever asks. One query."""
    return list({file.path: file for file in _files(course_id)}.values())


def list_all_media(course_id: int) -> list[MediaView]:
    """The files of a course with those that others at their paths have replaced: lessons may show either. One query."""
    return list(_files(course_id))


def _files(course_id: int) -> Iterator[MediaView]:
    statement = (
        select(Course.slug, Media, MediaText.fault, MediaText.cut)
        .join(Course, Course.id == Media.course_id)
        .outerjoin(MediaText, MediaText.sha256 == Media.sha256)
        .where(Media.course_id == course_id)
        .order_by(Media.path, Media.id)
    )
    for slug, media, fault, cut in db.session.execute(statement):
        text = ""
        if is_readable(media.path):
            text = "waiting" if fault is None else fault or ("cut" if cut else "read")
        yield _media_view(slug, media, text=text)


def list_parts(sha256s: Iterable[str]) -> dict[str, list[Part]]:
    """What documents say, by their hash; those that could not be read are left out. One query."""
    statement = select(MediaText.sha256, MediaText.parts).where(MediaText.sha256.in_(set(sha256s)))
    return {
        sha256: [Part(*part) for part in parts] for sha256, parts in db.session.execute(statement) if parts
    }


def _media_view(course: str, media: Media, *, public: bool = True, text: str = "") -> MediaView:
    return MediaView(
        course=course,
        path=media.path,
        name=media.name,
        storage_key=media.storage_key,
        mime=media.mime,
        bytes=media.bytes,
        width=media.width,
        height=media.height,
        public=public,
        sha256=media.sha256,
        text=text,
    )
