"""What a contest or a round still lacks before it may be announced, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from academy.catalog.queries import find_course_by_id
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.questions.queries import pool
from academy.quizzes.paper import PoolTooSmall, draw
from academy.quizzes.queries import get_quiz
from academy.quizzes.review import SCORE

__all__ = ["Missing", "missing_for_contest", "missing_for_round"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing; ``fit`` says that fitting the quiz to the round would mend it."""

    text: Any
    fit: bool = False


def missing_for_contest(contest: ContestView) -> list[Missing]:
    """What keeps a contest from being announced."""
    found = []
    course = find_course_by_id(contest.course_id)
    if course is None or course.state != "published":
        found.append(Missing(_l("The course with the questions is not published.")))
    if not contest.boards:
        found.append(Missing(_l("There is no board: say who is ranked with whom.")))
    if not contest.rounds:
        found.append(Missing(_l("There is no round yet.")))
    return found


def missing_for_round(contest: ContestView, current: RoundView) -> list[Missing]:
    """What keeps a round from being announced."""
    found = []
    if not contest.is_public:
        found.append(Missing(_l("The contest itself has not been announced.")))
    if clock.now() >= current.opens_at:
        found.append(Missing(_l("The round would have opened before it was announced: choose a later time.")))
    quiz = get_quiz(current.quiz_id)
    rules = quiz.rules
    if not quiz.is_offered:
        found.append(Missing(_l("The quiz has been taken out of its course.")))
    if rules.attempts != 1:
        found.append(Missing(_l("The quiz must allow one attempt."), fit=True))
    if rules.opens != current.opens_at or rules.closes != current.closes_at:
        found.append(Missing(_l("The quiz must open and close with the round."), fit=True))
    if set(rules.review.get("after_submit", ())) - {SCORE}:
        found.append(
            Missing(_l("Before the round closes the quiz may show the mark only, no answers."), fit=True)
        )
    if rules.minutes is None:
        found.append(Missing(_l("The quiz needs a time limit.")))
    try:
        draw(rules.draw, 1, pool(contest.course_id))
    except PoolTooSmall as fault:
        found.append(
            Missing(
                _l(
                    "The pool cannot fill a paper: %(wanted)s questions are wanted, %(found)s are there.",
                    wanted=fault.wanted,
                    found=fault.found,
                )
            )
        )
    return found
