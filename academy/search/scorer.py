"""Ranking, term at a time: posting lists become arrays, a plan becomes one score per document.

Which documents answer is decided in :mod:`academy.search.matching`; Vietnamese is scored by its pairs of
syllables, German and English by their words. A document may be of any language, so both are added up.
"""

from dataclasses import dataclass

import numpy as np

from academy.search.matching import (
    AtLeast,
    Condition,
    Facet,
    Holds,
    Rule,
    as_meant,
    decided,
    forbidden,
    hit,
    paired,
    rule,
    silent,
    together,
)
from academy.search.plan import Alternative, Pair, Plan, Unit
from academy.search.view import View

PAIR = {"title": 6.0, "body": 1.5}
WORD = {"title": 2.0, "body": 0.7}
LOOSE = 0.5  # of a form that is not what was typed
INSTEAD = 0.75  # of another name of what was typed
PREFERRED = 1.15  # for the reader's own language
FIELDS = ("title", "body")


@dataclass(slots=True)
class Ranking:
    """Scores of all documents, and which of them answer the query (before filters of facets)."""

    scores: np.ndarray
    found: np.ndarray


class Masks:
    """Evaluates conditions over all documents of a view; each once."""

    def __init__(self, view: View):
        self._view = view
        self._known: dict[Condition, np.ndarray] = {}

    def __call__(self, condition: Condition) -> np.ndarray:
        """Which documents fulfil a condition (not to be changed)."""
        mask = self._known.get(condition)
        if mask is None:
            mask = self._known[condition] = self._evaluate(condition)
        return mask

    def _evaluate(self, condition: Condition) -> np.ndarray:
        if isinstance(condition, Holds):
            return self._holding(condition)
        if isinstance(condition, Facet):
            mask = self._view.chosen(condition.field, condition.values)
            return np.zeros(self._view.size, bool) if mask is None else mask
        if isinstance(condition, AtLeast):
            return self._at_least(condition)
        return ~self(condition.of)

    def _holding(self, condition: Holds) -> np.ndarray:
        mask = np.zeros(self._view.size, bool)
        for term in condition.terms:
            for field in FIELDS[: 1 if condition.title else 2]:
                mask[self._view.postings(field, term)[0]] = True
        return mask

    def _at_least(self, condition: AtLeast) -> np.ndarray:
        masks = [self(one) for one in condition.of]
        if condition.least == len(masks):
            return np.logical_and.reduce(masks) if masks else np.ones(self._view.size, bool)
        if condition.least == 1:
            return np.logical_or.reduce(masks) if masks else np.zeros(self._view.size, bool)
        return np.add.reduce(masks, dtype=np.int16) >= condition.least


class Scorer:
    """Scores plans against one view."""

    def __init__(self, view: View):
        self._view = view
        self._langs = view.facets["lang"]
        self.masks = Masks(view)

    def rank(self, plan: Plan, visible: np.ndarray, wanted: np.ndarray | None, prefer: str | None) -> Ranking:
        """Rank the documents of ``visible``.

        ``wanted`` (all chosen filters, None for no filter) decides whether a weaker match is good enough: if
        nothing wanted answers fully, half an answer counts.
        """
        allowed = visible & ~self.masks(forbidden(plan)) if plan.excluded else visible
        within = allowed if wanted is None else allowed & wanted
        scores = np.zeros(self._view.size, np.float32)
        for alternative in plan.alternatives:
            found = self.rule(alternative, within, allowed)[2]
            np.maximum(scores, self._score(alternative, self.masks(found) & allowed, within), out=scores)
        names, codes = self._langs
        if prefer in names:
            scores[codes == names.index(prefer)] *= PREFERRED
        return Ranking(scores, scores > 0)

    def rule(
        self, alternative: Alternative, within: np.ndarray, allowed: np.ndarray
    ) -> tuple[Rule, str, Condition]:
        """The rule of an alternative, the name of the measure that decides, and the condition it makes.

        If nothing wanted answers, all that is allowed decides: it says what other filters would give.
        """

        def exists(condition: Condition) -> bool:
            return bool((self.masks(condition) & within).any())

        made = rule(alternative, exists)
        name, condition = decided(made, exists)
        if within is not allowed and not exists(condition):
            return self.rule(alternative, allowed, allowed)
        return made, name, condition

    def _score(self, alternative: Alternative, found: np.ndarray, within: np.ndarray) -> np.ndarray:
        size, units = self._view.size, alternative.units
        words = np.zeros(size, np.float32)
        answered, spoken, exact = (np.zeros(size, np.float32) for _ in range(3))
        marked = 0
        for unit in units:
            words += self._phrase(unit) if unit.every else self._unit(unit)
            answers = self.masks(hit(unit))
            spoken += answers
            quiet = self.masks(silent(unit))
            answered += answers | quiet
            if unit.marked and bool((answers & within).any()):
                marked += 1
                exact += self.masks(as_meant(unit)) | quiet
        coverage = answered / len(units)
        coverage[spoken == 0] = 0  # words that say nothing answer beside others, not alone
        pairs, share = self._pairs(alternative)
        scores = pairs * (0.4 + 0.6 * share) + words
        scores *= np.maximum(coverage, share / 2) ** 2
        if marked:
            scores *= 0.4 + 0.6 * exact / marked
        scores[~found] = 0
        return scores

    def _unit(self, unit: Unit) -> np.ndarray:
        """Per document the value of the form that counts most."""
        value = np.zeros(self._view.size, np.float32)
        for terms, weight in ((unit.exact, 1.0), (unit.loose, LOOSE)):
            for term in terms:
                total = self._total((term,), unit.title, WORD, weight)
                if total is not None:
                    np.maximum(value, total, out=value)
        self._raise_by_names(value, unit, WORD)
        return value

    def _raise_by_names(self, value: np.ndarray, asked: Unit | Pair, worth: dict[str, float]) -> None:
        """Documents that have another name of what was typed are worth somewhat less than the mean of its terms."""
        for group in asked.instead:
            total = self._total(group, asked.title, worth, INSTEAD / len(group))
            if total is not None:
                total[~self.masks(together(group, asked.title))] = 0
                np.maximum(value, total, out=value)

    def _phrase(self, unit: Unit) -> np.ndarray:
        total = self._total(unit.every, unit.title, PAIR)
        return np.zeros(self._view.size, np.float32) if total is None else total

    def _total(
        self, terms: tuple[str, ...], title: bool, worth: dict[str, float], weight: float = 1.0
    ) -> np.ndarray | None:
        """The sum of what terms are worth in each document; None if none of them occurs."""
        total: np.ndarray | None = None
        for term in terms:
            for field in FIELDS[: 1 if title else 2]:
                ids, impacts = self._view.impacts(field, term)
                if len(ids):
                    total = np.zeros(self._view.size, np.float32) if total is None else total
                    total[ids] += impacts * (worth[field] * weight)
        return total

    def _pairs(self, alternative: Alternative) -> tuple[np.ndarray, np.ndarray]:
        """Score of the pairs found, and their share of all."""
        score, count = (np.zeros(self._view.size, np.float32) for _ in range(2))
        for pair, condition in zip(alternative.pairs, paired(alternative), strict=True):
            total = self._total(pair.terms, pair.title, PAIR)
            value = np.zeros(self._view.size, np.float32) if total is None else total
            self._raise_by_names(value, pair, PAIR)
            score += value
            count += self.masks(condition)
        return score, count / max(1, len(alternative.pairs))
