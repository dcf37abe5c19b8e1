"""The courses in ``content/``: what a final quiz may ask has not been shown with its solution before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CONTENT = Path(__file__).parents[2] / "content"
COURSES = {path.parent.name: path.parent for path in sorted(CONTENT.glob("*/*/course.yaml"))}

every_course = pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)


def items_of(course: Path) -> list[dict]:
    files = sorted((course / "questions").glob("*.yaml"))
    return [item for file in files for item in yaml.safe_load(file.read_text(encoding="utf-8"))]


def embedded_in(course: Path) -> set[str]:
    """Keys of the exercises that stand in lessons."""
    texts = (path.read_text(encoding="utf-8") for path in course.glob("*.md"))
    return {key for text in texts for key in re.findall(r"^\[\[exercise:([a-z0-9-]+)\]\]", text, re.M)}


def draws_of(course: Path) -> list[dict]:
    files = (course / "quizzes").glob("*.yaml")
    return [row for file in files for row in yaml.safe_load(file.read_text(encoding="utf-8"))["draw"]]


BY_HAND = {"extended", "file"}


def fits(item: dict, row: dict) -> bool:
    return (
        row.get("outcome") in (None, item["outcome"])
        and (item["kind"] in row["kinds"] if "kinds" in row else item["kind"] not in BY_HAND)
        and item.get("difficulty", 2) in row.get("difficulty", range(1, 6))
    )


@every_course
def test_lessons_show_no_question_of_the_pool(course):
    pool = {item["key"] for item in items_of(course) if "pool" in item["use"]}
    assert not pool & embedded_in(course)


@every_course
def test_every_exercise_for_lessons_stands_in_one(course):
    assert {item["key"] for item in items_of(course) if "lesson" in item["use"]} == embedded_in(course)


@every_course
def test_papers_differ(course):
    pool = [item for item in items_of(course) if "pool" in item["use"]]
    for row in draws_of(course):
        if BY_HAND.issuperset(row.get("kinds", [""])):
            continue  # an essay is the same task for all who are compared by it
        candidates = [item for item in pool if fits(item, row)]
        assert len(candidates) >= row["count"] + 2, row


@every_course
def test_every_question_of_the_pool_can_be_drawn(course):
    pool = [item for item in items_of(course) if "pool" in item["use"]]
    never = [item["key"] for item in pool if not any(fits(item, row) for row in draws_of(course))]
    assert never == []
