"""Proposing a regrade, and finding out what it would change in every attempt before anybody decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select

from academy.audit.services import record
from academy.catalog.queries import get_course
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.models import Item, ItemVersion
from academy.questions.queries import VersionRow, find_item, get_item_version
from academy.quizzes.closing import grade_as_json
from academy.quizzes.graded_papers import GradedPaper, graded_papers
from academy.quizzes.models import OPEN, Attempt, AttemptItem
from academy.quizzes.services import NewGrade, change_of
from academy.regrading.deciding_grades import (
    CHANGED,
    LAST_ITEM,
    NO_WEIGHT,
    LeftAlone,
    Rule,
    as_json,
    from_json,
    new_as_json,
    new_grade,
)
from academy.regrading.documents import documents_of
from academy.regrading.errors import RegradeNotFound, WrongState
from academy.regrading.models import Regrade, RegradeLine
from academy.regrading.policies import can_propose
from academy.regrading.queries import get_regrade
from academy.regrading.states import (
    ACCEPT,
    APPLIED,
    APPROVED,
    DONE,
    DRAFTED,
    FULL,
    LEFT,
    PLANNED,
    PREPARING,
    PROPOSED,
    REVERSE,
    VERSION,
    VOID,
)

__all__ = ["prepare_regrade", "propose", "propose_reversal"]

MAX_REASON = 1000
PIECE = 200
ACCEPTED_KINDS = ("single",)

Report = Callable[[int, int], None]


def propose(
    actor: Actor,
    course_slug: str,
    key: str,
    *,
    action: str,
    from_number: int,
    to_number: int | None = None,
    option: str = "",
    reason: str,
) -> int:
    """Begin a regrade of all closed attempts that are graded by a version of an item; a job finds what it changes.

    Args:
        action: ``version``: by version ``to_number``; ``full``: full points for all; ``void``: out of the mark for
            all; ``accept``: ``option`` (the author's id, single choice) is right too.
        reason: for the record, and for the learners.

    Returns:
        The id of the regrade.

    Raises:
        NotFound: no such course or item.
        Forbidden: the actor may not propose it.
        Invalid: a field is missing or does not fit; ``errors`` by field.
        Conflict: another regrade of the item has not come to its end.
    """
    with unit_of_work() as work:
        course = get_course(actor, course_slug)
        require(actor, can_propose, course)
        item = find_item(course.id, key)
        if item is None:
            raise Invalid(_l("There is no such question."), errors={"key": [_l("There is no such question.")]})
        reason = _checked_reason(reason)
        origin = _version(item.item_id, from_number)
        target = _version(item.item_id, to_number) if to_number else None
        _check(action, origin, target, option)
        _refuse_second(item.item_id)
        new = Regrade(
            course_id=course.id,
            item_id=item.item_id,
            action=action,
            from_version_id=origin.id,
            to_version_id=target.id if target and action == VERSION else None,
            option=option if action == ACCEPT else "",
            reason=reason,
            proposed_by=actor.account_id,
            proposer_id=actor.person_id,
        )
        return _begin(work, actor, new)


def propose_reversal(actor: Actor, regrade_id: int, *, reason: str) -> int:
    """Begin the reversal of a regrade that was carried out: what it changed becomes what it was.

    Raises:
        NotFound, Forbidden, Invalid: as for :func:`propose`.
        WrongState: it was not carried out, or is reversed already.
        Conflict: another regrade of the item has not come to its end.
    """
    with unit_of_work() as work:
        before = get_regrade(actor, regrade_id)
        require(actor, can_propose, before.course)
        reason = _checked_reason(reason)
        if before.state != DONE or before.reversed_by is not None:
            raise WrongState(_l("Only a regrade that was carried out, and not reversed, can be reversed."))
        _refuse_second(before.item_id)
        new = Regrade(
            course_id=before.course.id,
            item_id=before.item_id,
            action=REVERSE,
            reverses_id=regrade_id,
            reason=reason,
            proposed_by=actor.account_id,
            proposer_id=actor.person_id,
        )
        return _begin(work, actor, new)


def prepare_regrade(regrade_id: int, report: Report | None = None) -> int:
    """Find out what a regrade would change; done again from the start if it broke off. The number of lines.

    Attempts that close later, and those still being sat, are not in it.
    """
    regrade = db.session.get(Regrade, regrade_id)
    if regrade is None:
        raise RegradeNotFound()
    if regrade.state != PREPARING:
        return 0
    with unit_of_work() as work:
        work.session.execute(delete(RegradeLine).where(RegradeLine.regrade_id == regrade_id))
    # plain values: each piece below is a transaction of its own
    plan = _reversal(regrade.reverses_id) if regrade.action == REVERSE else _by_rule(regrade)
    lines = 0
    for start in range(0, len(plan), PIECE):
        if report is not None:
            report(start, len(plan))
        piece = plan[start : start + PIECE]
        papers = graded_papers([place for place, _make in piece])
        made = [line for place, make in piece if (line := make(regrade_id, papers[place])) is not None]
        _name_documents(made)
        with unit_of_work() as work:
            work.session.add_all(made)
        lines += len(made)
    with unit_of_work() as work:
        held = work.session.get(Regrade, regrade_id, with_for_update=True, populate_existing=True)
        if held.state == PREPARING:
            held.state, held.examined = DRAFTED, len(plan)
    return lines


Make = Callable[[int, GradedPaper], RegradeLine | None]
Plan = Sequence[tuple[tuple[int, int], Make]]
"""Attempt and slot of every answer that is examined, and what makes its line; None if nothing would be changed."""


def _by_rule(regrade: Regrade) -> Plan:
    """Each closed attempt whose answer is graded by the version in question."""
    target = get_item_version(regrade.to_version_id) if regrade.to_version_id else None
    rule = Rule(action=regrade.action, target=target, option=regrade.option)
    graded_by = func.coalesce(AttemptItem.graded_version_id, AttemptItem.item_version_id)
    rows = db.session.execute(
        select(AttemptItem.attempt_id, AttemptItem.slot)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .where(
            ItemVersion.item_id == regrade.item_id,
            graded_by == regrade.from_version_id,
            Attempt.state != OPEN,
        )
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    ).all()
    make = partial(_line, rule)
    return [((row.attempt_id, row.slot), make) for row in rows]


def _reversal(reverses_id: int) -> Plan:
    """Each answer that the regrade changed."""
    rows = db.session.execute(
        select(RegradeLine.attempt_id, RegradeLine.slot, RegradeLine.before, RegradeLine.after)
        .where(RegradeLine.regrade_id == reverses_id, RegradeLine.state == APPLIED)
        .order_by(RegradeLine.attempt_id, RegradeLine.slot)
    ).all()
    return [((row.attempt_id, row.slot), partial(_restoring_line, row.before, row.after)) for row in rows]


def _line(rule: Rule, regrade_id: int, paper: GradedPaper) -> RegradeLine | None:
    try:
        return _planned(regrade_id, paper, new_grade(rule, paper.slot))
    except LeftAlone as left:
        return _left(regrade_id, paper, left.problem)


def _restoring_line(
    before: dict[str, Any], after: dict[str, Any], regrade_id: int, paper: GradedPaper
) -> RegradeLine | None:
    if as_json(paper.slot) != after:
        return _left(regrade_id, paper, CHANGED)
    return _planned(regrade_id, paper, from_json(before))


def _planned(regrade_id: int, paper: GradedPaper, new: NewGrade) -> RegradeLine | None:
    """What would be done to an attempt; None if nothing."""
    slot = paper.slot
    try:
        change = change_of(paper, new)
    except Conflict as refusal:
        if refusal.rule != NO_WEIGHT:
            raise
        return _left(regrade_id, paper, LAST_ITEM)
    if not change.scores:
        return None
    before, after = change.scores[slot.slot]
    return RegradeLine(
        regrade_id=regrade_id,
        attempt_id=paper.attempt.id,
        slot=slot.slot,
        person_id=paper.attempt.person_id,
        state=PLANNED,
        before=as_json(slot),
        after=new_as_json(slot, new, grade_as_json(new.grade)),
        score_before=before,
        score_after=after,
        mark_before=change.mark_before,
        mark_after=change.mark_after,
        passed_before=change.passed_before,
        passed_after=change.passed_after,
        documents=[],
    )


def _left(regrade_id: int, paper: GradedPaper, problem: str) -> RegradeLine:
    item, attempt = paper.slot, paper.attempt
    return RegradeLine(
        regrade_id=regrade_id,
        attempt_id=attempt.id,
        slot=item.slot,
        person_id=attempt.person_id,
        state=LEFT,
        problem=problem,
        before=as_json(item),
        after=None,
        score_before=item.score,
        score_after=item.score,
        mark_before=attempt.mark,
        mark_after=attempt.mark,
        passed_before=attempt.passed,
        passed_after=attempt.passed,
        documents=[],
    )


def _name_documents(lines: Iterable[RegradeLine]) -> None:
    changed = {line.attempt_id: line for line in lines if line.mark_before != line.mark_after}
    runs = dict(
        db.session.execute(select(Attempt.id, Attempt.enrollment_id).where(Attempt.id.in_(changed))).all()
    )
    issued = documents_of(set(runs.values()))
    for attempt_id, line in changed.items():
        line.documents = list(issued.get(runs[attempt_id], []))


# --- what may be asked for ------------------------------------------------------------------------


def _begin(work: UnitOfWork, actor: Actor, new: Regrade) -> int:
    new.created_at = clock.now()
    work.session.add(new)
    work.session.flush()
    job = work.enqueue(
        "regrading.prepare", key=f"regrading.prepare:{new.id}", owner=actor.account_id, regrade_id=new.id
    )
    new.job_id = job.id
    record(
        actor,
        "regrade.create",
        "regrade",
        new.id,
        details={"action": new.action, "item": new.item_id, "reverses": new.reverses_id, "reason": new.reason},
    )
    return new.id


def _checked_reason(reason: str) -> str:
    text = clean(reason, multiline=True)
    if not text:
        raise Invalid(
            _l("Say why."), errors={"reason": [_l("Give a reason: learners whose marks change will read it.")]}
        )
    if len(text) > MAX_REASON:
        raise Invalid(
            _l("The reason is too long."), errors={"reason": [_l("At most %(most)s characters.", most=MAX_REASON)]}
        )
    return text


def _version(item_id: int, number: int | None) -> VersionRow:
    found = db.session.scalar(
        select(ItemVersion.id).where(ItemVersion.item_id == item_id, ItemVersion.number == number)
    )
    if found is None:
        message = _l("This question has no version %(n)s.", n=number or 0)
        raise Invalid(message, errors={"from_number": [message]})
    return get_item_version(found)


def _check(action: str, origin: VersionRow, target: VersionRow | None, option: str) -> None:
    if action not in (VERSION, FULL, VOID, ACCEPT):
        raise _refused("action", _l("Choose what shall be done."))
    if action == VERSION:
        if target is None or target.id == origin.id:
            raise _refused("to_number", _l("Choose another version of the question to grade by."))
        if target.kind != origin.kind:
            raise _refused("to_number", _l("That version is a question of another kind; its key cannot grade these answers."))
    if action == ACCEPT:
        if origin.kind not in ACCEPTED_KINDS:
            raise _refused(
                "option", _l("Only options of single choice can be accepted too. Correct the question and grade by its new version.")
            )
        if option not in {one["id"] for one in origin.spec["options"]}:
            raise _refused("option", _l("Choose the option that is accepted too."))


def _refused(field: str, message: Any) -> Invalid:
    return Invalid(_l("Please correct the fields named below."), errors={field: [message]})


def _refuse_second(item_id: int) -> None:
    """Two regrades of an item at once would each plan from what the other is about to change."""
    # held until the proposal stands, so that of two at the same moment one sees the other
    db.session.execute(select(Item.id).where(Item.id == item_id).with_for_update(key_share=True))
    waiting = db.session.scalar(
        select(Regrade.id)
        .where(Regrade.item_id == item_id, Regrade.state.in_((PREPARING, DRAFTED, PROPOSED, APPROVED)))
        .limit(1)
    )
    if waiting is not None:
        raise Conflict(
            _l("Another regrade of this question has not come to its end."),
            rule="regrade.second",
            next_step=_l("Decide on it or withdraw it first: regrade %(n)s.", n=waiting),
        )
