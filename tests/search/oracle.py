"""What a reader may find, told by reading every document: no index, no parser, no masks, no arrays.

The documents are made of invented words, at least three letters apart, so that each rule of the query language
has one answer that ten lines can tell. A question carries its meaning beside its text: the oracle never reads
the text, and what it knows of a document is what the reader's labels allow.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from academy.kernel.text import fold
from academy.search.analysis import stem
from academy.search.backend import PUBLIC, Passage, Scope, SearchBackend, SearchDoc
from academy.search.query import parse

COURSES, MODULES, LANGS = 12, 3, ("vi", "vi", "en", "de")
LABELS = (PUBLIC, *(f"course:c{number}" for number in range(COURSES)))
MARKED = {"a": "à", "e": "é", "i": "í", "o": "ồ", "u": "ự"}


@dataclass(frozen=True)
class Question:
    """A query as typed, and what it means: which documents answer among those that may be seen."""

    text: str
    meant: Callable[["Sight"], set[str]]
    read: Callable[["Sight"], str | None] = lambda sight: None  # the query as it will be read
    filters: dict[str, frozenset[str]] = field(default_factory=dict)
    # where no wanted document answers in full, less is enough of each: then facets have only an upper bound
    in_full: Callable[["Sight"], set[str]] | None = None


@dataclass(frozen=True)
class Seen:
    """A document as the oracle reads it."""

    doc: SearchDoc
    title: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    written: frozenset[str]  # the same, with their marks


class Sight:
    """The documents that one reader may see, narrowed where the query says so."""

    def __init__(self, seen: Sequence[Seen], filters: dict[str, frozenset[str]]):
        self.all = seen
        self.within = [
            one for one in seen if all(getattr(one.doc, name) in some for name, some in filters.items())
        ]

    def having(self, word: str) -> set[str]:
        return {one.doc.ref for one in self.all if word in one.words}

    def titled(self, word: str) -> set[str]:
        return {one.doc.ref for one in self.all if word in one.title}

    def begun(self, beginning: str) -> set[str]:
        return {one.doc.ref for one in self.all if any(word.startswith(beginning) for word in one.words)}

    def following(self, first: str, second: str) -> set[str]:
        return {
            one.doc.ref
            for one in self.all
            if any((first, second) in zip(text, text[1:], strict=False) for text in (one.title, *one.texts))
        }

    def known(self, word: str) -> bool:
        return any(word in one.words for one in self.all)

    def known_within(self, word: str) -> bool:
        return any(word in one.words for one in self.within)


class World:
    """Documents under labels, and questions about them."""

    def __init__(self, seed: int, documents: int = 300, words: int = 130):
        self.chance = random.Random(seed)
        self.words = self._vocabulary(words)
        self.docs = [self._document(number) for number in range(documents)]
        self.seen = [_seen(doc) for doc in self.docs]
        self.neighbours = {
            pair
            for one in self.seen
            for text in (one.title, *one.texts)
            for pair in zip(text, text[1:], strict=False)
        }

    # -- what there is ------------------------------------------------------------------------

    def _vocabulary(self, count: int) -> list[str]:
        words: list[str] = []
        while len(words) < count:
            word = "".join(self.chance.choice("bdgklmnprtv" if at % 2 == 0 else "aeiou") for at in range(7))
            same = all(stem(lang, word) == f":{lang}:{word}" for lang in ("en", "de"))
            if same and all(_apart(word, other) for other in words):
                words.append(word)
        return words

    def _some(self, least: int, most: int) -> list[str]:
        """Words, a few of them often; some with a mark that nobody types."""
        weights = [1 / (rank + 2) for rank in range(len(self.words))]
        picked = self.chance.choices(self.words, weights, k=self.chance.randint(least, most))
        return [
            word[:3] + MARKED[word[3]] + word[4:] if self.chance.random() < 0.3 else word for word in picked
        ]

    def _document(self, number: int) -> SearchDoc:
        chance = self.chance
        course = f"c{chance.randrange(COURSES)}"
        labels = (PUBLIC,) if chance.random() < 0.3 else (f"course:{course}",)
        if chance.random() < 0.1:
            labels = (*labels, chance.choice(LABELS[1:]))
        return SearchDoc(
            ref=f"d{number}:x", group=f"d{number}", kind="lesson", lang=chance.choice(LANGS),
            title=" ".join([*self._some(1, 3), f"{number}"]), path=f"/d{number}",
            course=course, module=f"m{chance.randrange(MODULES)}", labels=tuple(dict.fromkeys(labels)),
            passages=tuple(
                Passage(f"b{at}", " ".join(self._some(4, 12)).capitalize() + ".", chance.random() < 0.2)
                for at in range(chance.randint(1, 4))
            ),
            context=(" ".join(self._some(1, 2)),) if chance.random() < 0.2 else (),
            extra={"lesson": f"d{number}"}, version=1,
        )  # fmt: skip

    def visible(self, scope: Scope) -> list[Seen]:
        return [
            one
            for one in self.seen
            if (scope.everything or set(one.doc.labels) & scope.labels) and one.doc.course not in scope.closed
        ]

    # -- what is asked ------------------------------------------------------------------------

    def scope(self) -> Scope:
        labels = self.chance.sample(LABELS, self.chance.choice((0, 1, 1, 2, 3, 5, 8)))
        closed = self.chance.sample(range(COURSES), self.chance.choice((0, 0, 0, 1, 2)))
        return Scope(frozenset(labels), closed=frozenset(f"c{number}" for number in closed))

    def questions(self) -> Iterator[Question]:
        forms = (
            self._word, self._two_words, self._either, self._without, self._phrase, self._beginning, self._in_title,
            self._narrowed, self._narrowed_words,
        )  # fmt: skip
        while True:
            # a slip is read by trying hundreds of words: it is asked less often
            yield self._slips() if self.chance.random() < 0.05 else self.chance.choice(forms)()

    def _pick(self) -> str:
        # from the rare end as often as from the common one
        return self.chance.choice(self.words if self.chance.random() < 0.5 else self.words[-40:])

    def _word(self) -> Question:
        word = self._pick()
        return Question(self.chance.choice((word, word.upper())), lambda sight: sight.having(word))

    def _apart(self) -> tuple[str, str]:
        """Two words that nowhere follow each other, so that both must occur and nothing else is asked."""
        while True:
            first, second = self.chance.sample(self.words[:30], 2)
            if (first, second) not in self.neighbours:
                return first, second

    def _two_words(self) -> Question:
        first, second = self._apart()
        return Question(f"{first} {second}", lambda sight: _all_words(sight, first, second))

    def _narrowed_words(self) -> Question:
        first, second = self._apart()
        typed, filters = self._filter()
        return Question(
            f"{first} {second} {typed}",
            lambda sight: _all_words(sight, first, second),
            filters=filters,
            in_full=lambda sight: sight.having(first) & sight.having(second),
        )

    def _either(self) -> Question:
        first, second = self._pick(), self._pick()

        def meant(sight: Sight) -> set[str]:
            return sight.having(first) | sight.having(second)

        return Question(f"{first} OR {second}", meant)

    def _without(self) -> Question:
        first, second = self.chance.sample(self.words, 2)
        return Question(f"{first} -{second}", lambda sight: sight.having(first) - sight.having(second))

    def _phrase(self) -> Question:
        first, second = self.chance.choice(sorted(self.neighbours))
        if first.isdigit() or second.isdigit():
            return self._word()
        return Question(f'"{first} {second}"', lambda sight: sight.following(first, second))

    def _beginning(self) -> Question:
        beginning = self._pick()[: self.chance.randint(3, 5)]
        return Question(f"{beginning}*", lambda sight: sight.begun(beginning))

    def _in_title(self) -> Question:
        word = self._pick()
        return Question(f"title:{word}", lambda sight: sight.titled(word) if sight.known(word) else set())

    def _filter(self) -> tuple[str, dict[str, frozenset[str]]]:
        chosen = {
            "lang": self.chance.choice(LANGS),
            "course": f"c{self.chance.randrange(COURSES)}",
            "module": f"m{self.chance.randrange(MODULES)}",
        }
        names = self.chance.sample(sorted(chosen), self.chance.choice((1, 1, 2)))
        typed = " ".join(f"{name}:{chosen[name]}" for name in names)
        return typed, {name: frozenset([chosen[name]]) for name in names}

    def _narrowed(self) -> Question:
        word = self._pick()
        typed, filters = self._filter()
        return Question(f"{typed} {word}", lambda sight: sight.having(word), filters=filters)

    def _slips(self) -> Question:
        return self.chance.choice((self._slip, self._slip_narrowed, self._slip_in_title))()

    def _slip(self, before: str = "", filters: dict | None = None, *, title: bool = False) -> Question:
        """A letter struck wrong: read as the word that is meant if the reader could know it."""
        word = self._pick()
        at = self.chance.randrange(1, 6)
        wrong = word[:at] + self.chance.choice("fhqxz") + word[at + 1 :]
        typed = f"{before}{'title:' if title else ''}"

        def read(sight: Sight) -> str | None:
            return f"{typed}{word}" if sight.known(word) else None

        def meant(sight: Sight) -> set[str]:
            return sight.titled(word) if title else sight.having(word)

        return Question(f"{typed}{wrong}", meant, read, filters or {})

    def _slip_narrowed(self) -> Question:
        typed, filters = self._filter()
        return self._slip(f"{typed} ", filters)

    def _slip_in_title(self) -> Question:
        return self._slip(title=True)

    # -- what is answered ---------------------------------------------------------------------

    def disagreements(self, backend: SearchBackend, count: int) -> list[str]:
        """Ask at random what readers at random may ask; every difference from what reading alone would tell."""
        questions, wrong = self.questions(), []
        for _ in range(count):
            scope, question = self.scope(), next(questions)
            wrong += [
                f"{question.text!r} by {_told(scope)}: {what}"
                for what in self._differences(backend, scope, question)
            ]
        return wrong

    def _differences(self, backend: SearchBackend, scope: Scope, question: Question) -> Iterator[str]:
        seen = self.visible(scope)
        sight = Sight(seen, question.filters)
        found = question.meant(sight)
        wanted = {one.doc.ref for one in sight.within} & found
        offset = self.chance.choice((0, 0, 0, 5, 20))
        page = backend.search(parse(question.text), scope, limit=10, offset=offset)
        got = [hit.ref for hit in page.hits]
        if foreign := set(got) - {one.doc.ref for one in seen}:
            yield f"foreign {sorted(foreign)}"
        if page.total != len(wanted) or not page.total_is_exact:
            yield f"{page.total} in all, not {len(wanted)}"
        if len(set(got)) != max(0, min(10, len(wanted) - offset)) or not set(got) <= wanted:
            yield f"found {sorted(got)}"
        # a word that was read anew bears the marks of what it found
        expected = question.read(sight)
        if (fold(page.corrected) if page.corrected else None) != (fold(expected) if expected else None):
            yield f"read as {page.corrected}, not {expected}"
        if page.corrected and not any(_as_written(page.corrected) in one.written | one.words for one in seen):
            yield f"read as {page.corrected}, which no text has"
        facets = self._facets(seen, found, question.filters)
        told = {name: dict(page.facets.get(name, {})) for name in facets}
        if question.in_full and not question.in_full(sight) & {one.doc.ref for one in sight.within}:
            most = max((sum(counts.values()) for counts in told.values()), default=0)
            if most > len(seen):
                yield f"{most} in facets, of {len(seen)}"
        elif told != facets:
            yield f"facets {told}, not {facets}"
        if self.chance.random() < 0.3:
            yield from self._suggestions(backend, scope, seen)
        if self.chance.random() < 0.1:
            yield from self._similar(backend, scope, seen)

    @staticmethod
    def _facets(
        seen: Sequence[Seen], found: set[str], filters: dict[str, frozenset[str]]
    ) -> dict[str, dict[str, int]]:
        """Per value, what would be found with it chosen in place of the present one."""
        facets: dict[str, dict[str, int]] = {}
        for name in ("module", "course", "lang"):
            others = {other: some for other, some in filters.items() if other != name}
            kept = [one.doc for one in Sight(seen, others).within if one.doc.ref in found]
            facets[name] = dict(Counter(getattr(doc, name) for doc in kept))
        return facets

    def _similar(self, backend: SearchBackend, scope: Scope, seen: Sequence[Seen]) -> Iterator[str]:
        """Of a document that may be seen, others that may be seen and share a word; of one that may not, nothing."""
        one = self.chance.choice(self.seen)
        got = {hit.ref for hit in backend.similar(one.doc.ref, scope, limit=5)}
        sharing = {other.doc.ref for other in seen if other is not one and other.words & one.words}
        if not got <= (sharing if one in seen else set()):
            yield f"finds {sorted(got)} similar to {one.doc.ref}"

    def _suggestions(self, backend: SearchBackend, scope: Scope, seen: Sequence[Seen]) -> Iterator[str]:
        word = self._pick()
        typed = word[: self.chance.randint(3, 7)]
        fitting = {one.doc.title for one in seen if any(each.startswith(typed) for each in one.title)}
        got = [suggestion.title for suggestion in backend.suggest(typed, scope, limit=8)]
        if not set(got) <= fitting or len(set(got)) != min(8, len(fitting)):
            yield f"suggests {sorted(got)} for {typed}"


def _all_words(sight: Sight, first: str, second: str) -> set[str]:
    """Documents with both words. If none has both and one word occurs nowhere, it asks for nothing."""
    both = sight.having(first) & sight.having(second)
    if both & {one.doc.ref for one in sight.within}:
        return both
    known = [word for word in (first, second) if sight.known_within(word)]
    return sight.having(known[0]) if len(known) == 1 else set()


def _seen(doc: SearchDoc) -> Seen:
    title = _words(doc.title)
    texts = tuple(_words(passage.text) for passage in doc.passages)
    context = [word for text in doc.context for word in _words(text)]
    whole = " ".join([doc.title, *(passage.text for passage in doc.passages), *doc.context])
    written = frozenset(whole.lower().replace(".", " ").split())
    return Seen(
        doc, title, texts, frozenset([*title, *context, *(word for text in texts for word in text)]), written
    )


def _as_written(corrected: str) -> str:
    """The word that was read, out of a query of one word and filters."""
    return corrected.lower().split()[-1].removeprefix("title:")


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).replace(".", " ").split())


def _apart(first: str, second: str) -> bool:
    """Whether two words of one length differ at three places or more, and begin differently enough to be told apart."""
    return sum(a != b for a, b in zip(first, second, strict=True)) >= 3 and first[1:] != second[:-1]


def _told(scope: Scope) -> str:
    return f"{sorted(scope.labels)} without {sorted(scope.closed)}"
