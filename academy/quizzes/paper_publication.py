"""What everybody may know of an examination's seals, and the data with which anybody checks them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.questions.models import Item, ItemVersion
from academy.quizzes.models import OPEN, Attempt, AttemptItem, AttemptPaper
from academy.quizzes.paper_proof import FORMAT, identity
from academy.quizzes.paper_sealing import SealView, seals_of
from academy.quizzes.queries import get_visible_quiz
from academy.quizzes.views import QuizRow

__all__ = ["Proof", "proof_data", "proof_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The seals of a quiz, the newest first; none if it is, and was, no examination."""

    quiz: QuizRow
    course: CourseView
    seals: tuple[SealView, ...]

    @property
    def is_revealed(self) -> bool:
        return any(seal.state == "revealed" for seal in self.seals)


def proof_of(actor: Actor, quiz_id: int) -> Proof:
    """What is published of a quiz's seals.

    Raises:
        NotFound: there is no such quiz for the actor.
    """
    quiz, course = get_visible_quiz(actor, quiz_id)
    return Proof(quiz=quiz, course=course, seals=tuple(seals_of(quiz_id)))


def proof_data(actor: Actor, quiz_id: int) -> dict[str, Any]:
    """All that is needed to check the examinations of a quiz that are over.

    It has keys and hashes of questions, not their words, and numbers of attempts, not the names of people. Seeds
    of attempts are texts: a number in JSON may lose digits.

    Raises:
        NotFound: there is no such quiz for the actor, or nothing is revealed yet.
    """
    proof = proof_of(actor, quiz_id)
    revealed = [seal for seal in proof.seals if seal.state == "revealed"]
    if not revealed:
        raise NotFound(
            _l("Nothing has been revealed yet."),
            rule="exam.secret",
            next_step=_l("The seed and the pool are published when the examination is over."),
        )
    attempts = _attempts([seal.id for seal in revealed])
    return {
        "format": FORMAT,
        "quiz": f"{proof.course.slug}/{proof.quiz.slug}",
        "examinations": [
            {
                "number": seal.number,
                "opens": seal.opens.isoformat(),
                "sealed_at": seal.sealed_at.isoformat(),
                "revealed_at": seal.revealed_at.isoformat() if seal.revealed_at else None,
                "commitment": seal.commitment,
                "salt": seal.salt,
                "seed": seal.seed,
                "manifest_hash": seal.manifest_hash,
                "manifest": seal.manifest,
                "attempts": attempts.get(seal.id, []),
            }
            for seal in revealed
        ],
    }


def _attempts(seal_ids: list[int]) -> dict[int, list[Mapping[str, Any]]]:
    """The papers that were drawn from each seal, in the order of their identities; two queries."""
    slots: dict[int, list[dict[str, Any]]] = {}
    drawn = (
        select(AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.weight, Item.key, ItemVersion.hash)
        .join(AttemptPaper, AttemptPaper.attempt_id == AttemptItem.attempt_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(AttemptPaper.seal_id.in_(seal_ids))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    )
    for row in db.session.execute(drawn):
        weight = format(row.weight.normalize(), "f")
        slots.setdefault(row.attempt_id, []).append({"key": row.key, "hash": row.hash, "weight": weight})
    found: dict[int, list[Mapping[str, Any]]] = {}
    attempts = (
        select(Attempt, AttemptPaper)
        .join(AttemptPaper, AttemptPaper.attempt_id == Attempt.id)
        .where(AttemptPaper.seal_id.in_(seal_ids), Attempt.state != OPEN)
        .order_by(Attempt.enrollment_id, Attempt.number)
    )
    for attempt, paper in db.session.execute(attempts):
        found.setdefault(paper.seal_id, []).append(
            {
                "identity": identity(attempt.quiz_id, attempt.enrollment_id, attempt.number),
                "seed": str(attempt.seed),
                "seen": list(paper.seen),
                "slots": slots.get(attempt.id, []),
            }
        )
    return found
