"""What waits for somebody's decision or proposal: the first thing on the home page of those who issue documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from academy.certificates.policies import CERTIFICATE_APPROVE, CERTIFICATE_PROPOSE
from academy.certificates.proposal_queries import list_proposals, list_waiting
from academy.kernel.actor import Actor
from academy.kernel.i18n import _l, _n, localized

__all__ = ["Task", "waiting_for"]

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A page where somebody is expected; ``state`` says for what."""

    title: str
    note: str
    state: Any
    url: str


def waiting_for(actor: Actor) -> Sequence[Task]:
    """Proposals to decide, then classes and courses to propose for; a query for each right the reader holds."""
    return [*_to_decide(actor), *_to_propose(actor)]


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
