"""Jobs of the organization: each calls one service with ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.actor import Actor
from academy.kernel.jobs import Progress, job
from academy.organization import imports
from academy.organization.places import place_person, recompute_places


@job("organization.place_person")
def place(_progress: Progress, *, person_id: int) -> None:
    """A posting begins or has ended: the person's unit follows."""
    place_person(Actor.system(), person_id)


@job("organization.check_import")
def check(progress: Progress, *, import_id: int) -> Mapping[str, Any]:
    """Read an uploaded list and judge its lines."""
    return imports.check_import(import_id, progress.set)


@job("organization.apply_import")
def apply(progress: Progress, *, import_id: int) -> Mapping[str, Any]:
    """Write a confirmed list of people."""
    return imports.apply_import(import_id, progress.set)


@job("organization.tidy")
def tidy(_progress: Progress) -> Mapping[str, Any]:
    """Every night: people stand where their postings say, and old uploads are forgotten."""
    return {"placed": recompute_places(), "forgotten": imports.forget_old_imports()}
