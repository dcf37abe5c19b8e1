"""Drawing the papers of an examination again, and comparing them with what was stored when they were sat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from academy.kernel.db import db
from academy.kernel.errors import Conflict, NotFound
from academy.kernel.i18n import _l
from academy.questions.models import Item, ItemVersion
from academy.questions.services import digest_of
from academy.quizzes.models import (
    Attempt,
    AttemptItem,
    AttemptPaper,
    ExamSeal,
    GradeChange,
    PaperBatch,
    Quiz,
    QuizVersion,
)
from academy.quizzes.paper import PoolTooSmall, Slot, draw
from academy.quizzes.paper_drawing import keys_seen, seed_of, shown_hashes
from academy.quizzes.paper_proof import (
    VARIANT,
    SealedItem,
    commitment,
    derived_seed,
    hash_of,
    identity,
    items_in,
    rules_in,
)
from academy.quizzes.rules import QuizRules

__all__ = ["PaperReport", "verify_papers"]

PORTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReport:
    """One thing that was drawn again: ``name`` says which, ``differences`` what is not as it was stored.

    The differences are in English, for the command and the journal; none means it is proven.
    """

    name: str
    slots: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A seal, unpacked once for all its papers."""

    seal: ExamSeal
    items: tuple[SealedItem, ...]

    @property
    def keys(self) -> dict[int, str]:
        return {item.version_id: item.key for item in self.items}


def verify_papers(quiz_id: int, attempt_id: int | None = None) -> Iterator[PaperReport]:
    """Draw again what was drawn for a quiz: its seals first, then every attempt, then printed variants.

    Args:
        attempt_id: only this attempt, with its seal.

    Raises:
        NotFound: the quiz has no such attempt.
        Conflict: nothing can be proven: the quiz, or the attempt, is no sealed examination.
    """
    statement = (
        select(Attempt, AttemptPaper, QuizVersion.settings)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .outerjoin(AttemptPaper, AttemptPaper.attempt_id == Attempt.id)
        .where(Attempt.quiz_id == quiz_id)
        .order_by(Attempt.id)
    )
    if attempt_id is not None:
        statement = statement.where(Attempt.id == attempt_id)
    rows = db.session.execute(statement).all()
    if attempt_id is not None and not rows:
        raise NotFound(_l("The quiz has no such attempt."))
    sealed = {seal.id: _Sealed(seal, tuple(items_in(seal.manifest))) for seal in _seals(quiz_id)}
    rows = [row for row in rows if row.AttemptPaper is not None and row.AttemptPaper.seal_id in sealed]
    used = {row.AttemptPaper.seal_id for row in rows}
    wanted = [one for seal_id, one in sealed.items() if attempt_id is None or seal_id in used]
    if not wanted or (attempt_id is not None and not rows):
        raise Conflict(
            _l("Nothing can be proven: the papers were not drawn as those of an examination."),
            rule="exam.mode",
            next_step=_l("Papers of other quizzes are drawn by chance from the pool of the moment."),
        )
    for one in wanted:
        yield _verified_seal(one)
    for start in range(0, len(rows), PORTION):
        yield from _verified_attempts(rows[start : start + PORTION], sealed)
    if attempt_id is None:
        yield from _verified_variants(quiz_id, sealed)


def _seals(quiz_id: int) -> Sequence[ExamSeal]:
    return db.session.scalars(
        select(ExamSeal).where(ExamSeal.quiz_id == quiz_id).order_by(ExamSeal.number)
    ).all()


def _verified_seal(one: _Sealed) -> PaperReport:
    seal, found = one.seal, []
    if commitment(seal.salt, seal.seed) != seal.commitment:
        found.append("the seed is not the one whose hash was published")
    if hash_of(seal.manifest) != seal.manifest_hash:
        found.append("the pool is not the one whose hash was published")
    versions = {
        row.id: row
        for row in db.session.execute(
            select(ItemVersion.id, ItemVersion.kind, ItemVersion.outcome, ItemVersion.spec, Item.key)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.id.in_([item.version_id for item in one.items]))
        )
    }
    for item in one.items:
        row = versions.get(item.version_id)
        if row is None:
            found.append(f"question {item.key}: version {item.version} is gone")
        elif row.key != item.key or digest_of(row.kind, row.outcome, row.spec) != item.hash:
            found.append(
                f"question {item.key}: version {item.version} asks something else than when it was fixed"
            )
    return PaperReport(name=f"seal {seal.number}", slots=len(one.items), differences=tuple(found))


