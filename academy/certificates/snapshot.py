"""What a document says: everything as it was on the day of issue, as plain JSON, with texts and whole numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from academy.catalog.models import CourseVersion
from academy.certificates.models import Certificate, Eligibility, Proposal, ProposalLine
from academy.classes.models import ClassRun
from academy.enrollment.models import Enrollment
from academy.grading.bands import DEFAULT_SET, band_of
from academy.grading.models import JudgedResult
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import settings
from academy.kernel.text import nfc
from academy.organization.models import Person, Position, Posting, Unit
from academy.quizzes.models import Attempt

_PROGRAM = (CourseVersion.title, CourseVersion.number, CourseVersion.periods)
FORM = 1  # of the snapshot; raised when a field changes its meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues, from the installation's settings."""

    body: str
    parent: str
    base_url: str

    @classmethod
    def of_installation(cls) -> Issuer:
        config = settings()
        return cls(body=config.issuing_body, parent=config.issuing_parent, base_url=config.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A line of a proposal with what its document will say, but for its numbers."""

    line: ProposalLine
    eligibility: Eligibility
    full_name: str
    content: Mapping[str, Any]


def drafts(proposal: Proposal, issuer: Issuer, *, limit: int | None = None) -> Sequence[Draft]:
    """The next included lines without a document, all if there is no limit, by name as Vietnamese names are sorted.

    A constant number of queries.
    """
    issued = select(Certificate.id).where(Certificate.proposal_line_id == ProposalLine.id).exists()
    rows = db.session.execute(
        select(ProposalLine, Eligibility, Person, Unit.name, Enrollment, ClassRun, *_PROGRAM, _judged_with())
        .join(Eligibility, Eligibility.id == ProposalLine.eligibility_id)
        .join(Person, Person.id == Eligibility.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .join(Enrollment, Enrollment.id == Eligibility.enrollment_id)
        .join(CourseVersion, CourseVersion.id == Eligibility.course_version_id)
        .outerjoin(ClassRun, ClassRun.id == Eligibility.class_run_id)
        .where(ProposalLine.proposal_id == proposal.id, ProposalLine.included, ~issued)
        .order_by(Person.sort_key, Person.id, Eligibility.id)
        .limit(limit)
    ).all()
    positions = _positions([row.Person.id for row in rows])
    replaced = _replaced([row.ProposalLine.replaces_id for row in rows])
    return [
        Draft(
            line=line,
            eligibility=eligibility,
            full_name=nfc(person.full_name),
            content=_common(proposal, issuer)
            | {
                "holder": _holder(person, unit_name, positions.get(person.id)),
                "program": _program(title, number, periods),
                "class": _class(run),
                "studied": _studied(run, enrollment, eligibility),
                "result": _result(eligibility.mark, band_set or DEFAULT_SET),
                "replaces": _replacing(replaced.get(line.replaces_id), line.reason),
            },
        )
        for line, eligibility, person, unit_name, enrollment, run, title, number, periods, band_set in rows
    ]


def numbered(draft: Draft, *, serial: str, register_no: str, code: str, base_url: str) -> dict[str, Any]:
    """The whole statement, ready to be signed."""
    return dict(draft.content) | {
        "serial": serial,
        "register_no": register_no,
        "code": code,
        "verify_url": f"{base_url}/verify/{code}",
    }


def _common(proposal: Proposal, issuer: Issuer) -> dict[str, Any]:
    return {
        "form": FORM,
        "kind": proposal.kind,
        "purpose": proposal.purpose,
        "issuer": {"body": nfc(issuer.body), "parent": nfc(issuer.parent)},
        "place": proposal.place,
        "issued_on": _day(proposal.issued_on or clock.today()),
        "signer": {"title": proposal.signer_title, "name": proposal.signer_name},
    }


def _holder(person: Person, unit_name: str | None, position: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "full_name": nfc(person.full_name),
        "birth_date": _day(person.birth_date),
        "birth_place": nfc(person.birth_place or ""),
        "sex": person.sex,
        "unit": nfc(unit_name or ""),
        "position": nfc((position or {}).get("vi") or next(iter((position or {}).values()), "")),
    }


def _program(titles: Mapping[str, str], number: int, periods: int) -> dict[str, Any]:
    vietnamese = titles.get("vi") or titles.get("en") or next(iter(titles.values()))
    english = titles.get("en")
    return {
        "vi": nfc(vietnamese),
        "en": nfc(english) if english and english != vietnamese else None,
        "version": number,
        "periods": periods,
    }


def _class(run: ClassRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "code": run.code,
        "title": run.title,
        "decision_no": run.decision_no,
        "decision_date": _day(run.decision_date),
    }


def _studied(run: ClassRun | None, enrollment: Enrollment, eligibility: Eligibility) -> dict[str, Any]:
    """The days of the class, or of one's own study where a class names none."""
    began = clock.local(enrollment.enrolled_at).date()
    ended = clock.local(eligibility.earned_at).date()
    if run is not None and run.opens_on and run.closes_on:
        began, ended = run.opens_on, run.closes_on
    return {"from": _day(began), "to": _day(ended)}


def _judged_with() -> Any:
    """The set of bands that the mark of a right was judged with when its attempt got it."""
    return (
        select(JudgedResult.band_set)
        .join(Attempt, Attempt.id == JudgedResult.attempt_id)
        .where(Attempt.enrollment_id == Eligibility.enrollment_id, JudgedResult.mark == Eligibility.mark)
        .order_by(JudgedResult.attempt_id.desc())
        .limit(1)
        .correlate(Eligibility)
        .scalar_subquery()
    )


def _result(mark: Decimal | None, band_set: str) -> dict[str, Any]:
    band = band_of(mark, band_set)
    return {
        "mark": None if mark is None else str(mark),
        "band": dict(band.name) if band else None,
        "band_set": band_set,
    }


def _replacing(old: Certificate | None, reason: str) -> dict[str, Any] | None:
    if old is None:
        return None
    return {
        "kind": old.kind,
        "serial": old.serial,
        "register_no": old.register_no,
        "issued_on": _day(old.issued_on),
        "reason": reason,
    }


def _positions(person_ids: Sequence[int]) -> dict[int, Mapping[str, str]]:
    """Titles of the positions held today at the unit of work; of several, the newest."""
    today = clock.today()
    rows = db.session.execute(
        select(Posting.person_id, Position.title)
        .join(Position, Position.id == Posting.position_id)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.person_id.in_(person_ids), Posting.starts_on <= today)
        .where(or_(Posting.ends_on.is_(None), Posting.ends_on >= today))
        .order_by(Posting.unit_id == Person.unit_id, Posting.starts_on, Posting.id)
    )
    return {row.person_id: row.title for row in rows}


def _replaced(ids: Sequence[int | None]) -> dict[int | None, Certificate]:
    wanted = [number for number in ids if number is not None]
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(Certificate).where(Certificate.id.in_(wanted)))}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
