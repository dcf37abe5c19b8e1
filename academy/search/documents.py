"""What can be found, put together from the slices below: lessons with their exercises, and modules' own texts."""

from collections.abc import Mapping

from academy.catalog.views import PublishedText
from academy.kernel.text import nfc
from academy.search.backend import PUBLIC, Passage, SearchDoc

__all__ = ["lesson_document", "lesson_group"]


def lesson_group(lesson_id: int) -> str:
    """The group of a lesson's documents, one per language."""
    return f"lesson:{lesson_id}"


def course_label(course: str) -> str:
    """Who may see this course, though not everybody may."""
    return f"course:{course}"


def lesson_document(
    text: PublishedText, exercises: Mapping[str, str], topics: Mapping[str, Mapping[str, str]]
) -> SearchDoc:
    """A lesson in one language.

    Args:
        text: as the catalog publishes it.
        exercises: public text of its exercises by key, in the lesson's language.
        topics: titles of topics by slug; in all languages, so that a Vietnamese query finds the English text.
    """
    context = [title for slug in text.topics for title in topics.get(slug, {}).values()]
    return SearchDoc(
        ref=f"{lesson_group(text.lesson_id)}:{text.lang}",
        group=lesson_group(text.lesson_id),
        kind="lesson",
        lang=text.lang,
        title=nfc(text.title),
        path=f"/courses/{text.course}/lessons/{text.lesson}",
        course=text.course,
        module=text.module,
        labels=(PUBLIC if text.visibility == "public" else course_label(text.course),),
        passages=tuple(_passages(text, exercises)),
        context=(*text.course_title.values(), *context),
        extra={"lesson": text.lesson},
        version=text.lesson_version_id,
    )


def _passages(text: PublishedText, exercises: Mapping[str, str]):
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
        yield Passage("glossary", nfc(f"{entry['term']}: {entry['text']}"))
