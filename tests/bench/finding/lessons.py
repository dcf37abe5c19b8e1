"""Lessons by the thousand: sentences of the real courses and made ones, in three languages.

The same number is the same lesson in every corpus, so a small corpus is the beginning of a large one. Words are
drawn as languages draw them, few often and most seldom; there are enough of them that the vocabulary grows.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

from academy.catalog.content import read_content
from academy.config import PROJECT_ROOT
from academy.kernel.text import nfc, place_tones
from academy.search.backend import PUBLIC, Passage, SearchDoc
from academy.search.documents import course_label

SEED = 20261122
PER_COURSE = 20
LANGUAGES = (("vi", 0.65), ("en", 0.83), ("de", 1.0))  # 65, 18 and 17 in a hundred
MODULES = ("information_technology", "foreign_languages", "political_theory", "smart_city")
RESTRICTED = 10  # every tenth course is for its own unit
REAL = 0.3  # of the sentences
OWN = 0.75  # of what made sentences speak of
MATTERS = 36  # of one lesson

_ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()
_RHYMES = (
    "a ai an ang anh ao ạch ác át âu ây âm ân âng ất ập ăn ăng ắc ắt e em en eo ê êm ên ếp ết i im in inh iêu iên iếp iết ính "
    "o oi on ong oa oan oàng oát ô ôi ôm ôn ông ốc ốt ơ ơi ơn ớp ớt u ui um un ung uân uất uyên uyết ư ưng ươi ươn ương ước ướt ựu"
).split()
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_VI_JOINTS = "và của trong theo để với tại cho các những được khi là về do từ đến".split()
_EN_JOINTS = "and of in to for with on by at from the a is are when".split()
_DE_JOINTS = "und der die das den mit für von im auf bei nach ein eine wird werden".split()
_DE_NOUNS = (
    "bürger verwaltung stadt gemeinde dienst antrag bescheid verfahren daten schutz sicherheit planung entwicklung "
    "verkehr wasser energie gebäude straße schule bildung prüfung aufgabe leitung abteilung behörde haushalt steuer "
    "gebühr frist akte archiv unterlage beratung auskunft beschwerde anliegen termin schalter netz system anschluss "
    "rechner programm zugang kennwort schlüssel vertrag vergabe auftrag angebot rechnung zahlung kasse rat ausschuss "
    "sitzung beschluss satzung gesetz recht ordnung verordnung aufsicht kontrolle bericht plan ziel ergebnis maßnahme "
    "umwelt abfall lärm luft klima notfall feuer rettung gesundheit pflege familie jugend kultur museum bibliothek sport"
).split()
_DE_VERBS = (
    "prüfen melden bearbeiten ordnen sichern beraten planen veröffentlichen erklären vergleichen".split()
)
_ENDINGS = "tion ment ance ship ing ity ness able ive ist".split()


class Zipf:
    """Draws from values, the first most often."""

    def __init__(self, values: Sequence[str], slope: float = 1.0):
        self.values, self._sums, total = values, [], 0.0
        for rank in range(1, len(values) + 1):
            total += 1 / (rank + 3) ** slope
            self._sums.append(total)

    def draw(self, chance: Random) -> str:
        return self.values[bisect_right(self._sums, chance.random() * self._sums[-1])]


@cache
def _real_sentences() -> dict[str, tuple[str, ...]]:
    """Sentences of the content folder by language; of German there are none."""
    found: dict[str, dict[str, None]] = {}
    for folder in read_content(PROJECT_ROOT / "content").courses:
        for lesson in folder.lessons if folder.course else ():
            for lang, text in lesson.texts.items():
                for block in text.rendered.blocks:
                    for sentence in re.split(
                        r"(?<=[.!?])\s+", block.text if block.kind == "paragraph" else ""
                    ):
                        if sentence.count(" ") >= 5:
                            found.setdefault(lang, {})[sentence] = None
    return {lang: tuple(sentences) for lang, sentences in found.items()}


@cache
def vocabulary(lang: str) -> Zipf:
    """What sentences of a language are put together from: compounds in Vietnamese and German, words in English."""
    chance = Random(f"{SEED} {lang}")
    made = {"vi": _vietnamese, "en": _english, "de": _german}[lang](chance)
    return Zipf(tuple(dict.fromkeys(made)))


def _vietnamese(chance: Random) -> Iterator[str]:
    syllables = list({_syllable(chance): None for _ in range(9_000)})
    common = Zipf(syllables, 0.7)
    real = [
        f"{first} {second}"
        for sentence in _real_sentences()["vi"]
        for first, second in re.findall(r"(?=\b([^\W\d_]+) ([^\W\d_]+)\b)", sentence.lower())
        if first not in _VI_JOINTS and second not in _VI_JOINTS
    ]
    chance.shuffle(real)
    for word in real:
        yield word
        for _ in range(8):
            yield f"{common.draw(chance)} {common.draw(chance)}"


def _syllable(chance: Random) -> str:
    letters = chance.choice(_ONSETS) + chance.choice(_RHYMES)
    bare = not set(_TONES) & set(unicodedata.normalize("NFD", letters))
    return (
        place_tones(nfc(letters + chance.choice(("", *_TONES))))
        if bare and letters[-1] in "aeiouy"
        else letters
    )


def _english(chance: Random) -> Iterator[str]:
    real = re.findall(r"\b[a-z]{4,}\b", " ".join(_real_sentences()["en"]).lower())
    chance.shuffle(real)
    stems = [word[:-2] for word in real if len(word) > 6]
    for word in real:
        yield word
        yield chance.choice(stems) + chance.choice(_ENDINGS)


def _german(chance: Random) -> Iterator[str]:
    for _ in range(40_000):
        first, second = chance.choice(_DE_NOUNS), chance.choice(_DE_NOUNS)
        link = "s" if first.endswith(("ung", "heit", "tion")) else "n" if first.endswith("e") else ""
        yield chance.choice((first, second, first + link + second)).capitalize()
        yield chance.choice(_DE_VERBS)


_JOINTS = {"vi": _VI_JOINTS, "en": _EN_JOINTS, "de": _DE_JOINTS}


class Writer:
    """Writes one lesson; a lesson comes back again and again to its own matters."""

    def __init__(self, lang: str, chance: Random):
        self._chance, self._real = chance, _real_sentences().get(lang)
        self._vocabulary, self._joints = vocabulary(lang), _JOINTS[lang]
        self._matters = Zipf([self._phrase() for _ in range(MATTERS)], 0.6)

    def _phrase(self) -> str:
        drawn = [self._vocabulary.draw(self._chance) for _ in range(self._chance.randint(1, 3))]
        if len(drawn) > 2:
            drawn[1] = self._chance.choice(self._joints)
        return " ".join(drawn)

    def heading(self, chunks: int) -> str:
        return self._made(chunks).rstrip(".")

    def paragraph(self) -> str:
        return " ".join(self._sentence() for _ in range(self._chance.randint(2, 5)))

    def _sentence(self) -> str:
        if self._real and self._chance.random() < REAL:
            return self._chance.choice(self._real)
        return self._made(self._chance.randint(3, 7))

    def _made(self, chunks: int) -> str:
        parts: list[str] = []
        for at in range(chunks):
            if at and self._chance.random() < 0.6:
                parts.append(self._chance.choice(self._joints))
            own = self._chance.random() < OWN
            parts.append(self._matters.draw(self._chance) if own else self._vocabulary.draw(self._chance))
        if self._chance.random() < 0.08:
            parts.append(f"{self._chance.randint(1, 999)}/{self._chance.randint(2015, 2026)}/QĐ-UBND")
        text = " ".join(parts)
        return text[0].upper() + text[1:] + "."


def lesson(number: int) -> SearchDoc:
    """The lesson of a number."""
    chance = Random(f"{SEED} lesson {number}")
    share = chance.random()
    lang = next(lang for lang, upto in LANGUAGES if share < upto)
    course = number // PER_COURSE
    writer = Writer(lang, chance)
    return SearchDoc(
        ref=f"lesson:{number}:{lang}",
        group=f"bench:{number}",
        kind="lesson",
        lang=lang,
        title=writer.heading(chance.randint(2, 3)),
        path=f"/courses/{slug(course)}/lessons/bai-{number}",
        course=slug(course),
        module=MODULES[course % len(MODULES)],
        tags=(f"topic-{course % 40}",),
        labels=(course_label(slug(course)),) if course % RESTRICTED == 0 else (PUBLIC,),
        passages=tuple(_passages(writer, chance.randint(300, 1100))),
        extra={"lesson": f"bai-{number}"},
        version=number,
    )


def lessons(count: int) -> Iterator[SearchDoc]:
    return map(lesson, range(count))


def slug(course: int) -> str:
    return f"bench-{course}"


def text_of(doc: SearchDoc) -> str:
    """All the text of a lesson, as the engines that know no blocks get it."""
    return "\n".join(passage.text for passage in doc.passages)


def _passages(writer: Writer, words: int) -> Iterator[Passage]:
    number = 0
    while words > 0:
        number += 1
        is_heading = number % 4 == 1
        text = writer.heading(2) if is_heading else writer.paragraph()
        yield Passage(f"b{number}", text, is_heading)
        words -= text.count(" ") + 1
