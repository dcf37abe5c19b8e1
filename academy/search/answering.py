"""Answers from one state of an index: find, verify phrases, count facets, mark the best passages.

What differs between engines is how documents are found and ranked; everything that people see is made here.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from academy.kernel.text import tokens
from academy.search.analysis import Compounds, normal
from academy.search.backend import Hit, SearchPage, Suggestion
from academy.search.matching import Condition, Rule
from academy.search.plan import Alternative, Plan, Planner, Unit, exchanged
from academy.search.query import Query, parse
from academy.search.similar import telling_terms
from academy.search.snippets import MarkedDocument, phrase_pattern
from academy.search.view import FACETS, TAG

VERIFIED = 200  # phrase candidates whose text is read
FEW = 1  # results, for which another reading is looked for
SPELLED = 5  # documents that show how a word is written

Filters = Mapping[str, frozenset[str]]
"""Values chosen of facets; a facet without a choice is not in it."""


class Scored(NamedTuple):
    """A document, by what the engine calls it, and its score."""

    document: Any
    score: float


class Found(ABC):
    """The documents of a reader that answer a plan, best first."""

    @property
    @abstractmethod
    def total(self) -> int:
        """How many there are within the chosen filters."""

    @abstractmethod
    def best(self, offset: int, limit: int) -> Sequence[Scored]:
        """Some of them within the chosen filters."""

    @abstractmethod
    def unfiltered(self, limit: int) -> tuple[Sequence[Scored], int]:
        """The best without the filters, and how many there are in all."""

    @abstractmethod
    def facets(self) -> dict[str, dict[str, int]]:
        """Per facet, how many documents each value would give, the other filters being kept."""


class Answering(ABC):
    """Answers questions of one reader from one state.

    ``visible`` is what the engine's ``count`` wants to hear of the reader.
    """

    def __init__(self, lexicon: Any, visible: Any, compounds: Compounds):
        self._planner = Planner(lexicon, visible, compounds)
        self._compounds = compounds

    # -- what an engine does in its own way -------------------------------------------------------

    @abstractmethod
    def find(self, plan: Plan, filters: Filters, prefer: str | None) -> Found:
        """The documents that answer a plan; language ``prefer`` wins between equals."""

    @abstractmethod
    def stored(self, document: Any) -> dict:
        """What was stored with a document."""

    @abstractmethod
    def locate(self, ref: str) -> Any | None:
        """A document by its name, whether or not the reader may see it."""

    @abstractmethod
    def sees(self, document: Any) -> bool:
        """Whether the reader may find a document."""

    @abstractmethod
    def holds(self, document: Any, condition: Condition) -> bool:
        """Whether a document fulfils a condition."""

    @abstractmethod
    def measure(self, plan: Plan, alternative: Alternative, filters: Filters) -> tuple[Rule, str, Condition]:
        """The rule of an alternative, the name of the measure that decides, and the condition it makes."""

    @abstractmethod
    def count(self, term: str) -> int:
        """How many documents that the reader may see hold a term."""

    @abstractmethod
    def documents(self) -> int:
        """How many documents the index holds in all."""

    @abstractmethod
    def alike(self, terms: Mapping[str, float], but: str, limit: int) -> Sequence[Scored]:
        """The reader's documents outside the group ``but`` that hold most of some terms, each with its weight."""

    # -- what is the same everywhere --------------------------------------------------------------

    def plan(self, query: Query) -> Plan:
        """How a query is read for this reader."""
        return self._planner.plan(query)

    def search(self, query: Query, *, limit: int, offset: int, prefer: str | None) -> SearchPage:
        plan, filters = self.plan(query), filters_of(query)
        found = self.find(plan, filters, prefer)
        if has_phrases(plan):
            page, total, exact, facets = self._verified(found, plan, filters, offset, limit)
        else:
            page, total, exact, facets = found.best(offset, limit), found.total, True, found.facets()
        hits = [_hit(self.stored(one.document), plan, one.score) for one in page]
        return SearchPage(
            hits=hits,
            total=total,
            total_is_exact=exact,
            facets=facets,
            corrected=self._corrected(query, plan, hits),
            missing=tuple(dict.fromkeys(plan.unknown)),
            did_you_mean=self._offered(query, plan, total, prefer) if total <= FEW else None,
            next_offset=offset + limit if offset + limit < total else None,
        )

    def _corrected(self, query: Query, plan: Plan, hits: Sequence[Hit]) -> str | None:
        """The query as it was read; words read without marks have those of what was found."""
        if not plan.replaced:
            return None
        written = spellings(hits)
        return exchanged(
            query.text, {word: written.get(meant, meant) for word, meant in plan.replaced.items()}
        )

    def _offered(self, query: Query, plan: Plan, total: int, prefer: str | None) -> str | None:
        """A query that finds more than the few that this one finds, if slips of one letter would explain it."""
        if plan.replaced or has_phrases(plan):
            return None
        words = self._planner.offer(query)
        if not words:
            return None
        other = parse(exchanged(query.text, words), query.synonyms)
        plan = self.plan(other)
        found = self.find(plan, filters_of(query), prefer)
        if plan.replaced or found.total <= total:
            return None
        written = spellings([_hit(self.stored(one.document), plan, 0) for one in found.best(0, SPELLED)])
        return exchanged(query.text, {word: written.get(meant, meant) for word, meant in words.items()})

    def _verified(
        self, found: Found, plan: Plan, filters: Filters, offset: int, limit: int
    ) -> tuple[Sequence[Scored], int, bool, dict[str, dict[str, int]]]:
        """As found, without texts in which a phrase does not really stand; only the best 200 are read."""
        candidates, count = found.unfiltered(VERIFIED)
        read = [(one, self.stored(one.document)) for one in candidates]
        read = [(one, data) for one, data in read if holds_phrases(data, plan)]
        kept = [one for one, data in read if _passes(data, filters)]
        facets = _count_facets([data for _one, data in read], filters)
        return kept[offset : offset + limit], len(kept), count <= VERIFIED, facets

    def suggest(self, typed: str, *, limit: int) -> list[Suggestion]:
        """Titles of visible documents; a word being typed may go on."""
        words = typed.split()
        if not words:
            return []
        open_end = typed[-1:].isalnum()
        titled = [f"title:{word}" for word in words]
        plan = self.plan(parse(" ".join(titled) + ("*" if open_end else "")))
        out: dict[str, Suggestion] = {}
        for one in self.find(plan, {}, None).best(0, 2 * limit):
            data = self.stored(one.document)
            new = Suggestion(data["title"], data["kind"], data["path"], data["lang"], data["course"])
            out.setdefault(new.title, new)
        return list(out.values())[:limit]

    def similar(self, ref: str, *, limit: int) -> list[Hit]:
        """What is about the same as a document that the reader may see; nothing if there is no such document."""
        document = self.locate(ref)
        if document is None or not self.sees(document):
            return []
        data = self.stored(document)
        terms = telling_terms(data, self._compounds, self.count, self.documents())
        plan = Plan()
        return [
            _hit(self.stored(one.document), plan, one.score)
            for one in self.alike(terms, data["group"], limit)
        ]


