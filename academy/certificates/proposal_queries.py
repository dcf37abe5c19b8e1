"""Reading rights to documents and proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.catalog.models import Course
from academy.certificates.errors import ProposalNotFound
from academy.certificates.models import Certificate, Eligibility, Proposal, ProposalLine
from academy.certificates.policies import CERTIFICATE_PROPOSE, can_see_proposal, proposals_visible_to
from academy.certificates.views import Entitled, LineView, ProposalRow, ProposalView, Waiting
from academy.classes.models import ClassRun
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person, Unit
from academy.organization.policies import is_root

__all__ = [
    "correction_of",
    "entitled",
    "find_proposal",
    "get_proposal",
    "list_proposals",
    "list_waiting",
    "open_proposal",
]

_replaced = aliased(Certificate, name="replaced")
_proposer = aliased(Person, name="proposer")
_decider = aliased(Person, name="decider")
_account = aliased(Account, name="proposing_account")
_INCLUDED = (
    select(func.count())
    .where(ProposalLine.proposal_id == Proposal.id, ProposalLine.included)
    .correlate(Proposal)
    .scalar_subquery()
    .label("documents")
)
_ROW = (
    Proposal.id,
    Proposal.state,
    Proposal.kind,
    Proposal.purpose,
    ClassRun.code,
    Course.title,
    func.coalesce(_proposer.full_name, _account.username, ""),
    Proposal.proposed_at,
    _INCLUDED,
)

_UNPROPOSED = (
    ~select(ProposalLine.id).where(ProposalLine.eligibility_id == Eligibility.id, ProposalLine.live).exists(),
    ~select(Certificate.id).where(Certificate.eligibility_id == Eligibility.id).exists(),
)


def _rows() -> Select:
    return (
        select(*_ROW)
        .join(Course, Course.id == Proposal.course_id)
        .outerjoin(ClassRun, ClassRun.id == Proposal.class_run_id)
        .outerjoin(_proposer, _proposer.id == Proposal.proposer_id)
        .outerjoin(_account, _account.id == Proposal.proposed_by)
    )


def _row(row: Sequence[Any]) -> ProposalRow:
    number, state, kind, purpose, class_code, course_title, proposer, proposed_at, documents = row[
        : len(_ROW)
    ]
    return ProposalRow(
        id=number,
        state=state,
        kind=kind,
        purpose=purpose,
        class_code=class_code or "",
        course_title=course_title,
        proposer_name=proposer,
        proposed_at=proposed_at,
        documents=documents,
    )


def list_proposals(
    actor: Actor, *, state: str = "", class_code: str = "", cursor: str | None = None, limit: int = 50
) -> Page:
    """Proposals the reader may see, newest first, as :class:`ProposalRow`; one query."""
    statement = _rows().where(proposals_visible_to(actor))
    if state:
        statement = statement.where(Proposal.state == state)
    if class_code:
        statement = statement.where(ClassRun.code == class_code.upper())
    page = keyset(statement, [Proposal.id], cursor, limit, ascending=False)
    return Page([_row(row) for row in page.items], page.next_cursor)


def correction_of(certificate_id: int) -> ProposalRow | None:
    """The proposal under way, or carried out, to correct a document; None if there is none."""
    live = and_(ProposalLine.replaces_id == certificate_id, ProposalLine.live)
    row = db.session.execute(
        _rows().join(ProposalLine, and_(ProposalLine.proposal_id == Proposal.id, live))
    ).first()
    return _row(row) if row is not None else None


def get_proposal(actor: Actor, proposal_id: int) -> ProposalView:
    """A proposal with its lines, as this reader may see it; two queries.

    Raises:
        ProposalNotFound: there is none, or the reader may not know of it.
    """
    found = find_proposal(proposal_id)
    if found is None or not can_see_proposal(actor, found):
        raise ProposalNotFound(_l("There is no such proposal."))
    return found


def find_proposal(proposal_id: int) -> ProposalView | None:
    """A proposal with its lines, whoever asks; two queries."""
    row = db.session.execute(
        select(
            Proposal,
            ClassRun.code.label("class_code"),
            Course.title.label("course_title"),
            Unit.path.label("unit_path"),
            Unit.name.label("unit_name"),
            func.coalesce(_proposer.full_name, _account.username, "").label("proposer_name"),
            _decider.full_name.label("decider_name"),
        )
        .join(Course, Course.id == Proposal.course_id)
        .join(Unit, Unit.id == Proposal.owner_unit_id)
        .outerjoin(ClassRun, ClassRun.id == Proposal.class_run_id)
        .outerjoin(_proposer, _proposer.id == Proposal.proposer_id)
        .outerjoin(_account, _account.id == Proposal.proposed_by)
        .outerjoin(_decider, _decider.id == Proposal.decider_id)
        .where(Proposal.id == proposal_id)
    ).one_or_none()
    if row is None:
        return None
    proposal = row.Proposal
    same = (
        "id",
        "state",
        "kind",
        "purpose",
        "course_id",
        "owner_unit_id",
        "issued_on",
        "place",
        "signer_title",
    )
    also = (
        "signer_name",
        "note",
        "proposed_by",
        "proposer_id",
        "proposed_at",
        "decided_at",
        "decision_note",
        "job_id",
    )
    return ProposalView(
        **{name: getattr(proposal, name) for name in (*same, *also)},
        class_id=proposal.class_run_id,
        class_code=row.class_code or "",
        course_title=row.course_title,
        owner_unit_path=row.unit_path,
        owner_unit_name=row.unit_name,
        proposer_name=row.proposer_name,
        decider_name=row.decider_name or "",
        lines=_lines(proposal_id),
    )


def _lines(proposal_id: int) -> Sequence[LineView]:
    rows = db.session.execute(
        select(
            Person.id,
            Person.full_name,
            Unit.name,
            Eligibility.mark,
            ProposalLine.included,
            ProposalLine.reason,
            Certificate.serial,
            _replaced.serial,
        )
        .join(Eligibility, Eligibility.id == ProposalLine.eligibility_id)
        .join(Person, Person.id == Eligibility.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Certificate, Certificate.proposal_line_id == ProposalLine.id)
        .outerjoin(_replaced, _replaced.id == ProposalLine.replaces_id)
        .where(ProposalLine.proposal_id == proposal_id)
        .order_by(ProposalLine.included.desc(), Person.sort_key, Person.id)
    )
    return tuple(
        LineView(
            person_id=person_id,
            full_name=full_name,
            unit_name=unit_name or "",
            mark=mark,
            included=included,
            reason=reason,
            serial=serial or "",
            replaces=replaces or "",
        )
        for person_id, full_name, unit_name, mark, included, reason, serial, replaces in rows
    )


def entitled(*, class_id: int | None = None, course_id: int | None = None) -> Sequence[Entitled]:
    """Those of a class, or of a course outside any class, for whom a document can be proposed now; one query.

    They have earned it, have none, and are in no live proposal. By name as Vietnamese names are sorted.
    """
    if class_id is not None:
        where: ColumnElement[bool] = Eligibility.class_run_id == class_id
    else:
        where = and_(Eligibility.course_id == course_id, Eligibility.class_run_id.is_(None))
    rows = db.session.execute(
        select(
            Eligibility.id, Person.id, Person.full_name, Unit.name, Eligibility.mark, Eligibility.earned_at
        )
        .join(Person, Person.id == Eligibility.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(where, *_UNPROPOSED)
        .order_by(Person.sort_key, Person.id, Eligibility.id)
    )
    return [
        Entitled(
            eligibility_id=number,
            person_id=person_id,
            full_name=full_name,
            unit_name=unit_name or "",
            mark=mark,
            earned_at=earned_at,
        )
        for number, person_id, full_name, unit_name, mark, earned_at in rows
    ]


def list_waiting(actor: Actor, *, limit: int = 100) -> Sequence[Waiting]:
    """Where this registrar could propose documents now, classes first; one query."""
    paths = actor.scopes(CERTIFICATE_PROPOSE)
    in_scope: list[ColumnElement[bool]] = [false()]
    for path in paths:
        units = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
        by_course = Course.owner_unit_path.startswith(path, autoescape=True)
        if is_root(path):  # courses without an owner are the city's
            by_course = or_(by_course, Course.owner_unit_path == "")
        in_scope.append(ClassRun.owner_unit_id.in_(units))
        in_scope.append(and_(ClassRun.id.is_(None), by_course))
    rows = db.session.execute(
        select(ClassRun.code, Course.slug, Course.title, func.count())
        .select_from(Eligibility)
        .join(Course, Course.id == Eligibility.course_id)
        .outerjoin(ClassRun, ClassRun.id == Eligibility.class_run_id)
        .where(or_(*in_scope), *_UNPROPOSED)
        .group_by(ClassRun.id, ClassRun.code, Course.id, Course.slug, Course.title, Course.sort_key)
        .order_by(ClassRun.code.is_(None), ClassRun.code, Course.sort_key, Course.id)
        .limit(limit)
    )
    return [
        Waiting(class_code=code or "", course=slug, title=title, people=people)
        for code, slug, title, people in rows
    ]


def open_proposal(account_id: int | None, *, class_id: int | None, course_id: int, kind: str) -> int | None:
    """The id of the proposal of this account for this class or course that waits for a decision, or None."""
    return db.session.scalar(
        select(Proposal.id)
        .where(
            Proposal.proposed_by == account_id,
            Proposal.class_run_id.is_(None) if class_id is None else Proposal.class_run_id == class_id,
            Proposal.course_id == course_id,
            Proposal.kind == kind,
            Proposal.purpose == "first",
            Proposal.state == "proposed",
        )
        .order_by(Proposal.id.desc())
        .limit(1)
    )
