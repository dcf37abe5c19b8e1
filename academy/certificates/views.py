"""What queries about documents give back: frozen values without a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from academy.certificates.numbers import grouped


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A row of the register in a list. ``state``: issued, superseded, replaced or revoked."""

    id: int
    serial: str
    register_no: str
    kind: str
    state: str
    holder: str
    program: Mapping[str, Any]
    class_code: str
    issued_on: date
    code: str

    @property
    def program_title(self) -> dict[str, str]:
        """The title by language, as on the document."""
        return {lang: self.program[lang] for lang in ("vi", "en") if self.program.get(lang)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A document with where it stands in its chain.

    ``successor`` is the document that superseded or replaced it, ``predecessor`` the one it follows.
    """

    id: int
    serial: str
    register_no: str
    kind: str
    state: str
    code: str
    person_id: int
    holder: str
    holder_unit_path: str
    owner_unit_id: int
    owner_unit_path: str
    owner_unit_name: str
    class_run_id: int | None
    class_code: str
    course_id: int
    eligibility_id: int
    issued_on: date
    issued_at: datetime
    reason: str
    snapshot: Mapping[str, Any]
    signature: str
    key_id: str
    is_genuine: bool
    predecessor: Link | None = None
    successor: Link | None = None
    revocation: RevocationView | None = None
    correction: ProposalRow | None = None

    @property
    def printed_code(self) -> str:
        return grouped(self.code)

    @property
    def birth_date(self) -> date | None:
        return _day(self.snapshot["holder"]["birth_date"])

    @property
    def studied(self) -> tuple[date | None, date | None]:
        """First and last day."""
        return _day(self.snapshot["studied"]["from"]), _day(self.snapshot["studied"]["to"])

    @property
    def program_title(self) -> dict[str, str]:
        program = self.snapshot["program"]
        return {lang: program[lang] for lang in ("vi", "en") if program.get(lang)}

    @property
    def is_current(self) -> bool:
        return self.state == "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another document of the same chain."""

    serial: str
    register_no: str
    kind: str
    code: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationView:
    reason: str
    decision_no: str
    revoked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """All that anybody may learn from a verification code."""

    code: str
    state: str
    kind: str
    serial: str
    holder: str
    program: Mapping[str, str]
    studied_from: date
    studied_to: date
    issued_on: date
    issuer: str
    successor_code: str | None = None
    successor_serial: str | None = None
    revoked_on: date | None = None

    @property
    def is_valid(self) -> bool:
        return self.state == "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """A proposal in a list; ``documents`` counts the included lines."""

    id: int
    state: str
    kind: str
    purpose: str
    class_code: str
    course_title: Mapping[str, str]
    proposer_name: str
    proposed_at: datetime
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A person in a proposal; ``serial`` once issued, ``replaces`` the number of the document corrected."""

    person_id: int
    full_name: str
    unit_name: str
    mark: Decimal | None
    included: bool
    reason: str
    serial: str
    replaces: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposal with its lines, included ones first, by name."""

    id: int
    state: str
    kind: str
    purpose: str
    class_code: str
    class_id: int | None
    course_id: int
    course_title: Mapping[str, str]
    owner_unit_id: int
    owner_unit_path: str
    owner_unit_name: str
    issued_on: date | None
    place: str
    signer_title: str
    signer_name: str
    note: str
    proposed_by: int | None
    proposer_id: int | None
    proposer_name: str
    proposed_at: datetime
    decided_at: datetime | None
    decider_name: str
    decision_note: str
    job_id: int | None
    lines: Sequence[LineView] = field(default_factory=tuple)

    @property
    def included(self) -> list[LineView]:
        return [line for line in self.lines if line.included]

    @property
    def excluded(self) -> list[LineView]:
        return [line for line in self.lines if not line.included]

    @property
    def issued(self) -> int:
        """How many of its documents are in the register."""
        return sum(1 for line in self.lines if line.serial)

    @property
    def holder_ids(self) -> frozenset[int]:
        return frozenset(line.person_id for line in self.lines if line.included)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitled:
    """Somebody for whom a document can be proposed now."""

    eligibility_id: int
    person_id: int
    full_name: str
    unit_name: str
    mark: Decimal | None
    earned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A class, or a course outside any class, where people have earned a document and nobody proposed it."""

    class_code: str
    course: str
    title: Mapping[str, str]
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A member of a class: how far the study is, and how far the document.

    ``standing``: studying, eligible, proposed, approved, issued or revoked.
    ``left_out`` is the reason for which the last proposal left the person out.
    """

    person_id: int
    full_name: str
    unit_name: str
    enrollment_state: str
    lessons_done: int
    lessons: int
    answered: int
    exercises: int
    quiz_passed: bool
    best_mark: Decimal | None
    standing: str
    mark: Decimal | None
    serial: str
    proposal_id: int | None
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """An export that somebody asked for. ``state``: waiting, made, or gone once its file was deleted.

    ``kept_until`` is the day on which the file is due to be deleted, None while it is not made.
    """

    id: int
    format: str
    filters: Mapping[str, Any]
    job_id: int | None
    state: str
    filename: str
    rows: int
    created_at: datetime
    kept_until: date | None


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
