"""Ranking, term at a time: posting lists become arrays, a plan becomes one score per document.

Vietnamese is found by its pairs of syllables, German and English by their words; a document may be of
any language, so both are added up and a document needs all words, or the greater part of the pairs.
"""

from dataclasses import dataclass

import numpy as np

from academy.search.plan import Alternative, Plan, Unit
from academy.search.snapshot import Snapshot

PAIR = {"title": 6.0, "body": 1.5}
WORD = {"title": 2.0, "body": 0.7}
LOOSE = 0.5  # of a form that is not what was typed
PREFERRED = 1.15  # for the reader's own language
FIELDS = ("title", "body")
ALL = 1 - 1e-6


@dataclass(slots=True)
class Ranking:
    """Scores of all documents, and which of them answer the query (before filters of facets)."""

    scores: np.ndarray
    found: np.ndarray


@dataclass(slots=True)
class _Match:
    """Per document: share of units answered, share of pairs found, whether every marked word that occurs at all
    occurs with its marks, and the share of units answered if those that occur
    nowhere, up to half of all, are left out."""

    coverage: np.ndarray
    share: np.ndarray
    exact: np.ndarray
    known_coverage: np.ndarray


class Scorer:
    """Scores plans against one snapshot."""

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot
        self._langs = snapshot.facets["lang"]

    def rank(self, plan: Plan, visible: np.ndarray, wanted: np.ndarray | None, prefer: str | None) -> Ranking:
        """Rank the documents of ``visible``.

        ``wanted`` (all chosen filters, None for no filter) decides whether a weaker match is good enough: if
        nothing wanted answers fully, half an answer counts.
        """
        allowed = visible
        for unit in plan.excluded:
            allowed = allowed & ~self._excluded(unit)
        within = allowed if wanted is None else allowed & wanted
        scores = np.zeros(self._snapshot.size, np.float32)
        for alternative in plan.alternatives:
            np.maximum(scores, self._score(alternative, allowed, within), out=scores)
        names, codes = self._langs
        if prefer in names:
            scores[codes == names.index(prefer)] *= PREFERRED
        return Ranking(scores, scores > 0)

    def _excluded(self, unit: Unit) -> np.ndarray:
        """Documents with the word as typed: marks count if there are any."""
        return self._hits(unit.exact, unit.title) if not unit.every else self._holds_all(unit)

    def _score(self, alternative: Alternative, allowed: np.ndarray, within: np.ndarray) -> np.ndarray:
        size, units = self._snapshot.size, alternative.units
        words = np.zeros(size, np.float32)
        answered, spoken, exact = (np.zeros(size, np.float32) for _ in range(3))
        unknown = marked = 0
        candidates = allowed.copy()
        for unit in units:
            value, hit, hit_exact = self._phrase(unit) if unit.every else self._unit(unit)
            if unit.every:
                candidates &= hit
            words += value
            spoken += hit
            known = bool((hit & within).any())
            unknown += not known
            silent = self._in_langs(unit.neutral) if unit.neutral else False
            answered += hit | silent
            if unit.marked and known:
                marked += 1
                exact += hit_exact | silent
        coverage = answered / len(units)
        coverage[spoken == 0] = 0  # words that say nothing answer beside others, not alone
        pairs, share = self._pairs(alternative)
        known_coverage = (answered + unknown) / len(units) if 2 * unknown <= len(units) else coverage
        match = _Match(coverage, share, exact >= marked, known_coverage)
        decided = any(unit.decisive for unit in units)
        enough = coverage > 0 if decided else self._enough(alternative, candidates & within, match)
        scores = pairs * (0.4 + 0.6 * share) + words
        scores *= np.maximum(coverage, share / 2) ** 2
        if marked:
            scores *= 0.4 + 0.6 * exact / marked
        scores[~(candidates & enough)] = 0
        return scores

    def _enough(self, alternative: Alternative, within: np.ndarray, match: "_Match") -> np.ndarray:
        """Which documents answer well enough: by the strictest measure that any document passes.

        Syllables scattered over a Vietnamese text are not its words, so there the pairs decide if there are any.
        """
        vietnamese = self._in_langs(frozenset(["vi"]))
        spelled = match.exact | ~vietnamese
        full = match.coverage >= ALL
        scattered = full & spelled
        paired = np.where(vietnamese, match.share >= 0.5, full) if alternative.pairs else scattered
        first = full if len(alternative.units) == 1 else paired
        measures = [first, scattered, (match.known_coverage >= ALL) & spelled]
        for enough in measures:
            if (within & enough & (match.coverage > 0)).any():
                return enough & (match.coverage > 0)
        half = match.coverage >= 0.5 if len(alternative.units) > 2 else np.zeros_like(full)
        return half | (match.share > 0)

    def _unit(self, unit: Unit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, whether it is answered, and whether by what was typed, per document."""
        size = self._snapshot.size
        value, hit = np.zeros(size, np.float32), np.zeros(size, bool)
        self._raise(value, hit, unit.exact, unit.title, 1.0)
        hit_exact = hit.copy()
        self._raise(value, hit, unit.loose, unit.title, LOOSE)
        return value, hit, hit_exact

    def _raise(
        self, value: np.ndarray, hit: np.ndarray, terms: tuple[str, ...], title: bool, weight: float
    ) -> None:
        for term in terms:
            total: np.ndarray | None = None
            for field in FIELDS[: 1 if title else 2]:
                ids, impacts = self._snapshot.impacts(field, term)
                if len(ids):
                    total = np.zeros(self._snapshot.size, np.float32) if total is None else total
                    total[ids] += impacts * (WORD[field] * weight)
                    hit[ids] = True
            if total is not None:
                np.maximum(value, total, out=value)

    def _phrase(self, unit: Unit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        value = np.zeros(self._snapshot.size, np.float32)
        for term in unit.every:
            for field in FIELDS[: 1 if unit.title else 2]:
                ids, impacts = self._snapshot.impacts(field, term)
                value[ids] += impacts * PAIR[field]
        hit = self._holds_all(unit)
        return value, hit, hit

    def _holds_all(self, unit: Unit) -> np.ndarray:
        held = np.ones(self._snapshot.size, bool)
        for term in unit.every:
            held &= self._hits((term,), unit.title)
        return held

    def _hits(self, terms: tuple[str, ...], title: bool) -> np.ndarray:
        hit = np.zeros(self._snapshot.size, bool)
        for term in terms:
            for field in FIELDS[: 1 if title else 2]:
                hit[self._snapshot.postings(field, term)[0]] = True
        return hit

    def _in_langs(self, langs: frozenset[str]) -> np.ndarray:
        mask = self._snapshot.chosen("lang", langs)
        return np.zeros(self._snapshot.size, bool) if mask is None else mask

    def _pairs(self, alternative: Alternative) -> tuple[np.ndarray, np.ndarray]:
        """Score of the pairs found, and their share of all."""
        size = self._snapshot.size
        score, count = np.zeros(size, np.float32), np.zeros(size, np.float32)
        for pair in alternative.pairs:
            hit = np.zeros(size, bool)
            for term in pair.terms:
                for field in FIELDS[: 1 if pair.title else 2]:
                    ids, impacts = self._snapshot.impacts(field, term)
                    score[ids] += impacts * PAIR[field]
                    hit[ids] = True
            count += hit
        return score, count / max(1, len(alternative.pairs))
