"""Searching: what a reader may find, from the index, or from the database while there is no index."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import and_, or_, select

from academy.accounts.models import Account
from academy.catalog import queries as catalog
from academy.catalog.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    Lesson,
    LessonText,
    LessonVersion,
    Topic,
)
from academy.catalog.policies import courses_visible_to
from academy.catalog.views import LegalRow
from academy.kernel.actor import Actor
from academy.kernel.db import Prepared, db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l, current_language
from academy.kernel.text import fold, tokens
from academy.search.backend import (
    PUBLIC,
    Hit,
    IndexDamaged,
    Scope,
    SearchPage,
    Suggestion,
)
from academy.search.directory import NOBODY, look_up
from academy.search.documents import UNTITLED, course_label
from academy.search.engine import engine
from academy.search.plan import Mark
from academy.search.query import Number, Query, parse, without_filter
from academy.search.services import request_rebuild
from academy.search.snippets import MarkedDocument
from academy.search.views import Looser, Result, Results
from academy.search.vocabulary_queries import synonyms_in_force

__all__ = ["course_titles", "scope_of", "search", "similar", "suggest"]

MAX_LIMIT = 50
MAX_OFFSET = 1000
TITLES_READ = 20_000
MAX_DOCUMENTS = 3
MOST_LOOSER = 3
FILTER_ATTRIBUTES = {"lang": "langs", "course": "courses", "module": "modules", "tag": "tags"}


def search(
    actor: Actor,
    text: str,
    *,
    course: str | None = None,
    module: str | None = None,
    lang: str | None = None,
    tag: str | None = None,
    limit: int = 10,
    cursor: str | None = None,
) -> Results:
    """Find lessons and courses; never fails because of the text or of the index. One query, one for each of at
    most three document numbers, one for topics if some are chosen, and one a second for synonyms.

    Args:
        text: in the query language of :mod:`academy.search.query`.
        course, module, lang, tag: narrow to a course, a module, a topic (slugs) or a language.
        limit: results a page, at most 50.
        cursor: from the page before.

    Raises:
        NotFound: the cursor is not one of a search.
    """
    query = parse(text, synonyms_in_force()).narrowed(course=course, module=module, lang=lang, tag=tag)
    query = replace(query, tags=_with_narrower(query.tags))
    offset, limit = _offset(cursor), max(1, min(limit, MAX_LIMIT))
    if query.is_empty:
        return Results(query=query, items=(), total=0)
    try:
        page = engine().search(query, scope_of(actor), limit=limit, offset=offset, prefer=current_language())
        items = [_result(hit) for hit in page.hits]
    except IndexDamaged:
        request_rebuild()
        return _from_database(actor, query, limit, offset)
    return Results(
        query=query,
        items=items,
        total=page.total,
        total_is_exact=page.total_is_exact,
        facets=page.facets,
        suggestion=page.corrected,
        missing=page.missing,
        did_you_mean=page.did_you_mean,
        looser=_looser(actor, query) if page.total == 0 and offset == 0 else (),
        documents=_documents(query) if offset == 0 else (),
        directory=look_up(actor, query) if offset == 0 else NOBODY,
        next_cursor=_cursor(page),
    )


def _looser(actor: Actor, query: Query) -> list[Looser]:
    """What would be found without one of the words, or without one of the filters; what finds nothing is left out."""
    scope = scope_of(actor)

    def count(asked: Query) -> int:
        return engine().search(asked, scope, limit=1).total

    fewer = [Looser(text=left.text, total=count(left), word=word) for word, left in query.looser()]
    wider = [
        Looser(
            text=without_filter(query.text, name),
            total=count(replace(query, **{attribute: frozenset()})),
            dropped=name,
        )
        for name, attribute in FILTER_ATTRIBUTES.items()
        if getattr(query, attribute)
    ]
    found = [one for one in fewer if one.total]
    return [one for one in wider if one.total] + sorted(found, key=lambda one: -one.total)[:MOST_LOOSER]


def _with_narrower(topics: frozenset[str]) -> frozenset[str]:
    """Topics with those below them: who asks for a parent also means its children. One query if there are any."""
    if not topics:
        return topics
    rows = {row.id: row for row in db.session.execute(select(Topic.id, Topic.slug, Topic.parent_id))}
    parents = {row.slug: rows[row.parent_id].slug for row in rows.values() if row.parent_id in rows}

    def line(slug: str) -> Iterator[str]:
        while slug:
            yield slug
            slug = parents.get(slug, "")

    return topics | {row.slug for row in rows.values() if topics & set(line(row.slug))}


def suggest(actor: Actor, typed: str, *, limit: int = 8) -> list[Suggestion]:
    """Titles that the reader may see and that fit what has been typed; none while there is no index."""
    try:
        return engine().suggest(typed[:100], scope_of(actor), limit=max(1, min(limit, 20)))
    except IndexDamaged:
        request_rebuild()
        return []


def similar(actor: Actor, ref: str, *, limit: int = 5) -> list[Result]:
    """What the reader may see that is about the same as a document, of other courses; none while there is no index."""
    try:
        return [_result(hit) for hit in engine().similar(ref, scope_of(actor), limit=max(1, min(limit, 20)))]
    except IndexDamaged:
        request_rebuild()
        return []


def find_account_id(username_key: str) -> int | None:
    """An account by its folded user name, for operators who look with its eyes."""
    return db.session.scalar(select(Account.id).where(Account.username_key == username_key))


def scope_of(actor: Actor) -> Scope:
    """What the actor may find at this moment, however old the index is. One query.

    That is public documents and those of restricted courses he may see, never those of courses that are
    withdrawn or restricted to others.
    """
    guarded = _guarded_courses(actor)()
    return Scope(
        labels=frozenset([PUBLIC, *(course_label(row.slug) for row in guarded if row.is_open)]),
        closed=frozenset(row.slug for row in guarded if not row.is_open),
    )


@lru_cache(maxsize=1024)
def _guarded_courses(actor: Actor) -> Prepared:
    """Courses that not everybody finds, and whether the actor does; the statement depends on nothing but the actor."""
    is_open = and_(Course.state == "published", courses_visible_to(actor))
    return Prepared(
        select(Course.slug, is_open.label("is_open")).where(
            or_(Course.visibility == "restricted", Course.state != "published"),
            Course.published_number.is_not(None),
        )
    )


def course_titles(slugs: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Titles of courses by slug, for naming facets. One query."""
    rows = db.session.execute(select(Course.slug, Course.title).where(Course.slug.in_(set(slugs))))
    return {row.slug: row.title for row in rows}