def spellings(hits: Iterable[Hit]) -> dict[str, str]:
    """How words that were found are mostly written, by their folded forms."""
    counts: dict[str, Counter[str]] = {}
    for hit in hits:
        for text, is_hit in (*hit.title, *hit.snippet):
            for token in tokens(text) if is_hit else ():
                exact, folded = normal(token.word)
                counts.setdefault(folded, Counter())[exact] += 1
    return {folded: written.most_common(1)[0][0] for folded, written in counts.items()}


def filters_of(query: Query) -> Filters:
    """The values chosen of each facet."""
    chosen = {"lang": query.langs, "course": query.courses, "module": query.modules, TAG: query.tags}
    return {name: values for name, values in chosen.items() if values}


def has_phrases(plan: Plan) -> bool:
    """Whether texts must be read to know whether they answer."""
    return any(unit.phrase for alternative in plan.alternatives for unit in alternative.units)


def holds_phrases(data: Mapping[str, Any], plan: Plan) -> bool:
    """Whether the text answers all phrases of one alternative."""

    def holds(unit: Unit) -> bool:
        pattern = phrase_pattern(unit.phrase)
        if pattern.search(data["title"]):
            return True
        return not unit.title and any(pattern.search(text) for _anchor, text, _heading in data["passages"])

    return any(
        all(holds(unit) for unit in alternative.units if unit.phrase) for alternative in plan.alternatives
    )


def _passes(data: Mapping[str, Any], filters: Filters) -> bool:
    return all(values.intersection(values_of(data, name)) for name, values in filters.items())


def values_of(data: Mapping[str, Any], name: str) -> list[str]:
    """The values of a facet that a stored document has."""
    return data[name] if name == TAG else [data[name]] if data[name] else []


def _count_facets(found: Sequence[Mapping[str, Any]], filters: Filters) -> dict[str, dict[str, int]]:
    out = {}
    for name in (*FACETS, TAG):
        others = {other: values for other, values in filters.items() if other != name}
        counts = Counter(value for data in found if _passes(data, others) for value in values_of(data, name))
        out[name] = dict(counts.most_common())
    return out


def _hit(data: Mapping[str, Any], plan: Plan, score: float) -> Hit:
    marked = MarkedDocument(plan.marks, data["lang"], data["title"], data["passages"])
    anchor, snippet = marked.best_passage()
    return Hit(
        ref=data["ref"],
        group=data["group"],
        kind=data["kind"],
        lang=data["lang"],
        course=data["course"],
        module=data["module"],
        path=data["path"],
        anchor=anchor,
        title=marked.title(),
        snippet=snippet,
        score=round(score, 4),
        version=data["version"],
        extra=data["extra"],
    )
