"""The register of legal documents as the content folder states it: ``content/<module>/legal.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_schema import LegalDocumentSchema
from academy.catalog.legal_numbers import fold_number, number_slug
from academy.catalog.rendering import DocumentReference
from academy.catalog.yaml_marks import Fault, YamlFile, load_yaml_file

__all__ = ["LegalEntry", "document_reference", "read_register", "validity"]


@dataclass(frozen=True, slots=True)
class LegalEntry:
    """A legal document with its dates; ``replaces`` are numbers as written."""

    number: str
    kind: str
    title: Mapping[str, str]
    issuer: Mapping[str, str]
    issued: date
    effective: date | None
    until: date | None
    replaces: tuple[str, ...]
    status: str

    @property
    def folded(self) -> str:
        return fold_number(self.number)

    @property
    def slug(self) -> str:
        return number_slug(self.number)


def validity(status: str, effective: date | None, until: date | None, today: date) -> str:
    """What a reader must know on a day: ``in_force``, ``pending`` (not yet), ``replaced`` or ``expired``.

    What the register says outright goes before what follows from the dates.
    """
    if status in ("replaced", "expired"):
        return status
    if until is not None and until < today:
        return "expired"
    if effective is not None and effective > today:
        return "pending"
    return "in_force"


def document_reference(entry: LegalEntry, today: date) -> DocumentReference:
    """What a citation of the document shows on this day."""
    shown = validity(entry.status, entry.effective, entry.until, today)
    return DocumentReference(entry.number, entry.slug, entry.title, shown, entry.effective)


def read_register(root: Path) -> tuple[dict[str, LegalEntry], list[Fault]]:
    """Read the ``legal.yaml`` of every module together.

    The same document may stand in several files if the entries are equal.

    Returns:
        Entries by folded number, and everything wrong with them.
    """
    entries: dict[str, LegalEntry] = {}
    places: dict[str, Fault] = {}
    faults: list[Fault] = []
    for path in sorted(root.glob("*/legal.yaml")):
        file = load_yaml_file(path, root)
        faults += file.faults
        if file.faults:
            continue
        if not isinstance(file.data, list):
            faults.append(
                file.fault((), "A list of documents is expected here", "begin each with - number: …")
            )
            continue
        here: set[str] = set()
        for index, item in enumerate(file.data):
            entry, found = _entry(file, index, item)
            faults += found
            if entry is None:
                continue
            if entry.folded in here:
                faults.append(file.fault((index,), f"“{entry.number}” stands here twice", "keep one entry"))
                continue
            here.add(entry.folded)
            faults += _add(entry, file.fault((index,), "", ""), entries, places)
    faults += _check_status(entries, places)
    return entries, faults


def _entry(file: YamlFile, index: int, item: object) -> tuple[LegalEntry | None, list[Fault]]:
    data, faults = validate_yaml(file, LegalDocumentSchema(), item, (index,))
    if data is None:
        return None, faults
    return LegalEntry(**(data | {"replaces": tuple(data["replaces"])})), []


def _add(
    entry: LegalEntry, place: Fault, entries: dict[str, LegalEntry], places: dict[str, Fault]
) -> list[Fault]:
    other, first = entries.setdefault(entry.folded, entry), places.setdefault(entry.folded, place)
    differing = [name for name in LegalEntry.__slots__ if getattr(entry, name) != getattr(other, name)]
    if not differing:
        return []
    message = f"“{entry.number}” differs from the entry in {first.path}:{first.line} ({', '.join(differing)})"
    return [Fault(place.path, place.line, message, "make both equal, or keep it in one file")]


def _check_status(entries: Mapping[str, LegalEntry], places: Mapping[str, Fault]) -> list[Fault]:
    faults = []
    for folded, entry in entries.items():
        for number in entry.replaces:
            replaced = entries.get(fold_number(number))
            if replaced is entry:
                message, remedy = f"“{entry.number}” replaces itself", "correct the number"
            elif replaced is not None and replaced.status == "in_force" and entry.status != "in_force":
                continue
            elif replaced is not None and replaced.status == "in_force":
                message = f"“{entry.number}” replaces “{replaced.number}”, which is marked as in force"
                remedy = f"set the status of {replaced.number} to replaced"
            else:
                continue
            faults.append(Fault(places[folded].path, places[folded].line, message, remedy))
    return faults
