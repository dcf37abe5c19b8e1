"""Addresses of a course's files for pages that show one by its path."""

from __future__ import annotations

from functools import lru_cache

from flask import url_for

from academy.catalog.media_queries import find_media
from academy.catalog.queries import find_course
from academy.kernel import clock

__all__ = ["course_media_url"]

_MINUTE = 60


def course_media_url(course_slug: str, path: str, lang: str) -> str | None:
    """The address of a file beside a course (``media/hello.mp3``); None if there is none.

    What was found is remembered for a minute at most, so that a page with several recordings asks the
    database once a minute for each, not once a reader.
    """
    name = _media_name(course_slug, path, lang, int(clock.now().timestamp()) // _MINUTE)
    return url_for("catalog.media", course=course_slug, name=name) if name else None


class _NotThere(LookupError):
    """Kept out of the cache by being raised."""


def _media_name(course_slug: str, path: str, lang: str, minute: int) -> str | None:
    try:
        return _known_media_name(course_slug, path, lang, minute)
    except _NotThere:
        return None


@lru_cache(maxsize=1024)
def _known_media_name(course_slug: str, path: str, lang: str, minute: int) -> str:
    course = find_course(course_slug)
    found = find_media(course.id, path, lang) if course else None
    if found is None:
        raise _NotThere(path)
    return found.name
