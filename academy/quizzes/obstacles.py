"""What stands between a person and a new attempt, each with its rule and the next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.quizzes.rules import QuizRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """``rule`` is its stable name; ``message`` and ``next_step`` are for the reader."""

    rule: str
    message: Any
    next_step: Any = ""


def obstacles_to_start(
    rules: QuizRules, *, has_person: bool, is_enrolled: bool, is_offered: bool, used: int, now: datetime
) -> Iterator[Obstacle]:
    """Every obstacle, the one to solve first in front.

    Args:
        has_person: the account belongs to a person who can study.
        is_enrolled: the person is enrolled in the course.
        is_offered: the quiz has not been taken out of the course.
        used: attempts made so far, the open one not counted.
        now: the current instant.
    """
    if not is_offered:
        yield Obstacle(rule="quiz.retired", message=_l("This quiz is no longer offered."))
    if not has_person:
        yield Obstacle(
            rule="quiz.person",
            message=_l("This account does not belong to a person who studies."),
            next_step=_l("Sign in with your own account."),
        )
    elif not is_enrolled:
        yield Obstacle(
            rule="quiz.enrollment",
            message=_l("You are not enrolled in this course."),
            next_step=_l("Enroll in the course, then start the quiz."),
        )
    if rules.opens is not None and now < rules.opens:
        yield Obstacle(
            rule="quiz.window",
            message=_l("The quiz opens on %(when)s.", when=_spoken(rules.opens)),
            next_step=_l("Come back then."),
        )
    if rules.closes is not None and now >= rules.closes:
        yield Obstacle(
            rule="quiz.window",
            message=_l("The quiz closed on %(when)s.", when=_last_second(rules.closes)),
            next_step=_l("Ask your instructor whether there will be another date."),
        )
    if rules.attempts_left(used) == 0:
        yield Obstacle(
            rule="quiz.attempts",
            message=_l("You have used all %(n)s attempts.", n=rules.attempts),
            next_step=_l("Ask your instructor for another attempt."),
        )


def _spoken(instant: datetime) -> str:
    return clock.local(instant).strftime("%d/%m/%Y %H:%M")


def _last_second(closes: datetime) -> str:
    """As the rules of the quiz say it: ``23:59:59``, not midnight of the day after."""
    return clock.local(closes - timedelta(seconds=1)).strftime("%d/%m/%Y, %H:%M:%S")
