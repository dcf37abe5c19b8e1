"""A class as a table: how far each member is, and what stands between them and the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from academy.catalog.models import CourseVersion
from academy.certificates.models import Certificate, Eligibility, Proposal, ProposalLine, Revocation
from academy.certificates.views import BoardRow
from academy.classes.models import ClassMember
from academy.enrollment.models import Enrollment
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.organization.models import Person, Unit
from academy.progress.models import CourseProgress

_live = aliased(ProposalLine, name="live_line")
_other = aliased(Certificate, name="other")


def board(class_id: int) -> Sequence[BoardRow]:
    """Every member on the roster, by name as Vietnamese names are sorted; one query."""
    newest = (
        select(func.max(_other.id))
        .where(_other.eligibility_id == Eligibility.id)
        .correlate(Eligibility)
        .scalar_subquery()
    )
    # an issued document is named by its own state, not by its proposal's
    standing = case(
        (Revocation.id.is_not(None), "revoked"),
        (Certificate.id.is_not(None), "issued"),
        (Proposal.id.is_not(None), Proposal.state),
        (Eligibility.id.is_not(None), "eligible"),
        else_="studying",
    )
    left_out = (
        select(ProposalLine.reason)
        .where(ProposalLine.eligibility_id == Eligibility.id, ~ProposalLine.included)
        .order_by(ProposalLine.id.desc())
        .limit(1)
        .correlate(Eligibility)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Person.id,
            Person.full_name,
            Unit.name,
            Enrollment.state,
            CourseProgress,
            CourseVersion.lesson_count,
            standing,
            Eligibility.mark,
            Certificate.serial,
            Proposal.id,
            left_out,
        )
        .select_from(ClassMember)
        .join(Person, Person.id == ClassMember.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .join(Enrollment, Enrollment.id == ClassMember.enrollment_id)
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .outerjoin(CourseProgress, CourseProgress.enrollment_id == Enrollment.id)
        .outerjoin(Eligibility, Eligibility.enrollment_id == Enrollment.id)
        .outerjoin(Certificate, Certificate.id == newest)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(
            _live, and_(_live.eligibility_id == Eligibility.id, _live.live, _live.replaces_id.is_(None))
        )
        .outerjoin(Proposal, Proposal.id == _live.proposal_id)
        .where(ClassMember.class_run_id == class_id, ClassMember.removed_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    return [_board_row(row) for row in rows]


def _board_row(row: Sequence[Any]) -> BoardRow:
    person_id, name, unit, enrollment, progress, lessons, standing, mark, serial, proposal_id, left_out = row
    return BoardRow(
        person_id=person_id,
        full_name=name,
        unit_name=unit or "",
        enrollment_state=enrollment,
        lessons_done=progress.lessons_done if progress else 0,
        lessons=(progress.lessons if progress else 0) or lessons,
        answered=progress.answered if progress else 0,
        exercises=progress.exercises if progress else 0,
        quiz_passed=bool(progress and progress.quiz_passed),
        best_mark=progress.best_mark if progress else None,
        standing=standing,
        mark=mark,
        serial=serial or "",
        proposal_id=proposal_id,
        left_out=left_out or "",
    )


def why_not(row: BoardRow, completion: Mapping[str, Any]) -> Iterator[Any]:
    """What a member who is still studying lacks, in words; nothing for all others.

    Args:
        completion: the course's rule, ``{"lessons", "exercises", "quiz"}``.
    """
    if row.standing != "studying":
        return
    if row.enrollment_state == "left":
        yield _l("gave the course up")
        return
    if row.lessons_done < row.lessons:
        yield _l("lessons %(done)s of %(all)s", done=row.lessons_done, all=row.lessons)
    if row.answered < row.exercises:
        yield _l("exercises %(done)s of %(all)s", done=row.answered, all=row.exercises)
    if completion.get("quiz") and not row.quiz_passed:
        yield _l("the quiz is not passed")


def tally(rows: Sequence[BoardRow]) -> Mapping[str, int]:
    """How many members stand where."""
    return Counter(row.standing for row in rows)
