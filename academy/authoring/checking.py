"""What a course still lacks, and what publishing it would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from academy.authoring.audience import people_studying
from academy.authoring.lesson_source import LessonSource
from academy.authoring.publication_checks import objections_to
from academy.authoring.queries import get_studio_course, list_drafts, published_description, published_sources
from academy.authoring.views import LessonRow, StudioCourse
from academy.catalog.content_schema import CourseSchema
from academy.catalog.database_links import DatabaseLinks
from academy.catalog.front_matter import compose, split
from academy.catalog.heading_ids import with_heading_ids
from academy.catalog.lesson_text import LessonText, compare_languages, prepare_text
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.i18n import LOCALES, _l, translated
from academy.questions.queries import ItemRow, items_of_course

__all__ = ["LessonChange", "Problem", "PublishPlan", "Rendering", "plan_publication", "render_draft"]

MAX_DIFF_LINES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that keeps a course from being published. ``line`` is that of a lesson's body, if it is there.

    ``place`` is ``lesson``, ``outline``, ``settings``, or the endpoint of another page, with its ``values``.
    """

    message: Any
    remedy: Any = ""
    lesson: str = ""
    title: Mapping[str, str] | None = None
    lang: str = ""
    line: int | None = None
    place: str = "lesson"
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonChange:
    """A lesson that learners would see otherwise than now.

    ``kind`` is added, removed, changed, planned (time or outcomes) or moved; ``diff`` has by language lines ``(sign, text)`` with the
    signs ``+``, ``-``, space, and ``…`` for what is left out.
    """

    slug: str
    title: Mapping[str, str]
    kind: str
    added: int = 0
    removed: int = 0
    diff: Mapping[str, Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What publishing would do now. ``state`` names the drafts it was made from."""

    studio: StudioCourse
    problems: tuple[Problem, ...]
    fields: tuple[str, ...]
    lessons: tuple[LessonChange, ...]
    texts: Mapping[str, Mapping[str, LessonSource]]
    people: int | None
    state: str

    @property
    def is_ready(self) -> bool:
        return not self.problems

    @property
    def changes_anything(self) -> bool:
        return bool(self.fields or self.lessons or self.studio.course.state != "published")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A draft as learners would see it, with what is wrong; the lines are those of the body."""

    text: LessonText
    problems: tuple[Problem, ...]


def plan_publication(actor: Actor, course_slug: str) -> PublishPlan:
    """What is missing, what would change, and who is affected; a constant number of queries.

    Raises:
        CourseNotFound, Forbidden
    """
    studio = get_studio_course(actor, course_slug)
    course = studio.course
    drafts = list_drafts(course.id)
    texts = {
        row.slug: {lang: text for lang, text in drafts.get(row.slug, {}).items() if text.is_written}
        for row in studio.lessons
    }
    items = items_of_course(course.id)
    links = DatabaseLinks(course.id, course.slug)
    problems = list(_course_problems(studio, texts))
    for row in studio.lessons:
        problems += _lesson_problems(row, texts[row.slug], items, links)
    problems += [
        Problem(message=one.message, remedy=one.remedy, place=one.endpoint, values=one.values)
        for one in objections_to(studio)
    ]
    return PublishPlan(
        studio=studio,
        problems=tuple(problems),
        fields=_changed_fields(studio),
        lessons=tuple(_changed_lessons(studio, texts)),
        texts=texts,
        people=people_studying(course.id),
        state=_state(studio),
    )


def _state(studio: StudioCourse) -> str:
    parts = [str(studio.version)]
    for row in studio.lessons:
        versions = ",".join(f"{lang}{row.drafts[lang].version}" for lang in row.languages)
        parts.append(f"{row.slug}:{versions}:{row.minutes}:{row.outcomes}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


# --- what is missing ------------------------------------------------------------------------------


def _course_problems(
    studio: StudioCourse, texts: Mapping[str, Mapping[str, LessonSource]]
) -> Iterator[Problem]:
    if not studio.lessons:
        yield Problem(
            message=_l("The course has no lesson yet."),
            remedy=_l("A course needs at least one lesson before it can be published."),
            place="outline",
        )
        return
    description = studio.description
    languages = {lang for written in texts.values() for lang in written}
    given = {
        name: value for name, value in description.items() if value or name not in ("summary", "outcomes")
    }
    given |= {
        "id": studio.slug,
        "periods": description["periods"] or 1,
        "languages": sorted(languages or {"vi"}, key=LOCALES.index),
        "outline": [
            {"lesson": row.slug, "minutes": row.minutes or 1, "outcomes": list(row.outcomes)}
            for row in studio.lessons
        ],
    }
    for name, messages in CourseSchema(partial=("summary", "outcomes")).validate(given).items():
        if name in ("title", "summary") and "vi" not in description[name]:
            yield Problem(
                message=_l("The title in Vietnamese is missing.")
                if name == "title"
                else _l("The summary in Vietnamese is missing."),
                remedy=_l("Write it in the settings."),
                place="settings",
            )
        else:
            yield Problem(
                message=f"{name}: {_words(messages)}", remedy=_l("Open the settings."), place="settings"
            )


def _words(messages: Any) -> str:
    if isinstance(messages, Mapping):
        return "; ".join(f"{name}: {_words(inner)}" for name, inner in messages.items())
    return " ".join(map(str, messages)) if isinstance(messages, list | tuple) else str(messages)


def _lesson_problems(
    row: LessonRow, texts: Mapping[str, LessonSource], items: Sequence[ItemRow], links: DatabaseLinks
) -> Iterator[Problem]:
    about = {"lesson": row.slug, "title": row.title}
    if not texts:
        lang = row.languages[0] if row.languages else "vi"
        yield Problem(
            message=_l("The lesson has no text."),
            remedy=_l("Write it, or take the lesson out."),
            lang=lang,
            **about,
        )
        return
    rendered = {
        lang: prepare_text(source, lang=lang, links=links, path=lang)
        for lang, source in _with_ids(texts).items()
    }
    for lang, text in rendered.items():
        yield from _text_problems(text, texts[lang], about)
        yield from _exercise_problems(text, texts[lang], row.slug, items, about)
    for fault in compare_languages(rendered, blocks=False):
        line = texts[fault.path].body_line(fault.line)
        yield Problem(
            message=translated(fault.message), remedy=translated(fault.remedy), lang=fault.path, line=line, **about
        )


def _with_ids(texts: Mapping[str, LessonSource]) -> dict[str, str]:
    """Lesson files by language, Vietnamese first, with an id at every heading."""
    ordered = sorted(texts, key=LOCALES.index)
    return with_heading_ids({lang: texts[lang].source for lang in ordered})


def _text_problems(text: LessonText, source: LessonSource, about: Mapping[str, Any]) -> Iterator[Problem]:
    for fault in text.faults:
        yield Problem(
            message=translated(fault.message),
            remedy=translated(fault.remedy),
            lang=text.lang,
            line=source.body_line(fault.line),
            **about,
        )


def _exercise_problems(
    text: LessonText, source: LessonSource, lesson: str, items: Sequence[ItemRow], about: Mapping[str, Any]
) -> Iterator[Problem]:
    known = {item.key for item in items if item.lesson == lesson and item.use_lesson}
    for key, line in zip(text.rendered.exercises, text.rendered.exercise_lines, strict=True):
        if key not in known:
            yield Problem(
                message=_l("The lesson has no exercise “%(key)s”.", key=key),
                remedy=_l("Write the question for this lesson, or take the line out."),
                lang=text.lang,
                line=source.body_line(text.line(line)),
                **about,
            )


def render_draft(course: CourseView, lesson: str, lang: str, text: LessonSource) -> Rendering:
    """What publishing this text would show, exercises and all, and what is wrong with it; writes nothing."""
    source = with_heading_ids({lang: text.source})[lang]
    prepared = prepare_text(source, lang=lang, links=DatabaseLinks(course.id, course.slug), path=lang)
    problems = [*_text_problems(prepared, text, {"lesson": lesson})]
    if prepared.rendered.exercises:
        items = items_of_course(course.id)
        problems += _exercise_problems(prepared, text, lesson, items, {"lesson": lesson})
    return Rendering(prepared, tuple(problems))


# --- what would change ----------------------------------------------------------------------------


def _changed_fields(studio: StudioCourse) -> tuple[str, ...]:
    if studio.course.version_id is None:
        return ()
    now, wanted = published_description(studio.course), dict(studio.description)
    # left open by the author, filled in when it was published
    for name in ("periods", "languages"):
        now[name] = wanted[name] = wanted[name] or now[name]
    return tuple(name for name in wanted if wanted[name] != now.get(name))


def _changed_lessons(
    studio: StudioCourse, texts: Mapping[str, Mapping[str, LessonSource]]
) -> Iterator[LessonChange]:
    published = published_sources(studio.course)
    kept = [row.slug for row in studio.lessons if row.slug in published]
    before = [entry.slug for entry in studio.course.outline if entry.slug in kept]
    moved = _moved(before, kept)
    for row in studio.lessons:
        old, new = published.get(row.slug), _with_ids(texts[row.slug])
        old = {lang: _as_composed(source) for lang, source in old.items()} if old else None
        if old is None:
            words = max((len(text.body.split()) for text in texts[row.slug].values()), default=0)
            yield LessonChange(slug=row.slug, title=row.title, kind="added", added=words)
        elif old != new:
            yield _text_change(row, old, new)
        elif _planned_otherwise(studio.course, row):
            yield LessonChange(slug=row.slug, title=row.title, kind="planned")
        elif row.slug in moved:
            yield LessonChange(slug=row.slug, title=row.title, kind="moved")
    for entry in studio.course.outline:
        if entry.slug not in kept:
            yield LessonChange(slug=entry.slug, title=entry.title, kind="removed", removed=entry.words)


def _as_composed(source: str) -> str:
    """The same lesson file as the studio would write it: how its head is set makes no difference."""
    parts = split(source)
    return compose(parts.data, parts.body)


def _planned_otherwise(course: CourseView, row: LessonRow) -> bool:
    entry = course.lesson(row.slug)
    return entry is not None and (
        (row.minutes is not None and row.minutes != entry.minutes)
        or list(row.outcomes) != list(entry.outcomes)
    )


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The lessons outside the longest run that kept its order."""
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    stayed = {
        slug for block in matcher.get_matching_blocks() for slug in before[block.a : block.a + block.size]
    }
    return set(after) - stayed


def _text_change(row: LessonRow, old: Mapping[str, str], new: Mapping[str, str]) -> LessonChange:
    added = removed = 0
    diff: dict[str, list[tuple[str, str]]] = {}
    for lang in sorted({*old, *new}, key=LOCALES.index):
        lines = line_diff(old.get(lang, ""), new.get(lang, ""))
        if not any(sign in "+-" for sign, _text in lines):
            continue
        diff[lang] = lines
        plus, minus = words_changed(old.get(lang, ""), new.get(lang, ""))
        added, removed = added + plus, removed + minus
    return LessonChange(
        slug=row.slug, title=row.title, kind="changed", added=added, removed=removed, diff=diff
    )


def words_changed(old: str, new: str) -> tuple[int, int]:
    """How many words a new text adds and how many of the old one it drops."""
    before, after = old.split(), new.split()
    added = removed = 0
    for tag, start, end, begin, stop in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed, added = removed + end - start, added + stop - begin
    return added, removed


def line_diff(old: str, new: str, context: int = 1) -> list[tuple[str, str]]:
    """The lines of two texts as ``(sign, text)``; unchanged ones only beside changed ones."""
    before, after = old.split("\n"), new.split("\n")
    lines: list[tuple[str, str]] = []
    end = 0
    for group in SequenceMatcher(a=before, b=after, autojunk=False).get_grouped_opcodes(context):
        if group[0][1] > end:
            lines.append(("…", ""))
        for tag, start, stop, begin, finish in group:
            if tag == "equal":
                lines += [(" ", text) for text in before[start:stop]]
            else:
                lines += [("-", text) for text in before[start:stop]]
                lines += [("+", text) for text in after[begin:finish]]
        end = group[-1][2]
    return lines[:MAX_DIFF_LINES]
