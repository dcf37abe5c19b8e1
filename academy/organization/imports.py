"""Importing people: upload, check line by line, confirm, written whole or not at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.errors import ListOutdated, UnreadableList
from academy.organization.identity import actor_of_account
from academy.organization.import_columns import find_layout
from academy.organization.import_file import AT_ONCE, MAX_BYTES, read_table, weight
from academy.organization.import_known import look_up
from academy.organization.import_lines import Line, Problem, canonical, dump_values, load_values, read_lines
from academy.organization.import_plan import Change, Plan, PlannedLine, make_plan
from academy.organization.import_problems import line_texts, unreadable
from academy.organization.import_writing import write_plan
from academy.organization.models import PeopleImport, PeopleImportLine, Unit
from academy.organization.policies import PersonPlace, can_manage_person
from academy.organization.postings import get_unit

__all__ = [
    "apply_import",
    "check_import",
    "confirm_import",
    "discard_import",
    "forget_old_imports",
    "get_import",
    "import_at_once",
    "start_import",
]

KEPT = timedelta(days=1)
APPLIED_AT_ONCE = 2000
_CHUNK = 500
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One line of a list as it was judged, for showing."""

    number: int
    verdict: str
    name: str
    key: str
    changes: Sequence[Change]
    problems: Sequence[Problem]
    notes: Sequence[Problem]


