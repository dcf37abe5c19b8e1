"""From attempts to stored figures: what is counted, what is warned of, what is not shown."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, update

from academy.item_analysis.models import ItemAnalysis, QuizAnalysis
from academy.item_analysis.services import analyse_quiz, due_quizzes
from academy.kernel import clock, jobs
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.queries import get_item_version
from academy.quizzes import services
from academy.quizzes.models import AttemptItem
from tests.item_analysis.conftest import able_choices
from tests.item_analysis.crowd import sit
from tests.questions.specs import AUTOMATIC
from tests.questions.test_types import right_answer
from tests.quizzes.conftest import single
from tests.quizzes.sitting import sit as sit_through
from tests.quizzes.sitting import view


def stored(quiz_id: int) -> tuple[QuizAnalysis, dict[int, ItemAnalysis]]:
    analysis = db.session.scalars(select(QuizAnalysis).where(QuizAnalysis.quiz_id == quiz_id)).one()
    rows = db.session.scalars(select(ItemAnalysis).where(ItemAnalysis.analysis_id == analysis.id))
    return analysis, {row.version_id: row for row in rows}


def analysed(quiz_id: int) -> tuple[QuizAnalysis, dict[int, ItemAnalysis]]:
    analyse_quiz(quiz_id)
    return stored(quiz_id)


def codes(row: ItemAnalysis) -> list[str]:
    return [flag["code"] for flag in row.flags]


def test_attempts_through_the_services_are_analysed(sat):
    for right in (3, 2, 1, 0, 3, 3):
        sit_through(sat.learner(), sat.quiz_id, right=right)
    analysis, items = analysed(sat.quiz_id)
    assert analysis.n == 6 and analysis.figures["random"] and analysis.figures["items"] == 3
    assert analysis.figures["bars"] == [1, 0, 0, 1, 0, 0, 1, 0, 0, 3]
    assert sum(row.n for row in items.values()) == 18
    assert all(row.flags == [] for row in items.values()), "six attempts are no ground for warnings"


def test_a_good_item_has_the_figures_of_its_answers_and_no_warning(sat, versions):
    papers = able_choices(versions, 400)
    sit(sat.quiz_id, papers)
    analysis, items = analysed(sat.quiz_id)
    right = np.array([[paper[one] == "a" for one in versions] for paper in papers], float)
    assert not analysis.figures["random"]
    k, totals = len(versions), right.sum(axis=1)
    alpha = k / (k - 1) * (1 - right.var(axis=0).sum() / totals.var())
    assert analysis.figures["reliability"] == pytest.approx(alpha, abs=1e-4)
    error = analysis.figures["deviation"] * (1 - alpha) ** 0.5
    assert analysis.figures["error"] == pytest.approx(error, abs=1e-3)
    for at, version in enumerate(versions):
        row = items[version]
        assert row.figures["facility"] == pytest.approx(right[:, at].mean(), abs=1e-4)
        rest = np.corrcoef(right[:, at], totals - right[:, at])[0, 1]
        assert row.figures["item_rest"] == pytest.approx(rest, abs=1e-4)
        assert row.n == 400 and row.flags == []
        choices = {one["choice"]: one for one in row.figures["choices"]}
        assert {name: one["count"] for name, one in choices.items()} == {
            name: sum(paper[version] == name for paper in papers) for name in "abc"
        }
        assert choices["a"]["right"] and choices["a"]["upper_share"] > choices["a"]["lower_share"]
        groups = row.figures["groups"]
        assert sum(groups) == 400
        for label, size in zip(("lower", "middle", "upper"), groups, strict=True):
            assert sum(one[label] for one in choices.values()) == size


def test_a_wrong_key_is_suspected_and_the_choice_of_the_strong_is_named(sat, versions):
    papers = able_choices(versions, 300)
    for paper in papers:  # everybody who knows it takes b, which the key calls wrong
        paper[versions[0]] = {"a": "b", "b": "a"}.get(paper[versions[0]], "c")
    sit(sat.quiz_id, papers)
    _analysis, items = analysed(sat.quiz_id)
    suspect = items[versions[0]]
    assert {"code": "key", "choice": "b"} in suspect.flags and "negative" in codes(suspect)
    assert suspect.figures["discrimination"] < 0
    assert all(row.flags == [] for version, row in items.items() if version != versions[0])


def test_hard_easy_blank_and_idle_are_told_apart(sat, versions):
    papers = able_choices(versions, 200)
    for number, paper in enumerate(papers):
        paper[versions[1]] = "a" if number % 50 else "c"
        paper[versions[2]] = "b" if number % 10 else "a"
        paper[versions[3]] = None if number % 5 == 0 else paper[versions[3]]
        paper[versions[4]] = "a" if paper[versions[4]] == "a" else "b"
    sit(sat.quiz_id, papers)
    _analysis, items = analysed(sat.quiz_id)
    assert "easy" in codes(items[versions[1]]) and "hard" in codes(items[versions[2]])
    assert {"code": "blank", "share": 0.2} in items[versions[3]].flags
    assert items[versions[3]].figures["blank"] == 40
    assert {"code": "idle", "choice": "c"} in items[versions[4]].flags


def test_versions_that_ask_the_same_are_pooled_and_others_are_not(sat, versions):
    sit(sat.quiz_id, able_choices(versions, 40))
    better = single(1) | {"explanation": {"vi": "Giải thích khác", "en": "Another explanation"}}
    same = sat.item("mot-1", "single", better).version_id
    other = sat.item("mot-1", "single", single(1, outcome_text="(sửa)")).version_id
    for version in (same, other):
        sit(sat.quiz_id, able_choices([version, *versions[1:]], 40))
    _analysis, items = analysed(sat.quiz_id)
    assert (items[same].n, items[same].versions) == (80, [1, 2])
    assert (items[other].n, items[other].versions) == (40, [3])
    assert versions[0] not in items


def test_another_blueprint_is_analysed_by_itself(sat, versions):
    sit(sat.quiz_id, able_choices(versions, 10))
    sat.settings(pass_mark="6.0")
    sit(sat.quiz_id, able_choices(versions, 10))
    sat.settings(draw=[{"outcome": "o1", "count": 5}])
    sit(sat.quiz_id, able_choices(versions[:5], 7))
    analyse_quiz(sat.quiz_id)
    rows = db.session.execute(select(QuizAnalysis.versions, QuizAnalysis.n).order_by(QuizAnalysis.n)).all()
    assert rows == [([3], 7), ([1, 2], 20)]


def test_only_first_attempts_count_but_every_paper_exposes(sat):
    learner = sat.learner()
    for right in (0, 3):
        sit_through(learner, sat.quiz_id, right=right)
    analysis, items = analysed(sat.quiz_id)
    assert analysis.n == 1 and analysis.figures["mean"] == 0
    assert {row.figures["exposure"] for row in items.values()} == {1.0}


def test_papers_drawn_at_random_are_told_and_their_gaps_are_no_answers(sat, versions):
    chance = np.random.default_rng(3)
    papers = []
    for paper in able_choices(versions, 300):
        drawn = chance.choice(versions, size=4, replace=False)
        papers.append({int(one): paper[int(one)] for one in drawn})
    sit(sat.quiz_id, papers)
    analysis, items = analysed(sat.quiz_id)
    assert analysis.figures["random"] and analysis.figures["items"] == 4
    assert sum(row.n for row in items.values()) == 1200
    assert all(0.3 < row.figures["exposure"] < 0.7 for row in items.values())
    assert all(row.figures["item_rest"] > 0 for row in items.values())


def test_an_item_that_went_round_sets_off_the_alarm_and_no_other(sat, versions):
    long_ago = clock.now() - timedelta(days=60)
    sit(sat.quiz_id, able_choices(versions, 150), at=long_ago, seconds=40.0)
    leaked = able_choices(versions, 80, seed=9)
    for paper in leaked:
        paper[versions[0]] = "a"
    sit(sat.quiz_id, leaked, seconds={one: 8.0 if one == versions[0] else 40.0 for one in versions})
    _analysis, items = analysed(sat.quiz_id)
    assert codes(items[versions[0]])[0] == "leak"
    leak = items[versions[0]].flags[0]
    assert (leak["seconds_before"], leak["seconds_now"], leak["now"]) == (40, 8, 1)
    assert not any("leak" in codes(row) for version, row in items.items() if version != versions[0])


def test_groups_below_five_are_not_shown(sat, versions):
    sit(sat.quiz_id, able_choices(versions, 12))
    _analysis, items = analysed(sat.quiz_id)
    for row in items.values():
        for label, size in zip(("lower", "middle", "upper"), row.figures["groups"], strict=True):
            for one in row.figures["choices"]:
                assert (one[label] is None) == (size < 5)
        assert all((point["share"] is None) == (point["n"] < 5) for point in row.figures["curve"])


def test_a_void_item_keeps_its_figures_and_no_part_in_the_paper(sat, versions):
    sit(sat.quiz_id, able_choices(versions, 60))
    whole, _items = analysed(sat.quiz_id)
    before = whole.figures["reliability"]
    db.session.execute(update(AttemptItem).where(AttemptItem.item_version_id == versions[0]).values(weight=0))
    analysis, items = analysed(sat.quiz_id)
    assert analysis.figures["reliability"] != before and items[versions[0]].figures["void"]
    assert items[versions[0]].figures["without"] is None and items[versions[0]].n == 60


def test_every_kind_of_item_can_be_analysed(sat_all_kinds):
    sat = sat_all_kinds
    for blank in (True, False):
        learner = sat.learner()
        attempt = services.start_attempt(learner, sat.quiz_id)
        for slot in () if blank else view(learner, attempt).slots:
            answer = right_answer(slot.version.kind, slot.version.spec, slot.seed)
            services.save_answer(learner, attempt, slot.slot, 1, answer)
        services.submit_attempt(learner, attempt)
    analysis, items = analysed(sat.quiz_id)
    assert analysis.n == 2 and len(items) == len(AUTOMATIC)
    for row in items.values():
        assert (row.n, row.figures["blank"], row.figures["facility"]) == (2, 1, 0.5)
    told = {get_item_version(one).kind: row.figures["choices"] for one, row in items.items()}
    assert [(one["choice"], one["count"]) for one in told["multiple"] if one["count"]] == [("a", 1), ("b", 1), (None, 1)]
    assert [one["choice"] for one in told["truefalse"]] == [None], "typed answers are shown from five on"


def test_a_second_run_replaces_the_first(sat, versions):
    sit(sat.quiz_id, able_choices(versions, 10))
    analyse_quiz(sat.quiz_id)
    sit(sat.quiz_id, able_choices(versions, 10))
    analysis, items = analysed(sat.quiz_id)
    assert analysis.n == 20 and len(items) == len(versions)


def test_the_nightly_job_takes_what_was_sat_lately(sat, versions):
    assert due_quizzes() == []
    sit(sat.quiz_id, able_choices(versions, 6))
    assert due_quizzes() == [sat.quiz_id]
    with unit_of_work() as work:
        work.enqueue("item_analysis.nightly")
    jobs.run_all()
    assert stored(sat.quiz_id)[0].n == 6
    with clock.frozen(clock.now() + timedelta(days=100)):
        assert due_quizzes() == []
