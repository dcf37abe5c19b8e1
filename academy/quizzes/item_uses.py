"""Which quizzes can draw an item, and where it has been drawn."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from academy.catalog.queries import find_course_by_id
from academy.kernel.db import db
from academy.kernel.i18n import _l, localized
from academy.questions.models import ItemVersion
from academy.questions.queries import ItemRow, pool
from academy.questions.uses import ItemUse
from academy.quizzes.models import AttemptItem, ExamSeal, PaperBatch, Quiz
from academy.quizzes.paper_proof import items_in
from academy.quizzes.paper_supply import supply_of
from academy.quizzes.queries import quizzes_of_course

__all__ = ["uses_in_quizzes"]


def uses_in_quizzes(item: ItemRow) -> Iterator[ItemUse]:
    """The lines of blueprints that admit an item, seals that hold it, and what was drawn."""
    yield from _lines(item)
    yield from _sealed(item)
    yield from _drawn(item)


def _lines(item: ItemRow) -> Iterator[ItemUse]:
    course, items = find_course_by_id(item.course_id), pool(item.course_id)
    mine = next((one for one in items if one.item_id == item.item_id), None)
    if course is None or mine is None:
        return
    for quiz in quizzes_of_course(item.course_id):
        lines = [index for index, rule in enumerate(quiz.rules.draw) if rule.admits(mine)]
        if not lines:
            continue
        left = supply_of(quiz.rules.draw, [one for one in items if one is not mine])
        short = [index + 1 for index in lines if left[index].filled < left[index].wanted]
        numbers = ", ".join(str(index + 1) for index in lines)
        yield ItemUse(
            text=_l("Quiz “%(title)s”, line %(lines)s", title=localized(quiz.title), lines=numbers),
            breaks=_l(
                "Line %(lines)s can no longer be filled: nobody can start the quiz.",
                lines=", ".join(map(str, short)),
            )
            if short
            else "",
            endpoint="quizzes.show_papers",
            values={"course": course.slug, "slug": quiz.slug},
        )


def _sealed(item: ItemRow) -> Iterator[ItemUse]:
    seals = db.session.scalars(
        select(ExamSeal)
        .join(Quiz, Quiz.id == ExamSeal.quiz_id)
        .where(Quiz.course_id == item.course_id, ExamSeal.revealed_at.is_(None))
    )
    count = sum(any(one.key == item.key for one in items_in(seal.manifest)) for seal in seals)
    if count:
        yield ItemUse(
            text=_l(
                "Sealed examinations: %(n)s. They keep the version that was sealed, whatever happens here.",
                n=count,
            )
        )


def _drawn(item: ItemRow) -> Iterator[ItemUse]:
    versions = select(ItemVersion.id).where(ItemVersion.item_id == item.item_id)
    attempts = db.session.scalar(
        select(func.count(func.distinct(AttemptItem.attempt_id))).where(
            AttemptItem.item_version_id.in_(versions)
        )
    )
    if attempts:
        yield ItemUse(text=_l("Drawn in %(n)s attempts, whose results stay.", n=attempts))
    ids = set(db.session.scalars(versions))
    batches = db.session.scalars(
        select(PaperBatch).join(Quiz, Quiz.id == PaperBatch.quiz_id).where(Quiz.course_id == item.course_id)
    )
    papers = sum(
        any(version_id in ids for version_id, _weight in paper["slots"])
        for batch in batches
        for paper in batch.papers.values()
    )
    if papers:
        yield ItemUse(text=_l("On %(n)s printed papers.", n=papers))
