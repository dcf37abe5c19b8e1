"""Answers of engines whose posting lists are read as arrays: Whoosh, PostgreSQL, memory."""

from collections.abc import Mapping, Sequence

import numpy as np

from academy.search.analysis import Compounds
from academy.search.answering import Answering, Filters, Found, Scored
from academy.search.backend import Scope
from academy.search.matching import Condition, Rule, forbidden
from academy.search.plan import Alternative, Plan
from academy.search.scorer import Ranking, Scorer
from academy.search.view import FACETS, TAG, View


class ArrayAnswering(Answering):
    """Answers questions of one reader from one view; documents are numbers."""

    def __init__(self, view: View, compounds: Compounds, scope: Scope):
        self._view, self._visible = view, view.visible(scope)
        self._scorer = Scorer(view)
        super().__init__(view, self._visible, compounds)

    def find(self, plan: Plan, filters: Filters, prefer: str | None) -> Found:
        masks = self._masks(filters)
        ranking = self._scorer.rank(plan, self._visible, _all(masks), prefer)
        return _FoundInArrays(self._view, ranking, masks)

    def _masks(self, filters: Filters) -> dict[str, np.ndarray]:
        chosen = {name: self._view.chosen(name, values) for name, values in filters.items()}
        return {name: mask for name, mask in chosen.items() if mask is not None}

    def stored(self, document: int) -> dict:
        return self._view.stored(document)

    def locate(self, ref: str) -> int | None:
        found = self._view.read_postings("ref", ref)[0]
        return int(found[0]) if len(found) else None

    def sees(self, document: int) -> bool:
        return bool(self._visible[document])

    def holds(self, document: int, condition: Condition) -> bool:
        return bool(self._scorer.masks(condition)[document])

    def measure(self, plan: Plan, alternative: Alternative, filters: Filters) -> tuple[Rule, str, Condition]:
        within = self._visible & ~self._scorer.masks(forbidden(plan))
        wanted = _all(self._masks(filters))
        return self._scorer.rule(alternative, within if wanted is None else within & wanted, within)

    def count(self, term: str) -> int:
        return self._view.count(term, self._visible)

    def documents(self) -> int:
        return self._view.documents

    def alike(self, terms: Mapping[str, float], but: str, limit: int) -> Sequence[Scored]:
        scores = np.zeros(self._view.size, np.float32)
        for term, weight in terms.items():
            ids, impacts = self._view.impacts("body", term)
            scores[ids] += impacts * weight
        scores[self._view.read_postings("group", but)[0]] = 0
        scores[~self._visible] = 0
        return [Scored(int(at), float(scores[at])) for at in _best_first(scores > 0, scores)[:limit]]


class _FoundInArrays(Found):
    def __init__(self, view: View, ranking: Ranking, masks: dict[str, np.ndarray]):
        self._view, self._ranking, self._masks = view, ranking, masks
        wanted = _all(masks)
        self._order = _best_first(ranking.found if wanted is None else ranking.found & wanted, ranking.scores)

    @property
    def total(self) -> int:
        return len(self._order)

    def best(self, offset: int, limit: int) -> Sequence[Scored]:
        return self._scored(self._order[offset : offset + limit])

    def unfiltered(self, limit: int) -> tuple[Sequence[Scored], int]:
        order = _best_first(self._ranking.found, self._ranking.scores) if self._masks else self._order
        return self._scored(order[:limit]), len(order)

    def _scored(self, numbers: np.ndarray) -> list[Scored]:
        self._view.expect(numbers.tolist())
        return [Scored(int(at), float(self._ranking.scores[at])) for at in numbers]

    def facets(self) -> dict[str, dict[str, int]]:
        return {name: self._counts(name) for name in (*FACETS, TAG)}

    def _counts(self, name: str) -> dict[str, int]:
        """What each value would give, the other filters being kept; the most frequent first."""
        kept = self._ranking.found
        for other, mask in self._masks.items():
            if other != name:
                kept = kept & mask
        if name == TAG:
            tagged = {tag: int(kept[numbers].sum()) for tag, numbers in self._view.tagged().items()}
            return {
                tag: tagged[tag] for tag in sorted(tagged, key=lambda tag: (-tagged[tag], tag)) if tagged[tag]
            }
        names, codes = self._view.facets[name]
        counts = np.bincount(codes[kept & (codes >= 0)], minlength=len(names))
        return {names[at]: int(counts[at]) for at in np.argsort(-counts, kind="stable") if counts[at]}


def _all(masks: Mapping[str, np.ndarray]) -> np.ndarray | None:
    return np.logical_and.reduce(list(masks.values())) if masks else None


def _best_first(found: np.ndarray, scores: np.ndarray) -> np.ndarray:
    numbers = np.flatnonzero(found)
    return numbers[np.argsort(-scores[numbers], kind="stable")]
