"""Fixing what an examination is drawn from before it opens, and revealing it once it is over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.models import APPROVED
from academy.questions.queries import PoolCard, pool_cards
from academy.quizzes.models import (
    ACTIVE,
    OPEN,
    Accommodation,
    Attempt,
    AttemptPaper,
    ExamSeal,
    Quiz,
    QuizVersion,
)
from academy.quizzes.paper import PoolTooSmall, draw
from academy.quizzes.paper_proof import (
    SealedItem,
    blueprint_of,
    commitment,
    hash_of,
    items_in,
    manifest_of,
    new_secret,
)
from academy.quizzes.policies import can_edit_quizzes
from academy.quizzes.queries import get_quiz
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import QuizRow

__all__ = [
    "SealView",
    "blueprint_hash",
    "holding_seal",
    "is_sealed",
    "reveal_seeds",
    "seal_exam",
    "seal_if_needed",
    "seals_of",
]

log = logging.getLogger(__name__)

REVEAL_DELAY = timedelta(minutes=1)
SEALED_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealView:
    """What everybody may know of a seal. ``seed``, ``salt`` and ``manifest`` are None until it is revealed.

    ``state`` is ``holds`` (the papers are drawn from it), ``replaced`` or ``revealed``.
    """

    id: int
    number: int
    opens: datetime
    commitment: str
    manifest_hash: str
    sealed_at: datetime
    revealed_at: datetime | None
    state: str
    items: int
    salt: str | None = None
    seed: str | None = None
    manifest: Mapping[str, Any] | None = None


def blueprint_hash(rules: QuizRules) -> str:
    """The name of what is drawn and how, alike for rules that draw alike."""
    return hash_of(_blueprint(rules))


def holding_seal(quiz: QuizRow) -> ExamSeal | None:
    """The seal that papers of an examination are drawn from now; None if it is not sealed for its present rules.

    It stands while the blueprint and the opening are what they were: the end may be put off.
    """
    newest = db.session.scalar(
        select(ExamSeal).where(ExamSeal.quiz_id == quiz.id).order_by(ExamSeal.number.desc()).limit(1)
    )
    opens = quiz.rules.opens_for_all or quiz.rules.opens
    if newest is None or newest.revealed_at is not None or newest.opens != opens:
        return None
    return newest if newest.blueprint_hash == blueprint_hash(quiz.rules) else None


def is_sealed(quiz: QuizRow) -> bool:
    """Whether an examination can be sat by its present rules."""
    return holding_seal(quiz) is not None


def seals_of(quiz_id: int) -> list[SealView]:
    """Every seal of a quiz, the newest first, for anybody; secrets only where they are revealed."""
    seals = db.session.scalars(
        select(ExamSeal).where(ExamSeal.quiz_id == quiz_id).order_by(ExamSeal.number.desc())
    ).all()
    return [_view(seal, newest=index == 0) for index, seal in enumerate(seals)]


def seal_exam(actor: Actor, quiz_id: int) -> SealView:
    """Fix the pool and the seed of an examination, in place of what was fixed before.

    Raises:
        NotFound: there is no such quiz.
        Forbidden: the actor may not change the quizzes of its course.
        Conflict: it is no examination, it has opened already, or its pool cannot fill the blueprint.
    """
    with unit_of_work() as work:
        quiz = get_quiz(quiz_id)
        course = find_course_by_id(quiz.course_id)
        require(actor, can_edit_quizzes, course)
        if not quiz.rules.examination or quiz.rules.opens is None:
            raise Conflict(
                _l("This quiz is not held as an examination."),
                rule="exam.mode",
                next_step=_l("Mark it as an examination and give it an opening and a closing time."),
            )
        if clock.now() >= quiz.rules.opens:
            raise Conflict(
                _l("The examination has opened: what it is drawn from can no longer be fixed."),
                rule="exam.opened",
                next_step=_l("Let it open later, and fix its pool before."),
            )
        # nobody else seals this quiz until the transaction ends: numbers are given once
        work.session.execute(select(Quiz.id).where(Quiz.id == quiz_id).with_for_update())
        seal = _seal(work.session, actor, quiz, course.slug)
        details = {"number": seal.number, "commitment": seal.commitment, "manifest": seal.manifest_hash}
        record(actor, "quizzes.exam.seal", "quiz", f"{course.slug}/{quiz.slug}", details=details)
        return _view(seal, newest=True)


def seal_if_needed(actor: Actor, quiz_id: int) -> SealView | None:
    """Seal an examination whose rules no seal holds for; None if there is nothing to do, or it is too late.

    Raises:
        Conflict: its pool cannot fill the blueprint.
    """
    quiz = get_quiz(quiz_id)
    rules = quiz.rules
    if not rules.examination or rules.opens is None or clock.now() >= rules.opens:
        return None
    return None if holding_seal(quiz) is not None else seal_exam(actor, quiz_id)


def tend_examinations() -> dict[str, int]:
    """What has to happen to examinations without anybody asking, every few minutes.

    An examination that opens within a day and that nobody has sealed is sealed, if its pool allows; the seeds
    of those that are over are revealed. Returns the numbers of ``sealed`` and ``revealed``.
    """
    now, sealed = clock.now(), 0
    settings = db.session.execute(
        select(Quiz.id, QuizVersion.settings)
        .join(QuizVersion, (QuizVersion.quiz_id == Quiz.id) & (QuizVersion.number == Quiz.current_number))
        .where(Quiz.state == ACTIVE)
    ).all()
    for quiz_id, rules in settings:
        opens = rules["window"]["opens"] if rules.get("examination") else None
        if opens and now < datetime.fromisoformat(opens) <= now + SEALED_AHEAD:
            try:
                sealed += seal_if_needed(Actor.system(), quiz_id) is not None
            except Conflict as refusal:
                log.warning("examination %s cannot be sealed: %s", quiz_id, refusal.message)
    return {"sealed": sealed, "revealed": reveal_seeds()}


def reveal_seeds() -> int:
    """Reveal the seeds of examinations that are over: closed, and nobody is sitting any more; how many.

    Only seals that papers were, or could have been, drawn from are revealed; one that was replaced before
    the opening stays secret.
    """
    revealed, now = 0, clock.now()
    with unit_of_work() as work:
        rows = work.session.execute(
            select(ExamSeal, QuizVersion.settings)
            .join(Quiz, Quiz.id == ExamSeal.quiz_id)
            .join(QuizVersion, (QuizVersion.quiz_id == Quiz.id) & (QuizVersion.number == Quiz.current_number))
            .where(ExamSeal.revealed_at.is_(None), ExamSeal.opens < now)
            .order_by(ExamSeal.id)
        ).all()
        for seal, settings in rows:
            rules = QuizRules.from_settings(settings)
            if _was_replaced(work.session, seal) or not _is_over(work.session, seal, rules, now):
                continue
            seal.revealed_at = now
            record(
                Actor.system(), "quizzes.exam.reveal", "exam_seal", seal.id, details={"quiz": seal.quiz_id}
            )
            revealed += 1
    return revealed


def _is_over(session: Any, seal: ExamSeal, rules: QuizRules, now: datetime) -> bool:
    still_closes = rules.opens == seal.opens and rules.closes is not None
    own = session.scalar(select(func.max(Accommodation.closes)).where(Accommodation.quiz_id == seal.quiz_id))
    last = max((end for end in (rules.closes if still_closes else None, own) if end), default=None)
    if last is not None and now <= last + rules.grace + REVEAL_DELAY:
        return False
    sitting = session.scalar(
        select(func.count())
        .select_from(Attempt)
        .join(AttemptPaper, AttemptPaper.attempt_id == Attempt.id)
        .where(AttemptPaper.seal_id == seal.id, Attempt.state == OPEN)
    )
    return not sitting


def _was_replaced(session: Any, seal: ExamSeal) -> bool:
    """Whether another seal took its place before the opening that it was made for."""
    return bool(
        session.scalar(
            select(ExamSeal.id)
            .where(ExamSeal.quiz_id == seal.quiz_id, ExamSeal.number > seal.number)
            .where(ExamSeal.sealed_at < seal.opens)
            .limit(1)
        )
    )


def _blueprint(rules: QuizRules) -> dict[str, Any]:
    return blueprint_of(rules.draw, shuffle_items=rules.shuffle_items, shuffle_options=rules.shuffle_options)


def _seal(session: Any, actor: Actor, quiz: QuizRow, course: str) -> ExamSeal:
    items = [
        _sealed(item)
        for item in pool_cards(quiz.course_id)
        if item.review == APPROVED and any(rule.admits(item) for rule in quiz.rules.draw)
    ]
    try:
        draw(quiz.rules.draw, 1, items)
    except PoolTooSmall as fault:
        raise Conflict(
            _l(
                "Line %(line)s of the blueprint draws %(wanted)s questions, of the approved ones %(found)s are left for it.",
                line=fault.rule + 1,
                wanted=fault.wanted,
                found=fault.found,
            ),
            rule="exam.pool",
            next_step=_l("Have more questions approved, or draw fewer."),
        ) from fault
    manifest = manifest_of(f"{course}/{quiz.slug}", _blueprint(quiz.rules), items)
    salt, seed = new_secret(), new_secret()
    last = session.scalar(select(func.max(ExamSeal.number)).where(ExamSeal.quiz_id == quiz.id)) or 0
    seal = ExamSeal(
        quiz_id=quiz.id,
        number=last + 1,
        opens=quiz.rules.opens,
        blueprint_hash=blueprint_hash(quiz.rules),
        seed=seed,
        salt=salt,
        commitment=commitment(salt, seed),
        manifest=manifest,
        manifest_hash=hash_of(manifest),
        sealed_at=clock.now(),
        sealed_by_id=actor.account_id,
    )
    session.add(seal)
    session.flush()
    return seal


def _sealed(item: PoolCard) -> SealedItem:
    return SealedItem(
        version_id=item.version_id,
        key=item.key,
        version=item.number,
        hash=item.hash,
        kind=item.kind,
        outcome=item.outcome,
        lesson=item.lesson,
        difficulty=item.difficulty,
        use_lesson=item.use_lesson,
        by_hand=item.by_hand,
    )


def _view(seal: ExamSeal, *, newest: bool) -> SealView:
    is_revealed = seal.revealed_at is not None
    state = "revealed" if is_revealed else "holds" if newest else "replaced"
    return SealView(
        id=seal.id,
        number=seal.number,
        opens=seal.opens,
        commitment=seal.commitment,
        manifest_hash=seal.manifest_hash,
        sealed_at=seal.sealed_at,
        revealed_at=seal.revealed_at,
        state=state,
        items=len(items_in(seal.manifest)),
        salt=seal.salt if is_revealed else None,
        seed=seal.seed if is_revealed else None,
        manifest=seal.manifest if is_revealed else None,
    )
