"""What can be found, put together from the slices below: courses, lessons with their exercises and recordings, terms,
documents that lessons offer, the legal register, modules' texts."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import select

from academy.catalog import legal_queries
from academy.catalog import queries as catalog
from academy.catalog.glossary import term_anchor
from academy.catalog.models import Course
from academy.catalog.views import CourseView, PublishedText
from academy.kernel.db import db
from academy.kernel.text import nfc
from academy.plugins.manager import installed_modules
from academy.questions import queries as questions
from academy.search.backend import PUBLIC, Passage, SearchDoc
from academy.search.legal_documents import legal_documents, legal_group
from academy.search.lesson_files import CourseFiles

__all__ = [
    "course_documents",
    "course_group",
    "course_label",
    "documents_of",
    "documents_of_course",
    "lesson_document",
    "list_course_ids",
    "list_legal_ids",
]

Topics = Mapping[str, Mapping[str, str]]
UNTITLED = "…"  # a title without words


def course_group(course_id: int) -> str:
    """The group of all documents of a course."""
    return f"course:{course_id}"


def course_label(course: str) -> str:
    """The label of documents that only those find who may see the course of this slug."""
    return f"course:{course}"


def list_course_ids() -> list[int]:
    """Courses that have something to find."""
    return list(db.session.scalars(select(Course.id).where(Course.state == "published").order_by(Course.id)))


def course_documents(course_id: int, topics: Topics | None = None) -> tuple[SearchDoc, ...]:
    """All that can be found of a course as it is now; nothing if it is not published. About eight queries."""
    course = catalog.find_course_by_id(course_id)
    if course is None or course.state != "published" or course.version_id is None:
        return ()
    topics = catalog.list_topics() if topics is None else topics
    versions = {item.key: item.version for item in questions.items_of_course(course_id) if item.use_lesson}
    docs = list(documents_of_course(course, topics))
    texts = list(_texts(course_id))
    files = CourseFiles(course_id)
    taken: set[tuple[int, str]] = set()
    for text in texts:
        exercises = {
            key: questions.public_text(versions[key], text.lang) for key in text.exercises if key in versions
        }
        languages = {other.lang for other in texts if other.lesson_id == text.lesson_id}
        docs.append(lesson_document(text, exercises, topics, languages))
        docs += _of_terms(text)
        docs += _of_files(text, files, taken)
    docs += _of_modules(course)
    return tuple(docs)


def _texts(course_id: int) -> Iterator[PublishedText]:
    after = 0
    while page := catalog.list_published_texts(course_id=course_id, after=after, limit=200):
        yield from page
        after = page[-1].text_id


def _labels(course: CourseView | PublishedText, slug: str) -> tuple[str, ...]:
    return (PUBLIC,) if course.visibility == "public" else (course_label(slug),)


def documents_of_course(course: CourseView, topics: Topics) -> Iterator[SearchDoc]:
    """The course itself, in every language it has a title in."""
    for lang, title in course.title.items():
        outcomes = [outcome["text"].get(lang) for outcome in course.outcomes]
        texts = [course.summary.get(lang), *outcomes]
        yield SearchDoc(
            ref=f"course:{course.id}:{lang}",
            group=course_group(course.id),
            kind="course",
            lang=lang,
            title=nfc(title),
            path=f"/courses/{course.slug}",
            course=course.slug,
            module=course.module,
            tags=tuple(course.topics),
            labels=_labels(course, course.slug),
            passages=tuple(Passage("", nfc(text)) for text in texts if text),
            context=tuple(topics[slug][lang] for slug in course.topics if lang in topics.get(slug, {})),
            version=course.version_id or 0,
        )


def lesson_document(
    text: PublishedText,
    exercises: Mapping[str, str],
    topics: Topics,
    languages: Collection[str],
) -> SearchDoc:
    """A lesson in one language.

    Args:
        text: as the catalog publishes it.
        exercises: public text of its exercises by key, in the lesson's language.
        topics: titles of topics by slug.
        languages: those the lesson exists in. In the others the titles of its course and topics stand for it,
            so that a Vietnamese query finds a lesson that is only there in English.
    """
    titles = [text.course_title, *(topics.get(slug, {}) for slug in text.topics)]
    return SearchDoc(
        ref=f"lesson:{text.lesson_id}:{text.lang}",
        group=course_group(text.course_id),
        kind="lesson",
        lang=text.lang,
        title=nfc(text.title),
        path=f"/courses/{text.course}/lessons/{text.lesson}",
        course=text.course,
        module=text.module,
        tags=tuple(text.topics),
        labels=_labels(text, text.course),
        passages=tuple(_passages(text, exercises)),
        context=tuple(title for each in titles for lang, title in each.items() if lang not in languages),
        extra={"lesson": text.lesson},
        version=text.lesson_version_id,
    )


def _passages(text: PublishedText, exercises: Mapping[str, str]) -> Iterator[Passage]:
    front = text.front
    if front.get("summary"):
        yield Passage("", nfc(front["summary"]))
    for objective in front.get("objectives", ()):
        yield Passage("", nfc(objective))
    for block in text.blocks:
        if block.kind == "exercise":
            if exercises.get(block.text):
                yield Passage(block.id, nfc(exercises[block.text]))
        elif block.text:
            yield Passage(block.id, nfc(block.text), block.kind == "heading")
    for entry in front.get("glossary", ()):
        yield Passage(term_anchor(entry["term"]), nfc(f"{entry['term']}: {entry['text']}"))


def _of_lesson(
    text: PublishedText, kind: str, name: str, title: str, anchor: str, passages: tuple[Passage, ...]
) -> SearchDoc:
    """Something within a lesson that is a hit of its own and opens the lesson, if only its title answers at ``anchor``."""
    return SearchDoc(
        ref=f"{kind}:{text.lesson_id}.{name}:{text.lang}",
        group=course_group(text.course_id),
        kind=kind,
        lang=text.lang,
        title=nfc(title),
        path=f"/courses/{text.course}/lessons/{text.lesson}",
        course=text.course,
        module=text.module,
        tags=tuple(text.topics),
        labels=_labels(text, text.course),
        passages=passages,
        extra={"lesson": text.lesson, "anchor": anchor},
        version=text.lesson_version_id,
    )


def _of_terms(text: PublishedText) -> Iterator[SearchDoc]:
    """The terms that a lesson explains."""
    entries = {term_anchor(entry["term"]): entry for entry in reversed(text.front.get("glossary", ()))}
    for anchor, entry in entries.items():
        yield _of_lesson(text, "term", anchor, entry["term"], anchor, (Passage(anchor, nfc(entry["text"])),))


def _of_files(text: PublishedText, files: CourseFiles, taken: set[tuple[int, str]]) -> Iterator[SearchDoc]:
    """What documents and recordings of a lesson say; each once, however many of its languages show it.

    Only the first portion of a long file has its title: whoever looks for that finds the file once.
    """
    for file in files.of_lesson(text):
        if (text.lesson_id, file.name) in taken:
            continue
        taken.add((text.lesson_id, file.name))
        for number, portion in enumerate(file.portions()):
            name = f"{file.name}.{number}" if number else file.name
            doc = _of_lesson(text, file.kind, name, file.title, file.placed.anchor, portion)
            yield replace(
                doc,
                title=doc.title if number == 0 else UNTITLED,
                context=(nfc(text.title),) if number == 0 else (),
                extra={**doc.extra, "of": doc.title},
            )


def list_legal_ids() -> list[int]:
    """The documents of the legal register."""
    return legal_queries.list_legal_document_ids()


def documents_of(kind: str, ref: int, topics: Topics | None = None) -> tuple[str, tuple[SearchDoc, ...]]:
    """The group of what the outbox names, and all that can be found of it now."""
    if kind == "course":
        return course_group(ref), course_documents(ref, topics)
    row = legal_queries.find_legal_document_by_id(ref)
    return legal_group(ref), tuple(legal_documents(ref, row)) if row is not None else ()


def _of_modules(course: CourseView) -> list[SearchDoc]:
    """What course modules add; one that fails or gives nonsense adds nothing."""
    docs = []
    for slug, answer in installed_modules().ask("academy_search_documents", course_id=course.id).items():
        for given in answer or ():
            if not {"ref", "lang", "title", "text", "url"} <= set(given) or not str(given["url"]).startswith(
                "/"
            ):
                continue
            docs.append(
                SearchDoc(
                    ref=f"{slug}:{given['ref']}:{given['lang']}",
                    group=course_group(course.id),
                    kind=slug,
                    lang=given["lang"],
                    title=nfc(given["title"]),
                    path=given["url"],
                    course=course.slug,
                    module=course.module,
                    labels=_labels(course, course.slug),
                    passages=(Passage("", nfc(given["text"])),),
                    version=course.version_id or 0,
                )
            )
    return docs
