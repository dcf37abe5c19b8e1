"""Classical test theory over answers in long form, also where each learner was asked other items.

An item that was not on somebody's paper is missing by design and is no entry: nothing is ever imputed. A blank
answer is an entry, with the score it got. Scores may be any numbers, marks below nothing included.

Sources: L. Crocker & J. Algina, Introduction to Classical and Modern Test Theory (1986), ch. 5–7 and 14; T. L. Kelley,
The selection of upper and lower groups for the validation of test items, J. Educ. Psychol. 30 (1939) 17–24;
L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16 (1951) 297–334;
G. F. Kuder & M. W. Richardson, The theory of the estimation of test reliability, Psychometrika 2 (1937) 151–160;
C. Hoyt, Test reliability estimated by analysis of variance, Psychometrika 6 (1941) 153–160;
R. L. Brennan, Generalizability Theory (2001), ch. 2–3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUP_SHARE = 0.27
"""Kelley (1939): with a normal trait, upper and lower groups of 27 % tell items apart best."""

LOWER, MIDDLE, UPPER = 0, 1, 2
CURVE_GROUPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One entry for each item on each paper.

    Attributes:
        persons, items: how many there are; ``person`` and ``item`` count from 0 below them.
        score: 1 is full points.
        weight: of the item on that paper; a void item weighs 0.
    """

    persons: int
    items: int
    person: Ints
    item: Ints
    score: Floats
    weight: Floats

    def by(self, item: Ints, items: int) -> Answers:
        """The same answers under another numbering of what was asked."""
        return replace(self, item=item, items=items)

    def per_item(self, values: Floats | None = None) -> Floats:
        """Sums over the entries of each item; without values their number."""
        return np.bincount(self.item, values, minlength=self.items).astype(float)

    def per_person(self, values: Floats | None = None) -> Floats:
        return np.bincount(self.person, values, minlength=self.persons).astype(float)


def divided(dividend: Floats, divisor: Floats) -> Floats:
    """Quotients; NaN where nothing can be divided by."""
    return np.divide(dividend, divisor, out=np.full_like(dividend, nan), where=np.abs(divisor) > 1e-12)


# --- items --------------------------------------------------------------------------------------


def facility(answers: Answers) -> Floats:
    """Mean share of an item's points (Crocker & Algina 1986, ch. 5; for right or wrong it is *p*)."""
    return divided(answers.per_item(answers.score), answers.per_item())


def deviation(answers: Answers) -> Floats:
    """Standard deviation of each item's scores, with n − 1."""
    off = answers.score - facility(answers)[answers.item]
    return np.sqrt(divided(answers.per_item(off**2), answers.per_item() - 1))


def paper_scores(answers: Answers) -> Floats:
    """What each person's own paper tells of them: the weighted mean of score − facility of its items.

    Subtracting the facility makes papers of easy and of hard items comparable, as far as the items' means go.
    Where everybody had the same items it is the total, moved and scaled. NaN for a paper without weight.
    """
    off = answers.score - facility(answers)[answers.item]
    return divided(answers.per_person(answers.weight * off), answers.per_person(answers.weight)).round(9)


def rest_scores(answers: Answers) -> Floats:
    """For each entry the same without the entry's own item (a corrected total); NaN where nothing else is left."""
    off = (answers.score - facility(answers)[answers.item]) * answers.weight
    rest = answers.per_person(off)[answers.person] - off
    weights = answers.per_person(answers.weight)[answers.person] - answers.weight
    return divided(rest, weights).round(9)


def item_rest_correlation(answers: Answers) -> Floats:
    """Pearson's correlation of an item's scores with the rest of the papers it stood on.

    For items that are right or wrong it is the point-biserial, corrected so that the item does not correlate with
    itself (Crocker & Algina 1986, ch. 14). With random papers the rests are made of other items for everybody
    and therefore noisier than a common total: values come out lower, the lower the fewer items a paper has.
    """
    rest = rest_scores(answers)
    known = ~np.isnan(rest)
    item, x, y = answers.item[known], answers.score[known], rest[known]
    n = np.bincount(item, minlength=answers.items).astype(float)

    def total(values: Floats) -> Floats:
        return np.bincount(item, values, minlength=answers.items)

    x, y = x - divided(total(x), n)[item], y - divided(total(y), n)[item]
    return divided(total(x * y), np.sqrt(total(x**2) * total(y**2)))


def kelley_groups(scores: Floats) -> Ints | None:
    """Who is in the lower, the middle and the upper group: :data:`GROUP_SHARE` at each end.

    Whoever ties with the last of an end belongs to it, so the order of rows has no influence.

    Returns:
        ``LOWER``, ``MIDDLE`` or ``UPPER`` for each score; None if ties leave nothing to tell apart.
    """
    if len(scores) < 2:
        return None
    ordered = np.sort(scores)
    size = max(1, round(GROUP_SHARE * len(scores)))
    low, high = ordered[size - 1], ordered[-size]
    if not low < high:
        return None
    return np.where(scores <= low, LOWER, np.where(scores >= high, UPPER, MIDDLE)).astype(np.int64)


def discrimination_index(scores: Floats, groups: Ints | None) -> float:
    """*D*: mean share in the upper group less that in the lower (Crocker & Algina 1986, ch. 14).

    R. L. Ebel (Measuring Educational Achievement, 1965) calls 0.40 very good and less than 0.20 poor.
    """
    if groups is None:
        return nan
    return float(scores[groups == UPPER].mean() - scores[groups == LOWER].mean())


