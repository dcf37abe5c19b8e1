"""Answers of Tantivy: a plan becomes one query, which it ranks, counts and groups by itself.

Which documents answer is the rule of :mod:`academy.search.matching`. The order is Tantivy's: a sum of its own
BM25 scores with the weights of :mod:`academy.search.scorer`, and constants for what the scorer multiplies.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from tantivy import DocAddress, Occur, Query, Schema, Searcher

from academy.search.analysis import Compounds
from academy.search.answering import Answering, Filters, Found, Scored
from academy.search.backend import Scope
from academy.search.matching import (
    ALWAYS,
    NEVER,
    AtLeast,
    Condition,
    Facet,
    Holds,
    Not,
    Rule,
    all_of,
    any_of,
    decided,
    forbidden,
    rule,
)
from academy.search.plan import Alternative, Pair, Plan, Unit
from academy.search.scorer import FIELDS, INSTEAD, LOOSE, PAIR, PREFERRED, WORD
from academy.search.tantivy_files import EVERYBODY, INDEX_OPTION, reading
from academy.search.view import FACETS, TAG, Cache

COUNTED_BYTES = 8 * 1024 * 1024
ALL_VALUES = 10_000


class Reader:
    """A searcher of one state, and what has been counted in it."""

    def __init__(self, searcher: Searcher, schema: Schema):
        self.searcher, self.schema = searcher, schema
        self.documents = searcher.num_docs - 1  # one tells of the index itself
        self._cache = Cache(COUNTED_BYTES)

    def term(self, field: str, value: str) -> Query:
        return Query.term_query(self.schema, field, value, INDEX_OPTION.get(field, "basic"))

    def values(self, field: str, values: Iterable[str]) -> Query:
        return Query.term_set_query(self.schema, field, sorted(values))

    def occurs(self, field: str, term: str) -> bool:
        """Whether any document, perhaps a deleted one, holds a term."""
        return self.searcher.doc_freq(field, term) > 0

    def number_of(self, query: Query) -> int:
        with reading():
            return self.searcher.search(query, limit=1, count=True).count

    def visible(self, scope: Scope) -> "Visible":
        """What a scope may find."""
        labels = [EVERYBODY] if scope.everything else scope.labels
        query = self.values("label", labels)
        if scope.closed and not scope.everything:
            query = Query.boolean_query(
                [(Occur.Must, query), (Occur.MustNot, self.values("course", scope.closed))]
            )
        return Visible(silently(query), (scope.labels, scope.everything, scope.closed))

    # -- what the planner asks --------------------------------------------------------------------

    def count(self, term: str, visible: "Visible") -> int:
        """How many visible documents hold a term (bodies contain the words of titles)."""
        if not self.occurs("body", term):
            return 0
        return self.counted(
            (term, visible.key), lambda: self.number_of(both(self.term("body", term), visible.query))
        )

    def counted(self, key: Hashable, count: Callable[[], int]) -> int:
        """What was counted before in this state, or is counted now."""
        return self._cache.get(key, count, lambda _count: 500)

    def expand(self, field: str, prefix: str, limit: int) -> list[str]:
        """Terms that begin with ``prefix``, the most frequent first."""
        with reading():
            found = self._cache.get(
                ("expand", field, prefix, limit),
                lambda: self.searcher.terms_with_prefix(field, prefix),
                lambda terms: 60 * len(terms),
            )
        return [term for term, _count in sorted(found, key=lambda one: (-one[1], one[0]))[:limit]]


class Visible:
    """What a reader may find, as a query without a score; ``key`` is the same for the same rights."""

    def __init__(self, query: Query, key: tuple):
        self.query, self.key = query, key


def silently(query: Query) -> Query:
    """A query that adds nothing to the score."""
    return Query.const_score_query(query, 0.0)


def both(*queries: Query) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, one) for one in queries])


def either(queries: Sequence[Query]) -> Query:
    """Any of the queries; their scores add up."""
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, one) for one in queries])


def _sum(queries: Sequence[Query | None]) -> Query | None:
    known = [one for one in queries if one is not None]
    return either(known) if known else None


def _best(queries: Sequence[Query | None]) -> Query | None:
    """The query that scores highest counts."""
    known = [one for one in queries if one is not None]
    if len(known) < 2:
        return known[0] if known else None
    return Query.disjunction_max_query(known)


class TantivyAnswering(Answering):
    """Answers questions of one reader from one searcher; documents are addresses."""

    def __init__(self, reader: Reader, compounds: Compounds, scope: Scope):
        self.reader, self._visible = reader, reader.visible(scope)
        self._stored: dict[tuple[int, int], dict] = {}
        super().__init__(reader, self._visible, compounds)

    # -- which documents --------------------------------------------------------------------------

    def compiled(self, condition: Condition) -> Query:
        """A condition as a query; its score means nothing."""
        if isinstance(condition, Holds):
            return self._holding(condition)
        if isinstance(condition, Facet):
            return self.reader.values(condition.field, condition.values)
        if isinstance(condition, Not):
            return Query.boolean_query(
                [(Occur.Must, Query.all_query()), (Occur.MustNot, self.compiled(condition.of))]
            )
        if condition == ALWAYS:
            return Query.all_query()
        if condition.least > len(condition.of):
            return Query.empty_query()
        return self._at_least(condition)

    def _holding(self, condition: Holds) -> Query:
        fields = FIELDS[: 1 if condition.title else 2]
        return either(
            [
                self.reader.term(field, term)
                for term in condition.terms
                for field in fields
                if self.reader.occurs(field, term)
            ]
        )

    def _at_least(self, condition: AtLeast) -> Query:
        queries = [self.compiled(one) for one in condition.of]
        if condition.least == len(queries):
            return both(*queries)
        return Query.boolean_query([(Occur.Should, one) for one in queries], condition.least)

    def within(self, *conditions: Condition, filters: Filters) -> Query:
        """The reader's documents that pass the filters and fulfil conditions; without a score."""
        parts = [self._visible.query]
        parts += [silently(self.compiled(one)) for one in conditions if one != ALWAYS]
        parts += [silently(self.reader.values(name, values)) for name, values in filters.items()]
        return both(*parts)

    def number_within(self, *conditions: Condition, filters: Filters) -> int:
        """How many of them there are."""
        if any(self._impossible(one) for one in conditions):
            return 0
        return self.reader.number_of(self.within(*conditions, filters=filters))

    def _impossible(self, condition: Condition) -> bool:
        """Whether no document at all can fulfil a condition, as far as the terms tell."""
        if isinstance(condition, Holds):
            return not any(
                self.reader.occurs(field, term)
                for term in condition.terms
                for field in FIELDS[: 1 if condition.title else 2]
            )
        return condition == NEVER

    def measure(self, plan: Plan, alternative: Alternative, filters: Filters) -> tuple[Rule, str, Condition]:
        allowed = Not(forbidden(plan)) if plan.excluded else ALWAYS
        chosen = tuple(sorted((name, tuple(sorted(values))) for name, values in filters.items()))

        def exists(condition: Condition) -> bool:
            return self.reader.counted(
                (condition, allowed, chosen, self._visible.key),
                lambda: self.number_within(condition, allowed, filters=filters),
            )

        made = rule(alternative, exists)
        name, condition = decided(made, exists)
        if filters and not exists(condition):
            return self.measure(plan, alternative, {})
        return made, name, condition

    def find(self, plan: Plan, filters: Filters, prefer: str | None) -> Found:
        allowed = Not(forbidden(plan)) if plan.excluded else ALWAYS
        conditions, scores = [], []
        for alternative in plan.alternatives:
            made, _name, condition = self.measure(plan, alternative, filters)
            conditions.append(condition)
            scored = self._scored(alternative, made)
            scores.append(
                both(silently(self.compiled(condition)), scored) if len(plan.alternatives) > 1 else scored
            )
        return _FoundByTantivy(self, all_of(allowed, any_of(*conditions)), scores, filters, prefer)

    # -- in which order ---------------------------------------------------------------------------

    def _scored(self, alternative: Alternative, made: Rule) -> Query:
        """The score of an alternative; documents in which a marked word has other marks keep a part of it."""
        parts: list[Query | None] = []
        for unit in alternative.units:
            if unit.every:
                parts += [self._worth(term, unit.title, PAIR) for term in unit.every]
            else:
                parts.append(self._best_form(unit))
        for pair in alternative.pairs:
            own = [self._worth(term, pair.title, PAIR) for term in pair.terms]
            parts.append(_best([_sum(own), *self._by_names(pair, PAIR)]))
        score = _sum(parts) or Query.empty_query()
        if not made.marks:
            return score
        steps = [(all_of(*made.marks), 1.0), (ALWAYS, 0.4)]
        if len(made.marks) > 1:
            steps.append((any_of(*made.marks), 0.4 + 0.6 * (len(made.marks) - 1) / len(made.marks)))
        return Query.disjunction_max_query(
            [
                Query.boost_query(
                    both(score, silently(self.compiled(held))) if held != ALWAYS else score, share
                )
                for held, share in steps
            ]
        )

    def _best_form(self, unit: Unit) -> Query | None:
        forms = [self._worth(term, unit.title, WORD) for term in unit.exact]
        forms += [self._worth(term, unit.title, WORD, LOOSE) for term in unit.loose]
        return _best([*forms, *self._by_names(unit, WORD)])

    def _by_names(self, asked: Unit | Pair, worth: Mapping[str, float]) -> list[Query]:
        """What other names of what was typed are worth: somewhat less than the mean of their terms."""
        groups = []
        for group in asked.instead:
            terms = [self._worth(term, asked.title, worth, INSTEAD / len(group)) for term in group]
            if all(term is not None for term in terms):
                groups.append(both(*terms))
        return groups

    def _worth(self, term: str, title: bool, worth: Mapping[str, float], weight: float = 1.0) -> Query | None:
        fields = [field for field in FIELDS[: 1 if title else 2] if self.reader.occurs(field, term)]
        parts = [Query.boost_query(self.reader.term(field, term), worth[field] * weight) for field in fields]
        return _sum(parts)

    def alike(self, terms: Mapping[str, float], but: str, limit: int) -> Sequence[Scored]:
        wanted = [
            Query.boost_query(self.reader.term("body", term), weight)
            for term, weight in terms.items()
            if self.reader.occurs("body", term)
        ]
        query = Query.boolean_query(
            [
                (Occur.Must, either(wanted)),
                (Occur.Must, self._visible.query),
                (Occur.MustNot, self.reader.term("group", but)),
            ]
        )
        with reading():
            hits = self.reader.searcher.search(query, limit=limit, count=False).hits
        return [Scored(address, score) for score, address in hits]

    # -- single documents -------------------------------------------------------------------------

    def stored(self, document: DocAddress) -> dict:
        key = (document.segment_ord, document.doc)
        if key not in self._stored:
            with reading():
                self._stored[key] = json.loads(bytes(self.reader.searcher.doc(document).get_first("data")))
        return self._stored[key]

    def locate(self, ref: str) -> DocAddress | None:
        with reading():
            hits = self.reader.searcher.search(self.reader.term("ref", ref), limit=1, count=False).hits
        return hits[0][1] if hits else None

    def _is(self, document: DocAddress) -> Query:
        return self.reader.term("ref", self.stored(document)["ref"])

    def sees(self, document: DocAddress) -> bool:
        return self.reader.number_of(both(self._is(document), self._visible.query)) > 0

    def holds(self, document: DocAddress, condition: Condition) -> bool:
        return self.reader.number_of(both(self._is(document), self.compiled(condition))) > 0

    def count(self, term: str) -> int:
        return self.reader.count(term, self._visible)

    def documents(self) -> int:
        return self.reader.documents


