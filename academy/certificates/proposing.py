"""Proposing documents for those who have earned one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from academy.audit.services import record
from academy.catalog.models import Course
from academy.catalog.policies import can_see_course
from academy.catalog.queries import find_course, find_course_by_id
from academy.catalog.views import CourseView
from academy.certificates.errors import NobodyEligible
from academy.certificates.lettering import check_letters
from academy.certificates.models import KINDS, Proposal, ProposalLine
from academy.certificates.policies import can_propose
from academy.certificates.proposal_queries import entitled, find_proposal, open_proposal
from academy.certificates.snapshot import Issuer, drafts
from academy.certificates.views import Entitled, ProposalView
from academy.classes.models import ClassRun
from academy.classes.policies import teaches
from academy.classes.queries import get_class
from academy.classes.views import ClassView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Unit

__all__ = ["Batch", "Paper", "batch_of", "checked_paper", "checked_reason", "flush_lines", "propose"]

DEFAULT_PLACE = "Hà Nội"
DATE_RANGE = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What will stand on the documents beside the holder's facts; empty: as the class says.

    ``issued_on`` None is the day on which they are issued.
    """

    issued_on: date | None = None
    place: str = ""
    signer_title: str = ""
    signer_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """For whom documents can be proposed: those of a class, or of a course outside any class."""

    course: CourseView
    owner_unit_id: int
    run: ClassView | None
    people: Sequence[Entitled]

    @property
    def class_id(self) -> int | None:
        return self.run.id if self.run else None


def propose(
    actor: Actor,
    *,
    class_code: str = "",
    course: str = "",
    kind: str = "certificate",
    exclude: Mapping[int, str] | None = None,
    paper: Paper | None = None,
    note: str = "",
) -> ProposalView:
    """Propose documents for everybody of a class, or of a course outside any class, who has earned one.

    A second, equal request while the first one waits gives that one again.

    Args:
        exclude: persons to leave out, by id, each with a reason.

    Raises:
        NotFound: no such class or course.
        Forbidden: no registrar of the issuing unit, or a teacher of the class or course.
        NobodyEligible: nobody is left for whom a document could be proposed.
        Invalid: the signer is missing, a reason is, or a date is far off.
        Conflict: somebody else has just proposed them, or a document has letters that it cannot show.
    """
    with unit_of_work() as work:
        _hold(work, class_code, course)
        batch = batch_of(actor, class_code=class_code, course=course)
        reasons = {person: clean(reason) for person, reason in (exclude or {}).items()}
        _check_reasons(batch.people, reasons, kind)
        chosen = [person for person in batch.people if person.person_id not in reasons]
        if not chosen:
            return _waiting(actor, batch, kind)
        proposal = Proposal(
            kind=kind,
            class_run_id=batch.class_id,
            course_id=batch.course.id,
            owner_unit_id=batch.owner_unit_id,
            note=clean(note, multiline=True)[:2000],
            proposed_by=actor.account_id,
            proposer_id=actor.person_id,
            proposed_at=clock.now(),
            **checked_paper(paper or Paper(), batch.run),
        )
        work.session.add(proposal)
        work.session.flush()
        work.session.add_all(_line(proposal, person, reasons.get(person.person_id)) for person in batch.people)
        flush_lines(work, proposal)
        record(
            actor,
            "certificate.propose",
            "certificate_proposal",
            proposal.id,
            details={
                "documents": len(chosen),
                "left_out": len(batch.people) - len(chosen),
                "class": class_code,
            },
        )
        return find_proposal(proposal.id)


def _line(proposal: Proposal, person: Entitled, left_out: str | None) -> ProposalLine:
    """The line of a person, included unless there is a reason to leave them out."""
    included = left_out is None
    return ProposalLine(
        proposal_id=proposal.id,
        eligibility_id=person.eligibility_id,
        included=included,
        live=included,
        reason=left_out or "",
    )


def _waiting(actor: Actor, batch: Batch, kind: str) -> ProposalView:
    """What an equal request before this one has proposed, if nobody is left since.

    Raises:
        NobodyEligible: there was no such request, or everybody was left out.
    """
    waiting = open_proposal(actor.account_id, class_id=batch.class_id, course_id=batch.course.id, kind=kind)
    if waiting is None or batch.people:
        raise NobodyEligible(
            _l("There is nobody for whom a document could be proposed now."),
            next_step=_l("The page of the class says who still lacks what."),
        )
    return find_proposal(waiting)


# --- whom for -------------------------------------------------------------------------------------


