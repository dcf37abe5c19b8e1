"""The blueprints of a course's quizzes, checked before the course is published and shown while they are edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from academy.authoring.publication_checks import Objection
from academy.authoring.views import StudioCourse
from academy.kernel.i18n import DEFAULT_LOCALE, _l, localized, translated
from academy.quizzes.paper import DrawRule
from academy.quizzes.paper_check import PaperCheck, check_course_paper
from academy.quizzes.queries import quizzes_of_course
from academy.quizzes.rules import QuizRules

__all__ = ["check_of_rules", "check_of_settings", "objections_of_quizzes"]


def check_of_rules(studio: StudioCourse, rules: QuizRules, *, completes: bool) -> PaperCheck:
    """A quiz as it is stored against the bank."""
    return _check(studio, rules.draw, completes=completes, examination=rules.examination)


def check_of_settings(studio: StudioCourse, settings: Mapping[str, Any], *, completes: bool) -> PaperCheck:
    """A quiz as it was typed, whatever is wrong in it: what is no filter filters nothing."""
    rules = [_lenient(row) for row in settings["draw"]]
    return _check(studio, rules, completes=completes, examination=bool(settings.get("examination")))


def objections_of_quizzes(studio: StudioCourse) -> Iterator[Objection]:
    """Faults of the blueprints, each with its quiz; they keep the course from being published."""
    needed = studio.description["completion"].get("quiz")
    for quiz in quizzes_of_course(studio.id):
        check = check_of_rules(studio, quiz.rules, completes=quiz.slug == needed)
        for fault in check.faults:
            yield Objection(
                message=_l(
                    "Quiz “%(title)s”: %(fault)s",
                    title=localized(quiz.title),
                    fault=translated(fault.message),
                ),
                remedy=translated(fault.remedy),
                endpoint="quizzes.edit_studio_quiz",
                values={"course": studio.slug, "slug": quiz.slug},
            )


def _check(
    studio: StudioCourse, rules: Sequence[DrawRule], *, completes: bool, examination: bool
) -> PaperCheck:
    return check_course_paper(
        studio.id,
        rules,
        outcomes=[outcome["id"] for outcome in studio.description["outcomes"]],
        languages=studio.languages or studio.course.languages or (DEFAULT_LOCALE,),
        completes=completes,
        examination=examination,
    )


def _lenient(row: Mapping[str, Any]) -> DrawRule:
    count = row.get("count")
    filters = {name: row[name] for name in ("outcome", "lesson", "kinds", "difficulty") if row.get(name)}
    try:
        weight = str(Decimal(str(row.get("weight") or "1")))
    except InvalidOperation:
        weight = "1"
    return DrawRule.from_settings(
        {"count": count if isinstance(count, int) else 0, "weight": weight, "shown": bool(row.get("shown"))}
        | filters
    )
