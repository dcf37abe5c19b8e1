"""The formulas, against published examples, against plain numpy, and against what must hold for any answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from academy.item_analysis import theory
from academy.item_analysis.theory import LOWER, MIDDLE, UPPER, Answers

# a worksheet for teachers with its own results (studylib.net 25270846, "Item analysis worksheet"): ten students in
# the order of their scores, the first five are the upper group
WORKSHEET = """
1111111111 1111111101 1101111100 0111110101 1110111001
1110110100 0110110101 0111001010 1110100001 0100010010
""".split()
WORKSHEET_DIFFICULTY = [0.6, 1.0, 0.8, 0.5, 0.8, 0.8, 0.5, 0.6, 0.3, 0.6]
WORKSHEET_DISCRIMINATION = [0.4, 0.0, 0.0, 0.6, 0.4, 0.4, 0.6, 0.4, -0.2, 0.4]

# the example of pingouin.cronbach_alpha: fifteen persons, ten questions, one string a question; documented as 0.5917
PINGOUIN = """
357261426544564 243452345432553 465363545653655 135354335422245 456242571355323
514245226533321 123242125324213 453663242132442 356675463743463 255352352214554
""".split()


def complete(scores, weights=None) -> Answers:
    """Everybody had every item: rows are persons."""
    scores = np.asarray(scores, float)
    persons, items = scores.shape
    weights = np.ones(items) if weights is None else np.asarray(weights, float)
    return Answers(
        persons=persons,
        items=items,
        person=np.repeat(np.arange(persons), items),
        item=np.tile(np.arange(items), persons),
        score=scores.ravel(),
        weight=np.tile(weights, persons),
    )


def asked(scores, mask) -> Answers:
    """Only where ``mask`` is true was the item on the person's paper."""
    person, item = np.nonzero(mask)
    scores = np.asarray(scores, float)
    return Answers(
        persons=scores.shape[0],
        items=scores.shape[1],
        person=person,
        item=item,
        score=scores[person, item],
        weight=np.ones(len(person)),
    )


@pytest.fixture
def worksheet() -> np.ndarray:
    return np.array([[int(mark) for mark in row] for row in WORKSHEET], float)


@pytest.fixture
def questionnaire() -> np.ndarray:
    return np.array([[int(mark) for mark in row] for row in PINGOUIN], float).T


def test_difficulty_and_discrimination_of_a_published_worksheet(worksheet):
    assert theory.facility(complete(worksheet)).round(4).tolist() == WORKSHEET_DIFFICULTY
    halves = np.repeat([UPPER, LOWER], 5)
    found = [theory.discrimination_index(worksheet[:, item], halves) for item in range(10)]
    assert np.round(found, 4).tolist() == WORKSHEET_DISCRIMINATION


def test_alpha_of_a_published_example(questionnaire):
    assert theory.alpha(complete(questionnaire)) == pytest.approx(0.591719, abs=1e-6)


def test_kr_20_is_alpha_of_right_and_wrong(worksheet):
    p, k = worksheet.mean(axis=0), worksheet.shape[1]
    kr20 = k / (k - 1) * (1 - (p * (1 - p)).sum() / worksheet.sum(axis=1).var())
    assert theory.alpha(complete(worksheet)) == pytest.approx(kr20)


def test_alpha_is_hoyts_analysis_of_variance(questionnaire):
    persons, items = questionnaire.shape
    by_person, by_item, grand = questionnaire.mean(axis=1), questionnaire.mean(axis=0), questionnaire.mean()
    ms_person = items * ((by_person - grand) ** 2).sum() / (persons - 1)
    rest = questionnaire - by_person[:, None] - by_item[None, :] + grand
    ms_rest = (rest**2).sum() / ((persons - 1) * (items - 1))
    assert theory.alpha(complete(questionnaire)) == pytest.approx(1 - ms_rest / ms_person)


def test_what_an_item_adds_is_alpha_of_the_others(questionnaire):
    weights = np.linspace(0.5, 2, 10)
    without = theory.alpha_without(complete(questionnaire, weights))
    for item in range(10):
        others = np.arange(10) != item
        assert without[item] == pytest.approx(theory.alpha(complete(questionnaire[:, others], weights[others])))


def test_the_item_rest_correlation_is_pearsons_with_the_other_items(questionnaire):
    found = theory.item_rest_correlation(complete(questionnaire))
    for item in range(10):
        rest = questionnaire.sum(axis=1) - questionnaire[:, item]
        assert found[item] == pytest.approx(np.corrcoef(questionnaire[:, item], rest)[0, 1], abs=1e-7)


def test_weights_count_in_the_rest(questionnaire):
    weights = np.array([3.0, *[1.0] * 9])
    rest = (questionnaire * weights).sum(axis=1) - questionnaire[:, 4]
    found = theory.item_rest_correlation(complete(questionnaire, weights))[4]
    assert found == pytest.approx(np.corrcoef(questionnaire[:, 4], rest)[0, 1], abs=1e-7)