def _result(hit: Hit) -> Result:
    anchor, _sign, at = (hit.anchor or hit.extra.get("anchor", "")).partition("~")
    return Result(
        kind=hit.kind,
        course=hit.course,
        lesson=hit.extra.get("lesson"),
        module=hit.module,
        lang=hit.lang,
        path=hit.path,
        anchor=anchor,
        at=at,
        title=hit.title if hit.title != [(UNTITLED, False)] else [(hit.extra.get("of", UNTITLED), False)],
        snippet=hit.snippet,
        score=hit.score,
    )


def _documents(query: Query) -> Sequence[LegalRow]:
    """Entries of the legal register for the numbers in a query."""
    numbers = [
        clause.number for clauses in query.alternatives for clause in clauses if isinstance(clause, Number)
    ]
    found: dict[str, LegalRow] = {}
    for number in list(dict.fromkeys(numbers))[:MAX_DOCUMENTS]:
        for row in catalog.list_legal_documents(number, limit=MAX_DOCUMENTS).items:
            found.setdefault(row.slug, row)
    return list(found.values())[:MAX_DOCUMENTS]


# --- paging ---------------------------------------------------------------------------------------


def _cursor(page: SearchPage) -> str | None:
    if page.next_offset is None or page.next_offset >= MAX_OFFSET:
        return None
    return _encode(page.next_offset)


def _encode(offset: int) -> str:
    return base64.urlsafe_b64encode(f"o{offset}".encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        offset = int(text[1:])
        if text[:1] != "o" or not 0 <= offset < MAX_OFFSET:
            raise ValueError("not a place in a list")
    except (ValueError, binascii.Error) as error:
        raise NotFound(
            _l("This page address is damaged."),
            rule="paging.cursor",
            next_step=_l("Start again from the first page."),
        ) from error
    return offset


# --- without an index -----------------------------------------------------------------------------


def _from_database(actor: Actor, query: Query, limit: int, offset: int) -> Results:
    """Lessons whose titles hold all words, accents optional. One query."""
    wanted = [fold(token.word) for token in tokens(query.text)][:12]
    statement = (
        select(LessonText.title, LessonText.lang, Lesson.slug.label("lesson"), Course.slug, Course.module)
        .join(LessonVersion, LessonVersion.id == LessonText.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(CourseVersion, CourseVersion.id == CourseVersionLesson.course_version_id)
        .join(
            Course,
            and_(Course.id == CourseVersion.course_id, Course.published_number == CourseVersion.number),
        )
        .where(Course.state == "published", courses_visible_to(actor))
        .order_by(LessonText.title, LessonText.id)
        .limit(TITLES_READ)
    )
    for column, values in (
        (Course.slug, query.courses),
        (Course.module, query.modules),
        (LessonText.lang, query.langs),
    ):
        if values:
            statement = statement.where(column.in_(values))
    rows = [row for row in db.session.execute(statement) if all(word in fold(row.title) for word in wanted)]
    marks = [Mark(word, word, rest=40) for word in wanted]
    page = SearchPage(
        hits=(), total=len(rows), next_offset=offset + limit if offset + limit < len(rows) else None
    )
    return Results(
        query=query,
        items=[_titled(row, marks) for row in rows[offset : offset + limit]],
        total=len(rows),
        documents=_documents(query) if offset == 0 else (),
        directory=look_up(actor, query) if offset == 0 else NOBODY,
        next_cursor=_cursor(page),
        degraded=True,
    )


def _titled(row, marks: Sequence[Mark]) -> Result:
    return Result(
        kind="lesson",
        course=row.slug,
        lesson=row.lesson,
        module=row.module,
        lang=row.lang,
        path=f"/courses/{row.slug}/lessons/{row.lesson}",
        anchor="",
        title=MarkedDocument(marks, row.lang, row.title, ()).title(),
        snippet=[],
        score=0.0,
    )
