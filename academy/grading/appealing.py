"""Appeals (phúc khảo): asking, giving to another marker, marking again, deciding. States: :mod:`.appeal_states`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from academy.audit.services import record
from academy.grading.appeal_queries import candidates, chance_of, find_appeal, get_appeal
from academy.grading.appeal_states import ASSIGN, DECIDE, REFUSE, REMARK, RETURN, WITHDRAW, after
from academy.grading.deciding import TEN
from academy.grading.marking import Mark, score_of
from academy.grading.models import Appeal, AppealQuestion, plain
from academy.grading.policies import can_decide_appeal, can_lead_appeal, can_remark
from academy.grading.queries import find_scheme
from academy.grading.reasons import checked_reason
from academy.grading.scheme import AppealRules
from academy.grading.working_days import end_of_working_day
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Feedback, Grade
from academy.quizzes.models import APPEAL, AttemptItem
from academy.quizzes.queries import get_attempt
from academy.quizzes.results import result_of
from academy.quizzes.services import NewGrade, change_grades

__all__ = [
    "ask_appeal", "assign_appeal", "decide_appeal", "refuse_appeal", "remark_appeal", "return_appeal",
    "withdraw_appeal",
]  # fmt: skip


def ask_appeal(actor: Actor, attempt_id: int, reasons: Mapping[int, str]) -> int:
    """Ask for answers of one's own attempt to be marked again; the id of the appeal.

    Args:
        reasons: slot → why its mark is doubted.

    Raises:
        NotFound: there is no such attempt of the actor.
        Conflict: no appeal is possible (any more), or there is one.
        Invalid: no question is named, or a reason is missing; ``errors`` by ``reason.<slot>``.
    """
    with unit_of_work() as work:
        view = get_attempt(actor, attempt_id)
        if actor.person_id is None or view.attempt.person_id != actor.person_id:
            raise NotFound(_l("There is no such attempt."))
        _require_chance(actor, view)
        if not reasons:
            message = _l("Choose at least one question and say why.")
            raise Invalid(message, rule="appeal.questions", errors={"questions": [message]})
        slots = {slot.slot: slot for slot in view.slots}
        for slot in reasons:
            if slot not in slots:
                raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
        texts = _checked_reasons(reasons)
        rules = find_scheme(view.attempt.quiz_id).appeal
        now = clock.now()
        appeal = Appeal(
            attempt_id=attempt_id,
            quiz_id=view.attempt.quiz_id,
            person_id=actor.person_id,
            submitted_at=now,
            due_at=end_of_working_day(now, rules.decide_days, rules.days_off),
            mark_before=view.attempt.mark,
            earlier=[],
        )
        work.session.add(appeal)
        work.session.flush()
        work.session.add_all(
            AppealQuestion(appeal_id=appeal.id, slot=slot, reason=text, score_before=slots[slot].score)
            for slot, text in texts.items()
        )
        work.session.flush()
        _note(actor, "appeal.ask", appeal, {"slots": sorted(texts)})
        return appeal.id


def _require_chance(actor: Actor, view: Any) -> None:
    chance = chance_of(actor, view, result_of(actor, view, view.attempt.lang))
    if chance.appeal_id is not None:
        raise Conflict(_l("There is an appeal against this mark already."), rule="appeal.once")
    if chance.deadline is None:
        raise Conflict(
            _l("There is no appeal against this mark."),
            rule="appeal.none",
            next_step=_l("Ask the instructors of the course about it."),
        )
    if not chance.is_open:
        raise Conflict(_l("The time for an appeal is over."), rule="appeal.deadline")


def _checked_reasons(reasons: Mapping[int, str]) -> dict[int, str]:
    texts: dict[int, str] = {}
    errors: dict[str, Any] = {}
    for slot, reason in reasons.items():
        try:
            texts[slot] = checked_reason(reason, f"reason.{slot}")
        except Invalid as fault:
            errors |= fault.errors
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="grading.reason", errors=errors)
    return texts


def withdraw_appeal(actor: Actor, appeal_id: int) -> None:
    """Take back one's own appeal before anybody was given it.

    Raises:
        NotFound: there is none that the actor may see.
        Forbidden: it is somebody else's.
        Conflict: it is no longer possible.
    """
    with unit_of_work() as work:
        view = get_appeal(actor, appeal_id)
        if view.person_id != actor.person_id:
            raise Forbidden(_l("An appeal is withdrawn by who made it."), rule="appeal.withdraw")
        appeal = _locked(work, appeal_id)
        appeal.state = after(appeal.state, WITHDRAW)
        _note(actor, "appeal.withdraw", appeal, {})


def assign_appeal(actor: Actor, appeal_id: int, account_id: int | None) -> None:
    """Give the answers to somebody who has not marked them before.

    Raises:
        NotFound, Forbidden: the actor does not lead this appeal.
        Conflict: it is marked again, or decided.
        Invalid: that account cannot mark them; ``errors`` for ``marker``.
    """
    with unit_of_work() as work:
        view = get_appeal(actor, appeal_id)
        require(actor, can_lead_appeal, view)
        appeal = _locked(work, appeal_id)
        state = after(appeal.state, ASSIGN)
        if account_id not in {account for account, _name in candidates(view)}:
            message = _l("Choose somebody who has not marked these answers before.")
            raise Invalid(message, rule="appeal.marker", errors={"marker": [message]})
        appeal.state, appeal.marker_id = state, account_id
        _note(actor, "appeal.assign", appeal, {"marker": account_id})


def remark_appeal(actor: Actor, appeal_id: int, marks: Mapping[int, Mark]) -> None:
    """Store the second look: a mark for every question of the appeal.

    Raises:
        NotFound: the appeal was not given to the actor.
        Conflict: it is decided.
        Invalid: a mark is missing; ``errors`` by ``<slot>.level.<criterion>`` or ``<slot>.points``.
    """
    with unit_of_work() as work:
        view = find_appeal(Appeal.id == appeal_id)
        if view is None or not can_remark(actor, view):
            raise NotFound(_l("There is no such appeal."))
        appeal = _locked(work, appeal_id)
        state = after(appeal.state, REMARK)
        versions = _versions(work, appeal.attempt_id)
        errors: dict[str, Any] = {}
        for question in _questions(work, appeal_id):
            mark = marks.get(question.slot, Mark())
            try:
                question.levels, question.score = score_of(versions[question.slot], mark)
            except Invalid as fault:
                errors |= {f"{question.slot}.{name}": texts for name, texts in fault.errors.items()}
            question.comment = clean(mark.comment, multiline=True).strip()[:4000]
        if errors:
            raise Invalid(_l("Please correct the fields named below."), rule="appeal.marks", errors=errors)
        appeal.state, appeal.remarked_at = state, clock.now()
        _note(actor, "appeal.remark", appeal, {"scores": _scores(work, appeal_id)})


def decide_appeal(actor: Actor, appeal_id: int, *, reason: str) -> None:
    """Decide by the rule of the scheme: a score changes if the second look differs by its threshold or more.

    Raises:
        NotFound: there is none that the actor may see.
        Forbidden: the actor may not decide it: who marked or marks again does not.
        Conflict: it is not marked again yet, or decided.
        Invalid: no reason.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        view = get_appeal(actor, appeal_id)
        require(actor, can_decide_appeal, view)
        appeal = _locked(work, appeal_id)
        state = after(appeal.state, DECIDE)
        rules = find_scheme(appeal.quiz_id).appeal
        current = get_attempt(Actor.system(), appeal.attempt_id)
        if current.attempt.mark is None:  # graded anew since, and not finished
            raise Conflict(_l("This attempt has no mark yet that could be changed."), rule="grading.no_mark")
        grades: dict[int, NewGrade] = {}
        for question in _questions(work, appeal_id):
            # what a change or a new grading has made of it since counts, not what stood when it was asked
            question.score_before = current.slot(question.slot).score
            question.score_after = by_rule(question.score_before, question.score, rules)
            if question.score_after != question.score_before:
                grades[question.slot] = _grade(question)
        appeal.mark_before = current.attempt.mark
        change = change_grades(actor, appeal.attempt_id, grades, source=APPEAL, reason=reason)
        appeal.mark_after = change.mark_after
        appeal.outcome = outcome_of(appeal.mark_before, appeal.mark_after)
        appeal.decided_by, appeal.decided_at, appeal.note = actor.account_id, clock.now(), reason
        appeal.state = state
        _note(actor, "appeal.decide", appeal, {"outcome": appeal.outcome, "scores": _scores(work, appeal_id)})


