"""Writing versions of courses and what lists need of them; checks no rights and opens no transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, select

from academy.catalog.content_schema import CourseSchema
from academy.catalog.errors import ContentFaulty, NothingToPublish
from academy.catalog.events import CoursePublished
from academy.catalog.freezing import require_not_frozen
from academy.catalog.glossary import project_glossary
from academy.catalog.models import (
    Course,
    CourseFacet,
    CoursePrerequisite,
    CourseVersion,
    CourseVersionLesson,
    Lesson,
    LessonText,
    LessonVersion,
    Topic,
)
from academy.catalog.topic_tree import cycles, with_ancestors
from academy.kernel.actor import Actor
from academy.kernel.i18n import _l
from academy.kernel.text import fold, sort_key
from academy.kernel.unit_of_work import UnitOfWork

__all__ = ["CourseDescription", "OutlinePlan", "project_facets", "title_columns", "write_course_version"]

MINUTES_PER_PERIOD = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDescription:
    """What a course says of itself, as in ``course.yaml``; ``periods`` 0 means: by reading time."""

    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    level: str = "basic"
    periods: int = 0
    languages: Sequence[str] = ()
    topics: Sequence[str] = ()
    outcomes: Sequence[Mapping[str, Any]] = ()
    prerequisites: Sequence[str] = ()
    completion: Mapping[str, Any] = field(
        default_factory=lambda: {"lessons": "all", "exercises": "all", "quiz": None}
    )
    quizzes: Sequence[str] = ()

    @classmethod
    def of(cls, version: CourseVersion) -> CourseDescription:
        """The description that a version was published with."""
        return cls(**{name: getattr(version, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinePlan:
    """A lesson's place in a course; ``minutes`` None means: as its version says."""

    lesson: str
    minutes: int | None = None
    outcomes: Sequence[str] = ()


def title_columns(title: Mapping[str, str]) -> dict[str, Any]:
    """What lists of courses sort and search by."""
    first = title.get("vi") or next(iter(title.values()), "")
    return {
        "title": dict(title),
        "sort_key": sort_key(first)[:800],
        "title_fold": fold(" ".join(title.values()))[:800],
    }


