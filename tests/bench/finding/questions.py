"""What is asked: drawn from the lessons themselves, so that every question has an answer; by class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from academy.kernel.text import fold
from academy.search.backend import SearchDoc
from tests.bench.finding.lessons import SEED, lesson, vocabulary


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the course within which it is asked, if any."""

    kind: str
    text: str
    course: str | None = None


KINDS = (
    "one word",
    "two syllables",
    "no accents",
    "phrase",
    "prefix",
    "in a course",
    "4 to 8 syllables",
    "typing error",
    "rare",
    "German",
    "English",
)


def questions(lessons: int, each: int) -> list[Question]:
    """So many different questions of each class about the first ``lessons`` lessons; the same every time."""
    chance = Random(f"{SEED} questions {lessons}")
    found: dict[str, dict[str, Question]] = {kind: {} for kind in KINDS}
    ranks = {word: rank for rank, word in enumerate(vocabulary("vi").values)}
    while any(len(asked) < each for asked in found.values()):
        doc = lesson(chance.randrange(lessons))
        for question in _about(doc, chance, ranks):
            if len(found[question.kind]) < each:
                found[question.kind].setdefault(question.text, question)
    return [question for asked in found.values() for question in asked.values()]


def typed(lessons: int, count: int) -> list[str]:
    """Beginnings of titles as they come while somebody types: letter by letter up to their third word."""
    chance = Random(f"{SEED} typed {lessons}")
    out: dict[str, None] = {}
    while len(out) < count:
        title = lesson(chance.randrange(lessons)).title.lower()
        end = min(len(title), chance.randint(2, 16))
        out[title[:end] if chance.random() < 0.5 else fold(title[:end])] = None
    return list(out)


def _about(doc: SearchDoc, chance: Random, ranks: dict[str, int]) -> Iterator[Question]:
    words = chance.choice([passage.text for passage in doc.passages]).lower().rstrip(".").split()
    words = [word.strip('.,:;?!"“”()') for word in words]
    at = chance.randrange(max(1, len(words) - 8))
    run = [word for word in words[at : at + 8] if word.isalpha()]
    if len(run) < 8:
        return
    if doc.lang == "de":
        yield Question("German", max(run, key=len))
    elif doc.lang == "en":
        yield Question("English", " ".join(sorted(run, key=len)[-2:]))
    else:
        yield from _vietnamese(doc, chance, run, ranks)


def _vietnamese(doc: SearchDoc, chance: Random, run: list[str], ranks: dict[str, int]) -> Iterator[Question]:
    known = [
        two for first, second in zip(run, run[1:], strict=False) if (two := f"{first} {second}") in ranks
    ]
    if not known:
        return
    two = known[0]
    yield Question("one word", two.split()[0])
    yield Question("two syllables", two)
    yield Question("no accents", fold(two))
    yield Question("phrase", f'"{" ".join(run[:3])}"')
    if len(two.split()[1]) > 2:
        yield Question("prefix", f"{two[:-1]}*")
    yield Question("in a course", two, doc.course)
    yield Question("4 to 8 syllables", " ".join(run[: chance.randint(4, 8)]))
    yield Question("typing error", _slip(two, chance))
    yield Question("rare", " ".join(run[:3]))  # hardly any other lesson says just this


def _slip(text: str, chance: Random) -> str:
    """Two letters exchanged."""
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
