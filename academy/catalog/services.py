"""The catalog's use cases: creating, publishing and withdrawing courses, their lessons and media."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from marshmallow import ValidationError
from sqlalchemy import delete, select

from academy.accounts.models import Account
from academy.audit.services import record
from academy.catalog import queries
from academy.catalog.content_schema import SLUG
from academy.catalog.content_sync import sync_content
from academy.catalog.course_writing import CourseDescription, OutlinePlan, title_columns, write_course_version
from academy.catalog.database_links import DatabaseLinks
from academy.catalog.errors import ContentFaulty, CourseNotFound, SlugTaken
from academy.catalog.events import CourseAudienceChanged, CourseWithdrawn
from academy.catalog.freezing import require_not_frozen
from academy.catalog.heading_ids import with_heading_ids
from academy.catalog.lesson_text import LessonText, compare_languages, prepare_text
from academy.catalog.lesson_writing import estimated_minutes, refresh_texts, write_lesson_version
from academy.catalog.media_files import MediaRefused, inspect_media, media_name
from academy.catalog.media_texts import want_text
from academy.catalog.models import VISIBILITIES, Course, CourseInstructor, Lesson, Media
from academy.catalog.policies import (
    COURSE_CREATE,
    can_create_course,
    can_edit_course,
    can_manage_course,
    can_publish_course,
    can_see_course,
)
from academy.catalog.views import CourseView, MediaView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import insert_if_absent
from academy.kernel.errors import Invalid
from academy.kernel.i18n import DEFAULT_LOCALE, LOCALES, _l
from academy.kernel.storage import storage
from academy.kernel.text import clean
from academy.kernel.text import slug as slug_of
from academy.kernel.unit_of_work import unit_of_work

__all__ = [
    "CourseDescription", "OutlinePlan", "create_course", "declare_lesson", "publish_course",
    "publish_lesson_version", "refresh_renderings", "render_preview", "set_instructors", "set_visibility", "store_media", "sync_content",
    "withdraw_course",
]  # fmt: skip


def create_course(
    actor: Actor,
    *,
    title: str | Mapping[str, str],
    slug: str | None = None,
    module: str = "",
    lang: str | None = None,
    owner_unit_path: str | None = None,
) -> CourseView:
    """Begin a course; only its title is needed. The actor becomes its instructor.

    Args:
        title: by language, or one text in ``lang``.
        slug: its address; made from the title if not given.
        owner_unit_path: the unit that answers for it; the actor's own if not given.

    Raises:
        Forbidden, Invalid, SlugTaken
    """
    titles = {lang or DEFAULT_LOCALE: title} if isinstance(title, str) else dict(title)
    titles = {
        language: clean(text) for language, text in titles.items() if language in LOCALES and clean(text)
    }
    if not titles or max(map(len, titles.values())) > 200:
        raise Invalid(
            _l("A course needs a title of at most 200 characters."), errors={"title": [_l("Write a title.")]}
        )
    owner = _own_unit(actor) if owner_unit_path is None else owner_unit_path
    with unit_of_work() as work:
        require(actor, can_create_course, owner)
        course = Course(
            slug=_free_slug(slug, titles),
            module=module,
            origin="studio",
            owner_unit_path=owner,
            **title_columns(titles),
        )
        work.session.add(course)
        work.session.flush()
        if actor.account_id is not None:
            work.session.add(CourseInstructor(course_id=course.id, account_id=actor.account_id))
        record(actor, "catalog.course.create", "course", course.slug)
        work.session.flush()
        return _view(course.id)


def _own_unit(actor: Actor) -> str:
    """Where a course belongs if its author does not say: the author's unit, else where he may write."""
    return actor.unit_path or next(iter(actor.scopes(COURSE_CREATE)), "")


def _free_slug(wanted: str | None, titles: Mapping[str, str]) -> str:
    taken = queries.find_course
    if wanted is not None:
        _check_slug(wanted)
        if taken(wanted) is not None:
            raise SlugTaken(
                _l("The address “%(slug)s” belongs to another course.", slug=wanted),
                next_step=_l("Choose another address."),
            )
        return wanted
    base = slug_of(titles.get("vi") or next(iter(titles.values())), 70) or "course"
    candidate, count = base, 1
    while taken(candidate) is not None:
        count += 1
        candidate = f"{base}-{count}"
    return candidate


def _check_slug(slug: str) -> None:
    try:
        SLUG(slug)
    except ValidationError as error:
        raise Invalid(
            _l("An address has small letters a–z, digits and hyphens."),
            errors={"slug": [_l("Use small letters a–z, digits and hyphens.")]},
        ) from error


