"""Words that stand for each other: ``UBND`` and ``ủy ban nhân dân``. The query is widened by them, never the index,
so that a change takes effect with the next question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from academy.search.analysis import FUNCTION, normal, pair, words

MAX_WORDS = 8
MAX_READINGS = 4  # of one run of words
_NEVER_PAIRED = frozenset(form for listed in FUNCTION.values() for word in listed for form in normal(word))


class Form(NamedTuple):
    """A word with its marks, and without."""

    exact: str
    folded: str


class Typed(Protocol):
    """A word of a query; ``joined`` if it follows the word before it closely."""

    exact: str
    folded: str
    joined: bool


Side = tuple[Form, ...]


class Run(NamedTuple):
    """Words of a query, from ``start`` up to but without ``end``, and what stands for them."""

    start: int
    end: int
    others: tuple[Side, ...]


def side_of(text: str) -> Side:
    """A text as one side of a pair of synonyms."""
    return tuple(Form(word.exact, word.folded) for word in words(text))


def pair_term(first: Form | Typed, second: Form | Typed) -> str | None:
    """The term of two words that follow each other, None if one of them is never part of a pair."""
    if {first.exact, first.folded, second.exact, second.folded} & _NEVER_PAIRED:
        return None
    return pair(first.folded, second.folded)


def sequence_terms(forms: Sequence[Form]) -> tuple[str, ...]:
    """The terms that a text holds in which these words follow each other: their pairs, or one word itself."""
    if len(forms) == 1:
        return (forms[0].folded,)
    pairs = [
        term for first, second in zip(forms, forms[1:], strict=False) if (term := pair_term(first, second))
    ]
    return tuple(dict.fromkeys(pairs)) or tuple(dict.fromkeys(form.folded for form in forms))


@dataclass(frozen=True, slots=True)
class Synonyms:
    """All pairs in force, to be asked for the words of a query."""

    sides: dict[tuple[str, ...], tuple[tuple[Side, Side], ...]] = field(default_factory=dict)
    longest: int = 0
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Synonyms:
        """From pairs of texts; either stands for the other."""
        sides: dict[tuple[str, ...], tuple[tuple[Side, Side], ...]] = {}
        pairs = tuple(pairs)
        for one, other in pairs:
            first, second = side_of(one), side_of(other)
            if not first or not second:
                continue
            for own, stands_for in ((first, second), (second, first)):
                key = tuple(form.folded for form in own)
                sides[key] = (*sides.get(key, ()), (own, stands_for))
        return cls(sides, max(map(len, sides), default=0), pairs)

    def runs(self, typed: Sequence[Typed | None]) -> Iterator[Run]:
        """The longest runs of words that have synonyms, from the left; None is what is no word."""
        at = 0
        while at < len(typed):
            run = self._run(typed, at)
            if run is None:
                at += 1
                continue
            yield run
            at = run.end

    def _run(self, typed: Sequence[Typed | None], at: int) -> Run | None:
        for end in range(min(len(typed), at + self.longest), at, -1):
            found = typed[at:end]
            if None in found or not all(word.joined for word in found[1:]):
                continue
            known = self.sides.get(tuple(word.folded for word in found), ())
            others = [other for own, other in known if _spelled_alike(found, own)]
            if others:
                return Run(at, end, tuple(others[:MAX_READINGS]))
        return None


def _spelled_alike(typed: Sequence[Typed], own: Side) -> bool:
    """Whether each word is typed with the marks of the other, or with none."""
    return all(word.exact in (form.exact, form.folded) for word, form in zip(typed, own, strict=True))


NO_SYNONYMS = Synonyms()
