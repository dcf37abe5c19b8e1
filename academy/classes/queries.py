"""Reading classes and rosters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.catalog.models import Course
from academy.classes.errors import ClassNotFound
from academy.classes.models import ClassInstructor, ClassMember, ClassRun
from academy.classes.policies import CLASS_MANAGE, can_see_class, classes_visible_to
from academy.classes.views import Candidate, ClassRow, ClassView, RosterRow, UnitChoice
from academy.enrollment.models import Enrollment
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold
from academy.organization.models import Person, Unit
from academy.organization.policies import is_root

__all__ = [
    "class_of_enrollment", "find_candidates", "find_class", "find_class_by_id", "get_class", "is_member",
    "list_classes",
    "owner_choices", "people_in_scope", "roster", "usernames",
]  # fmt: skip

_supervisor = aliased(Person, name="supervisor")


def _members() -> Any:
    return (
        select(func.count())
        .where(ClassMember.class_run_id == ClassRun.id, ClassMember.removed_at.is_(None))
        .scalar_subquery()
    )


# --- one class ------------------------------------------------------------------------------------


def find_class(code: str) -> ClassView | None:
    """The class of that code, whoever asks; two queries."""
    return _find(ClassRun.code == code.strip().upper())


def find_class_by_id(class_id: int) -> ClassView | None:
    """The class of that id, whoever asks; two queries."""
    return _find(ClassRun.id == class_id)


def get_class(actor: Actor, code: str) -> ClassView:
    """The class as this reader may see it.

    Raises:
        ClassNotFound: there is none, or the reader may not know of it.
    """
    run = find_class(code)
    if run is None or not can_see_class(actor, run):
        raise ClassNotFound(
            _l("There is no such class."), next_step=_l("Look for it in the list of classes.")
        )
    return run


def _find(which: ColumnElement[bool]) -> ClassView | None:
    row = db.session.execute(
        select(
            ClassRun,
            Course.slug,
            Course.title,
            Unit.path,
            Unit.name,
            _supervisor.full_name,
            _members(),
        )
        .join(Course, Course.id == ClassRun.course_id)
        .join(Unit, Unit.id == ClassRun.owner_unit_id)
        .outerjoin(_supervisor, _supervisor.id == ClassRun.supervisor_id)
        .where(which)
    ).one_or_none()
    if row is None:
        return None
    run, course_slug, course_title, unit_path, unit_name, supervisor_name, members = row
    teachers = db.session.execute(
        select(Person.id, Person.full_name)
        .join(ClassInstructor, ClassInstructor.person_id == Person.id)
        .where(ClassInstructor.class_run_id == run.id)
        .order_by(Person.sort_key, Person.id)
    ).all()
    return ClassView(
        id=run.id,
        code=run.code,
        title=run.title,
        state=run.state,
        mode=run.mode,
        course_id=run.course_id,
        course_slug=course_slug,
        course_title=course_title,
        course_version_id=run.course_version_id,
        owner_unit_id=run.owner_unit_id,
        owner_unit_path=unit_path,
        owner_unit_name=unit_name,
        decision_no=run.decision_no,
        decision_date=run.decision_date,
        opens_on=run.opens_on,
        closes_on=run.closes_on,
        place=run.place,
        supervisor_id=run.supervisor_id,
        supervisor_name=supervisor_name or "",
        signer_title=run.signer_title,
        signer_name=run.signer_name,
        instructor_ids=frozenset(teacher.id for teacher in teachers),
        instructor_names=tuple(teacher.full_name for teacher in teachers),
        members=members,
    )


def class_of_enrollment(enrollment_id: int) -> int | None:
    """The id of the class for which a run through a course counts, or None."""
    return db.session.scalar(
        select(ClassMember.class_run_id)
        .where(ClassMember.enrollment_id == enrollment_id, ClassMember.removed_at.is_(None))
        .order_by(ClassMember.id.desc())
        .limit(1)
    )


def is_member(class_id: int, person_id: int | None) -> bool:
    """Whether a person is on the roster now."""
    if person_id is None:
        return False
    on_roster = select(ClassMember.id).where(
        ClassMember.class_run_id == class_id,
        ClassMember.person_id == person_id,
        ClassMember.removed_at.is_(None),
    )
    return db.session.scalar(on_roster) is not None


# --- lists ----------------------------------------------------------------------------------------


def list_classes(
    actor: Actor, *, q: str = "", state: str = "", cursor: str | None = None, limit: int = 50
) -> Page:
    """Classes the reader may see, newest first, as :class:`ClassRow`; one query.

    Args:
        q: words of code or title, accents optional.
        state: ``planned``, ``open`` or ``closed``; empty for all.
    """
    statement = (
        select(
            ClassRun.id,
            ClassRun.code,
            ClassRun.title,
            ClassRun.state,
            ClassRun.mode,
            Course.title.label("course_title"),
            Unit.name.label("owner_unit_name"),
            ClassRun.opens_on,
            ClassRun.closes_on,
            _members().label("members"),
        )
        .join(Course, Course.id == ClassRun.course_id)
        .join(Unit, Unit.id == ClassRun.owner_unit_id)
        .where(classes_visible_to(actor))
        .where(*(ClassRun.fold.contains(word, autoescape=True) for word in fold(q).split()[:6]))
    )
    if state:
        statement = statement.where(ClassRun.state == state)
    page = keyset(statement, [ClassRun.id], cursor, limit, ascending=False)
    return Page([_class_row(row) for row in page.items], page.next_cursor)


def _class_row(row: Any) -> ClassRow:
    return ClassRow(
        id=row[0],
        code=row[1],
        title=row[2],
        state=row[3],
        mode=row[4],
        course_title=row[5],
        owner_unit_name=row[6],
        opens_on=row[7],
        closes_on=row[8],
        members=row[9],
    )


def roster(class_id: int) -> Sequence[RosterRow]:
    """Members now on the roster, by name as Vietnamese names are sorted; one query."""
    rows = db.session.execute(
        _people()
        .add_columns(ClassMember.enrollment_id, Enrollment.state, ClassMember.added_at)
        .join(ClassMember, ClassMember.person_id == Person.id)
        .join(Enrollment, Enrollment.id == ClassMember.enrollment_id)
        .where(ClassMember.class_run_id == class_id, ClassMember.removed_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    return [
        RosterRow(
            person_id=person_id,
            full_name=full_name,
            unit_name=unit_name or "",
            username=username or "",
            enrollment_id=enrollment_id,
            enrollment_state=state,
            added_at=added_at,
        )
        for person_id, full_name, unit_name, username, enrollment_id, state, added_at in rows
    ]


def _people() -> Select:
    return (
        select(Person.id, Person.full_name, Unit.name, Account.username)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Account, Account.id == Person.account_id)
    )


def find_candidates(actor: Actor, class_id: int, q: str, *, limit: int = 20) -> Sequence[Candidate]:
    """People whom the actor may put on a roster, by words of the name or by user name; one query."""
    words = fold(q).split()[:6]
    if not words:
        return []
    on_roster = (
        select(ClassMember.id)
        .where(
            ClassMember.class_run_id == class_id,
            ClassMember.person_id == Person.id,
            ClassMember.removed_at.is_(None),
        )
        .exists()
    )
    by_name = and_(*(Person.name_fold.contains(word, autoescape=True) for word in words))
    by_key = or_(Account.username_key.startswith(words[0], autoescape=True), Person.external_key == q.strip())
    rows = db.session.execute(
        _people()
        .add_columns(on_roster)
        .where(Person.deactivated_at.is_(None), or_(by_name, by_key), people_in_scope(actor))
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    return [
        Candidate(
            person_id=person_id, full_name=name, unit_name=unit or "", username=username or "", member=member
        )
        for person_id, name, unit, username, member in rows
    ]


def people_in_scope(actor: Actor) -> ColumnElement[bool]:
    """People of the units whose classes the actor runs; over :class:`Person` joined with :class:`Unit`.

    People without a unit are in the care of the city.
    """
    scopes = actor.scopes(CLASS_MANAGE)
    rules = [Unit.path.startswith(path, autoescape=True) for path in scopes]
    if any(is_root(path) for path in scopes):
        rules.append(Person.unit_id.is_(None))
    return or_(false(), *rules)


def usernames(person_ids: Sequence[int]) -> dict[int, str]:
    """User names by person id, of those who have an account; one query."""
    rows = db.session.execute(
        select(Person.id, Account.username)
        .join(Account, Account.id == Person.account_id)
        .where(Person.id.in_(list(person_ids)))
    )
    return {row.id: row.username for row in rows}


def owner_choices(actor: Actor, *, limit: int = 300) -> Sequence[UnitChoice]:
    """Open units that may own a class of this actor, the widest first; one query."""
    rules = [Unit.path.startswith(path, autoescape=True) for path in actor.scopes(CLASS_MANAGE)]
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(or_(false(), *rules), Unit.valid_to.is_(None))
        .where(Unit.kind.not_in(("body", "office")))
        .order_by(func.length(Unit.path), Unit.sort_key, Unit.id)
        .limit(limit)
    )
    return [UnitChoice(id=row.id, name=row.name, path=row.path) for row in rows]