def test_a_void_item_is_no_part_of_the_paper(questionnaire):
    weights = np.array([0.0, *[1.0] * 9])
    void = complete(questionnaire, weights)
    assert theory.alpha(void) == pytest.approx(theory.alpha(complete(questionnaire[:, 1:])))
    others = theory.item_rest_correlation(complete(questionnaire[:, 1:]))
    assert theory.item_rest_correlation(void)[1:] == pytest.approx(others, abs=1e-7)


def test_upper_and_lower_groups_hold_27_percent_and_their_ties():
    groups = theory.kelley_groups(np.arange(100.0))
    assert [(groups == one).sum() for one in (LOWER, MIDDLE, UPPER)] == [27, 46, 27]
    assert theory.kelley_groups(np.array([1.0, 1, 1, 2, 3, 3])).tolist() == [0, 0, 0, 1, 2, 2]
    assert theory.kelley_groups(np.ones(50)) is None
    assert theory.kelley_groups(np.ones(1)) is None


def test_random_papers_are_nested_in_persons(worksheet):
    """By hand: the one-way analysis of variance of each person's own items."""
    mask = np.array([np.roll([True] * 4 + [False] * 6, person) for person in range(10)])
    papers = np.array([worksheet[person, mask[person]] for person in range(10)])
    among = 4 * papers.mean(axis=1).var(ddof=1)
    within = papers.var(axis=1, ddof=1).mean()
    found = theory.nested_reliability(asked(worksheet, mask))
    assert found == pytest.approx((among - within) / among)


def test_the_nested_reliability_without_an_item_is_that_of_the_papers_without_it(worksheet):
    mask = np.array([np.roll([True] * 4 + [False] * 6, person) for person in range(10)])
    without = theory.nested_without(asked(worksheet, mask))
    for item in range(10):
        left = mask.copy()
        left[:, item] = False
        assert without[item] == pytest.approx(theory.nested_reliability(asked(worksheet, left)))


def test_random_papers_come_near_the_truth():
    """A thousand persons, twenty of sixty items each: correlations keep the order of the items' true worth."""
    chance = np.random.default_rng(17)
    ability, loading = chance.normal(size=1000), np.linspace(0, 1.5, 60)
    scores = (ability[:, None] * loading + chance.logistic(size=(1000, 60)) > chance.normal(size=60)).astype(float)
    mask = chance.random((1000, 60)).argsort(axis=1) < 20
    found = theory.item_rest_correlation(asked(scores, mask))
    whole = theory.item_rest_correlation(complete(scores))
    assert np.corrcoef(found, whole)[0, 1] > 0.9
    assert found.mean() < whole.mean(), "twenty items tell less than sixty"
    assert 0.4 < theory.nested_reliability(asked(scores, mask)) < theory.alpha(complete(scores))


def test_the_standard_error_of_measurement():
    assert theory.standard_error(2.0, 0.91) == pytest.approx(0.6)
    assert np.isnan(theory.standard_error(2.0, -0.1))


def test_the_curve_keeps_ties_together_and_counts_everybody():
    rests = np.array([0.1] * 4 + [0.2] * 4 + [0.5] * 12)
    curve = theory.characteristic_curve(np.r_[np.zeros(8), np.ones(12)], rests)
    assert sum(n for n, _share in curve) == 20 and curve[0] == (4, 0.0) and curve[-1][1] == 1.0


@given(arrays(float, st.tuples(st.integers(2, 30), st.integers(2, 8)), elements=st.sampled_from([-1.0, 0.0, 0.5, 1.0])))
def test_figures_stay_in_their_ranges_whatever_was_answered(scores):
    answers = complete(scores)
    with np.errstate(all="raise"):
        correlation, alpha = theory.item_rest_correlation(answers), theory.alpha(answers)
        theory.alpha_without(answers), theory.nested_without(answers), theory.nested_reliability(answers)
    assert np.all(np.isnan(correlation) | (np.abs(correlation) <= 1 + 1e-6))
    assert np.isnan(alpha) or alpha <= 1 + 1e-9
    groups = theory.kelley_groups(theory.paper_scores(answers))
    for item in range(scores.shape[1]):
        found = theory.discrimination_index(scores[:, item], groups)
        assert np.isnan(found) or -2 <= found <= 2


@given(st.permutations(range(15)))
def test_the_order_of_rows_has_no_influence(order):
    scores = np.array([[int(mark) for mark in row] for row in PINGOUIN], float).T
    before, after = complete(scores), complete(scores[list(order)])
    assert theory.alpha(before) == pytest.approx(theory.alpha(after))
    assert theory.item_rest_correlation(before) == pytest.approx(theory.item_rest_correlation(after))
    groups = theory.kelley_groups(theory.paper_scores(before))
    assert groups[list(order)].tolist() == theory.kelley_groups(theory.paper_scores(after)).tolist()
