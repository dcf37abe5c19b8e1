"""What an import would do: every question judged, nothing written. The same code plans the dry run and the act."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from academy.kernel.errors import Invalid
from academy.kernel.text import fold
from academy.questions.cards import Filing
from academy.questions.exchange.keys import content_hash, key_of
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import plain_text
from academy.questions.exchange.merging import (
    are_alike,
    languages_of,
    merged,
    renamed,
    renumbered,
    with_unsaid,
)
from academy.questions.exchange.neutral import Note, Question, Reading
from academy.questions.exchange.pictures import Media, Shelf, taken_in
from academy.questions.models import RETIRED
from academy.questions.queries import ItemRow
from academy.questions.services import ItemDraft, checked_spec

__all__ = [
    "NEW",
    "CHANGED",
    "UNCHANGED",
    "REFUSED",
    "VERDICTS",
    "Placement",
    "Plan",
    "PlannedItem",
    "Target",
    "make_plan",
]

NEW, CHANGED, UNCHANGED, REFUSED = VERDICTS = ("new", "changed", "unchanged", "refused")
DIFFICULTY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The course that questions come into.

    ``lessons`` are titles by language, by slug; ``items`` its questions by key; ``shelf`` gives the files it has.
    """

    slug: str
    languages: Sequence[str]
    lessons: Mapping[str, Mapping[str, str]]
    outcomes: frozenset[str]
    items: Mapping[str, ItemRow]
    shelf: Shelf = dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where questions are filed that do not say it themselves; ``categories`` has (lesson, outcome) by category."""

    lang: str
    lesson: str = ""
    outcome: str = ""
    categories: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One question of the file and what would become of it; ``draft`` is None where it is refused."""

    number: int
    verdict: str
    title: str
    line: int
    file: str
    key: str = ""
    kind: str = ""
    notes: tuple[Note, ...] = ()
    draft: ItemDraft | None = None
    media: Media = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All questions of a file; ``categories`` are those that no lesson of the course is named like.

    ``known`` are the hashes, by key, of the items it was made from.
    """

    items: tuple[PlannedItem, ...]
    notes: tuple[Note, ...]
    categories: tuple[str, ...]
    known: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(item.verdict for item in self.items)
        approximated = sum(bool(item.notes) for item in self.items if item.verdict != REFUSED)
        return {verdict: counted[verdict] for verdict in VERDICTS} | {"approximated": approximated}

    @property
    def drafts(self) -> list[ItemDraft]:
        """What is to be written."""
        return [item.draft for item in self.items if item.draft and item.verdict in (NEW, CHANGED)]

    @property
    def media(self) -> Media:
        """The files to be stored."""
        return {
            path: data
            for item in self.items
            if item.verdict in (NEW, CHANGED)
            for path, data in item.media.items()
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the verdicts, of what would be written, and of what it would take the place of."""
        parts = (
            f"{item.key} {item.verdict} {item.draft.digest if item.draft else ''} {self.known.get(item.key, '')}"
            for item in self.items
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make_plan(
    target: Target,
    reading: Reading,
    placement: Placement,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Plan:
    """Judge every question of a file. No queries: what the course has stands in ``target``."""
    planner = _Planner(target, placement)
    items = []
    for number, question in enumerate(reading.questions, 1):
        items.append(planner.plan(number, question))
        if number % 500 == 0:
            report(number, len(reading.questions))
    notes = list(reading.notes)
    if not items:
        notes.append(Note("no_questions"))
    missing = [lang for lang in target.languages if lang != placement.lang]
    if missing and any(item.verdict == NEW for item in items):
        notes.append(Note("one_language", {"languages": ", ".join(missing), "lang": placement.lang}))
    if planner.strangers:
        notes.append(Note("category_unmapped", {"names": ", ".join(planner.strangers)[:300]}))
    return Plan(
        items=tuple(items),
        notes=tuple(notes),
        categories=tuple(planner.categories),
        known={key: item.version.hash for key, item in target.items.items()},
    )


class _Planner:
    """Judges questions one after another, and sees to it that no two have one key."""

    def __init__(self, target: Target, placement: Placement) -> None:
        self.target = target
        self.placement = placement
        self.taken: dict[str, str] = {}
        self.categories: dict[str, None] = {}
        self.strangers: dict[str, None] = {}
        self.named = {slug: slug for slug in target.lessons} | {
            fold(title): slug for slug, titles in target.lessons.items() for title in titles.values() if title
        }

    def plan(self, number: int, question: Question) -> PlannedItem:
        words = question.name if question.name and question.name != question.key else question.text
        shown: dict[str, Any] = {
            "number": number,
            "title": " ".join(plain_text(words or question.key).split())[:160],
            "line": question.line,
            "file": question.file,
        }
        try:
            return self._judged(question, shown)
        except Unmappable as refusal:
            return PlannedItem(**shown, verdict=REFUSED, notes=(refusal.note,))

    def _judged(self, question: Question, shown: dict[str, Any]) -> PlannedItem:
        kind, spec, notes = to_spec(question, self.placement.lang)
        key = key_of(question, spec)
        content = content_hash(spec)
        if key in self.taken and self.taken[key] != content:
            key = f"{key[:67]}-{content}"
        if key in self.taken:
            raise Unmappable("duplicate")
        self.taken[key] = content
        spec, media, more = taken_in(
            spec, question.files, self.target.slug, lang=self.placement.lang, shelf=self.target.shelf
        )
        known = self.target.items.get(key)
        if known is not None:
            spec, told = self._with_translations(known, kind, spec)
            notes = (*notes, *told)
        try:
            spec = checked_spec(kind, spec, (self.placement.lang,))
        except Invalid as refusal:
            said = "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in refusal.errors.items())
            raise Unmappable("invalid", detail=said[:400]) from refusal
        draft = self._draft(question, key, kind, spec, known)
        notes = (*question.notes, *notes, *more)
        verdict = NEW
        if known is not None:
            verdict = UNCHANGED if known.version.hash == draft.digest else CHANGED
            if verdict == UNCHANGED and known.state == RETIRED:
                notes = (*notes, Note("retired"))
        return PlannedItem(
            **shown, verdict=verdict, key=key, kind=kind, notes=notes, draft=draft, media=media
        )

    def _with_translations(
        self, known: ItemRow, kind: str, spec: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """The spec with the other languages in which the question is there already."""
        lang, old = self.placement.lang, known.version.spec
        others = languages_of(old) - {lang}
        if known.kind == kind and kind == "cloze" and lang not in languages_of(old):
            # nothing tells which gap of the one language is which of the other
            raise Unmappable("gap_languages")
        if known.kind == kind and kind == "cloze":
            spec = dict(renumbered(old, spec, lang))
        if known.kind == kind and kind in ("extended", "file"):
            spec = with_unsaid(old, spec)
        if known.kind == kind and kind in ("matrix", "placing"):
            spec = renamed(old, spec)
        if known.kind == kind and are_alike(old, spec):
            return merged(old, spec, lang), ()
        return spec, (Note("translations", {"languages": ", ".join(sorted(others))}),) if others else ()

    def _draft(
        self, question: Question, key: str, kind: str, spec: dict[str, Any], known: ItemRow | None
    ) -> ItemDraft:
        """What is stored; where an author has filed a question since, it stays."""
        filing = Filing()
        if known is not None:
            place: Any = known
            lesson, outcome, difficulty = place.lesson, place.outcome, place.difficulty
            use_lesson, use_pool = place.use_lesson, place.use_pool
        else:
            lesson, outcome = self._place(question)
            level = question.settings.get("difficulty", "")
            difficulty = int(level) if level in tuple("12345") else DIFFICULTY
            use_lesson, use_pool = False, True
            filing = Filing(category=question.category, tags=question.tags)
        return ItemDraft(
            key=key,
            kind=kind,
            lesson=lesson,
            outcome=outcome,
            difficulty=difficulty,
            use_lesson=use_lesson,
            use_pool=use_pool,
            spec=spec,
            filing=filing,
        )

    def _place(self, question: Question) -> tuple[str, str]:
        """Lesson and outcome: what the question says, then what its category was given, then the default."""
        chosen = self.placement.categories.get(question.category, ("", ""))
        own = self._lesson(question)
        if question.category and not own:
            self.categories[question.category] = None
            if not any(chosen):
                self.strangers[question.category] = None
        outcomes = (question.settings.get("outcome", ""), *question.tags)
        outcome = next((name for name in outcomes if name in self.target.outcomes), "")
        return (
            own or chosen[0] or self.placement.lesson,
            outcome or chosen[1] or self.placement.outcome,
        )

    def _lesson(self, question: Question) -> str:
        wanted = question.settings.get("lesson", "")
        if wanted in self.target.lessons:
            return wanted
        last = question.category.rpartition("/")[2]
        return self.named.get(last) or self.named.get(fold(last), "") if last else ""