def batch_of(actor: Actor, *, class_code: str = "", course: str = "") -> Batch:
    """Everybody for whom this actor could propose a document now.

    Raises:
        Invalid: neither or both of class and course are named.
        NotFound: no such class or course, or the actor may not know of it.
        Forbidden: no registrar of the issuing unit, or a teacher of the class or course.
    """
    if bool(class_code) == bool(course):
        raise Invalid(
            _l("Name a class or a course."), errors={"class": [_l("Name either a class or a course.")]}
        )
    if class_code:
        run = get_class(actor, class_code)
        require(actor, can_propose, run.owner_unit_path)
        if teaches(actor, run):
            raise _interested()
        programme = find_course_by_id(run.course_id)
        people = entitled(class_id=run.id)
        return Batch(course=programme, owner_unit_id=run.owner_unit_id, run=run, people=people)
    # a course may have been withdrawn since its documents were earned
    found = find_course(course)
    if found is None:
        raise NotFound(_l("There is no such course."))
    owner = _owner_of(actor, found.owner_unit_path)
    if not can_see_course(actor, found) and not can_propose(actor, owner.path):
        raise NotFound(_l("There is no such course."))
    require(actor, can_propose, owner.path)
    if actor.account_id is not None and actor.account_id in found.instructor_ids:
        raise _interested()
    return Batch(course=found, owner_unit_id=owner.id, run=None, people=entitled(course_id=found.id))


def _hold(work: UnitOfWork, class_code: str, course: str) -> None:
    """Let a second click on the same class or course wait for the first, and see what it did."""
    which = select(ClassRun.id).where(ClassRun.code == class_code.strip().upper())
    if not class_code:
        which = select(Course.id).where(Course.slug == course)
    work.session.execute(which.with_for_update(key_share=True))


def _owner_of(actor: Actor, path: str) -> Unit:
    """The unit that issues for a course: its owner, else the city the actor works for."""
    statement = select(Unit).where(Unit.path == path)
    if not path:
        root = f"{actor.unit_path.split('/')[0]}/" if actor.unit_path else None
        statement = select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.path != root, Unit.id)
    unit = db.session.scalar(statement.limit(1))
    if unit is None:
        raise NotFound(_l("There is no unit that could issue documents."))
    return unit


def _interested() -> Forbidden:
    return Forbidden(
        _l("Who teaches a class does not propose its documents."),
        rule="certificates.interest",
        next_step=_l("Ask another registrar."),
    )


def _check_reasons(people: Sequence[Entitled], reasons: Mapping[int, str], kind: str) -> None:
    errors: dict[str, list[Any]] = {}
    if kind not in KINDS:
        errors["kind"] = [_l("Choose one of the list.")]
    known = {person.person_id for person in people}
    for person, reason in reasons.items():
        if person not in known:
            errors[f"exclude.{person}"] = [_l("This person is not among those proposed.")]
        elif not reason:
            errors[f"exclude.{person}"] = [_l("Say why this person is left out.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), errors=errors)


def flush_lines(work: UnitOfWork, proposal: Proposal) -> None:
    """Write the lines of a new proposal.

    Raises:
        Conflict: a right of theirs has just been proposed by somebody else, or a document could not be printed.
    """
    try:
        work.session.flush()
    except IntegrityError as error:
        raise Conflict(
            _l("Somebody else has just proposed documents for these people."),
            rule="certificate.proposed",
            next_step=_l("Look at the open proposals."),
        ) from error
    check_letters(drafts(proposal, Issuer.of_installation()))


# --- what on --------------------------------------------------------------------------------------


def checked_paper(paper: Paper, run: ClassView | None) -> dict[str, Any]:
    """The paper as columns of a proposal, filled up from the class.

    Raises:
        Invalid: the signer is missing, a text too long, or the day far off.
    """
    values = {
        "issued_on": paper.issued_on,
        "place": clean(paper.place) or DEFAULT_PLACE,
        "signer_title": clean(paper.signer_title, multiline=True) or (run.signer_title if run else ""),
        "signer_name": clean(paper.signer_name) or (run.signer_name if run else ""),
    }
    errors = {name: [_l("Say who signs.")] for name in ("signer_title", "signer_name") if not values[name]}
    for name, most in (("place", 120), ("signer_title", 200), ("signer_name", 200)):
        if len(values[name]) > most:
            errors[name] = [_l("At most %(most)s characters.", most=most)]
    if paper.issued_on and abs(paper.issued_on - clock.today()) > DATE_RANGE:
        errors["issued_on"] = [_l("This day is more than a year away.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), errors=errors)
    return values


def checked_reason(text: str) -> str:
    """A reason as it is stored.

    Raises:
        Invalid: it is empty.
    """
    reason = clean(text)
    if not reason:
        raise Invalid(
            _l("Say why."), errors={"reason": [_l("A reason is needed; it is kept in the register.")]}
        )
    return reason[:1000]
