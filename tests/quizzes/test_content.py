"""Quizzes from the content folder, and what a quiz may be set to."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from marshmallow import ValidationError

from academy.catalog.content import content_check
from academy.catalog.content_parts import content_parts
from academy.catalog.queries import find_course
from academy.catalog.services import sync_content
from academy.kernel.actor import Actor
from academy.kernel.errors import Forbidden, Invalid
from academy.quizzes import queries, services
from academy.quizzes.schemas import QuizSettings
from tests.factories import create_actor
from tests.questions.folder import replace, write_folder
from tests.quizzes.conftest import SETTINGS


@pytest.fixture
def course(app, tmp_path) -> Path:
    return write_folder(tmp_path / "content")


@pytest.mark.parametrize(
    "old, new, line, words",
    [
        ("id: final", "id: other", 1, "not the name of the file"),
        ("minutes: 10", "minutes: 0", 3, "minutes"),
        ("minutes: 10", "minutes: zehn", 3, "minutes"),
        ('pass_mark: "5.0"', 'pass_mark: "11"', 5, "ten-point scale"),
        ('pass_mark: "5.0"', "pass_mark: 5.0", 5, "quotation marks"),
        ("{outcome: o1, count: 1", "{outcome: o7, count: 1", 8, "no outcome “o7”"),
        ("{outcome: o1, count: 1", "{lesson: 07-x, count: 1", 8, "no lesson “07-x”"),
        ("{outcome: o1, count: 1", "{outcome: o1, count: 2", 8, "the pool has 1"),
        ("kinds: [single]", "kinds: [riddle]", 9, "no kind of question “riddle”"),
        ("difficulty: [2, 3]", "difficulty: [1]", 9, "the pool has 0"),
        (", shown: true}", "}", 8, "0 of those that no lesson shows with their solution"),
        ("after_submit: [score", "after_submit: [key", 10, "after_submit"),
        ("attempts: 2", "atempts: 2", 4, "atempts"),
    ],
)
def test_each_fault_is_named_with_its_line(app, course, old, new, line, words):
    replace(course / "quizzes" / "final.yaml", old, new)
    faults = content_check(course.parents[1], content_parts(app))
    found = [(fault.line, fault.message + fault.remedy) for fault in faults if fault.path.endswith("final.yaml")]
    assert any(words in text and at == line for at, text in found), found


def test_a_listed_quiz_that_is_missing_and_a_quiz_that_is_not_listed(app, course):
    (course / "quizzes" / "final.yaml").rename(course / "quizzes" / "extra.yaml")
    replace(course / "quizzes" / "extra.yaml", "id: final", "id: extra")
    messages = " ".join(str(fault) for fault in content_check(course.parents[1], content_parts(app)))
    assert "There is no quiz “final”" in messages and "does not list this quiz" in messages


def test_sync_versions_quizzes_and_retires_what_is_gone(app, course):
    def sync():
        report = sync_content(Actor.system(), course.parents[1], content_parts(app))
        assert not report.faults, report.faults
        return queries.find_quiz(find_course("van-ban").id, "final")

    first = sync()
    assert (first.number, first.rules.minutes, first.rules.items) == (1, 10, 2)
    assert sync() == first
    replace(course / "quizzes" / "final.yaml", "minutes: 10", "minutes: 15")
    second = sync()
    assert (second.id, second.number, second.rules.minutes) == (first.id, 2, 15)
    (course / "quizzes" / "final.yaml").unlink()
    replace(course / "course.yaml", "quizzes: [final]", "quizzes: []")
    replace(course / "course.yaml", "quiz: final", "quiz: null")
    assert not sync().is_offered


# --- settings ------------------------------------------------------------------------------------


def settings(**changes):
    return QuizSettings().load(copy.deepcopy(SETTINGS) | changes)


def test_settings_have_sound_defaults():
    loaded = QuizSettings().load({"title": SETTINGS["title"], "draw": [{"count": 1}]})
    assert loaded["minutes"] is None and loaded["attempts"] is None
    assert loaded["pass_mark"] == "5.0" and loaded["grace_seconds"] == 10
    assert loaded["shuffle"] == {"items": True, "options": True}
    assert loaded["review"]["after_submit"] == ["score", "outcomes"]


@pytest.mark.parametrize(
    "changes",
    [
        {"draw": []},
        {"draw": [{"count": 0}]},
        {"draw": [{"count": 150}, {"count": 51}]},
        {"draw": [{"count": 1, "weight": "0"}]},
        {"draw": [{"count": 1, "weight": "0.0001"}]},
        {"draw": [{"count": 1, "kinds": []}]},
        {"pass_mark": "-1"},
        {"pass_mark": "NaN"},
        {"attempts": 0},
        {"attempts": True},
        {"minutes": 99999},
        {"grace_seconds": -1},
        {"title": {"en": "x"}},
        {"window": {"opens": "2026-11-22 10:00", "closes": "2026-11-22 10:00"}},
        {"window": {"opens": "tomorrow"}},
        {"review": {"underway": ["answers"]}},
        {"answers": "shown"},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(app, changes):
    with pytest.raises(ValidationError):
        settings(**changes)


def test_a_window_without_zone_is_hanoi_time():
    window = settings(window={"opens": "2026-11-22 08:00", "closes": "2026-11-22T08:00:00Z"})["window"]
    assert window == {"opens": "2026-11-22T01:00:00+00:00", "closes": "2026-11-22T08:00:00+00:00"}


def test_saving_a_quiz(sat):
    same = services.save_quiz(sat.instructor, sat.course_id, "final", SETTINGS)
    assert not same.changed and same.quiz_id == sat.quiz_id
    assert services.save_quiz(sat.instructor, sat.course_id, "final", SETTINGS | {"minutes": 5}).number == 2
    stranger = create_actor()
    with pytest.raises(Forbidden):
        services.save_quiz(stranger, sat.course_id, "final", SETTINGS)
    with pytest.raises(Forbidden):
        services.retire_quiz(stranger, sat.quiz_id)
    with pytest.raises(Invalid) as refusal:
        services.save_quiz(sat.instructor, sat.course_id, "final", SETTINGS | {"draw": [{"count": 0}]})
    assert "draw.0.count" in refusal.value.errors
    with pytest.raises(Invalid):
        services.save_quiz(sat.instructor, sat.course_id, "Final!", SETTINGS)


def test_what_people_grade_is_drawn_only_by_a_line_that_names_its_kind(app, course):
    questions = course / "questions" / "01-luat.yaml"
    essay = "- key: viet\n  kind: extended\n  outcome: o1\n  use: [pool]\n  spec:\n    text: {vi: Viết., en: Write.}\n"
    questions.write_text(questions.read_text(encoding="utf-8") + essay, encoding="utf-8")
    quiz = course / "quizzes" / "final.yaml"

    def said() -> str:
        return " ".join(f"{fault.message} {fault.remedy}" for fault in content_check(course.parents[1], content_parts(app)))

    assert said() == ""
    replace(quiz, "{outcome: o1, count: 1", "{outcome: o1, count: 2")
    assert "1 more are graded by hand: they are drawn only if the line names their kind" in said()
    replace(quiz, "{outcome: o1, count: 2", "{outcome: o1, kinds: [extended, truefalse], count: 2")
    assert said() == ""
