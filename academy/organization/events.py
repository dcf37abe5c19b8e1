"""What happens to people and units that slices above may have to act upon."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMoved(Event):
    """A person works at another unit now (None: at none)."""

    person_id: int
    from_unit_id: int | None
    to_unit_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated(Event):
    """A person has left; the record stays, the account is closed."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMoved(Event):
    """A unit stands elsewhere in the tree: paths that began with ``old_path`` begin with ``new_path`` now."""

    unit_id: int
    old_path: str
    new_path: str
