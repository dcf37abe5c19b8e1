"""The language of the search box, and its tree.

``words`` (all are meant), ``"a phrase"``, ``-not``, ``begin*``, ``title:word``, ``lang:vi``,
``course:slug``, ``module:slug``, ``tag:topic``, ``this OR that``. ``OR`` parts the whole query: ``quản lý OR đô thị`` is
``quản lý`` or ``đô thị``. What is not understood is searched as text; nothing is ever an error.
"""

import re
from dataclasses import dataclass, field, replace

from academy.kernel.text import clean
from academy.search.analysis import normal, numbers, words
from academy.search.synonyms import NO_SYNONYMS, Synonyms

MAX_CHARACTERS = 256
MAX_TERMS = 12
FILTERS = ("lang", "course", "module", "tag")


@dataclass(frozen=True, slots=True)
class Word:
    """One word; ``joined`` if it follows the word before it with nothing but a space between."""

    exact: str
    folded: str
    title: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A document number, folded: ``171/2025/nd-cp``."""

    number: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word; ``joined`` as in :class:`Word`."""

    exact: str
    folded: str
    title: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other."""

    words: tuple[Word, ...]
    title: bool = False


Clause = Word | Number | Prefix | Phrase


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query.

    Attributes:
        text: what was typed, cleaned and cut to 256 characters.
        alternatives: the clauses on each side of ``OR``; a document must answer one of them.
        excluded: clauses that no result may answer.
        langs, courses, modules, tags: filters, each empty for "any".
        synonyms: words that stand for each other, by which the search is widened.
    """

    text: str
    alternatives: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause, ...] = ()
    langs: frozenset[str] = field(default_factory=frozenset)
    courses: frozenset[str] = field(default_factory=frozenset)
    modules: frozenset[str] = field(default_factory=frozenset)
    tags: frozenset[str] = field(default_factory=frozenset)
    synonyms: Synonyms = field(default=NO_SYNONYMS, compare=False, repr=False)

    def looser(self) -> list[tuple[str, "Query"]]:
        """The query without one of its words, for each; none of a query of a single word or with ``OR``."""
        if len(self.alternatives) != 1 or len(self.alternatives[0]) < 2:
            return []
        clauses = self.alternatives[0]
        out = []
        for at, clause in enumerate(clauses):
            left = _rejoined(clauses, at)
            text = " ".join([*map(_spelled, left), *(f"-{_spelled(one)}" for one in self.excluded)])
            out.append((_spelled(clause), replace(self, text=text, alternatives=(left,))))
        return out

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: no words, or only excluded ones."""
        return not self.alternatives

    def narrowed(
        self,
        *,
        course: str | None = None,
        module: str | None = None,
        lang: str | None = None,
        tag: str | None = None,
    ) -> "Query":
        """The query within one course, module, language or topic, given beside the text."""

        def both(typed: frozenset[str], given: str | None) -> frozenset[str]:
            if given is None:
                return typed
            return frozenset([given]) if not typed or given in typed else frozenset(["\0none"])

        return replace(
            self,
            courses=both(self.courses, course),
            modules=both(self.modules, module),
            langs=both(self.langs, lang),
            tags=both(self.tags, tag),
        )


def _rejoined(clauses: tuple[Clause, ...], without: int) -> tuple[Clause, ...]:
    """The clauses without one; what followed it follows nothing closely any more."""
    left = list(clauses)
    del left[without]
    if without < len(left) and isinstance(left[without], Word | Prefix):
        left[without] = replace(left[without], joined=False)
    return tuple(left)


def _spelled(clause: Clause) -> str:
    """A clause as one could type it."""
    match clause:
        case Phrase():
            text = '"' + " ".join(word.exact for word in clause.words) + '"'
        case Number():
            text = clause.number.upper()
        case Prefix():
            text = f"{clause.exact}*"
        case Word():
            text = clause.exact
    return f"title:{text}" if clause.title else text


_PIECE = re.compile(
    r"""(?P<minus>-(?=["\w]))?(?:(?P<field>[a-z]+):(?=["\w]))?(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+))""",
    re.VERBOSE,
)
_SLUG = re.compile(r"[a-z0-9_-]{1,100}")


class _Parser:
    def __init__(self, text: str, synonyms: Synonyms):
        self.synonyms = synonyms
        self.text = clean(text[: MAX_CHARACTERS * 4])[:MAX_CHARACTERS].strip()
        self.left = MAX_TERMS
        self.alternatives: list[list[Clause]] = [[]]
        self.excluded: list[Clause] = []
        self.filters: dict[str, set[str]] = {name: set() for name in FILTERS}

    def parse(self) -> Query:
        end = 0
        for piece in _PIECE.finditer(self.text):
            close = not self.text[end : piece.start()].strip()
            self._take(piece, close)
            end = piece.end()
        return Query(
            text=self.text,
            alternatives=tuple(tuple(clauses) for clauses in self.alternatives if clauses),
            excluded=tuple(self.excluded),
            langs=frozenset(self.filters["lang"]),
            courses=frozenset(self.filters["course"]),
            modules=frozenset(self.filters["module"]),
            tags=frozenset(self.filters["tag"]),
            synonyms=self.synonyms,
        )

    def _take(self, piece: re.Match, close: bool) -> None:
        name, plain = piece["field"], piece["plain"]
        if plain == "OR" and not name and not piece["minus"]:
            if self.alternatives[-1]:
                self.alternatives.append([])
            return
        if name in self.filters and plain and not piece["minus"] and _SLUG.fullmatch(plain.lower()):
            self.filters[name].add(plain.lower())
            return
        title = name == "title"
        text = piece["phrase"] if plain is None else plain
        if name and not title:
            text = f"{name}:{text}"
        clauses = (
            self._phrase(text, title)
            if plain is None
            else self._plain(text, title, least=1 if close and self.alternatives[-1] else 2)
        )
        if piece["minus"]:
            self.excluded += clauses
            return
        into = self.alternatives[-1]
        if clauses and isinstance(clauses[0], Word | Prefix):
            follows = close and bool(into) and isinstance(into[-1], Word) and into[-1].title == title
            clauses[0] = replace(clauses[0], joined=follows)
        into += clauses

    def _words(self, text: str, title: bool) -> list[Word]:
        found = [Word(word.exact, word.folded, title, word.joined) for word in words(text)][: self.left]
        self.left -= len(found)
        return found

    def _phrase(self, text: str, title: bool) -> list[Clause]:
        found = self._words(text, title)
        return [Phrase(tuple(found), title)] if found else []

    def _plain(self, text: str, title: bool, least: int) -> list[Clause]:
        if text.endswith("*"):
            begun = text.rstrip("*")
            forms = list(words(begun))
            if len(forms) == 1 and len(forms[0].folded) >= least and forms[0].end == len(begun) and self.left:
                self.left -= 1
                return [Prefix(*normal(begun), title)]
        found = list(numbers(text))
        if len(found) == 1 and not text[: found[0][1]].strip("([„“") and self.left:
            self.left -= 1
            return [Number(found[0][0], title)]
        return list(self._words(text, title))


def without_filter(text: str, name: str) -> str:
    """The text of a query without its filters of a name (``lang:vi``)."""
    return " ".join(re.sub(rf"(?<!\S){name}:[A-Za-z0-9_-]+(?!\S)", " ", text).split())


def parse(text: str, synonyms: Synonyms = NO_SYNONYMS) -> Query:
    """Read a query; of long ones the first 256 characters and 12 terms count."""
    return _Parser(text, synonyms).parse()
