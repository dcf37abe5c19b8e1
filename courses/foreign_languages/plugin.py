"""The manifest of the module and the hooks it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from academy.sdk import CONTRACT, CourseModule, StoredData, hookimpl
from courses.foreign_languages.cli import group
from courses.foreign_languages.deck_sync import DecksPart
from courses.foreign_languages.dictation import Dictation
from courses.foreign_languages.pages import bp
from courses.foreign_languages.queries import decks_of_course
from courses.foreign_languages.services import erase_person, export_person

SLUG = "foreign_languages"

MODULE = CourseModule(
    slug=SLUG,
    title={"vi": "Ngoại ngữ", "en": "Foreign languages", "de": "Fremdsprachen"},
    summary={
        "vi": "Tiếng Anh công vụ và các ngoại ngữ khác: nghe chép chính tả, thẻ từ vựng ôn ngắt quãng.",
        "en": "English for public service and other languages: dictation, and cards repeated at intervals.",
        "de": "Englisch für den öffentlichen Dienst und andere Sprachen: Diktat und Karteikarten in Abständen.",
    },
    contract=CONTRACT,
    package="courses.foreign_languages",
    exercise_types=(Dictation(),),
    pages=bp,
    cli=group,
    content=DecksPart(),
    stored_data=(
        StoredData(
            table="foreign_languages_card_state",
            purpose={
                "vi": "Tính ngày ôn lại từng thẻ từ vựng của chính người học.",
                "en": "To work out when each card comes back to the learner.",
                "de": "Um zu bestimmen, wann jede Karte wieder an der Reihe ist.",
            },
        ),
        StoredData(
            table="foreign_languages_review",
            purpose={
                "vi": "Nhật ký trả lời thẻ, để tính lại lịch ôn và cho người học xem thống kê của mình.",
                "en": "Log of answers to cards: the schedule is computed from it, the learner sees statistics of it.",
                "de": "Protokoll der Antworten: daraus entstehen der Plan und die eigene Statistik.",
            },
        ),
    ),
    links=(({"vi": "Thẻ từ vựng", "en": "Cards", "de": "Karteikarten"}, f"{SLUG}.list_decks"),),
)


@hookimpl
def academy_course_module() -> CourseModule:
    return MODULE


@hookimpl
def academy_search_documents(course_id: int) -> Iterable[Mapping[str, Any]]:
    """One document per deck: its words with their examples, in the deck's language."""
    return [
        {
            "ref": f"deck/{deck.key}",
            "lang": deck.lang,
            "title": deck.title.get(deck.lang) or deck.title["vi"],
            "text": "\n".join(
                " ".join(filter(None, (card.content["front"], card.content.get("example")))) for card in cards
            ),
            "url": f"/modules/{SLUG}/decks/{deck.key}",
        }
        for deck, cards in decks_of_course(course_id)
    ]


@hookimpl
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    return export_person(person_id)


@hookimpl
def academy_learner_erase(person_id: int) -> None:
    erase_person(person_id)
