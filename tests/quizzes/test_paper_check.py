"""A blueprint against its pool: what is at hand and spare, and every finding with its line and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.authoring import services as authoring
from academy.authoring.checking import plan_publication
from academy.questions.queries import PoolCard, pool_cards
from academy.quizzes.paper import DrawRule, PoolTooSmall, draw
from academy.quizzes.paper_check import check_paper, unsound_items
from academy.quizzes.paper_supply import supply_of
from academy.quizzes.services import write_quiz
from tests.questions.specs import both
from tests.quizzes.conftest import single
from tests.quizzes.test_studio import Written


def item(key: str, outcome: str = "o1", **changes) -> PoolCard:
    values = {
        "item_id": 1, "version_id": hash(key), "key": key, "kind": "single", "outcome": outcome, "lesson": "01",
        "difficulty": 2, "use_lesson": False, "number": 1, "hash": key, "review": "approved",
        "languages": {"vi": "whole", "en": "whole"},
    }  # fmt: skip
    return PoolCard(**values | changes)


POOL = [item("a"), item("b"), item("c", "o2"), item("d", "o2", difficulty=5)]


def check(*rules: DrawRule, pool=POOL, **named):
    return check_paper(rules, pool, **{"outcomes": ("o1", "o2")} | named)


def rules_found(result) -> list[tuple[str, str, int | None]]:
    return [(one.rule, one.level, one.line) for one in result.findings]


def test_a_sound_blueprint_has_no_findings_and_says_what_is_spare():
    result = check(DrawRule(count=1, outcome="o1"), DrawRule(count=1))
    assert result.findings == ()
    assert [(line.wanted, line.at_hand, line.spare) for line in result.lines] == [(1, 2, 1), (1, 4, 2)]


def test_too_few_for_a_line_names_the_line_and_both_numbers():
    result = check(DrawRule(count=1, outcome="o1"), DrawRule(count=3, outcome="o2"))
    assert rules_found(result) == [("paper.too-few", "fault", 1)]
    assert "Line 2 draws 3 questions, the pool has 2" in result.findings[0].message


def test_lines_that_compete_are_told_from_lines_without_items():
    result = check(DrawRule(count=2, outcome="o2"), DrawRule(count=1, difficulty=(5,)))
    assert rules_found(result) == [("paper.compete", "fault", 1), ("paper.outcome", "warning", None)]
    assert "0 are left" in result.findings[0].message


def test_more_than_the_whole_pool():
    assert ("paper.pool", "fault", None) in rules_found(check(DrawRule(count=5)))


def test_an_outcome_that_no_line_can_draw_is_a_fault_where_the_quiz_completes_the_course(app):
    line = DrawRule(count=1, outcome="o1")
    assert rules_found(check(line)) == [("paper.outcome", "warning", None)]
    result = check(line, completes=True)
    assert rules_found(result) == [("paper.outcome", "fault", None)] and "“o2”" in result.findings[0].message
    assert check(DrawRule(count=1), completes=True).findings == ()


def test_items_that_lessons_show_are_named_with_what_is_left():
    pool = [item("a", use_lesson=True), item("b", use_lesson=True), item("c", "o2")]
    line = DrawRule(count=2, outcome="o1")
    result = check(line, DrawRule(count=1, outcome="o2"), pool=pool)
    assert rules_found(result) == [("paper.shown", "warning", 0)] and "the pool has 0" in result.findings[0].message
    assert not check(DrawRule(count=2, shown=True), pool=pool, outcomes=()).findings


def test_languages_that_are_missing_or_behind():
    pool = [item("a", languages={"vi": "whole"}), item("b", languages={"vi": "whole", "en": "stale"})]
    result = check(DrawRule(count=1), pool=pool, outcomes=(), languages=("vi", "en"))
    assert [(one.rule, one.message.split(": ")[1]) for one in result.findings] == [("paper.language", "a."), ("paper.stale", "b.")]


def test_only_drawable_items_count():
    pool = [item("a"), item("x", "o9", languages={"vi": "whole"})]
    assert not check(DrawRule(count=1, outcome="o1"), pool=pool, outcomes=("o1",), languages=("vi", "en"), unsound={"x": "y"}).findings


def test_unsound_items_are_faults_with_the_reason():
    result = check(DrawRule(count=1), unsound={"a": "options: No right answer"})
    assert rules_found(result) == [("paper.unsound", "fault", None)]
    assert "“a” cannot be asked: options: No right answer" in result.findings[0].message


def test_an_examination_draws_approved_items_only_and_says_how_many_wait():
    pool = [item("a"), item("b", review="draft"), item("c", review="in_review")]
    result = check(DrawRule(count=2), pool=pool, outcomes=(), examination=True)
    assert rules_found(result) == [
        ("paper.pool", "fault", None), ("paper.too-few", "fault", 0), ("paper.review", "warning", None)
    ]  # fmt: skip
    assert "2 questions that fit it approved" in result.findings[1].remedy
    assert not check(DrawRule(count=2), pool=pool, outcomes=()).findings


def test_kinds_marked_by_hand_delay_the_completion():
    pool = [item("a"), item("b", kind="extended", by_hand=True)]
    rules = (DrawRule(count=1, kinds=("single",)), DrawRule(count=1, kinds=("extended",)))
    assert rules_found(check(*rules, pool=pool, outcomes=(), completes=True)) == [("paper.by-hand", "warning", 1)]
    assert not check(*rules, pool=pool, outcomes=()).findings


def test_a_line_that_lacks_what_people_grade_is_told_to_name_it():
    pool = [item("a"), item("b", kind="extended", by_hand=True)]
    (fault,) = [one for one in check(DrawRule(count=2), pool=pool, outcomes=()).findings if one.line == 0]
    assert fault.rule == "paper.too-few" and "1 more are graded by hand" in fault.remedy


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    items=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.booleans()), max_size=14),
    filters=st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), st.sets(st.integers(1, 3))), min_size=4, max_size=4),
)
def test_what_is_spare_is_what_the_draw_could_give(sizes, items, filters):
    """Against the draw itself: one more is drawn as long as it is spare, and not one beyond."""
    pool = [item(f"k{n}", f"o{outcome}", difficulty=level, use_lesson=shown) for n, (outcome, level, shown) in enumerate(items)]
    rules = [
        DrawRule(count=size, outcome=None if outcome is None else f"o{outcome}", difficulty=tuple(sorted(levels)))
        for size, (outcome, levels) in zip(sizes, filters, strict=False)
    ]
    lines = supply_of(rules, pool)

    def can_draw(wanted: list[int]) -> bool:
        try:
            draw([DrawRule(count=n, outcome=r.outcome, difficulty=r.difficulty) for n, r in zip(wanted, rules, strict=True)], 1, pool)
        except PoolTooSmall:
            return False
        return True

    assert can_draw(sizes) == all(line.filled == line.wanted for line in lines)
    if can_draw(sizes):
        for index, line in enumerate(lines):
            more = [size + (line.spare if at == index else 0) for at, size in enumerate(sizes)]
            assert can_draw(more)
            more[index] += 1
            assert not can_draw(more)


# --- in the studio --------------------------------------------------------------------------------


@pytest.fixture
def written(app, client) -> Written:
    return Written(client)


def test_the_editor_shows_the_table_and_the_findings(written):
    page = written.client.post(
        written.url("new-quiz"),
        data={"csrf_token": written.token, "act": "count", "draw.0.count": "5", "title.vi": "x", "title.en": "x"},
    ).get_data(as_text=True)
    table = page[page.index('id="paper-check"') :]
    assert "2 missing" in table and "Line 1 draws 5 questions, the pool has 3" in table


def test_the_course_is_not_published_while_its_quiz_leaves_an_outcome_untested(written):
    settings = {"title": both("Cuối khóa"), "draw": [{"count": 2}]}
    write_quiz(written.author, written.slug, "final", settings, needed=True)
    outcomes = [{"id": "o1", "text": both("A"), "bloom": "apply"}]
    authoring.update_settings(written.author, written.slug, {"outcomes": outcomes}, base_version=written.draft.version)
    problems = [str(one.message) for one in plan_publication(written.author, written.slug).problems]
    assert any("The outcome “o1” of the course is not tested" in one for one in problems)
    page = written.client.get(written.url("publish")).get_data(as_text=True)
    assert written.url("quizzes/final") in page


def test_items_stored_under_other_rules_are_found_unsound_once_a_language_is_added(sat):
    pool = pool_cards(sat.course_id)
    assert unsound_items(pool, ("vi", "en")) == {}
    found = unsound_items(pool, ("vi", "de"))
    assert set(found) == {one.key for one in pool} and all("missing" in why for why in found.values())


def test_checking_costs_the_same_for_any_number_of_items(sat, count_queries):
    from academy.quizzes.paper_check import check_course_paper

    def cost() -> int:
        with count_queries() as queries:
            check_course_paper(
                sat.course_id, [DrawRule(count=1)], outcomes=(), languages=("vi", "en"), completes=False, examination=False
            )
        return len(queries)

    before = cost()
    for number in range(20, 40):
        sat.item(f"mot-{number}", "single", single(number))
    assert max(before, cost(), cost()) <= 2
