"""What a list would do: a verdict for every line, without doing anything."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.crypto import blind_index
from academy.kernel.text import fold
from academy.organization.import_known import Known, KnownPerson, username_of
from academy.organization.import_lines import Line, Problem, canonical
from academy.organization.models import Unit
from academy.organization.person_values import mask
from academy.organization.policies import PEOPLE_MANAGE, PersonPlace, can_manage_person, covers
from academy.organization.postings import position_key

# fields of a person that a line may change, in the order they are shown
DATA_FIELDS = (
    "full_name",
    "external_key",
    "kind",
    "birth_date",
    "birth_place",
    "sex",
    "personal_number",
    "email",
    "phone",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a line changes of a person, as shown: personal numbers are masked."""

    field: str
    before: str
    after: str


@dataclass(slots=True)
class PlannedLine:
    """The verdict on a line, ``"new" | "changed" | "unchanged" | "error"``, and what would be written."""

    line: Line
    verdict: str = "error"
    person_id: int | None = None
    unit_id: int | None = None  # the unit of a new posting; None: no new posting
    username: str | None = None  # of a new account
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def starts_on(self) -> date:
        return self.line.values.get("starts_on") or clock.today()


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdicts on a whole list."""

    lines: Sequence[PlannedLine]
    known: Known

    @property
    def counts(self) -> Mapping[str, int]:
        counts = Counter(planned.verdict for planned in self.lines)
        return {verdict: counts[verdict] for verdict in ("new", "changed", "unchanged", "error")}

    @property
    def digest(self) -> str:
        """Of what would be written: equal if and only if the same would be done to the same people."""
        done = [
            [
                planned.line.number,
                planned.verdict,
                planned.person_id,
                planned.unit_id,
                planned.username,
                [[change.field, change.before, change.after] for change in planned.changes],
            ]
            for planned in self.lines
        ]
        return hashlib.sha256(canonical(done).encode()).hexdigest()


def make_plan(actor: Actor, lines: Sequence[Line], known: Known, *, default_unit: Unit | None) -> Plan:
    """Judge every line.

    A line is about the person with its staff code or, without a code, its user name. Cells that are empty
    change nothing. A unit other than the person's is a transfer from the day in the column “from”, or today.
    """
    seen: dict[tuple[str, str], int] = {}
    return Plan([_judge(actor, line, known, default_unit, seen) for line in lines], known)


def _judge(
    actor: Actor, line: Line, known: Known, default_unit: Unit | None, seen: dict[tuple[str, str], int]
) -> PlannedLine:
    planned = PlannedLine(line, problems=list(line.problems))
    _refuse_repeats(planned, seen)
    person = _whose(planned, known)
    if person is not None:
        refusal = _refusal(actor, person)
        if refusal:  # nothing more is said about somebody the actor may not deal with
            planned.problems = [Problem("external_key", refusal)]
            return planned
        planned.person_id = person.person.id
    elif "full_name" not in line.values and not any(problem.field == "full_name" for problem in planned.problems):
        planned.problems.append(Problem("full_name", "missing"))
    unit = _unit(actor, planned, known, default_unit, person)
    _check_username(planned, known, person)
    _check_number(planned, known)
    if not planned.problems:
        _decide(planned, known, person, unit)
    return planned


def _refuse_repeats(planned: PlannedLine, seen: dict[tuple[str, str], int]) -> None:
    values = planned.line.values
    marks = (
        ("external_key", values.get("external_key", ""), "same_key"),
        ("username", username_of(planned.line), "same_username"),
        ("personal_number", values.get("personal_number", ""), "same_number"),
    )
    for name, mark, code in marks:
        if not mark:
            continue
        first = seen.setdefault((name, mark), planned.line.number)
        if first != planned.line.number:
            planned.problems.append(Problem(name, code, {"line": first}))


def _whose(planned: PlannedLine, known: Known) -> KnownPerson | None:
    key = planned.line.values.get("external_key")
    if key:
        return known.by_key.get(key)
    username = username_of(planned.line)
    if not username and not any(problem.field in {"external_key", "username"} for problem in planned.problems):
        planned.problems.append(Problem("external_key", "no_key"))
    return known.by_username.get(username)


def _refusal(actor: Actor, person: KnownPerson) -> str:
    if not can_manage_person(actor, PersonPlace(person.person.id, person.unit_path)):
        return "elsewhere"
    return "left" if person.person.deactivated_at is not None else ""


def _unit(
    actor: Actor, planned: PlannedLine, known: Known, default_unit: Unit | None, person: KnownPerson | None
) -> Unit | None:
    """The unit that the line names; for new people else the list's."""
    code = planned.line.values.get("unit")
    if code is None:
        if person is not None:
            return None
        if default_unit is None:
            planned.problems.append(Problem("unit", "no_unit"))
        elif not covers(actor, PEOPLE_MANAGE, default_unit.path):  # lost since the list was sent
            planned.problems.append(Problem("unit", "foreign_unit", {"value": default_unit.code}))
        return default_unit
    unit = known.units.get(code.lower()) or known.units.get(fold(code))
    if unit is None:
        planned.problems.append(Problem("unit", "unknown_unit", {"value": code[:60]}))
    elif not covers(actor, PEOPLE_MANAGE, unit.path):
        planned.problems.append(Problem("unit", "foreign_unit", {"value": code[:60]}))
    elif unit.valid_to is not None and planned.starts_on >= unit.valid_to:
        planned.problems.append(Problem("unit", "closed_unit", {"value": code[:60]}))
    elif planned.starts_on < unit.valid_from:
        planned.problems.append(Problem("unit", "not_yet_unit", {"value": code[:60]}))
    return unit