def by_rule(before: Decimal, again: Decimal, rules: AppealRules) -> Decimal:
    """The score after an appeal, 0 to 1: the second look where it differs enough, and may lower if it does."""
    if abs(again - before) * TEN < rules.threshold or (again < before and not rules.may_lower):
        return before
    return again


def outcome_of(before: Decimal, after_it: Decimal) -> str:
    """``raised``, ``lowered`` or ``unchanged``, by the mark of the whole attempt."""
    if after_it == before:
        return "unchanged"
    return "raised" if after_it > before else "lowered"


def return_appeal(actor: Actor, appeal_id: int, *, reason: str) -> None:
    """Have the answers marked once more, by somebody else yet.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: as for :func:`decide_appeal`.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        require(actor, can_decide_appeal, get_appeal(actor, appeal_id))
        appeal = _locked(work, appeal_id)
        appeal.state = after(appeal.state, RETURN)
        look = {
            "marker": appeal.marker_id,
            "at": appeal.remarked_at.isoformat(),
            "reason": reason,
            "scores": _scores(work, appeal_id),
        }
        appeal.earlier = [*appeal.earlier, look]
        appeal.marker_id = appeal.remarked_at = None
        for question in _questions(work, appeal_id):
            question.levels = question.score = None
            question.comment = ""
        _note(actor, "appeal.return", appeal, {"reason": reason})


def refuse_appeal(actor: Actor, appeal_id: int, *, reason: str) -> None:
    """Refuse to look again, for a reason that the learner reads.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: as for :func:`decide_appeal`.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        require(actor, can_decide_appeal, get_appeal(actor, appeal_id))
        appeal = _locked(work, appeal_id)
        appeal.state = after(appeal.state, REFUSE)
        appeal.decided_by, appeal.decided_at, appeal.note = actor.account_id, clock.now(), reason
        _note(actor, "appeal.refuse", appeal, {"reason": reason})


