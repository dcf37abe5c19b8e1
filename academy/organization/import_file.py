"""Reading an uploaded list: XLSX or CSV to lines of cells, within limits that no file can talk its way past."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl

from academy.kernel.safe_archive import Archive, ArchiveLimits, ArchiveRefused, open_archive
from academy.kernel.safe_xml import XmlLimits, XmlRefused, check_prolog
from academy.organization.import_columns import recognised
from academy.organization.import_encoding import decode, refuse_legacy
from academy.organization.import_problems import unreadable

MAX_BYTES = 8 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 300
_LIMITS = ArchiveLimits(packed=MAX_BYTES, one=MAX_UNPACKED, total=MAX_UNPACKED, entries=MAX_PARTS)
MAX_LINES = 50_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
# what is read while the sender waits; more is a job (about 2,000 lines)
AT_ONCE = 512 * 1024

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a list that hold anything: (number as the spreadsheet counts, cells)."""

    encoding: str
    lines: Sequence[tuple[int, Sequence[Any]]]


def weight(data: bytes) -> int:
    """How many bytes must be gone through to read the file."""
    if not data.startswith(_ZIP):
        return len(data)
    return _open_zip(data).total


def read_table(data: bytes) -> Table:
    """The cells of a list: text, numbers, days; never a formula (a spreadsheet's stored results count).

    Raises:
        UnreadableList: too large, no spreadsheet, or an encoding of the past.
    """
    if not data.strip():
        raise unreadable("empty")
    if len(data) > MAX_BYTES:
        raise unreadable("too_large", limit=MAX_BYTES // 1024**2)
    if data.startswith(_OLE):
        raise unreadable("old_excel")
    encoding, lines = ("xlsx", _sheet(data)) if data.startswith(_ZIP) else _delimited(data)
    kept = []
    for number, cells in lines:
        if any(cell is not None and cell != "" for cell in cells):
            kept.append((number, cells))
        if len(kept) > MAX_LINES + 1:
            raise unreadable("too_many", limit=MAX_LINES)
    if not kept:
        raise unreadable("empty")
    refuse_legacy(str(cell) for _number, cells in kept[:300] for cell in cells if isinstance(cell, str))
    return Table(encoding, kept)


def _open_zip(data: bytes) -> Archive:
    """The archive, verified whole; its parts of XML declare nothing."""
    try:
        archive = open_archive(data, _LIMITS)
        for name in archive:
            if name.endswith((".xml", ".rels", ".vml")):
                check_prolog(archive.read(name), XmlLimits(bytes=MAX_UNPACKED))
    except ArchiveRefused as error:
        if error.fault in ("entries", "one", "total", "ratio"):
            raise unreadable("too_large", limit=MAX_UNPACKED // 1024**2) from error
        raise unreadable("broken") from error
    except XmlRefused as error:
        raise unreadable("broken") from error
    return archive


def _sheet(data: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    _open_zip(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that are of no interest here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for sheet in sheets[:1]:
                for number, cells in enumerate(
                    sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1
                ):
                    # a cell in the last line of a sheet makes a million empty ones before it
                    if cells.count(None) < len(cells):
                        yield number, [_cut(cell) for cell in cells]
    except MemoryError:
        raise
    except Exception as error:  # whatever openpyxl trips over, it is the file's fault
        raise unreadable("broken") from error


def _cut(cell: Any) -> Any:
    return cell[: MAX_CELL + 1] if isinstance(cell, str) else cell


def _delimited(data: bytes) -> tuple[str, Iterator[tuple[int, Sequence[Any]]]]:
    text, encoding = decode(data)
    if "\x00" in text:
        raise unreadable("broken")
    first, _end, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return encoding, _records(rest, first.strip()[-1], 2)
    return encoding, _records(text, _delimiter(text), 1)


def _delimiter(text: str) -> str:
    """The sign that parts the most headings of the best of the first lines."""
    best, most = ",", 0
    for sign in _DELIMITERS:
        for line in text.splitlines()[:15]:
            known = recognised(line.split(sign))
            if known > most:
                best, most = sign, known
    return best


def _records(text: str, delimiter: str, start: int) -> Iterator[tuple[int, Sequence[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = start - 1
    try:
        for number, cells in enumerate(reader, start=start):
            yield number, [_cut(cell.strip()) for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise unreadable("quotes", line=number + 1) from error
