"""The bank through its services and queries."""

from __future__ import annotations

import copy

import pytest

from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.plugins.contract import ExerciseType
from academy.questions import queries, registry, services
from academy.questions.registry import DuplicateKind, MissingType, register_exercise_types
from academy.questions.types.single import Single
from academy.questions.version_cache import SpecCache
from tests.factories import create_actor
from tests.questions.specs import ALL, SINGLE, both
from tests.quizzes.conftest import make_course


@pytest.fixture
def course(app):
    return make_course()


def save(course, key="c-1", kind="single", spec=SINGLE, actor=None, **named):
    named = {"lesson": "01-van-ban", "outcome": "o1"} | named
    return services.save_item(actor or Actor.system(), course[0], key, kind, spec, **named)


def test_saving_the_same_again_makes_no_version(course):
    first = save(course)
    again = save(course, spec=copy.deepcopy(SINGLE))
    assert first.changed and not again.changed
    assert (first.version_id, first.number) == (again.version_id, again.number)


def test_another_text_kind_or_outcome_makes_a_version_another_difficulty_does_not(course):
    first = save(course)
    assert save(course, difficulty=5, use_pool=False).number == 1
    assert save(course, spec=SINGLE | {"text": both("Khác")}).number == 2
    assert save(course, spec=SINGLE | {"text": both("Khác")}, outcome="o2").number == 3
    assert save(course, kind="truefalse", spec=ALL["truefalse"]).number == 4
    old = queries.get_item_version(first.version_id)
    assert (old.kind, old.outcome, old.number) == ("single", "o1", 1)
    assert old.spec["text"] == SINGLE["text"]


def test_only_instructors_of_the_course_write_its_bank(course):
    saved = save(course, actor=course[1])
    stranger = create_actor()
    with pytest.raises(Forbidden):
        save(course, actor=stranger)
    with pytest.raises(Forbidden):
        services.retire_item(stranger, saved.item_id)
    with pytest.raises(NotFound):
        save((999_999_999, None))


@pytest.mark.parametrize(
    "named, field",
    [
        ({"key": "Câu 1"}, "key"),
        ({"key": "x" * 81}, "key"),
        ({"kind": "riddle"}, "kind"),
        ({"difficulty": 6}, "difficulty"),
        ({"use_lesson": False, "use_pool": False}, "use"),
        ({"spec": {"text": both("?")}}, "options"),
        ({"spec": SINGLE | {"text": {"vi": "chỉ một"}}}, "text.en"),
        ({"spec": SINGLE | {"options": [{"id": "a"}, SINGLE["options"][0]]}}, "options.0.text"),
    ],
)
def test_faults_are_named_by_field(course, named, field):
    with pytest.raises(Invalid) as refusal:
        save(course, **named)
    assert field in refusal.value.errors and str(refusal.value.errors[field][0])


def test_the_pool_leaves_out_what_is_retired_or_only_for_lessons(course):
    save(course, "a", outcome="o1", difficulty=1)
    save(course, "b", outcome="o2", difficulty=3, lesson="02-khac")
    save(course, "c", "truefalse", ALL["truefalse"], difficulty=3)
    save(course, "d", use_pool=False)
    services.retire_item(Actor.system(), save(course, "e").item_id)

    assert [(item.key, item.lesson) for item in queries.pool(course[0])] == [
        ("a", "01-van-ban"),
        ("b", "02-khac"),
        ("c", "01-van-ban"),
    ]
    assert [row.key for row in queries.items_of_lesson(course[0], "01-van-ban")] == ["a", "c", "d"]
    assert queries.find_item(course[0], "e").state == "retired"
    assert queries.find_item(course[0], "z") is None
    with pytest.raises(NotFound):
        queries.get_item(999_999)


def test_versions_met_before_cost_one_query(course, count_queries):
    ids = [save(course, f"k-{n}", spec=SINGLE | {"text": both(f"{n}")}).version_id for n in range(5)]
    queries.get_item_versions(ids)
    with count_queries() as seen:
        found = queries.get_item_versions(ids)
    assert len(seen) == 1 and set(found) == set(ids)
    assert queries.get_item_versions([]) == {}


def test_the_cache_forgets_the_oldest():
    cache = SpecCache(capacity=2)
    for name in ("a", "b"):
        cache.keep(name, {"n": name})
    cache.find("a")
    cache.keep("c", {})
    assert cache.find("a") and cache.find("b") is None


def test_present_check_grade_explain(course):
    version = queries.get_item_version(save(course).version_id)
    shown = queries.present_item(version, 7, "vi")
    assert shown["kind"] == "single" and len(shown["body"]["options"]) == 3
    right = queries.solution_of(version, 7, "vi")["correct"][0]
    assert queries.grade_item(version, queries.check_answer(version, right), 7).score == 1
    assert queries.check_answer(version, None) is None
    assert "Ai ký nghị định?" in queries.public_text(version, "vi")
    assert queries.seed_for("single", 7, shuffle=False) == 0
    assert queries.seed_for("single", 7, shuffle=True) == queries.seed_for("ordering", 7, shuffle=False) == 7


# --- the registry --------------------------------------------------------------------------------


class Riddle(Single):
    kind = "sample:riddle"


@pytest.fixture
def riddles(app):
    before = app.extensions["academy_exercise_types"]
    register_exercise_types(app, [Riddle()])
    yield
    app.extensions["academy_exercise_types"] = before


def test_modules_add_kinds(riddles):
    assert registry.exercise_type("sample:riddle").kind == "sample:riddle"
    assert [kind.kind for kind in registry.kinds()][:2] == ["single", "multiple"]
    assert registry.is_known("sample:riddle") and not registry.is_known("sample:other")


def test_two_kinds_of_one_name_are_refused(app):
    with pytest.raises(DuplicateKind, match="single"):
        register_exercise_types(app, [Single()])


def test_a_kind_whose_module_is_gone_is_shown_as_missing_and_its_answers_wait(app, course):
    before = app.extensions["academy_exercise_types"]
    register_exercise_types(app, [Riddle()])
    version = queries.get_item_version(save(course, kind="sample:riddle").version_id)
    app.extensions["academy_exercise_types"] = before
    assert isinstance(version.type, MissingType) and isinstance(version.type, ExerciseType)
    assert queries.present_item(version, 1, "vi")["body"] == {"missing": "sample:riddle"}
    assert queries.grade_item(version, "x", 1).pending
    with pytest.raises(Conflict):
        queries.check_answer(version, "x")
    assert queries.find_item(course[0], "c-1").version.spec == version.spec


def test_a_grader_that_raises_is_pending(course, monkeypatch):
    version = queries.get_item_version(save(course).version_id)
    monkeypatch.setattr(Single, "grade", lambda *_: 1 / 0)
    grade = queries.grade_item(version, "x", 1)
    assert grade.pending and grade.score == 0
