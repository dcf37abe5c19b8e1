"""The paper of a new attempt: its seed, what its learner has met before, and its slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from academy.enrollment.models import Enrollment
from academy.kernel import chance
from academy.kernel.db import Prepared
from academy.kernel.i18n import _l
from academy.questions.models import Item, ItemVersion
from academy.questions.queries import get_item_versions, pool, present_item
from academy.quizzes.errors import CannotStart
from academy.quizzes.models import Attempt, AttemptItem, AttemptPaper, ExamSeal, Quiz
from academy.quizzes.paper import Candidate, PoolTooSmall, Slot, draw
from academy.quizzes.paper_proof import ATTEMPT, derived_seed, hash_of, identity, items_in
from academy.quizzes.paper_sealing import holding_seal
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import QuizRow, shown_seed

__all__ = ["DrawnPaper", "draw_paper", "keep_paper", "keys_seen", "shown_hashes"]

SEED_BITS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPaper:
    """A paper before its attempt is stored; ``shown`` has the hashes by slot, for examinations only."""

    seed: int
    slots: tuple[Slot, ...]
    seen: tuple[str, ...]
    seal_id: int | None = None
    shown: Mapping[str, str] | None = None


def draw_paper(quiz: QuizRow, run: Enrollment, *, number: int, lang: str) -> DrawnPaper:
    """Draw the paper of a run's attempt ``number``.

    The seed of an examination follows from its secret and from whose attempt it is, any other is random.

    Raises:
        CannotStart: an examination is not sealed, or the pool is too small for the blueprint.
    """
    rules = quiz.rules
    if not rules.examination:
        candidates: Sequence[Candidate] = pool(quiz.course_id)
        seed, seen = chance.randbits(SEED_BITS), _met(run, candidates)
        return DrawnPaper(seed=seed, slots=_slots(rules, seed, candidates, seen), seen=seen)
    seal = holding_seal(quiz)
    if seal is None:
        raise _not_sealed()
    candidates = items_in(seal.manifest)
    seed, seen = seed_of(seal, quiz.id, run.id, number), _met(run, candidates)
    slots = _slots(rules, seed, candidates, seen)
    shown = shown_hashes(rules, seed, [(slot.number, slot.version_id) for slot in slots], lang)
    return DrawnPaper(seed=seed, slots=slots, seen=seen, seal_id=seal.id, shown=shown)


def keep_paper(session: Any, attempt_id: int, paper: DrawnPaper) -> None:
    """Store the slots of an attempt, and what is needed to draw them again."""
    session.add_all(
        AttemptItem(
            attempt_id=attempt_id,
            slot=slot.number,
            item_version_id=slot.version_id,
            weight=slot.weight,
            penalty=slot.penalty,
        )
        for slot in paper.slots
    )
    if paper.seal_id is not None or paper.seen:
        session.add(
            AttemptPaper(
                attempt_id=attempt_id,
                seal_id=paper.seal_id,
                seen=list(paper.seen),
                shown=dict(paper.shown or {}),
            )
        )
    session.flush()


def seed_of(seal: ExamSeal, quiz_id: int, enrollment_id: int, number: int) -> int:
    """The seed of an attempt at a sealed examination."""
    return derived_seed(seal.seed, ATTEMPT, identity(quiz_id, enrollment_id, number))


def keys_seen(person_id: int, course_id: int, before: int | None = None) -> set[str]:
    """Keys of the items of a course that were on a paper of a person; ``before``: only on those of earlier attempts."""
    rows = _SEEN(person_id=person_id, course_id=course_id)
    return {row.key for row in rows if before is None or row.attempt_id < before}


_SEEN = Prepared(
    select(Item.key, Attempt.id.label("attempt_id"))
    .distinct()
    .join(ItemVersion, ItemVersion.item_id == Item.id)
    .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .where(Attempt.person_id == bindparam("person_id"), Quiz.course_id == bindparam("course_id"))
)


def shown_hashes(rules: QuizRules, seed: int, slots: Iterable[tuple[int, int]], lang: str) -> dict[str, str]:
    """Slot → hash of what a learner is shown there, options in their order.

    Args:
        slots: pairs of the slot's number and the version that was drawn.
    """
    pairs = list(slots)
    versions = get_item_versions(version_id for _slot, version_id in pairs)
    return {
        str(slot): hash_of(
            present_item(versions[version_id], shown_seed(rules, seed, slot, versions[version_id].kind), lang)
        )
        for slot, version_id in pairs
    }


def _met(run: Enrollment, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    seen = keys_seen(run.person_id, run.course_id)
    return tuple(sorted(item.key for item in candidates if item.key in seen)) if seen else ()


def _slots(
    rules: QuizRules, seed: int, candidates: Sequence[Candidate], seen: Iterable[str]
) -> tuple[Slot, ...]:
    try:
        return draw(rules.draw, seed, candidates, shuffle_items=rules.shuffle_items, seen=tuple(seen))
    except PoolTooSmall as fault:
        raise CannotStart(
            _l(
                "The quiz asks for %(wanted)s questions of a kind of which there are %(found)s.",
                wanted=fault.wanted,
                found=fault.found,
            ),
            rule="quiz.pool",
            next_step=_l("Tell your instructor: the quiz cannot be sat until questions are added."),
        ) from fault


def _not_sealed() -> CannotStart:
    return CannotStart(
        _l("This examination cannot be sat: its questions were not fixed before it opened."),
        rule="exam.sealed",
        next_step=_l("Tell your instructor: a new opening time has to be set."),
    )