class _FoundByTantivy(Found):
    def __init__(
        self,
        answering: TantivyAnswering,
        condition: Condition,
        scores: list[Query],
        filters: Filters,
        prefer: str | None,
    ):
        self._answering, self._condition, self._filters = answering, condition, filters
        self._reader = answering.reader
        self._score = scores[0] if len(scores) == 1 else Query.disjunction_max_query(scores)
        self._prefer = prefer

    def _query(self, filters: Filters) -> Query:
        """What is found, with its score."""
        query = Query.boolean_query(
            [
                (Occur.Must, self._answering.within(self._condition, filters=filters)),
                (Occur.Should, self._score),
            ]
        )
        if self._prefer is None or not self._reader.occurs("lang", self._prefer):
            return query
        preferred = both(query, silently(self._reader.term("lang", self._prefer)))
        return Query.disjunction_max_query([query, Query.boost_query(preferred, PREFERRED)])

    def _search(self, filters: Filters, offset: int, limit: int) -> tuple[list[Scored], int]:
        with reading():
            found = self._reader.searcher.search(self._query(filters), limit=limit, offset=offset, count=True)
        return [Scored(address, score) for score, address in found.hits], found.count

    @cached_property
    def total(self) -> int:
        return self._answering.number_within(self._condition, filters=self._filters)

    def best(self, offset: int, limit: int) -> Sequence[Scored]:
        hits, self.__dict__["total"] = self._search(self._filters, offset, limit)
        return hits

    def unfiltered(self, limit: int) -> tuple[Sequence[Scored], int]:
        return self._search({}, 0, limit)

    def facets(self) -> dict[str, dict[str, int]]:
        grouped: dict[str, Any] = {}
        for names, filters in self._facet_questions():
            wanted = {name: {"terms": {"field": name, "size": ALL_VALUES}} for name in names}
            with reading():
                answer = self._reader.searcher.aggregate(
                    self._answering.within(self._condition, filters=filters), wanted
                )
            grouped |= {
                name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
                for name in names
            }
        return {name: grouped[name] for name in (*FACETS, TAG)}

    def _facet_questions(self) -> list[tuple[list[str], Filters]]:
        """Which facets are counted under which filters: each under all but its own."""
        free = [name for name in (*FACETS, TAG) if name not in self._filters]
        questions: list[tuple[list[str], Filters]] = [(free, self._filters)] if free else []
        for name in self._filters:
            others = {other: values for other, values in self._filters.items() if other != name}
            questions.append(([name], others))
        return questions
