"""Saving quizzes: changed rules become a new version; attempts keep the one they started with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from academy.authoring.events import CourseCopied
from academy.authoring.services import set_quizzes
from academy.catalog.freezing import require_not_frozen
from academy.catalog.queries import find_course_by_id
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account
from academy.questions.field_messages import messages_by_field
from academy.questions.fields import in_languages
from academy.quizzes.models import ACTIVE, CONTENT, RETIRED, STUDIO, Quiz, QuizVersion
from academy.quizzes.policies import can_edit_quizzes
from academy.quizzes.promises import require_kept
from academy.quizzes.schemas import SLUG, QuizSettings

__all__ = ["SavedQuiz", "copy_quizzes", "retire_quiz", "save_quiz", "sync_quizzes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuiz:
    """``changed``: whether this made a new version."""

    quiz_id: int
    version_id: int
    number: int
    changed: bool


def save_quiz(
    actor: Actor, course_id: int, slug: str, settings: Mapping[str, Any], *, may_close_later: bool = False
) -> SavedQuiz:
    """Create a quiz, or give it a new version if its rules have changed.

    Args:
        may_close_later: what was announced of it does not keep it from closing later.

    Raises:
        NotFound: there is no such course.
        Forbidden: the actor may not edit it.
        Invalid: the slug or a setting breaks a rule; ``errors`` by field.
        Frozen, Promised: its rules have to stay as they are for now.
    """
    with unit_of_work() as work:
        course = find_course_by_id(course_id)
        if course is None:
            raise NotFound(_l("There is no such course."))
        require(actor, can_edit_quizzes, course)
        if not SLUG.fullmatch(slug):
            message = _l("Use small letters, digits and hyphens, at most 80.")
            raise Invalid(message, rule="quizzes.slug", errors={"slug": [message]})
        try:
            with in_languages(course.languages):
                checked = QuizSettings().load(settings)
        except ValidationError as error:
            raise Invalid(
                _l("Please correct the fields named below."),
                rule="quizzes.settings",
                errors=messages_by_field(error.messages),
            ) from error
        quiz = work.session.scalar(select(Quiz).where(Quiz.course_id == course_id, Quiz.slug == slug))
        return _store(
            work.session, actor, course_id, slug, checked, quiz, STUDIO, may_close_later=may_close_later
        )


def retire_quiz(actor: Actor, quiz_id: int) -> None:
    """Take a quiz out of its course; attempts and results stay.

    Raises:
        NotFound: there is no such quiz.
        Forbidden: the actor may not edit its course.
        Frozen, Promised: it is needed as it is for now.
    """
    with unit_of_work() as work:
        quiz = work.session.get(Quiz, quiz_id)
        course = find_course_by_id(quiz.course_id) if quiz is not None else None
        if quiz is None or course is None:
            raise NotFound(_l("There is no such quiz."))
        require(actor, can_edit_quizzes, course)
        require_not_frozen(quiz.course_id)
        require_kept(quiz.id, {}, None)
        quiz.state = RETIRED


def sync_quizzes(actor: Actor, course_id: int, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Make the quizzes that come from content files equal to ``wanted``: slug → checked settings.

    Those of the files that are gone are retired. Returns the numbers of ``added``, ``changed``,
    ``removed``, ``unchanged``.
    """
    counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
    with unit_of_work() as work:
        known = {
            quiz.slug: quiz for quiz in work.session.scalars(select(Quiz).where(Quiz.course_id == course_id))
        }
        for slug, settings in wanted.items():
            quiz = known.get(slug)
            same_use = quiz is not None and quiz.state == ACTIVE and quiz.origin == CONTENT
            saved = _store(
                work.session, actor, course_id, slug, settings, quiz, CONTENT, may_close_later=True
            )
            if quiz is None:
                counts["added"] += 1
            else:
                counts["changed" if saved.changed or not same_use else "unchanged"] += 1
        for slug, quiz in known.items():
            if slug not in wanted and quiz.origin == CONTENT and quiz.state == ACTIVE:
                require_not_frozen(course_id)
                require_kept(quiz.id, {}, None)
                quiz.state = RETIRED
                counts["removed"] += 1
        work.session.flush()
    return counts


def copy_quizzes(event: CourseCopied) -> None:
    """Give a copied course quizzes of its own, with the rules that hold now."""
    actor = actor_of_account(event.account_id) if event.account_id is not None else Actor.system()
    source, copy = find_course_by_id(event.source_id), find_course_by_id(event.copy_id)
    if actor is None or source is None or copy is None:
        return
    with unit_of_work() as work:
        rows = work.session.execute(
            select(Quiz.slug, QuizVersion.settings)
            .join(QuizVersion, (QuizVersion.quiz_id == Quiz.id) & (QuizVersion.number == Quiz.current_number))
            .where(Quiz.course_id == event.source_id, Quiz.state == ACTIVE)
            .order_by(Quiz.slug)
        ).all()
        for slug, settings in rows:
            _store(work.session, actor, event.copy_id, slug, settings, None, STUDIO)
        if rows:
            needed = source.completion.get("quiz")
            set_quizzes(actor, copy.slug, [slug for slug, _settings in rows], needed=needed)


def _store(
    session: Any,
    actor: Actor,
    course_id: int,
    slug: str,
    settings: Mapping[str, Any],
    quiz: Quiz | None,
    origin: str,
    *,
    may_close_later: bool = False,
) -> SavedQuiz:
    canonical = json.dumps(settings, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    current = None
    if quiz is None:
        quiz = Quiz(course_id=course_id, slug=slug, current_number=0)
        session.add(quiz)
    else:
        current = session.scalar(
            select(QuizVersion).where(
                QuizVersion.quiz_id == quiz.id, QuizVersion.number == quiz.current_number
            )
        )
    changed = current is None or current.hash != digest
    if current is not None and (changed or quiz.state != ACTIVE):
        require_not_frozen(course_id)
    if current is not None and changed:
        require_kept(quiz.id, current.settings, settings, may_close_later=may_close_later)
    quiz.state, quiz.origin = ACTIVE, origin
    if changed:
        quiz.current_number += 1
        session.flush()
        current = QuizVersion(
            quiz_id=quiz.id,
            number=quiz.current_number,
            settings=dict(settings),
            hash=digest,
            by_id=actor.account_id,
        )
        session.add(current)
    session.flush()
    return SavedQuiz(quiz_id=quiz.id, version_id=current.id, number=current.number, changed=changed)
