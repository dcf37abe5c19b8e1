"""From a parsed query to the terms to look up: forms of each word, pairs, and readings of what is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from academy.kernel.text import tokens
from academy.search.analysis import (
    LONGEST_WORD,
    STOP,
    Compounds,
    is_stop,
    normal,
    number_terms,
    pair,
    stem,
)
from academy.search.query import Clause, Number, Phrase, Prefix, Query, Word
from academy.search.spelling import from_telex, from_vni, nearest
from academy.search.synonyms import Run, pair_term, sequence_terms
from academy.search.view import View

MAX_EXPANSIONS = 60
MAX_CONTINUATIONS = 8
MAX_CANDIDATES = 1000
MAX_SLIPS = 4  # words of a query that are read by trying every slip
LONGEST_SLIP = 24
RARE = 2  # documents at most that have a word for which another is offered
FAR_MORE = 4  # times as often as a word must occur that is offered in its place
STEMMED = ("en", "de")
STEM_PREFIX = len(":en:")


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that a document should answer.

    Attributes:
        exact: terms of full weight, any of which answers it.
        loose: other forms (marks off, stems, expansions), of less weight.
        title: only the title counts.
        marked: typed with marks, so that exact forms come first.
        neutral: languages in which the word says nothing and is taken as answered.
        every: instead of the above, terms of which all must occur (a phrase's pairs and words).
        phrase: the words of the phrase, to be verified in the text.
        decisive: it says by itself what is meant (a document number); other words only help to rank.
        instead: groups of terms; a document that holds all of a group answers it as well as the word itself.
    """

    exact: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    title: bool = False
    marked: bool = False
    neutral: frozenset[str] = frozenset()
    every: tuple[str, ...] = ()
    phrase: tuple[Word, ...] = ()
    decisive: bool = False
    instead: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Units to answer, and pairs of neighbouring words."""

    units: tuple[Unit, ...]
    pairs: tuple["Pair", ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbouring words: terms of which any will do (of a word's beginning there are several), or
    ``instead`` of them groups of terms as in :class:`Unit`."""

    terms: tuple[str, ...]
    title: bool
    instead: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A word to mark in results; ``rest`` is how many more letters a word that begins so may have."""

    exact: str
    folded: str
    rest: int = 0


@dataclass(slots=True)
class Plan:
    alternatives: list[Alternative] = field(default_factory=list)
    excluded: list[Unit] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)  # words that nothing has, as typed

    def corrected(self, text: str) -> str | None:
        """The query's text with the words as they were read, None if they were read as typed."""
        return exchanged(text, self.replaced) if self.replaced else None


def exchanged(text: str, words: Mapping[str, str]) -> str:
    """A query's text with other words in the place of some; ``words`` by their exact forms."""
    out, end = [], 0
    for token in tokens(text):
        exact = normal(token.word)[0]
        if exact in words:
            out += [text[end : token.start], words[exact]]
            end = token.end
    return "".join(out) + text[end:]


