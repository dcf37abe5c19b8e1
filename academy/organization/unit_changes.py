"""Units come, are renamed, moved and closed: dated operations that leave the past as it was."""

from __future__ import annotations

import re
from datetime import date, timedelta

from sqlalchemy import Text, cast, func, literal, or_, select, update

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l, _n
from academy.kernel.text import clean, fold, slug, sort_key
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.errors import UnitClosed, UnitInUse
from academy.organization.events import UnitMoved
from academy.organization.models import UNIT_KINDS, Posting, RoleGrant, Unit, UnitVersion
from academy.organization.policies import can_manage_unit, can_see_unit

__all__ = ["close_unit", "create_unit", "move_unit", "rename_unit"]

# what may stand below what; a city stands alone
PARENT_KINDS: dict[str, tuple[str, ...]] = {
    "city": (),
    "district": ("city",),
    "ward": ("city", "district"),
    "commune": ("city", "district"),
    "body": ("city", "district", "ward", "commune"),
    "office": ("city", "district", "ward", "commune", "body", "institution", "office"),
    "institution": ("city", "district", "body"),
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def create_unit(
    actor: Actor,
    *,
    name: str,
    kind: str,
    parent_id: int | None = None,
    code: str = "",
    valid_from: date | None = None,
) -> Unit:
    """Add a unit below another; without a code it gets one made from its name.

    Raises:
        NotFound: the unit above does not exist or may not be seen.
        Forbidden: the actor does not administer the unit above; only the academy itself founds a city.
        Invalid: name, kind or code cannot be.
        UnitClosed: the unit above does not exist on that day.
        Conflict: the code is in use.
    """
    day = valid_from or clock.today()
    with unit_of_work() as work:
        parent = _get(actor, parent_id) if parent_id is not None else None
        if parent is None and not actor.is_system:
            raise Forbidden(_l("A new tree of units is begun by the command line only."), rule="organization.root")
        if parent is not None:
            require(actor, can_manage_unit, parent)
            check_open(parent, day)
        name = _checked_name(name)
        _check_kind(kind, parent)
        unit = Unit(
            code=_checked_code(work, code, name),
            kind=kind,
            name=name,
            sort_key=sort_key(name),
            parent_id=parent_id,
            valid_from=day,
        )
        work.session.add(unit)
        work.session.flush()
        unit.path = f"{parent.path if parent else ''}{unit.id}/"
        work.session.add(UnitVersion(unit_id=unit.id, parent_id=parent_id, name=name, valid_from=day))
        record(actor, "unit.create", "unit", unit.id, details={"code": unit.code, "name": name, "parent": parent_id})
        return unit


def rename_unit(actor: Actor, unit_id: int, name: str, *, on: date | None = None, reason: str = "") -> Unit:
    """Give a unit another name from a day on, today at the latest; records before it keep the old one.

    Raises:
        NotFound, Forbidden, Invalid, UnitClosed: as :func:`create_unit`.
        Conflict: the day lies before the unit's last change.
    """
    day = on or clock.today()
    with unit_of_work() as work:
        unit = _get(actor, unit_id)
        require(actor, can_manage_unit, unit)
        check_open(unit, day)
        name = _checked_name(name)
        if name == unit.name:
            return unit
        _change_version(work, unit, day, reason, name=name)
        record(actor, "unit.rename", "unit", unit.id, details=_details(day, reason, before=unit.name, after=name))
        unit.name, unit.name_fold, unit.sort_key = name, fold(name), sort_key(name)
        return unit


def move_unit(actor: Actor, unit_id: int, parent_id: int, *, on: date | None = None, reason: str = "") -> Unit:
    """Put a unit, with all below it, under another from a day on, today at the latest.

    Raises:
        NotFound, Forbidden, Invalid, UnitClosed: as :func:`create_unit`, for both units above.
        Conflict: it would come to stand below itself, or the day lies before its last change.
    """
    day = on or clock.today()
    with unit_of_work() as work:
        # two moves at once could close a circle: one after the other
        work.session.execute(select(Unit.id).where(Unit.parent_id.is_(None)).with_for_update())
        unit, parent = _get(actor, unit_id), _get(actor, parent_id)
        for one in (unit, parent):
            require(actor, can_manage_unit, one)
            check_open(one, day)
        if parent.path.startswith(unit.path):
            raise Conflict(_l("A unit cannot stand below itself."), rule="organization.circle")
        _check_kind(unit.kind, parent)
        if unit.parent_id == parent.id:
            return unit
        _change_version(work, unit, day, reason, parent_id=parent.id)
        record(
            actor, "unit.move", "unit", unit.id, details=_details(day, reason, before=unit.parent_id, after=parent.id)
        )
        unit.parent_id = parent.id
        work.session.flush()
        moved = UnitMoved(unit_id=unit.id, old_path=unit.path, new_path=f"{parent.path}{unit.id}/")
        _rewrite_paths(work, moved.old_path, moved.new_path)
        work.session.refresh(unit)
        work.emit(moved)
        return unit


def close_unit(actor: Actor, unit_id: int, *, last_day: date | None = None, reason: str = "") -> Unit:
    """Let a unit end with a day (default: today). Its name stays on every record that names it.

    Roles over it end the same day. Sub-units and people must have gone before.

    Raises:
        NotFound, Forbidden: as :func:`create_unit`.
        UnitInUse: sub-units are open, or postings reach beyond the day.
        UnitClosed: it is closed already.
        Invalid: the day lies before the unit's last change.
    """
    day = last_day or clock.today()
    with unit_of_work() as work:
        unit = _get(actor, unit_id)
        require(actor, can_manage_unit, unit)
        if unit.valid_to is not None:
            raise UnitClosed(_l("This unit is closed already."))
        version = _present_version(work, unit)
        if day < version.valid_from:
            message = _l("The last day cannot lie before %(day)s.", day=version.valid_from.strftime("%d/%m/%Y"))
            raise Invalid(message, rule="organization.dates", errors={"last_day": [message]})
        _refuse_if_in_use(unit, day)
        unit.valid_to = version.valid_to = day + timedelta(days=1)
        version.reason = clean(reason) or version.reason
        _end_roles(work, unit, day)
        record(actor, "unit.close", "unit", unit.id, details=_details(day, reason))
        return unit


def check_open(unit: Unit, first: date, last: date | None = None) -> None:
    """Make sure that a unit exists from ``first`` to ``last`` (default: on ``first``).

    Raises:
        UnitClosed: it does not.
    """
    if first < unit.valid_from:
        raise UnitClosed(
            _l("%(unit)s exists only since %(day)s.", unit=unit.name, day=unit.valid_from.strftime("%d/%m/%Y")),
            next_step=_l("Choose a later day."),
        )
    if unit.valid_to is not None and (last or first) >= unit.valid_to:
        ended = unit.valid_to - timedelta(days=1)
        raise UnitClosed(
            _l("%(unit)s was closed on %(day)s.", unit=unit.name, day=ended.strftime("%d/%m/%Y")),
            next_step=_l("Choose the unit that took over from it."),
        )


def _get(actor: Actor, unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not can_see_unit(actor, unit):
        raise NotFound(_l("There is no such unit."))
    return unit


def _checked_name(name: str) -> str:
    name = clean(name)
    if not name or len(name) > 200:
        message = _l("A unit needs a name of at most 200 characters.")
        raise Invalid(message, rule="organization.unit", errors={"name": [message]})
    return name


def _check_kind(kind: str, parent: Unit | None) -> None:
    fits = kind in UNIT_KINDS and (parent.kind in PARENT_KINDS[kind] if parent else kind == "city")
    if not fits:
        message = _l("A unit of this kind cannot stand there.")
        raise Invalid(message, rule="organization.unit-kind", errors={"kind": [message]})


def _checked_code(work: UnitOfWork, code: str, name: str) -> str:
    code = clean(code)
    if not code:
        return _free_code(work, slug(name, 30) or "unit")
    if not _CODE.fullmatch(code):
        message = _l("A code has 1 to 40 letters, figures, dots or hyphens.")
        raise Invalid(message, rule="organization.unit-code", errors={"code": [message]})
    if work.session.scalar(select(Unit.id).where(func.lower(Unit.code) == code.lower())):
        message = _l("The code %(code)s is in use.", code=code)
        raise Conflict(message, rule="organization.unit-code", errors={"code": [message]})
    return code


def _free_code(work: UnitOfWork, stem: str) -> str:
    taken = set(work.session.scalars(select(Unit.code).where(Unit.code.startswith(stem, autoescape=True))))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def _present_version(work: UnitOfWork, unit: Unit) -> UnitVersion:
    return work.session.scalars(
        select(UnitVersion).where(UnitVersion.unit_id == unit.id).order_by(UnitVersion.valid_from.desc()).limit(1)
    ).one()


def _change_version(
    work: UnitOfWork, unit: Unit, day: date, reason: str, *, name: str | None = None, parent_id: int | None = None
) -> None:
    """End the present version the day before ``day`` and begin the next; on its own first day correct it."""
    version = _present_version(work, unit)
    if day > clock.today() or day < version.valid_from:
        message = _l(
            "The day must lie between the unit's last change on %(day)s and today.",
            day=version.valid_from.strftime("%d/%m/%Y"),
        )
        raise Conflict(message, rule="organization.dates", errors={"on": [message]})
    if day > version.valid_from:
        version.valid_to = day
        version = UnitVersion(unit_id=unit.id, parent_id=unit.parent_id, name=unit.name, valid_from=day)
        work.session.add(version)
    if name is not None:
        version.name, version.name_fold = name, fold(name)
    version.parent_id = parent_id or version.parent_id
    version.reason = clean(reason) or version.reason or ""


def _rewrite_paths(work: UnitOfWork, old: str, new: str) -> None:
    rest = func.substr(Unit.path, len(old) + 1)
    work.session.execute(
        update(Unit)
        .where(Unit.path.startswith(old, autoescape=True))
        .values(path=cast(literal(new), Text).concat(rest))
        .execution_options(synchronize_session=False)
    )
    work.session.expire_all()


def _refuse_if_in_use(unit: Unit, day: date) -> None:
    children = db.session.scalar(
        select(func.count()).where(
            Unit.parent_id == unit.id, or_(Unit.valid_to.is_(None), Unit.valid_to > day + timedelta(days=1))
        )
    )
    if children:
        raise UnitInUse(
            _n("%(num)s unit below this one is open.", "%(num)s units below this one are open.", children),
            next_step=_l("Close them or move them first."),
        )
    people = db.session.scalar(
        select(func.count(Posting.person_id.distinct())).where(
            Posting.unit_id == unit.id, or_(Posting.ends_on.is_(None), Posting.ends_on > day)
        )
    )
    if people:
        raise UnitInUse(
            _n(
                "%(num)s person is posted here beyond that day.",
                "%(num)s people are posted here beyond that day.",
                people,
            ),
            next_step=_l("Post them to their new units first, one by one or by an import."),
        )


def _end_roles(work: UnitOfWork, unit: Unit, day: date) -> None:
    over = (RoleGrant.unit_id == unit.id, RoleGrant.revoked_at.is_(None))
    work.session.execute(
        update(RoleGrant).where(*over, RoleGrant.starts_on > day).values(revoked_at=clock.now())
    )
    work.session.execute(
        update(RoleGrant)
        .where(*over, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on > day))
        .values(ends_on=day)
    )


def _details(day: date, reason: str, **more: object) -> dict[str, object]:
    return {"on": day.isoformat(), **more} | ({"reason": clean(reason)} if clean(reason) else {})
