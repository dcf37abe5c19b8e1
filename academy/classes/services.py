"""Setting up classes and keeping their rosters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from academy.audit.services import record
from academy.catalog.models import Course
from academy.catalog.queries import find_course_by_id, get_course
from academy.classes.class_fields import checked_code, checked_fields
from academy.classes.errors import ClassClosed
from academy.classes.models import ClassInstructor, ClassMember, ClassRun
from academy.classes.policies import can_create_class, can_manage_class
from academy.classes.queries import class_of_enrollment, find_class_by_id, get_class, people_in_scope, roster
from academy.classes.roster_lines import MOST_LINES, read_lines
from academy.classes.views import ClassView
from academy.enrollment.errors import CannotEnroll
from academy.enrollment.services import end_run_of_class, enroll_person
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l, localized
from academy.kernel.text import clean, fold
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Person, Unit

__all__ = [
    "add_members", "add_members_by_lines", "close_class", "create_class", "open_class", "remove_member",
    "update_class",
]  # fmt: skip


def create_class(actor: Actor, *, code: str, course: str, owner_unit_id: int, **fields: Any) -> ClassView:
    """Set up a class; only code, course and owner are needed.

    Args:
        code: as people call it, ``K52A``; letters become capitals.
        course: the course's address; its current version becomes the class's programme.
        fields: title, decision_no, decision_date, opens_on, closes_on, mode, place, supervisor_id,
            signer_title, signer_name, instructor_ids (person ids).

    Raises:
        NotFound: no such course or unit.
        Invalid: a field breaks a rule, or the code is taken.
    """
    with unit_of_work() as work:
        owner = work.session.get(Unit, owner_unit_id)
        if owner is None:
            raise NotFound(_l("There is no such unit."))
        require(actor, can_create_class, owner.path)
        programme = get_course(actor, course)
        values = checked_fields({"title": localized(programme.title, "vi"), "mode": "online"} | fields)
        values["code"] = checked_code(code)
        if programme.version_id is None:
            raise Invalid(
                _l("Please correct the fields named below."), errors={"course": [_l("Not published yet.")]}
            )
        if owner.valid_to is not None and owner.valid_to <= clock.today():
            raise Invalid(
                _l("Please correct the fields named below."),
                errors={"owner_unit_id": [_l("This unit is closed.")]},
            )
        instructors = values.pop("instructor_ids", ())
        run = ClassRun(
            course_id=programme.id,
            course_version_id=programme.version_id,
            owner_unit_id=owner.id,
            created_by=actor.account_id,
            state="planned" if (values.get("opens_on") or date.min) > clock.today() else "open",
            fold=fold(f"{values['code']} {values['title']}"),
            **values,
        )
        _insert(work, run)
        _set_instructors(work, run.id, instructors)
        record(
            actor, "class.create", "class_run", run.id, details={"code": run.code, "course": programme.slug}
        )
        return _seen(run.id)


def update_class(actor: Actor, code: str, **fields: Any) -> ClassView:
    """Change what :func:`create_class` calls ``fields``; what is not named stays.

    Raises:
        ClassNotFound, Forbidden, Invalid.
        ClassClosed: the class is closed; only who signs may still change.
    """
    with unit_of_work() as work:
        run = _manageable(actor, code)
        if run.state == "closed" and set(fields) - {"signer_title", "signer_name"}:
            raise _closed()
        values = checked_fields(fields, run)
        instructors = values.pop("instructor_ids", None)
        for name, value in values.items():
            setattr(run, name, value)
        run.fold = fold(f"{run.code} {run.title}")
        if instructors is not None:
            _set_instructors(work, run.id, instructors)
        record(actor, "class.update", "class_run", run.id, details={"fields": sorted(fields)})
        work.session.flush()
        return _seen(run.id)


def open_class(actor: Actor, code: str) -> ClassView:
    """Open a planned class, or open a closed one again.

    Raises:
        ClassNotFound, Forbidden.
        Conflict: members are in another open class of the course by now.
    """
    with unit_of_work() as work:
        run = _manageable(actor, code)
        _hold_course(work, run)
        elsewhere = _in_other_classes(run, [row.person_id for row in roster(run.id)])
        if elsewhere:
            raise Conflict(
                _l(
                    "Members of this class are in another class of its course by now: %(codes)s.",
                    codes=", ".join(sorted(set(elsewhere.values()))),
                ),
                rule="class.members-elsewhere",
                next_step=_l("Take them out of that class first, or close it."),
            )
        return _set_state(actor, code, "open", "class.open")


def close_class(actor: Actor, code: str) -> ClassView:
    """Close a class: its roster stands from now on. Closing it again changes nothing."""
    return _set_state(actor, code, "closed", "class.close")


def add_members(actor: Actor, code: str, person_ids: Iterable[int]) -> int:
    """Put people on the roster and enroll them; the number added. All or nobody.

    Raises:
        Invalid: ``errors`` names, by person id, everybody who cannot be added and why; or they are over a thousand.
    """
    with unit_of_work() as work:
        run = _open(actor, code)
        people = _people(actor, person_ids)
        added, faults = _add_all(work, actor, run, people)
        if faults:
            raise Invalid(_l("Nobody was added, because of these people:"), errors=faults)
        return added


def add_members_by_lines(actor: Actor, code: str, text: str) -> int:
    """Put the people of a pasted list on the roster; the number added. All or nobody.

    Raises:
        Invalid: ``errors`` names every line at fault, ``{"3": ["…"]}``.
    """
    with unit_of_work() as work:
        run = _open(actor, code)
        lines = read_lines(actor, text)
        if not lines:
            raise Invalid(_l("The list is empty."), errors={"keys": [_l("Enter a user name or key a line.")]})
        faults = {str(line.number): [line.fault] for line in lines if line.person_id is None}
        people = {line.person_id: line.full_name for line in lines if line.person_id is not None}
        added, refused = _add_all(work, actor, run, people)
        numbers = {str(line.person_id): str(line.number) for line in lines}
        faults |= {numbers[person]: texts for person, texts in refused.items()}
        if faults:
            in_order = dict(sorted(faults.items(), key=lambda fault: int(fault[0])))
            raise Invalid(_l("Nobody was added, because of these lines:"), errors=in_order)
        return added


def remove_member(actor: Actor, code: str, person_id: int, *, reason: str) -> None:
    """Take a person off the roster; removing twice changes nothing.

    A run through the course that a class began ends, unless it is completed or another class holds it; who comes
    back goes on with it. A run that the person began goes on as their own.

    Raises:
        Invalid: no reason given.
        NotFound: the person was never on the roster.
    """
    reason = clean(reason)
    if not reason:
        raise Invalid(
            _l("Say why."), errors={"reason": [_l("A reason is needed; it is kept in the journal.")]}
        )
    with unit_of_work() as work:
        run = _open(actor, code)
        member = work.session.scalar(
            select(ClassMember).where(ClassMember.class_run_id == run.id, ClassMember.person_id == person_id)
        )
        if member is None:
            raise NotFound(_l("This person is not in the class."))
        if member.removed_at is None:
            member.removed_at = clock.now()
            record(
                actor,
                "class.remove_member",
                "class_run",
                run.id,
                person_id=person_id,
                details={"reason": reason},
            )
            work.session.flush()
            if class_of_enrollment(member.enrollment_id) is None:
                end_run_of_class(actor, member.enrollment_id)


# --- the roster -----------------------------------------------------------------------------------


def _people(actor: Actor, person_ids: Iterable[int]) -> dict[int, str]:
    ids = list(dict.fromkeys(person_ids))
    if len(ids) > MOST_LINES:
        message = _l("At most %(most)s people at a time.", most=MOST_LINES)
        raise Invalid(message, errors={"person_id": [message]})
    possible = [person for person in ids if 0 < person < 2**53]
    rows = db.session.execute(
        select(Person.id, Person.full_name)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.id.in_(possible), Person.deactivated_at.is_(None), people_in_scope(actor))
    )
    found = {row.id: row.full_name for row in rows}
    missing = {
        str(person): [_l("There is no such person in your units.")] for person in ids if person not in found
    }
    if missing:
        raise Invalid(_l("Nobody was added, because of these people:"), errors=missing)
    return {person: found[person] for person in ids}


def _add_all(
    work: UnitOfWork, actor: Actor, run: ClassRun, people: dict[int, str]
) -> tuple[int, dict[str, Sequence[Any]]]:
    """Enroll and add; how many were new, and by person id what stood in the way."""
    _hold_course(work, run)
    course = find_course_by_id(run.course_id)
    present = {
        member.person_id: member
        for member in work.session.scalars(select(ClassMember).where(ClassMember.class_run_id == run.id))
    }
    elsewhere = _in_other_classes(run, people)
    added, faults = 0, {}
    for person_id in people:
        member = present.get(person_id)
        if member is not None and member.removed_at is None:
            continue
        if person_id in elsewhere:
            faults[str(person_id)] = [
                _l("Already in class %(code)s of this course.", code=elsewhere[person_id])
            ]
            continue
        try:
            enrollment = enroll_person(actor, person_id, course, source="class")
        except CannotEnroll as obstacle:
            faults[str(person_id)] = [obstacle.message]
            continue
        _put(work, actor, run, member, person_id, enrollment.id)
        added += 1
    return added, faults


def _put(
    work: UnitOfWork,
    actor: Actor,
    run: ClassRun,
    member: ClassMember | None,
    person_id: int,
    enrollment_id: int,
) -> None:
    if member is None:
        member = ClassMember(class_run_id=run.id, person_id=person_id)
        work.session.add(member)
    member.enrollment_id, member.removed_at = enrollment_id, None
    member.added_by, member.added_at = actor.account_id, clock.now()
    record(actor, "class.add_member", "class_run", run.id, person_id=person_id)


def _hold_course(work: UnitOfWork, run: ClassRun) -> None:
    """Rosters of a course change one after the other, or somebody could come into two of its classes at once."""
    work.session.execute(select(Course.id).where(Course.id == run.course_id).with_for_update(key_share=True))


def _in_other_classes(run: ClassRun, people: Iterable[int]) -> dict[int, str]:
    """Of these people, those in another class of the course that is not closed, with its code."""
    rows = db.session.execute(
        select(ClassMember.person_id, ClassRun.code)
        .join(ClassRun, ClassRun.id == ClassMember.class_run_id)
        .where(ClassRun.course_id == run.course_id, ClassRun.id != run.id, ClassRun.state != "closed")
        .where(ClassMember.removed_at.is_(None), ClassMember.person_id.in_(list(people)))
    )
    return {row.person_id: row.code for row in rows}


# --- the class itself -----------------------------------------------------------------------------


def _set_instructors(work: UnitOfWork, class_id: int, person_ids: Iterable[int]) -> None:
    work.session.execute(delete(ClassInstructor).where(ClassInstructor.class_run_id == class_id))
    for person_id in sorted(set(person_ids)):
        work.session.add(ClassInstructor(class_run_id=class_id, person_id=person_id))
    work.session.flush()


def _insert(work: UnitOfWork, run: ClassRun) -> None:
    try:
        with work.session.begin_nested():
            work.session.add(run)
            work.session.flush()
    except IntegrityError as error:
        raise Invalid(
            _l("Please correct the fields named below."),
            errors={"code": [_l("Another class has this code.")]},
        ) from error


# --- state ----------------------------------------------------------------------------------------


def _set_state(actor: Actor, code: str, state: str, act: str) -> ClassView:
    with unit_of_work() as work:
        run = _manageable(actor, code)
        if run.state != state:
            run.state = state
            record(actor, act, "class_run", run.id)
            work.session.flush()
        return _seen(run.id)


def _manageable(actor: Actor, code: str) -> ClassRun:
    view = get_class(actor, code)
    require(actor, can_manage_class, view)
    return db.session.get(ClassRun, view.id)


def _open(actor: Actor, code: str) -> ClassRun:
    run = _manageable(actor, code)
    if run.state == "closed":
        raise _closed()
    return run


def _closed() -> Conflict:
    return ClassClosed(
        _l("This class is closed; its roster stands."),
        next_step=_l("Open it again if something must change."),
    )


def _seen(class_id: int) -> ClassView:
    view = find_class_by_id(class_id)
    if view is None:
        raise NotFound(_l("There is no such class."))
    return view