def _locked(work: UnitOfWork, appeal_id: int) -> Appeal:
    return work.session.scalar(
        select(Appeal)
        .where(Appeal.id == appeal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _questions(work: UnitOfWork, appeal_id: int) -> list[AppealQuestion]:
    return list(work.session.scalars(select(AppealQuestion).where(AppealQuestion.appeal_id == appeal_id)))


def _versions(work: UnitOfWork, attempt_id: int) -> dict[int, int]:
    rows = work.session.execute(
        select(AttemptItem.slot, AttemptItem.item_version_id).where(AttemptItem.attempt_id == attempt_id)
    )
    return {row.slot: row.item_version_id for row in rows}


def _scores(work: UnitOfWork, appeal_id: int) -> dict[str, str | None]:
    return {str(one.slot): plain(one.score) for one in _questions(work, appeal_id)}


def _grade(question: AppealQuestion) -> NewGrade:
    feedback = (Feedback(text={"vi": question.comment}),) if question.comment else ()
    details: dict[str, Any] = {"how": "appeal"}
    if question.levels:
        details["levels"] = dict(question.levels)
    return NewGrade(grade=Grade(score=question.score_after, feedback=feedback, details=details))


def _note(actor: Actor, act: str, appeal: Appeal, details: Mapping[str, Any]) -> None:
    about = {"attempt": appeal.attempt_id, **details}
    record(actor, act, "appeal", appeal.id, person_id=appeal.person_id, details=about)
