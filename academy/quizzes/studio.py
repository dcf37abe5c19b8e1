"""Writing the quizzes of a course in the studio."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from academy.audit.services import record
from academy.authoring.queries import get_studio_course
from academy.authoring.services import set_quizzes
from academy.authoring.working_copy import editable_course, locked_course_draft
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import slug as slug_of
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.queries import pool
from academy.quizzes.paper import DrawRule, PoolTooSmall, draw
from academy.quizzes.paper_sealing import holding_seal, seal_if_needed
from academy.quizzes.publishing import SavedQuiz, retire_quiz, save_quiz
from academy.quizzes.queries import find_quiz, get_quiz, quizzes_of_course

__all__ = ["free_slug", "remove_quiz", "write_quiz"]


def write_quiz(
    actor: Actor, course_slug: str, slug: str, settings: Mapping[str, Any], *, needed: bool | None = None
) -> SavedQuiz:
    """Create a quiz of a course or change its rules, at once; attempts under way keep theirs.

    Args:
        needed: whether the quiz must be passed to complete the course, from its next publication on;
            None leaves that rule as it is.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: a setting breaks a rule, or the pool cannot fill the blueprint; ``errors`` by field.
    """
    with unit_of_work() as work:
        course = editable_course(actor, course_slug)
        locked_course_draft(work, actor, course)
        saved = save_quiz(actor, course.id, slug, settings)
        _require_enough(course.id, settings)
        _keep_sealed(actor, saved.quiz_id)
        slugs = [quiz.slug for quiz in quizzes_of_course(course.id)]
        set_quizzes(actor, course_slug, slugs, needed=_passed(actor, course_slug, slug, needed))
        if saved.changed:
            details = {"number": saved.number}
            record(actor, "quizzes.quiz.save", "quiz", f"{course_slug}/{slug}", details=details)
        return saved


def remove_quiz(actor: Actor, course_slug: str, slug: str) -> None:
    """Take a quiz out of its course; attempts and results stay, and storing it again brings it back.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        NotFound: the course has no such quiz.
    """
    with unit_of_work() as work:
        course = editable_course(actor, course_slug)
        quiz = find_quiz(course.id, slug)
        if quiz is None:
            raise NotFound(_l("There is no such quiz."))
        retire_quiz(actor, quiz.id)
        work.session.flush()
        set_quizzes(actor, course_slug, [quiz.slug for quiz in quizzes_of_course(course.id)])
        record(actor, "quizzes.quiz.retire", "quiz", f"{course_slug}/{slug}")


def free_slug(course_id: int, title: str) -> str:
    """An address for a new quiz of a course, made from its title."""
    base = slug_of(title, 60) or "quiz"
    candidate, count = base, 1
    while find_quiz(course_id, candidate) is not None:
        count += 1
        candidate = f"{base}-{count}"
    return candidate


def _passed(actor: Actor, course_slug: str, slug: str, needed: bool | None) -> str | None:
    """The quiz to be passed, empty for none, None for what it is already."""
    if needed:
        return slug
    rule = get_studio_course(actor, course_slug).description["completion"].get("quiz")
    return "" if needed is False and rule == slug else None


def _keep_sealed(actor: Actor, quiz_id: int) -> None:
    """Seal an examination whose rules are new; while too little of its pool is approved it stays unsealed.

    Raises:
        Invalid: it would open in the past, or has opened with other rules.
    """
    quiz = get_quiz(quiz_id)
    rules = quiz.rules
    if not rules.examination or holding_seal(quiz) is not None:
        return
    if rules.opens is not None and clock.now() >= rules.opens:
        message = _l(
            "What an examination is drawn from is fixed and published before it opens: let it open later, or leave "
            "what it draws and its opening as they were."
        )
        raise Invalid(message, rule="exam.opened", errors={"window.opens": [message]})
    with suppress(Conflict):
        seal_if_needed(actor, quiz_id)


def _require_enough(course_id: int, settings: Mapping[str, Any]) -> None:
    rules = [DrawRule.from_settings(row) for row in settings["draw"]]
    try:
        draw(rules, 1, pool(course_id))
    except PoolTooSmall as fault:
        raise Invalid(
            _l("The pool cannot fill this paper."),
            rule="quizzes.pool",
            errors={
                f"draw.{fault.rule}.count": [
                    _l(
                        "This line draws %(wanted)s questions, the pool has %(found)s left for it.",
                        wanted=fault.wanted,
                        found=fault.found,
                    )
                ]
            },
        ) from fault