class Planner:
    """Makes plans for one snapshot and one reader: only what the reader may see helps to read a word."""

    def __init__(self, snapshot: View, visible: np.ndarray, compounds: Compounds):
        self._snapshot, self._visible, self._compounds = snapshot, visible, compounds

    def plan(self, query: Query) -> Plan:
        plan = Plan()
        for clauses in query.alternatives:
            named = frozenset(
                at for run in query.synonyms.runs(_words(clauses)) for at in range(run.start, run.end)
            )
            read = self._read(list(clauses), plan, named)
            plan.unknown += [
                clause.exact
                for at, clause in enumerate(read)
                if at not in named and isinstance(clause, Word) and self._is_unknown(clause)
            ]
            runs = list(query.synonyms.runs(_words(read)))
            units = [self._unit(clause, before) for before, clause in zip([None, *read], read, strict=False)]
            for run in runs:
                groups = tuple(sequence_terms(side) for side in run.others)
                units[run.start : run.end] = [
                    replace(unit, instead=groups) for unit in units[run.start : run.end]
                ]
                plan.marks += [Mark(*form) for side in run.others for form in side]
            plan.alternatives.append(Alternative(tuple(units), self._pairs(read, runs)))
            for clause in read:
                plan.marks += self._marks(clause)
        plan.excluded = [self._unit(clause) for clause in query.excluded]
        return plan

    # -- reading unknown words ----------------------------------------------------------------

    def _count(self, term: str) -> int:
        return self._snapshot.count(term, self._visible)

    def _known(self, word: Word) -> bool:
        forms = [word.exact, word.folded, *(stem(lang, word.exact) for lang in STEMMED)]
        return any(form and self._count(form) for form in forms)

    def _read(self, clauses: list[Clause], plan: Plan, named: frozenset[int]) -> list[Clause]:
        """Replace words that occur nowhere: keystrokes of an input method, compounds, slips of one letter.

        ``named``: places of words that have synonyms, which mean what they say.
        """
        clauses = [
            part
            for clause in clauses
            for part in (self._number_words(clause) if isinstance(clause, Number) else [clause])
        ]
        typed = False
        for at, clause in enumerate(clauses):
            if at in named or not isinstance(clause, Word) or self._is_understood(clause):
                continue
            meant = self._keystrokes(clause)
            typed = typed or meant is not None
            if meant is not None:
                clauses[at] = self._replaced(clause, meant, plan)
        if typed:
            self._read_neighbours(clauses, plan)
        for at, clause in enumerate(clauses):
            if at not in named and isinstance(clause, Word) and not self._is_understood(clause):
                clauses[at] = self._slip(clauses, at, plan)
        return clauses

    def _number_words(self, clause: Number) -> list[Clause]:
        """A number that no text cites in full is looked for as words that follow each other."""
        if self._count(number_terms(clause.number)[0]):
            return [clause]
        forms = [normal(token.word) for token in tokens(clause.number)]
        return [Phrase(tuple(Word(exact, folded, clause.title) for exact, folded in forms), clause.title)]

    def _says_nothing(self, word: Word) -> bool:
        return any(is_stop(lang, word.exact, word.folded) for lang in STOP)

    def _is_understood(self, word: Word) -> bool:
        return self._known(word) or self._says_nothing(word)

    def _is_unknown(self, word: Word) -> bool:
        parts = [stem("de", part) or part for part in self._compounds.split(word.exact)]
        return not self._is_understood(word) and not any(self._count(part) for part in parts)

    def _keystrokes(self, word: Word) -> str | None:
        for decode in (from_telex, from_vni):
            meant = decode(word.exact)
            if meant and any(self._count(form) for form in normal(meant)):
                return meant
        return None

    def _read_neighbours(self, clauses: list[Clause], plan: Plan) -> None:
        """Beside keystrokes, a known word may be keystrokes too: ``cans booj``."""
        for at, clause in enumerate(clauses):
            meant = from_telex(clause.exact) if isinstance(clause, Word) else None
            if meant is None:
                continue
            exact, folded = normal(meant)
            if self._fit(clauses, at, folded) > self._fit(clauses, at, clause.folded):
                clauses[at] = self._replaced(clause, exact, plan)

    def _fit(self, clauses: list[Clause], at: int, folded: str) -> int:
        before, after = self._neighbours(clauses, at)
        return (self._count(pair(before, folded)) if before else 0) + (
            self._count(pair(folded, after)) if after else 0
        )

    @staticmethod
    def _neighbours(clauses: list[Clause], at: int) -> tuple[str | None, str | None]:
        before = clauses[at - 1] if at and clauses[at].joined else None
        after = clauses[at + 1] if at + 1 < len(clauses) else None
        return (
            before.folded if isinstance(before, Word) else None,
            after.folded if isinstance(after, Word) and after.joined else None,
        )

    def _slip(self, clauses: list[Clause], at: int, plan: Plan) -> Clause:
        word = clauses[at]
        parts = self._compounds.split(word.exact)
        if parts:
            return word  # its parts are looked up as loose forms
        if not _may_be_a_slip(word) or len(plan.replaced) >= MAX_SLIPS:
            return word
        before, after = self._neighbours(clauses, at)
        # who types marks knows what he types, unless another syllable goes with the neighbours
        fitting = word.exact != word.folded and bool(before or after)
        meant = nearest(word.folded, before, after, self._count, fitting=fitting)
        return self._replaced(word, meant, plan) if meant else word

    def offer(self, query: Query) -> dict[str, str]:
        """For known but rare words, those one slip away that occur far more often, beside the same neighbours."""
        found: dict[str, str] = {}
        for clauses in query.alternatives:
            read = list(clauses)
            for at, word in enumerate(read):
                if len(found) >= MAX_SLIPS or not isinstance(word, Word) or self._says_nothing(word):
                    continue
                if self._count(word.folded) > RARE:
                    continue
                if _may_be_a_slip(word) and (meant := self._more_likely(read, at)):
                    found[word.exact] = meant
        return found

    def _more_likely(self, clauses: list[Clause], at: int) -> str | None:
        word = clauses[at]
        before, after = self._neighbours(clauses, at)
        present = self._fit(clauses, at, word.folded) if before or after else self._count(word.folded)
        meant = nearest(word.folded, before, after, self._count, fitting=bool(before or after))
        if meant is None:
            return None
        other = self._fit(clauses, at, meant) if before or after else self._count(meant)
        return meant if other >= FAR_MORE * max(1, present) else None

    @staticmethod
    def _replaced(word: Word, meant: str, plan: Plan) -> Word:
        plan.replaced[word.exact] = meant
        exact, folded = normal(meant)
        return replace(word, exact=exact, folded=folded)

    # -- terms ----------------------------------------------------------------------------------

    def _unit(self, clause: Clause, before: Clause | None = None) -> Unit:
        if isinstance(clause, Prefix):
            return self._prefix(clause, before.folded if isinstance(before, Word) and clause.joined else None)
        if isinstance(clause, Word):
            return self._word(clause)
        return self._number(clause) if isinstance(clause, Number) else self._phrase(clause)

    def _word(self, word: Word) -> Unit:
        marked = word.exact != word.folded
        loose = [word.folded] if marked else []
        loose += [form for lang in STEMMED if (form := stem(lang, word.exact))]
        for part in self._compounds.split(word.exact):
            loose.append(stem("de", part) or part)
        return Unit(
            exact=(word.exact,),
            loose=tuple(dict.fromkeys(loose)),
            title=word.title,
            marked=marked,
            neutral=frozenset(lang for lang in STOP if is_stop(lang, word.exact, word.folded)),
        )

    def _number(self, number: Number) -> Unit:
        return Unit(every=(number_terms(number.number)[0],), title=number.title, decisive=True)

    def _prefix(self, prefix: Prefix, before: str | None) -> Unit:
        """Words that begin so; of a single letter only those that follow the word before it in some title."""
        if len(prefix.folded) > 1:
            field = "title" if prefix.title else "body"
            found = self._begun(field, prefix.folded, MAX_EXPANSIONS)
        else:
            pairs = self._begun("title", pair(before or "", prefix.folded), MAX_EXPANSIONS)
            found = [term.rpartition("_")[2] for term in pairs]
        words = [term for term in dict.fromkeys(found) if self._count(term)]
        exact = [term for term in words if term.startswith(prefix.exact)] or [prefix.exact]
        return Unit(exact=tuple(exact), loose=tuple(t for t in words if t not in exact), title=prefix.title)

    def _begun(self, field: str, prefix: str, limit: int) -> list[str]:
        """Terms that begin so, those first that most visible documents hold: others take nobody's place."""
        found: list[tuple[int, str]] = []
        for term in self._snapshot.expand(field, prefix, MAX_CANDIDATES):
            seen = self._count(term)
            if seen:
                found.append((-seen, term))
            if len(found) == 2 * limit:
                break
        return [term for _seen, term in sorted(found)[:limit]]

    def _phrase(self, phrase: Phrase) -> Unit:
        found = phrase.words
        if len(found) == 1:
            return Unit(exact=(found[0].exact,), title=phrase.title, every=(found[0].exact,), phrase=found)
        every = [
            term
            for first, second in zip(found, found[1:], strict=False)
            if second.joined and (term := pair_term(first, second))
        ]
        every += [] if every else [w.folded for w in found if not self._says_nothing(w)]
        return Unit(title=phrase.title, every=tuple(dict.fromkeys(every)), phrase=found)

    def _pairs(self, clauses: list[Clause], runs: list[Run]) -> tuple[Pair, ...]:
        """Pairs of neighbours that occur at all; of a beginning, its most frequent continuations in titles."""
        pairs: list[Pair] = []
        for at, (first, second) in enumerate(zip(clauses, clauses[1:], strict=False)):
            if not isinstance(first, Word) or not isinstance(second, Word | Prefix) or not second.joined:
                continue
            term = pair(first.folded, second.folded)
            begun = isinstance(second, Prefix)
            terms = self._begun("title", term, MAX_CONTINUATIONS) if begun else [term]
            groups = [] if begun else _groups(first, second, at, runs)
            instead = tuple(group for group in groups if self._occurs(group))
            pairs.append(Pair(tuple(term for term in terms if self._count(term)), second.title, instead))
        return tuple(found for found in dict.fromkeys(pairs) if found.terms or found.instead)

    def _occurs(self, terms: tuple[str, ...]) -> bool:
        return all(self._count(term) for term in terms)

    def _marks(self, clause: Clause) -> list[Mark]:
        if isinstance(clause, Number):
            return [Mark(*normal(token.word)) for token in tokens(clause.number)]
        if isinstance(clause, Prefix):
            return [Mark(clause.exact, clause.folded, rest=LONGEST_WORD)]
        if isinstance(clause, Phrase):
            return [Mark(word.exact, word.folded) for word in clause.words]
        marks = [Mark(clause.exact, clause.folded)]
        for lang in STEMMED:
            stemmed = stem(lang, clause.exact) if clause.exact.isascii() or lang == "de" else None
            if stemmed and len(stemmed) >= STEM_PREFIX + 4:
                marks.append(Mark(stemmed[STEM_PREFIX:], stemmed[STEM_PREFIX:], rest=4))
        return marks


def _may_be_a_slip(word: Word) -> bool:
    return word.folded.isascii() and word.folded.isalpha() and 3 <= len(word.folded) <= LONGEST_SLIP


def _words(clauses: Sequence[Clause]) -> list[Word | None]:
    return [clause if isinstance(clause, Word) else None for clause in clauses]


def _groups(first: Word, second: Word, at: int, runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """What may stand instead of the pair of the words ``at`` and after it.

    Within a run that is what stands for the run; where a run meets its neighbour, also its first or last word
    beside that neighbour.
    """
    groups: list[tuple[str, ...]] = []
    for run in runs:
        for side in run.others:
            if run.start <= at and at + 1 < run.end:
                groups.append(sequence_terms(side))
            elif run.end == at + 1:
                groups.append((*sequence_terms(side), pair(side[-1].folded, second.folded)))
            elif run.start == at + 1:
                groups.append((*sequence_terms(side), pair(first.folded, side[0].folded)))
    return groups