def start_import(actor: Actor, data: bytes, file_name: str, *, unit_id: int | None = None) -> PeopleImport:
    """Take a list in. A short one is checked at once; for a long one a job is left (``job_id``).

    Args:
        unit_id: where people are posted whose line names no unit.

    Raises:
        NotFound: no such unit.
        Forbidden: the actor does not manage people there.
        UnreadableList: it is no list of people.
    """
    forget_old_imports()
    unit = get_unit(unit_id) if unit_id is not None else None
    if unit is not None:
        require(actor, can_manage_person, PersonPlace(0, unit.path))
    if len(data) > MAX_BYTES:
        raise unreadable("too_large", limit=MAX_BYTES // 1024**2)
    at_once = weight(data) <= AT_ONCE
    plan, summary = _check(actor, data, unit) if at_once else (None, {"counts": {}})
    with unit_of_work() as work:
        new = PeopleImport(
            account_id=actor.account_id,
            unit_id=unit_id,
            file_name=clean(file_name)[:200] or "list",
            summary=summary,
        )
        work.session.add(new)
        work.session.flush()
        if plan is not None:
            _store(work, new, plan)
        else:
            new.upload = base64.b64encode(data).decode()
            new.job_id = work.enqueue("organization.check_import", owner=actor.account_id, import_id=new.id).id
        return new


def check_import(import_id: int, report: Report) -> Mapping[str, Any]:
    """What the job does: read and judge a long list; doing it again changes nothing."""
    stored = db.session.get(PeopleImport, import_id)
    result = {"url": f"/admin/people/import/{import_id}"}
    if stored is None or stored.state != "checking" or stored.upload is None:
        return result
    actor = _actor(stored)
    unit = get_unit(stored.unit_id) if stored.unit_id is not None else None
    report(0, 3)
    data = base64.b64decode(stored.upload)
    try:
        plan, summary = _check(actor, data, unit, report)
    except UnreadableList as error:
        with unit_of_work():
            stored.state, stored.upload = "failed", None
            stored.summary = {"counts": {}, "problem": [error.code, error.params]}
        return result
    with unit_of_work() as work:
        stored.upload, stored.summary = None, summary
        _store(work, stored, plan)
    return result


def confirm_import(actor: Actor, import_id: int) -> PeopleImport:
    """Write a checked list: a short one at once, a long one by a job.

    Raises:
        NotFound: it is not the actor's, or has been forgotten.
        Conflict: it has lines with errors, changes nothing, or was confirmed before.
        ListOutdated: what it would do now differs from what was shown.
    """
    stored = get_import(actor, import_id)
    counts = stored.summary.get("counts", {})
    if stored.state != "checked":
        raise Conflict(_l("This list is not waiting to be confirmed."), rule="organization.import")
    if counts.get("error"):
        raise Conflict(
            _l("A list with errors is not imported, not even in part."),
            rule="organization.import-errors",
            next_step=_l("Correct the lines in your file and upload it again."),
        )
    if not counts.get("new") and not counts.get("changed"):
        raise Conflict(_l("The list changes nothing."), rule="organization.import")
    at_once = sum(counts.values()) <= APPLIED_AT_ONCE
    lines = _lines(import_id) if at_once else []
    with unit_of_work() as work:
        # of two clicks one confirms
        confirmed = work.session.execute(
            update(PeopleImport)
            .where(PeopleImport.id == import_id, PeopleImport.state == "checked")
            .values(state="applying")
        ).rowcount
        if not confirmed:
            raise Conflict(_l("This list is not waiting to be confirmed."), rule="organization.import")
        work.session.refresh(stored)
        if at_once:
            _apply(work, actor, stored, lines)
        else:
            stored.job_id = work.enqueue(
                "organization.apply_import", owner=actor.account_id, import_id=import_id
            ).id
    return stored


def apply_import(import_id: int, report: Report) -> Mapping[str, Any]:
    """What the job does: write a confirmed list; doing it again changes nothing."""
    stored = db.session.get(PeopleImport, import_id)
    result = {"url": f"/admin/people/import/{import_id}"}
    if stored is None or stored.state != "applying":
        return result
    report(0, sum(stored.summary.get("counts", {}).values()))
    lines = _lines(import_id)
    try:
        with unit_of_work() as work:
            stored = work.session.get(PeopleImport, import_id)
            _apply(work, _actor(stored), stored, lines)
    except AcademyError:  # since it was confirmed people, units or rights have changed
        with unit_of_work() as work:
            stored = work.session.get(PeopleImport, import_id)
            stored.state, stored.summary = "failed", stored.summary | {"problem": ["outdated", {}]}
            _forget_lines(work, stored)
    return result


def discard_import(actor: Actor, import_id: int) -> None:
    """Forget a list that is not to be written.

    Raises:
        NotFound: it is not the actor's.
        Conflict: it has been confirmed.
    """
    with unit_of_work() as work:
        stored = get_import(actor, import_id)
        if stored.state in ("applying", "applied"):
            raise Conflict(_l("This list has been confirmed already."), rule="organization.import")
        _forget_lines(work, stored)
        stored.state, stored.upload = "discarded", None


def import_at_once(
    actor: Actor, data: bytes, file_name: str, *, unit_id: int | None = None, dry_run: bool = False
) -> PeopleImport:
    """For programs: check a list and, unless it is a dry run, write it if no line is wrong.

    A list too long to be checked at once is left to a job, and must be confirmed after it.

    Raises:
        As :func:`start_import`; Invalid if lines are wrong and it is no dry run, with all reasons.
    """
    stored = start_import(actor, data, file_name, unit_id=unit_id)
    counts = stored.summary.get("counts", {})
    if dry_run or stored.state != "checked":
        return stored
    if counts["error"]:
        raise Invalid(
            _l("Nothing was imported, because lines are wrong."),
            rule="organization.import-errors",
            next_step=_l("Correct the lines and send the whole list again."),
            errors=_reasons(stored.id),
        )
    return confirm_import(actor, stored.id) if counts["new"] or counts["changed"] else stored


def get_import(actor: Actor, import_id: int) -> PeopleImport:
    """A list that the actor uploaded.

    Raises:
        NotFound: it is somebody else's, or has been forgotten.
    """
    stored = db.session.get(PeopleImport, import_id)
    if stored is None or actor.account_id is None or stored.account_id != actor.account_id:
        raise NotFound(_l("There is no such list, or it has been forgotten."))
    return stored


def forget_old_imports() -> int:
    """Remove what lists hold of people a day after their upload, however far they came; the number of lists emptied."""
    with unit_of_work() as work:
        old = work.session.scalars(
            select(PeopleImport).where(
                PeopleImport.created_at < clock.now() - KEPT,
                PeopleImport.state.in_(("checking", "checked", "applying")),
            )
        ).all()
        for stored in old:
            _forget_lines(work, stored)
            stored.state, stored.upload = "discarded", None
        return len(old)


def stored_lines(
    import_id: int, *, verdict: str = "", after: int = 0, limit: int = 100
) -> list[StoredLine]:
    """Lines of a list in their order, those of one verdict or all, beginning after a line."""
    statement = select(PeopleImportLine).where(
        PeopleImportLine.import_id == import_id, PeopleImportLine.line > after
    )
    if verdict:
        statement = statement.where(PeopleImportLine.verdict == verdict)
    rows = db.session.scalars(statement.order_by(PeopleImportLine.line).limit(limit)).all()
    return [_stored_line(row) for row in rows]


def _stored_line(row: PeopleImportLine) -> StoredLine:
    body = json.loads(row.body)
    return StoredLine(
        number=row.line,
        verdict=row.verdict,
        name=body["values"].get("full_name", ""),
        key=body["values"].get("external_key") or body["values"].get("username", ""),
        changes=[Change(*change) for change in body["changes"]],
        problems=[Problem(*problem) for problem in body["problems"]],
        notes=[Problem(*note) for note in body["notes"]],
    )


def _check(
    actor: Actor, data: bytes, unit: Unit | None, report: Report | None = None
) -> tuple[Plan, dict[str, Any]]:
    table = read_table(data)
    layout = find_layout(table.lines)
    if report:
        report(1, 3)
    lines = read_lines(table, layout)
    plan = make_plan(actor, lines, look_up(lines), default_unit=unit)
    if report:
        report(2, 3)
    columns = sorted(layout.columns, key=layout.columns.__getitem__)
    return plan, {
        "encoding": table.encoding,
        "columns": columns,
        "ignored": list(layout.ignored),
        "counts": dict(plan.counts),
    }


def _store(work: UnitOfWork, stored: PeopleImport, plan: Plan) -> None:
    stored.state, stored.digest = "checked", plan.digest
    rows = [
        {
            "import_id": stored.id,
            "line": planned.line.number,
            "verdict": planned.verdict,
            "body": canonical(_body(planned)),
        }
        for planned in plan.lines
    ]
    for start in range(0, len(rows), _CHUNK):
        work.session.execute(insert(PeopleImportLine), rows[start : start + _CHUNK])


def _body(planned: PlannedLine) -> dict[str, Any]:
    return {
        "values": dump_values(planned.line.values),
        "changes": [[change.field, change.before, change.after] for change in planned.changes],
        "problems": [[problem.field, problem.code, dict(problem.params)] for problem in planned.problems],
        "notes": [[note.field, note.code, dict(note.params)] for note in planned.notes],
    }


def _lines(import_id: int) -> list[Line]:
    """The stored lines; they do not change, so they are decrypted before the write lock is taken."""
    rows = db.session.execute(
        select(PeopleImportLine.line, PeopleImportLine.body)
        .where(PeopleImportLine.import_id == import_id)
        .order_by(PeopleImportLine.line)
    )
    return [Line(number, load_values(json.loads(body)["values"])) for number, body in rows]


def _apply(work: UnitOfWork, actor: Actor, stored: PeopleImport, lines: Sequence[Line]) -> None:
    """Plan again from what was stored, compare with what was shown, write."""
    unit = get_unit(stored.unit_id) if stored.unit_id is not None else None
    plan = make_plan(actor, lines, look_up(lines), default_unit=unit)
    if plan.digest != stored.digest:
        raise _outdated()
    try:
        write_plan(actor, plan)
        work.session.flush()
    except IntegrityError as error:
        raise _outdated() from error
    stored.state, stored.applied_at = "applied", clock.now()
    details = {"file": stored.file_name, **plan.counts}
    record(actor, "people.import", "people_import", stored.id, details=details)
    _forget_lines(work, stored)


def _forget_lines(work: UnitOfWork, stored: PeopleImport) -> None:
    work.session.execute(delete(PeopleImportLine).where(PeopleImportLine.import_id == stored.id))


def _outdated() -> ListOutdated:
    return ListOutdated(
        _l("Since the list was checked, something that it touches has changed. Nothing was imported."),
        next_step=_l("Upload the list again and look at the new verdicts."),
    )


def _actor(stored: PeopleImport) -> Actor:
    actor = actor_of_account(stored.account_id)
    if actor is None:
        raise NotFound(_l("The account that uploaded the list is closed."))
    return actor


def _reasons(import_id: int) -> dict[str, list[str]]:
    wrong = stored_lines(import_id, verdict="error", limit=1000)
    return {
        f"line {line.number}": [
            f"{problem.field}: {' '.join(line_texts(problem.code, problem.params))}" for problem in line.problems
        ]
        for line in wrong
    }
