"""What queries about classes give back: frozen values without a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """A class as its page shows it; ``members`` counts those on the roster now."""

    id: int
    code: str
    title: str
    state: str
    mode: str
    course_id: int
    course_slug: str
    course_title: Mapping[str, str]
    course_version_id: int
    owner_unit_id: int
    owner_unit_path: str
    owner_unit_name: str
    decision_no: str
    decision_date: date | None
    opens_on: date | None
    closes_on: date | None
    place: str
    supervisor_id: int | None
    supervisor_name: str
    signer_title: str
    signer_name: str
    instructor_ids: frozenset[int] = frozenset()
    instructor_names: tuple[str, ...] = ()
    members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class in a list."""

    id: int
    code: str
    title: str
    state: str
    mode: str
    course_title: Mapping[str, str]
    owner_unit_name: str
    opens_on: date | None
    closes_on: date | None
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A member of a class, with the run that counts."""

    person_id: int
    full_name: str
    unit_name: str
    username: str
    enrollment_id: int
    enrollment_state: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who could be put on a roster; ``member`` tells that they are on it."""

    person_id: int
    full_name: str
    unit_name: str
    username: str
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChoice:
    """A unit that could own a class."""

    id: int
    name: str
    path: str