def characteristic_curve(scores: Floats, rests: Floats) -> list[tuple[int, float]]:
    """Number and mean share in up to five groups of equal size by rest score, the weakest first; ties stay together."""
    known = ~np.isnan(rests)
    scores, rests = scores[known], rests[known]
    if not len(rests):
        return []
    edges = np.unique(np.quantile(rests, [step / CURVE_GROUPS for step in range(1, CURVE_GROUPS)]))
    group = np.searchsorted(edges, rests, side="left")
    return [(int((group == one).sum()), float(scores[group == one].mean())) for one in np.unique(group)]


# --- the whole paper ------------------------------------------------------------------------------


def is_complete(answers: Answers) -> bool:
    """Whether everybody was asked every item, once and with the same weight."""
    if len(answers.person) != answers.persons * answers.items or not answers.persons:
        return False
    cells = answers.person * answers.items + answers.item
    if len(np.unique(cells)) != len(cells):
        return False
    weights = divided(answers.per_item(answers.weight), answers.per_item())
    return bool(np.allclose(answers.weight, weights[answers.item]))


def alpha(answers: Answers) -> float:
    """Cronbach's alpha of complete papers: k/(k−1) · (1 − Σσᵢ²/σ_X²) (Cronbach 1951).

    For items that are right or wrong, weighed alike, it is KR-20 (Kuder & Richardson 1937, formula 20). Items without
    weight are no part of the total and do not count. NaN for fewer than two items, or if all totals are equal.
    """
    points = answers.score * answers.weight
    k = int((answers.per_item(answers.weight) > 0).sum())
    whole = _variance(answers.per_person(points))
    if k < 2 or not whole > 1e-12:
        return nan
    return float(k / (k - 1) * (1 - np.nansum(_item_variances(answers, points)) / whole))


def alpha_without(answers: Answers) -> Floats:
    """Alpha of the paper without each of its items, all at once."""
    points = answers.score * answers.weight
    k = int((answers.per_item(answers.weight) > 0).sum())
    if k < 3:
        return np.full(answers.items, nan)
    variances = _item_variances(answers, points)
    rest = answers.per_person(points)[answers.person] - points
    n = answers.per_item()
    off = rest - divided(answers.per_item(rest), n)[answers.item]
    whole = divided(answers.per_item(off**2), n - 1)
    found = (k - 1) / (k - 2) * (1 - divided(np.nansum(variances) - variances, whole))
    return np.where(answers.per_item(answers.weight) > 0, found, nan)


def nested_reliability(answers: Answers) -> float:
    """Reliability of papers drawn for each person: (MS_p − MS_i:p) / MS_p, items nested in persons.

    The one-way analysis of variance of Hoyt's approach for another design (Brennan 2001, ch. 2–3, design i:p).
    What a hard or easy draw does to a mark counts as error, as it does to the person who drew it; so the value is
    below alpha of the same items asked of all. It supposes draws from one pool: where a blueprint guarantees parts,
    the true value is higher. Weights are left out, except that void items do not count.
    """
    counted = answers.weight > 0
    n, s, q = _sums(answers.person[counted], answers.score[counted], answers.persons)
    return float(_nested(*_mean_squares(n, s, q))[0])


def nested_without(answers: Answers) -> Floats:
    """:func:`nested_reliability` without each of the items, all at once: only the papers that had it change."""
    counted = answers.weight > 0
    person, item, score = answers.person[counted], answers.item[counted], answers.score[counted]
    n, s, q = _sums(person, score, answers.persons)

    def by_item(values: Floats) -> Floats:
        return np.bincount(item, values, minlength=answers.items)

    before, left = _parts(n, s, q), _parts(n[person] - 1, s[person] - score, q[person] - score**2)
    change = [by_item(after - whole[person]) for after, whole in zip(left, before, strict=True)]
    sums = [whole.sum() + moved for whole, moved in zip(before, change, strict=True)]
    return _nested(*_squares_of(*sums))


def standard_error(sd: float, reliability: float) -> float:
    """Standard error of measurement: σ_X · √(1 − ρ) (Crocker & Algina 1986, ch. 6); NaN for no or negative ρ."""
    return sd * sqrt(1 - reliability) if 0 <= reliability <= 1 else nan


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else nan


def _item_variances(answers: Answers, points: Floats) -> Floats:
    n = answers.per_item()
    off = points - divided(answers.per_item(points), n)[answers.item]
    return divided(answers.per_item(off**2), n - 1)


def _sums(person: Ints, score: Floats, persons: int) -> tuple[Floats, Floats, Floats]:
    return (
        np.bincount(person, minlength=persons).astype(float),
        np.bincount(person, score, minlength=persons),
        np.bincount(person, score**2, minlength=persons),
    )


def _parts(n: Floats, s: Floats, q: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """What each person adds: being one, entries, sum, sum of squares over persons' means, sum of squares within."""
    has = n > 0
    between = np.divide(s**2, n, out=np.zeros(len(s)), where=has)
    return has.astype(float), n.astype(float), s.astype(float), between, np.where(has, q - between, 0.0)


def _mean_squares(n: Floats, s: Floats, q: Floats) -> tuple[Floats, Floats]:
    return _squares_of(*(np.array([part.sum()]) for part in _parts(n, s, q)))


def _squares_of(
    persons: Floats, entries: Floats, total: Floats, between: Floats, within: Floats
) -> tuple[Floats, Floats]:
    among = between - divided(total**2, entries)
    return divided(among, persons - 1), divided(within, entries - persons)


def _nested(among: Floats, within: Floats) -> Floats:
    return divided(among - within, among)