def _check_username(planned: PlannedLine, known: Known, person: KnownPerson | None) -> None:
    key = username_of(planned.line)
    if not key:
        return
    wanted = planned.line.values["username"]
    if person is not None and person.username is not None:
        if known.usernames.get(key) != person.person.account_id:
            planned.problems.append(Problem("username", "other_username", {"value": person.username}))
    elif key in known.usernames:
        planned.problems.append(Problem("username", "taken_username", {"value": wanted}))
    else:
        planned.username = wanted


def _check_number(planned: PlannedLine, known: Known) -> None:
    number = planned.line.values.get("personal_number")
    if number and known.numbers.get(blind_index(number), planned.person_id) != planned.person_id:
        planned.problems.append(Problem("personal_number", "taken_number"))


def _decide(planned: PlannedLine, known: Known, person: KnownPerson | None, unit: Unit | None) -> None:
    values = planned.line.values
    if person is None:
        planned.verdict, planned.unit_id = "new", unit.id if unit else None
    else:
        planned.changes = _changed_data(values, person)
        _plan_posting(planned, known, person, unit)
        if planned.username is not None:
            planned.changes.append(Change("username", "", planned.username))
        planned.verdict = "changed" if planned.changes else "unchanged"
    if planned.problems:  # found while planning the posting
        planned.verdict = "error"
        return
    title = values.get("position", "")
    if planned.unit_id is not None and title and position_key(title) not in known.positions:
        planned.notes.append(Problem("position", "new_position", {"value": title}))
    if planned.username is not None:
        planned.notes.append(Problem("username", "new_account", {"value": planned.username}))


def _changed_data(values: Mapping[str, Any], person: KnownPerson) -> list[Change]:
    changes = []
    for name in DATA_FIELDS:
        if name not in values:
            continue
        before = getattr(person.person, name)
        if before != values[name]:
            changes.append(Change(name, shown(name, before), shown(name, values[name])))
    return changes


def _plan_posting(planned: PlannedLine, known: Known, person: KnownPerson, unit: Unit | None) -> None:
    """A line that names another unit or position than the present posting's makes a new one."""
    values = planned.line.values
    present_id = person.posting_unit_id or person.person.unit_id
    title = values.get("position")
    moves = unit is not None and unit.id != present_id
    retitles = title is not None and title.casefold() != person.position.casefold()
    if not moves and not retitles:
        return
    target = unit or known.units_by_id.get(present_id or 0)
    if target is None:
        planned.problems.append(Problem("unit", "no_unit"))
        return
    if person.posted_from is not None and person.posted_from > planned.starts_on:
        planned.problems.append(Problem("starts_on", "later_posting", {"value": shown("starts_on", person.posted_from)}))
        return
    planned.unit_id = target.id
    if moves:
        before = known.units_by_id.get(present_id or 0)
        planned.changes.append(Change("unit", before.name if before else "", target.name))
    if retitles:
        planned.changes.append(Change("position", person.position, title or ""))


def shown(name: str, value: Any) -> str:
    """A value as a list of changes shows it."""
    if value is None:
        return ""
    if name == "personal_number":
        return mask(value)
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
