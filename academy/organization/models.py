"""Units as a dated tree, people, postings and roles.

A unit keeps its identity through renamings and moves; what changes with time is in
:class:`UnitVersion`. ``Unit.path`` is the path of ids from the root in the present tree, ``"1/17/203/"``:
a subtree is a prefix.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from academy.kernel.crypto import EncryptedText
from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp
from academy.kernel.text import fold

UNIT_KINDS = ("city", "ward", "commune", "district", "body", "office", "institution")
PERSON_KINDS = ("cadre", "civil_servant", "public_employee", "part_timer", "foreign", "other")
IMPORT_STATES = ("checking", "checked", "applying", "applied", "failed", "discarded")
VERDICTS = ("new", "changed", "unchanged", "error")


def _folded_name(context: Any) -> str:
    """Column default: the unit's name as search compares it."""
    return fold(context.get_current_parameters()["name"])


class Unit(Model):
    """A unit of the city, as it is today: city → ward or commune → body → office.

    ``valid_from`` is the first day it exists, ``valid_to`` the first day it no longer does (None: open).
    """

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint(f"kind IN {UNIT_KINDS}", name="kind"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    name_fold: Mapped[str] = mapped_column(String(200), default=_folded_name)
    sort_key: Mapped[str] = mapped_column(String(600), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(200), index=True, default="")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class UnitVersion(Model):
    """Name and place of a unit from a day (inclusive) to a day (exclusive; None: still)."""

    __tablename__ = "unit_version"
    __table_args__ = (Index("ix_unit_version_unit", "unit_id", "valid_from"),)

    id: Mapped[int] = primary_key()
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_fold: Mapped[str] = mapped_column(String(200), default=_folded_name)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")


class Person(Model):
    """Somebody whose learning is recorded, for a whole career, whatever account or unit."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(f"kind IN {PERSON_KINDS}", name="kind"),
        CheckConstraint("sex IS NULL OR sex IN ('f', 'm', 'x')", name="sex"),
        Index("ix_person_sort_key", "sort_key", "id"),
    )

    id: Mapped[int] = primary_key()
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    external_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    full_name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(600))
    name_fold: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="civil_servant")
    birth_date: Mapped[date | None] = mapped_column(Date)
    birth_place: Mapped[str] = mapped_column(String(200), default="")
    sex: Mapped[str | None] = mapped_column(String(1))
    email: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    # 12 digits as text; encrypted, found again by its blind index
    personal_number: Mapped[str | None] = mapped_column(EncryptedText)
    personal_number_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    # where the person works now: a projection of the current main posting, for scopes and lists
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = timestamp()

    unit: Mapped[Unit | None] = relationship(lazy="raise")


class Position(Model):
    """A job position (vị trí việc làm) or title that postings name."""

    __tablename__ = "position"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[dict]
    field: Mapped[str] = mapped_column(String(60), default="")


class Posting(Model):
    """A person at a unit in a position, from a day to a day (inclusive; None: open).

    Of the postings of one day, the one that is not ``secondary`` and began last says where the person
    works; ``origin`` says where the person came from ("Quận Hoàn Kiếm", "UBND xã Đại Áng").
    """

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_person", "person_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    secondary: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(String(200), default="")


class RoleGrant(Model):
    """A role over a subtree of units, from a day to a day (inclusive; None: until revoked)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        # given, taken back and given again on one day is possible; given twice is not
        Index(
            "uq_role_grant_in_force",
            "person_id",
            "role",
            "unit_id",
            "starts_on",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_role_grant_person", "person_id"),
        Index("ix_role_grant_unit", "unit_id"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PeopleImport(Model):
    """A list of people that was uploaded: checked line by line, then applied whole or not at all.

    What it holds of people is encrypted and removed once the list is applied, discarded or a day old.
    """

    __tablename__ = "people_import"
    __table_args__ = (CheckConstraint(f"state IN {IMPORT_STATES}", name="state"),)

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # units of people whose line names none
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    upload: Mapped[str | None] = mapped_column(EncryptedText)  # base64, until it has been read
    state: Mapped[str] = mapped_column(String(12), default="checking")
    # {"encoding", "columns": [field, …], "ignored": [heading, …], "counts": {verdict: n}, "problem"}
    summary: Mapped[dict]
    # of the verdicts that were shown: what is applied is what was confirmed
    digest: Mapped[str] = mapped_column(String(64), default="")
    job_id: Mapped[int | None]
    created_at: Mapped[datetime] = timestamp(index=True)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PeopleImportLine(Model):
    """One line of a list and what was found about it; ``line`` counts as the spreadsheet does, from 1."""

    __tablename__ = "people_import_line"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        Index("ix_people_import_line_verdict", "import_id", "verdict", "line"),
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
    )

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"))
    line: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(10))
    # JSON {"cells": {field: text}, "changes": [...], "problems": [...], "notes": [...]}
    body: Mapped[str] = mapped_column(EncryptedText)
