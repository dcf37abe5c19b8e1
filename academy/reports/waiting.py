"""What waits for somebody's decision or proposal: the first thing on the home page of those who issue documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from academy.certificates.policies import CERTIFICATE_APPROVE, CERTIFICATE_PROPOSE
from academy.certificates.proposal_queries import list_proposals, list_waiting
from academy.grading.appeal_queries import list_open
from academy.grading.overview_queries import list_proposals as list_proposals_of_marks
from academy.grading.policies import GRADE_APPROVE, can_decide_appeal, can_decide_proposal
from academy.kernel.actor import Actor
from academy.kernel.i18n import _l, _n, localized
from academy.regrading.policies import REGRADE_APPROVE
from academy.regrading.queries import list_regrades
from academy.regrading.wording import ACTION_NAMES
from academy.web.format import day

__all__ = ["Task", "waiting_for"]

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A page where somebody is expected; ``state`` says for what."""

    title: str
    note: Any
    state: Any
    url: str


def waiting_for(actor: Actor) -> Sequence[Task]:
    """Proposals to decide, changed marks and appeals, then classes and courses to propose for, then regrades to
    decide; queries only for rights that the reader holds."""
    return [*_to_decide(actor), *_marks_to_decide(actor), *_to_propose(actor), *_to_regrade(actor)]


def _to_regrade(actor: Actor) -> Iterator[Task]:
    if not actor.may(REGRADE_APPROVE):
        return
    for regrade in list_regrades(actor, state="proposed", limit=SHOWN).items:
        if regrade.proposed_by != actor.account_id:
            yield Task(
                title=f"{ACTION_NAMES[regrade.action]}: {regrade.key}",
                note=f"{localized(regrade.course_title)} · {regrade.proposer}",
                state=_l("Waits for approval"),
                url=url_for("regrading.show", regrade=regrade.id),
            )


def _to_decide(actor: Actor) -> Iterator[Task]:
    if not actor.may(CERTIFICATE_APPROVE):
        return
    for proposal in list_proposals(actor, state="proposed", limit=SHOWN).items:
        yield Task(
            title=_named(proposal.class_code, localized(proposal.course_title)),
            note=_n("%(num)s document", "%(num)s documents", proposal.documents) + " · " + proposal.proposer_name,
            state=_l("Waits for approval"),
            url=url_for("certificates.proposal", proposal_id=proposal.id),
        )


def _marks_to_decide(actor: Actor) -> Iterator[Task]:
    if not actor.may(GRADE_APPROVE):
        return
    for change in list_proposals_of_marks(actor, state="proposed", limit=SHOWN):
        if can_decide_proposal(actor, change):
            yield Task(
                title=localized(change.quiz_title),
                note=change.proposer,
                state=_l("Changed mark: waits for approval"),
                url=url_for("grading.show_change", proposal=change.id),
            )
    for appeal in list_open(actor)[:SHOWN]:
        if appeal.state == "remarked" and can_decide_appeal(actor, appeal):
            yield Task(
                title=localized(appeal.quiz_title),
                note=_l("to be decided by %(day)s", day=day(appeal.last_day)),
                state=_l("Appeal: waits for a decision"),
                url=url_for("grading.show_appeal", appeal=appeal.id),
            )


def _to_propose(actor: Actor) -> Iterator[Task]:
    if not actor.may(CERTIFICATE_PROPOSE):
        return
    for group in list_waiting(actor, limit=SHOWN):
        target = {"class": group.class_code} if group.class_code else {"course": group.course}
        yield Task(
            title=_named(group.class_code, localized(group.title)),
            note=_n("%(num)s person", "%(num)s people", group.people),
            state=_l("Earned, not proposed"),
            url=url_for("certificates.new_proposal", **target),
        )


def _named(class_code: str, title: str) -> str:
    return f"{class_code} · {title}" if class_code else title