def write_course_version(
    work: UnitOfWork,
    actor: Actor,
    course: Course,
    description: CourseDescription | None,
    plan: Sequence[OutlinePlan] | None,
) -> tuple[CourseVersion, bool]:
    """Publish a course with the newest versions of its lessons.

    Args:
        description: None keeps that of the present version, or for a first one takes the title only.
        plan: None keeps the present outline, or for a first version takes every lesson by slug.

    Returns:
        The version readers see now, and whether it is new.

    Raises:
        ContentFaulty: the description breaks a rule of ``course.yaml``, or names what does not exist.
        NothingToPublish: there is no lesson.
        Frozen: an examination of the course is under way.
    """
    present = work.session.scalar(
        select(CourseVersion).where(
            CourseVersion.course_id == course.id, CourseVersion.number == course.published_number
        )
    )
    if description is None:
        description = CourseDescription.of(present) if present else CourseDescription(title=course.title)
    if plan is None and present is not None:
        plan = [
            OutlinePlan(lesson=entry["slug"], minutes=entry["minutes"], outcomes=entry["outcomes"])
            for entry in present.outline
        ]
    outline = _outline(work, course.id, plan)
    fields = _fields(work, course, description, outline)
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if present is not None and present.hash == digest:
        course.state = "published"
        return present, False
    if present is not None:
        require_not_frozen(course.id)
    newest = work.session.scalar(
        select(CourseVersion.number)
        .where(CourseVersion.course_id == course.id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    version = CourseVersion(
        course_id=course.id, number=(newest or 0) + 1, hash=digest, published_by=actor.account_id, **fields
    )
    work.session.add(version)
    work.session.flush()
    for position, entry in enumerate(outline, start=1):
        work.session.add(
            CourseVersionLesson(
                course_version_id=version.id, position=position, lesson_version_id=entry["lesson_version_id"]
            )
        )
    _project(work, course, version)
    work.session.flush()
    work.emit(_published(course, version, present))
    return version, True


def _published(course: Course, version: CourseVersion, before: CourseVersion | None) -> CoursePublished:
    old = before.outline if before else []
    shown = {entry["lesson_version_id"] for entry in old}
    kept = {entry["lesson_id"] for entry in version.outline}
    return CoursePublished(
        course_id=course.id,
        course_version_id=version.id,
        number=version.number,
        lesson_version_ids=tuple(
            entry["lesson_version_id"] for entry in version.outline if entry["lesson_version_id"] not in shown
        ),
        removed_lesson_ids=tuple(entry["lesson_id"] for entry in old if entry["lesson_id"] not in kept),
    )


def _outline(work: UnitOfWork, course_id: int, plan: Sequence[OutlinePlan] | None) -> list[dict[str, Any]]:
    statement = (
        select(Lesson.slug, Lesson.id, LessonVersion, LessonText.lang, LessonText.title, LessonText.exercises)
        .join(LessonVersion, LessonVersion.lesson_id == Lesson.id)
        .join(LessonText, LessonText.lesson_version_id == LessonVersion.id)
        .where(Lesson.course_id == course_id, LessonVersion.number == Lesson.current_number)
        .order_by(Lesson.slug, LessonText.id)
    )
    lessons: dict[str, dict[str, Any]] = {}
    for slug, lesson_id, version, lang, title, exercises in work.session.execute(statement):
        entry = lessons.setdefault(
            slug,
            {
                "lesson_id": lesson_id,
                "lesson_version_id": version.id,
                "slug": slug,
                "number": version.number,
                "minutes": version.minutes,
                "words": version.words,
                "outcomes": [],
                "title": {},
                "exercises": exercises,
            },
        )
        entry["title"][lang] = title
    if plan is None:
        plan = [OutlinePlan(lesson=slug) for slug in lessons]
    missing = [place.lesson for place in plan if place.lesson not in lessons]
    if missing:
        raise ContentFaulty(
            _l("A lesson of the outline has no published text."),
            errors={f"outline.{slug}": [_l("Publish this lesson first.")] for slug in missing},
        )
    if not plan:
        raise NothingToPublish(
            _l("A course needs at least one lesson before it can be published."),
            next_step=_l("Write a lesson and publish it."),
        )
    return [
        lessons[place.lesson]
        | {"outcomes": list(place.outcomes), "minutes": place.minutes or lessons[place.lesson]["minutes"]}
        for place in plan
    ]


def _fields(
    work: UnitOfWork, course: Course, description: CourseDescription, outline: list[dict[str, Any]]
) -> dict[str, Any]:
    """The columns of a version, after checking them."""
    fields = {name: _plain(value) for name, value in asdict(description).items()}
    minutes = sum(entry["minutes"] for entry in outline)
    fields["periods"] = fields["periods"] or max(1, -(-minutes // MINUTES_PER_PERIOD))
    fields["languages"] = fields["languages"] or list(
        dict.fromkeys(lang for entry in outline for lang in entry["title"])
    )
    _check(work, course, fields, outline)
    return fields | {"outline": outline, "minutes": minutes, "lesson_count": len(outline)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _check(work: UnitOfWork, course: Course, fields: dict[str, Any], outline: list[dict[str, Any]]) -> None:
    places = [{"lesson": e["slug"], "minutes": e["minutes"], "outcomes": e["outcomes"]} for e in outline]
    # a course from the studio may do without summary and outcomes; what is given must be right
    optional = ("summary", "outcomes")
    given = {name: value for name, value in fields.items() if value or name not in optional}
    messages = CourseSchema(partial=optional).validate(given | {"id": course.slug, "outline": places})
    errors: dict[str, list[Any]] = {name: [str(text)] for name, text in messages.items()}
    known = set(work.session.scalars(select(Topic.slug).where(Topic.slug.in_(fields["topics"]))))
    for slug in set(fields["topics"]) - known:
        errors.setdefault("topics", []).append(_l("There is no topic “%(slug)s”.", slug=slug))
    needed = set(work.session.scalars(select(Course.slug).where(Course.slug.in_(fields["prerequisites"]))))
    for slug in set(fields["prerequisites"]) - needed:
        errors.setdefault("prerequisites", []).append(_l("There is no course “%(slug)s”.", slug=slug))
    if not errors and _closes_circle(work, course, fields["prerequisites"]):
        errors["prerequisites"] = [_l("These courses need this one themselves.")]
    if errors:
        raise ContentFaulty(_l("The course's description has faults."), errors=errors)


def _closes_circle(work: UnitOfWork, course: Course, prerequisites: Sequence[str]) -> bool:
    if not prerequisites:
        return False
    slugs: dict[int, str] = dict(work.session.execute(select(Course.id, Course.slug)).tuples().all())
    edges: dict[str, list[str]] = {}
    for needing, needed in work.session.execute(
        select(CoursePrerequisite.course_id, CoursePrerequisite.prerequisite_id)
    ):
        edges.setdefault(slugs[needing], []).append(slugs[needed])
    edges[course.slug] = list(prerequisites)
    return bool(cycles(edges))


def _project(work: UnitOfWork, course: Course, version: CourseVersion) -> None:
    """What lists and rules ask of the current version, beside it."""
    for name, value in title_columns(version.title).items():
        setattr(course, name, value)
    course.published_number = version.number
    course.state = "published"
    work.session.execute(delete(CoursePrerequisite).where(CoursePrerequisite.course_id == course.id))
    for needed in work.session.scalars(select(Course.id).where(Course.slug.in_(version.prerequisites))):
        work.session.add(CoursePrerequisite(course_id=course.id, prerequisite_id=needed))
    project_facets(work, course, version)
    project_glossary(work, course.id)


def project_facets(work: UnitOfWork, course: Course, version: CourseVersion) -> None:
    """Write anew by what the catalog finds the course: also when topics have moved in their tree."""
    parents: dict[int, str] = {}
    tree: dict[str, str | None] = {}
    topics = work.session.execute(select(Topic.id, Topic.slug, Topic.parent_id)).all()
    parents = {row.id: row.slug for row in topics}
    tree = {row.slug: parents.get(row.parent_id) for row in topics}
    values = [("level", version.level)]
    values += [("module", course.module)] if course.module else []
    values += [("language", language) for language in version.languages]
    values += [("topic", slug) for slug in with_ancestors(version.topics, tree)]
    work.session.execute(delete(CourseFacet).where(CourseFacet.course_id == course.id))
    for facet, value in values:
        work.session.add(CourseFacet(course_id=course.id, facet=facet, value=value))
