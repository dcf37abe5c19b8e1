"""How well highlighted passages meet the passages that were asked for.

The rule ``passage_overlap``, over words, with a threshold θ (0.6 unless the author says otherwise):

* *Precision* is the share of highlighted words that were asked for, *recall* the share of words asked
  for that were highlighted, F1 their harmonic mean (van Rijsbergen 1979).
* A passage is *found* when the highlighted words inside it, taken alone, reach F1 ≥ θ against it.
* F1 ≥ θ: the score is the share of passages found. For one passage that is full marks, so ragged edges
  cost nothing; of two passages one is half the marks, although F1 alone would let it pass.
* F1 < θ: the score is half of F1 ÷ θ: something of the right place was seen, always less than half the
  marks. Highlighting everything therefore earns little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from courses.political_theory.passages import Range, words_within

__all__ = ["THRESHOLD", "Overlap", "overlap"]

THRESHOLD = Decimal("0.6")
PLACES = Decimal("0.0001")
_MUCH = Decimal("0.75")


@dataclass(frozen=True, slots=True)
class Overlap:
    """How answer and targets meet; shares are 0 to 1."""

    precision: Decimal
    recall: Decimal
    f1: Decimal
    found: int
    targets: int
    threshold: Decimal

    @property
    def score(self) -> Decimal:
        if self.f1 >= self.threshold:
            share = Decimal(self.found) / Decimal(self.targets)
        else:
            share = self.f1 / self.threshold / 2
        return share.quantize(PLACES)

    @property
    def too_much(self) -> bool:
        """More than a quarter of what was highlighted was not asked for."""
        return self.precision < _MUCH

    @property
    def too_little(self) -> bool:
        """A passage was not found, or more than a quarter of what was asked for is missing."""
        return self.recall < _MUCH or self.found < self.targets


def overlap(
    text: str, given: Sequence[Range], targets: Sequence[Range], threshold: Decimal = THRESHOLD
) -> Overlap:
    """Compare highlighted ranges with the ranges asked for; there is at least one of these."""
    marked = words_within(text, given)
    wanted = [words_within(text, [target]) for target in targets]
    all_wanted = frozenset().union(*wanted)
    hits = marked & all_wanted
    precision = _share(len(hits), len(marked))
    recall = _share(len(hits), len(all_wanted))
    found = sum(_f1(Decimal(1), _share(len(marked & words), len(words))) >= threshold for words in wanted)
    return Overlap(precision, recall, _f1(precision, recall), found, len(targets), threshold)


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / Decimal(whole) if whole else Decimal(0)


def _f1(precision: Decimal, recall: Decimal) -> Decimal:
    total = precision + recall
    return 2 * precision * recall / total if total and precision and recall else Decimal(0)