def _verified_attempts(rows: Sequence[Any], sealed: Mapping[int, _Sealed]) -> Iterator[PaperReport]:
    attempts = [row.Attempt.id for row in rows]
    stored: dict[int, list[Slot]] = {}
    drawn = _weights_drawn(attempts)
    for item in db.session.scalars(
        select(AttemptItem)
        .where(AttemptItem.attempt_id.in_(attempts))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
        .execution_options(populate_existing=True)
    ):
        slot = Slot(
            number=item.slot,
            version_id=item.item_version_id,
            weight=drawn.get((item.attempt_id, item.slot), item.weight),
            penalty=item.penalty,
        )
        stored.setdefault(item.attempt_id, []).append(slot)
    for attempt, paper, settings in rows:
        rules, one, slots = (
            QuizRules.from_settings(settings),
            sealed[paper.seal_id],
            stored.get(attempt.id, []),
        )
        yield PaperReport(
            name=f"attempt {attempt.id} ({identity(attempt.quiz_id, attempt.enrollment_id, attempt.number)})",
            slots=len(slots),
            differences=tuple(_attempt_differences(attempt, paper, rules, one, slots)),
        )


def _weights_drawn(attempts: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """Attempt and slot → the weight on the paper, where a later decision gave the item another."""
    changes = db.session.execute(
        select(GradeChange.attempt_id, GradeChange.slot, GradeChange.weight_before)
        .where(GradeChange.attempt_id.in_(attempts), GradeChange.weight_before.is_not(None))
        .order_by(GradeChange.batch.desc())
    )
    return {(change.attempt_id, change.slot): change.weight_before for change in changes}


def _attempt_differences(
    attempt: Attempt, paper: AttemptPaper, rules: QuizRules, one: _Sealed, slots: Sequence[Slot]
) -> Iterator[str]:
    seed = seed_of(one.seal, attempt.quiz_id, attempt.enrollment_id, attempt.number)
    if attempt.seed != seed:
        yield f"the seed is {attempt.seed}, it should be {seed}"
    seen = _met_before(attempt, one)
    if set(paper.seen) != seen:
        changed = ", ".join(sorted(set(paper.seen) ^ seen))
        yield f"what the learner had met before is not as stored: {changed}"
    yield from _slot_differences(one, seed, paper.seen, slots)
    again = shown_hashes(rules, seed, [(slot.number, slot.version_id) for slot in slots], attempt.lang)
    for slot in slots:
        name = str(slot.number)
        if again[name] != paper.shown.get(name):
            key = one.keys.get(slot.version_id, f"version {slot.version_id}")
            yield f"slot {name}: {key} is not shown as it was, in its words or the order of its options"


def _met_before(attempt: Attempt, one: _Sealed) -> set[str]:
    course_id = db.session.scalar(select(Quiz.course_id).where(Quiz.id == attempt.quiz_id))
    earlier = keys_seen(attempt.person_id, course_id, before=attempt.id)
    return earlier & {item.key for item in one.items}


def _slot_differences(one: _Sealed, seed: int, seen: Sequence[str], slots: Sequence[Slot]) -> Iterator[str]:
    manifest = one.seal.manifest
    try:
        again = draw(
            rules_in(manifest),
            seed,
            one.items,
            shuffle_items=manifest["blueprint"]["shuffle"]["items"],
            seen=seen,
        )
    except PoolTooSmall as fault:
        yield f"the paper cannot be drawn again: {fault}"
        return
    if len(again) != len(slots):
        yield f"the paper has {len(slots)} slots, it should have {len(again)}"
    for mine, right in zip(slots, again, strict=False):
        keys = [one.keys.get(slot.version_id, f"version {slot.version_id}") for slot in (mine, right)]
        if mine.number != right.number or mine.version_id != right.version_id:
            yield f"slot {right.number}: {keys[0]} was asked, it should be {keys[1]}"
        elif (mine.weight, mine.penalty) != (right.weight, right.penalty):
            yield (
                f"slot {right.number}: the weight is {mine.weight} and the deduction {mine.penalty}, "
                f"they should be {right.weight} and {right.penalty}"
            )


def _verified_variants(quiz_id: int, sealed: Mapping[int, _Sealed]) -> Iterator[PaperReport]:
    batches = db.session.scalars(
        select(PaperBatch).where(PaperBatch.quiz_id == quiz_id).order_by(PaperBatch.id)
    ).all()
    for batch in batches:
        one = sealed.get(batch.seal_id) if batch.seal_id is not None else None
        if one is None:
            continue
        for code, paper in sorted(batch.papers.items()):
            seed, found = derived_seed(one.seal.seed, VARIANT, code), []
            if int(paper["seed"]) != seed:
                found.append(f"the seed is {paper['seed']}, it should be {seed}")
            slots = [
                Slot(number=number, version_id=version_id, weight=Decimal(weight), penalty=Decimal(penalty))
                for number, (version_id, weight, penalty) in enumerate(paper["slots"], 1)
            ]
            found += _slot_differences(one, seed, (), slots)
            yield PaperReport(
                name=f"print {batch.id}, variant {code}", slots=len(slots), differences=tuple(found)
            )