def _open(actor: Actor, course_id: int) -> CourseView:
    """The course, if the actor may know of it."""
    course = queries.find_course_by_id(course_id)
    if course is None or not can_see_course(actor, course):
        raise CourseNotFound(_l("There is no such course."))
    return course


def _view(course_id: int) -> CourseView:
    course = queries.find_course_by_id(course_id)
    assert course is not None  # the caller has just written it
    return course


def declare_lesson(actor: Actor, course_id: int, lesson_slug: str) -> None:
    """Reserve the address of a lesson that has no version yet, so that other lessons may link to it.

    Raises:
        CourseNotFound, Forbidden, Invalid
    """
    with unit_of_work() as work:
        require(actor, can_edit_course, _open(actor, course_id))
        _check_slug(lesson_slug)
        values = {"course_id": course_id, "slug": lesson_slug, "current_number": 0, "synced_hash": ""}
        insert_if_absent(work.session, Lesson, **values)


def publish_lesson_version(
    actor: Actor, course_id: int, lesson_slug: str, texts: Mapping[str, str], *, minutes: int | None = None
) -> int:
    """Make texts the newest version of a lesson. Readers see it when the course is published next.

    Args:
        texts: Markdown with front matter by language; headings without id get one.
        minutes: reading time; estimated from the text if not given.

    Returns:
        Id of the newest lesson version: the same as before if nothing changed.

    Raises:
        CourseNotFound, Forbidden
        ContentFaulty: ``errors`` has messages by ``"<language>:<line>"``.
    """
    with unit_of_work() as work:
        course = _open(actor, course_id)
        require(actor, can_publish_course, course)
        _check_slug(lesson_slug)
        prepared = _prepare(course, texts)
        _lesson, version, new = write_lesson_version(
            work, actor, course.id, lesson_slug, prepared, minutes or estimated_minutes(prepared)
        )
        if new:
            record(
                actor,
                "catalog.lesson.publish",
                "lesson",
                f"{course.slug}/{lesson_slug}",
                details={"number": version.number},
            )
        return version.id


def _prepare(course: CourseView, texts: Mapping[str, str]) -> dict[str, LessonText]:
    if not texts or any(lang not in LOCALES for lang in texts):
        raise Invalid(_l("A lesson needs a text in one of the academy's languages."))
    links = DatabaseLinks(course.id, course.slug)
    sources = with_heading_ids(texts)
    ordered = sorted(sources, key=LOCALES.index)
    prepared = {lang: prepare_text(sources[lang], lang=lang, links=links, path=lang) for lang in ordered}
    faults = [fault for text in prepared.values() for fault in text.faults]
    faults += compare_languages(prepared, blocks=False)
    if faults:
        errors: dict[str, list[str]] = {}
        for fault in sorted(faults):
            errors.setdefault(f"{fault.path}:{fault.line}", []).append(f"{fault.message} → {fault.remedy}")
        raise ContentFaulty(_l("The lesson cannot be published as it is."), errors=errors)
    return prepared


def publish_course(
    actor: Actor,
    course_id: int,
    *,
    description: CourseDescription | None = None,
    outline: Sequence[OutlinePlan] | None = None,
) -> CourseView:
    """Let readers see a course with the newest versions of its lessons.

    ``description`` and ``outline`` keep what stands if not given. Nothing changed: the same version.

    Raises:
        CourseNotFound, Forbidden, ContentFaulty, NothingToPublish
    """
    with unit_of_work() as work:
        require(actor, can_publish_course, _open(actor, course_id))
        course = work.session.get_one(Course, course_id)
        was = course.state
        version, new = write_course_version(work, actor, course, description, outline)
        if new or was != course.state:
            record(actor, "catalog.course.publish", "course", course.slug, details={"number": version.number})
        if was != course.state and not new:
            work.emit(CourseAudienceChanged(course_id=course.id))
        work.session.flush()
        return _view(course_id)


def withdraw_course(actor: Actor, course_id: int, *, reason: str = "") -> CourseView:
    """Offer a course no longer. Who has begun it may read on; publishing it again undoes this.

    Raises:
        CourseNotFound, Forbidden
        Frozen: an examination of the course is under way, or about to begin.
    """
    with unit_of_work() as work:
        require(actor, can_publish_course, _open(actor, course_id))
        course = work.session.get_one(Course, course_id)
        if course.state == "published":
            require_not_frozen(course_id)
            course.state = "withdrawn"
            record(actor, "catalog.course.withdraw", "course", course.slug, details={"reason": clean(reason)})
            work.emit(CourseWithdrawn(course_id=course.id))
            work.session.flush()
        return _view(course_id)


