"""Answers from one snapshot: rank, verify phrases, count facets, mark the best passages."""

from collections.abc import Iterator

import numpy as np

from academy.search.analysis import Compounds
from academy.search.backend import Hit, Scope, SearchPage, Suggestion
from academy.search.plan import Plan, Planner, Unit
from academy.search.query import Query, parse
from academy.search.scorer import Ranking, Scorer
from academy.search.snapshot import FACETS, Snapshot
from academy.search.snippets import MarkedDocument, phrase_pattern

VERIFIED = 200  # phrase candidates whose text is read


class Answering:
    """Answers queries of one reader from one snapshot."""

    def __init__(self, snapshot: Snapshot, compounds: Compounds, scope: Scope):
        self._snapshot = snapshot
        self._visible = snapshot.visible(scope)
        self._planner = Planner(snapshot, self._visible, compounds)

    def search(self, query: Query, *, limit: int, offset: int, prefer: str | None) -> SearchPage:
        snapshot, plan = self._snapshot, self._planner.plan(query)
        chosen = {"lang": query.langs, "course": query.courses, "module": query.modules}
        masks = {name: mask for name in FACETS if (mask := snapshot.chosen(name, chosen[name])) is not None}
        wanted = np.logical_and.reduce(list(masks.values())) if masks else None
        ranking = Scorer(snapshot).rank(plan, self._visible, wanted, prefer)
        found, exact = self._verified(plan, ranking)
        order = _best_first(found if wanted is None else found & wanted, ranking.scores)
        page = order[offset : offset + limit]
        return SearchPage(
            hits=[_hit(snapshot.stored(int(number)), plan, float(ranking.scores[number])) for number in page],
            total=len(order),
            total_is_exact=exact,
            facets=_facet_counts(snapshot, found, masks),
            corrected=plan.corrected(query.text),
            next_offset=offset + limit if offset + limit < len(order) else None,
        )

    def _verified(self, plan: Plan, ranking: Ranking) -> tuple[np.ndarray, bool]:
        """What was found, without texts in which a phrase does not really stand; only the best 200 are read."""
        if not any(unit.phrase for alternative in plan.alternatives for unit in alternative.units):
            return ranking.found, True
        order = _best_first(ranking.found, ranking.scores)
        found = np.zeros_like(ranking.found)
        for number in order[:VERIFIED]:
            found[number] = _has_phrases(self._snapshot.stored(int(number)), plan)
        return found, len(order) <= VERIFIED

    def suggest(self, typed: str, *, limit: int) -> list[Suggestion]:
        """Titles of visible documents; a word being typed may go on."""
        words = typed.split()
        if not words:
            return []
        open_end = typed[-1:].isalnum()
        titled = [f"title:{word}" for word in words]
        plan = self._planner.plan(parse(" ".join(titled) + ("*" if open_end else "")))
        ranking = Scorer(self._snapshot).rank(plan, self._visible, None, None)
        out: dict[str, Suggestion] = {}
        for number in _best_first(ranking.found, ranking.scores)[: 2 * limit]:
            data = self._snapshot.stored(int(number))
            new = Suggestion(data["title"], data["kind"], data["path"], data["lang"], data["course"])
            out.setdefault(new.title, new)
        return list(out.values())[:limit]

    def explain(self, query: Query, limit: int) -> Iterator[str]:
        """The plan and the best documents, in lines for an operator."""
        plan = self._planner.plan(query)
        for alternative in plan.alternatives:
            for unit in alternative.units:
                terms = unit.every or unit.exact + unit.loose
                counted = ", ".join(
                    f"{term} ({self._snapshot.count(term, self._visible)})" for term in terms[:12]
                )
                yield f"{'all of' if unit.every else 'any of'}: {counted}{' in titles' if unit.title else ''}"
            for pair in alternative.pairs:
                counted = ", ".join(
                    f"{term} ({self._snapshot.count(term, self._visible)})" for term in pair.terms
                )
                yield f"pair: {counted}"
        ranking = Scorer(self._snapshot).rank(plan, self._visible, None, None)
        yield f"{int(ranking.found.sum())} documents"
        for number in _best_first(ranking.found, ranking.scores)[:limit]:
            data = self._snapshot.stored(int(number))
            yield f"{ranking.scores[number]:8.3f}  {data['ref']}  {data['title']}"


def _best_first(found: np.ndarray, scores: np.ndarray) -> np.ndarray:
    numbers = np.flatnonzero(found)
    return numbers[np.argsort(-scores[numbers], kind="stable")]


def _hit(data: dict, plan: Plan, score: float) -> Hit:
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


def _has_phrases(data: dict, plan: Plan) -> bool:
    """Whether the text answers all phrases of one alternative."""

    def holds(unit: Unit) -> bool:
        pattern = phrase_pattern(unit.phrase)
        if pattern.search(data["title"]):
            return True
        return not unit.title and any(pattern.search(text) for _anchor, text, _heading in data["passages"])

    return any(
        all(holds(unit) for unit in alternative.units if unit.phrase) for alternative in plan.alternatives
    )


def _facet_counts(
    snapshot: Snapshot, found: np.ndarray, masks: dict[str, np.ndarray]
) -> dict[str, dict[str, int]]:
    """Per facet, how many documents each value would give, the other filters being kept."""
    out = {}
    for name in FACETS:
        kept = found
        for other, mask in masks.items():
            if other != name:
                kept = kept & mask
        names, codes = snapshot.facets[name]
        counts = np.bincount(codes[kept & (codes >= 0)], minlength=len(names))
        out[name] = {names[at]: int(counts[at]) for at in np.argsort(-counts, kind="stable") if counts[at]}
    return out