def set_visibility(actor: Actor, course_id: int, visibility: str) -> CourseView:
    """Open a course to all (``public``) or to the people of its unit only (``restricted``).

    Raises:
        CourseNotFound, Forbidden, Invalid
    """
    if visibility not in VISIBILITIES:
        raise Invalid(_l("Choose public or restricted."), errors={"visibility": [_l("Not a valid choice.")]})
    with unit_of_work() as work:
        require(actor, can_publish_course, _open(actor, course_id))
        course = work.session.get_one(Course, course_id)
        if course.visibility != visibility:
            course.visibility = visibility
            record(
                actor, "catalog.course.visibility", "course", course.slug, details={"visibility": visibility}
            )
            work.emit(CourseAudienceChanged(course_id=course.id))
            work.session.flush()
        return _view(course_id)


def set_instructors(actor: Actor, course_id: int, account_ids: Iterable[int]) -> CourseView:
    """Say who teaches a course. Instructors may add others; only an administrator may leave nobody.

    Raises:
        CourseNotFound, Forbidden, Invalid
    """
    with unit_of_work() as work:
        course = _open(actor, course_id)
        require(actor, can_edit_course, course)
        wanted = set(account_ids)
        if not wanted:
            require(actor, can_manage_course, course)
        known = set(work.session.scalars(select(Account.id).where(Account.id.in_(wanted))))
        if wanted - known:
            raise Invalid(
                _l("One of these accounts does not exist."),
                errors={"instructors": [_l("Choose an account.")]},
            )
        if wanted != course.instructor_ids:
            work.session.execute(delete(CourseInstructor).where(CourseInstructor.course_id == course_id))
            for account_id in sorted(wanted):
                work.session.add(CourseInstructor(course_id=course_id, account_id=account_id))
            record(
                actor,
                "catalog.course.instructors",
                "course",
                course.slug,
                details={
                    "added": sorted(wanted - course.instructor_ids),
                    "removed": sorted(course.instructor_ids - wanted),
                },
            )
            work.emit(CourseAudienceChanged(course_id=course_id))
            work.session.flush()
        return _view(course_id)


def store_media(actor: Actor, course_id: int, path: str, data: bytes) -> MediaView:
    """Add a file to a course; lessons show it by its path (``figures/plan.svg``).

    Raises:
        CourseNotFound, Forbidden
        ContentFaulty: the kind, size or content is not allowed.
    """
    file = PurePosixPath(path)
    if file.is_absolute() or ".." in file.parts or not file.name or len(path) > 200:
        raise ContentFaulty(
            _l("This is not a path inside the course."), errors={"path": [_l("Not allowed.")]}
        )
    with unit_of_work() as work:
        course = _open(actor, course_id)
        require(actor, can_edit_course, course)
        try:
            mime, width, height = inspect_media(path, data)
        except MediaRefused as error:
            message = f"{error} → {error.remedy}"
            raise ContentFaulty(_l("This file cannot be used."), errors={"file": [message]}) from error
        digest = hashlib.sha256(data).hexdigest()
        name = media_name(path, digest)
        media = work.session.scalar(select(Media).where(Media.course_id == course_id, Media.name == name))
        if media is None:
            media = Media(
                course_id=course_id,
                path=str(file),
                name=name,
                sha256=digest,
                storage_key=storage().put(data, suffix=file.suffix.lower()),
                mime=mime,
                bytes=len(data),
                width=width,
                height=height,
            )
            work.session.add(media)
            work.session.flush()
            want_text(work, digest, path)
        return MediaView(
            course=course.slug,
            path=media.path,
            name=media.name,
            storage_key=media.storage_key,
            mime=media.mime,
            bytes=media.bytes,
            width=media.width,
            height=media.height,
        )


def refresh_renderings(actor: Actor) -> int:
    """Render anew every text whose citations changed their validity, for example overnight.

    Returns:
        The number of texts rendered.
    """
    with unit_of_work() as work:
        return refresh_texts(work)


def render_preview(source: str, lang: str, course: CourseView | None = None) -> LessonText:
    """What publishing this source would show, with its faults; writes nothing."""
    links = DatabaseLinks(course.id if course else None, course.slug if course else "")
    return prepare_text(with_heading_ids({lang: source})[lang], lang=lang, links=links, path=lang)
