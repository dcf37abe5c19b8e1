"""Exporting the register: a table, or a ZIP of the documents with the table, made by a job or at once."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from academy.audit.services import record
from academy.certificates.documents import pdf_of
from academy.certificates.errors import TooLargeForOneAnswer
from academy.certificates.models import EXPORT_FORMATS, Certificate, RegisterExport
from academy.certificates.policies import can_export
from academy.certificates.queries import Filters, selected
from academy.certificates.register_sheet import COLUMNS, TITLE, sheet_rows
from academy.certificates.views import ExportView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.safe_archive import ArchiveWriter, new_archive
from academy.kernel.settings import settings
from academy.kernel.spreadsheet import CSV_TYPE, XLSX_TYPE, to_csv, to_xlsx
from academy.kernel.storage import exports
from academy.kernel.text import slug
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account

__all__ = [
    "MIME_TYPES",
    "Exported",
    "export_now",
    "get_export",
    "make_export",
    "open_export",
    "request_export",
]

MIME_TYPES = {"zip": "application/zip", "xlsx": XLSX_TYPE, "csv": CSV_TYPE}
# more documents than this are not made while a caller waits
AT_ONCE = 300

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A finished export: a file among :func:`academy.kernel.storage.exports`, with the name to save it under."""

    path: Path
    filename: str
    mime: str
    rows: int


def request_export(actor: Actor, filters: Filters, file_format: str) -> ExportView:
    """Ask for an export; a job makes it.

    Raises:
        Forbidden: the actor exports nothing.
        Invalid: an unknown format.
    """
    require(actor, can_export)
    _check_format(file_format)
    with unit_of_work() as work:
        export = RegisterExport(
            account_id=actor.account_id,
            format=file_format,
            filters=asdict(filters),
            created_at=clock.now(),
        )
        work.session.add(export)
        work.session.flush()
        job = work.enqueue("certificates.export", owner=actor.account_id, export_id=export.id)
        export.job_id = job.id
        record(
            actor,
            "certificate.export",
            "register_export",
            export.id,
            details={"format": file_format, "filters": {k: v for k, v in asdict(filters).items() if v}},
        )
        work.session.flush()
        return _view(export)


def make_export(export_id: int, *, report: Report | None = None) -> ExportView:
    """Make the file of an export, in the name of who asked for it; making it again changes nothing.

    Raises:
        NotFound: there is no such export, or its account is gone.
        Forbidden: the right was lost in the meantime.
    """
    export = db.session.get(RegisterExport, export_id)
    if export is None:
        raise NotFound()
    if export.storage_key is not None:
        return _view(export)
    actor = Actor.system() if export.account_id is None else actor_of_account(export.account_id)
    if actor is None:
        raise NotFound(_l("The account that asked for this export is closed."))
    require(actor, can_export)
    filters = Filters(**export.filters)
    ids = list(db.session.scalars(selected(actor, filters)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{export.format}"
        _write(path, export.format, ids, report or (lambda done, total: None))
        key = exports().put_file(path, suffix=f".{export.format}")
    with unit_of_work() as work:
        kept = work.session.get(RegisterExport, export_id)
        kept.storage_key, kept.rows, kept.made_at = key, len(ids), clock.now()
        kept.filename = _filename(filters, export.format)
        work.session.flush()
        return _view(kept)


def get_export(actor: Actor, export_id: int) -> ExportView:
    """An export the actor asked for.

    Raises:
        NotFound: there is none, or somebody else asked for it.
    """
    return _view(_own(actor, export_id))


def open_export(actor: Actor, export_id: int) -> Exported:
    """The file of an export, for download; the journal notes it.

    Raises:
        NotFound: there is none, somebody else asked for it, it is not made yet, or its file was deleted by now.
        Forbidden: the right to export was lost in the meantime.
    """
    require(actor, can_export)
    export = _own(actor, export_id)
    if export.storage_key is None:
        raise NotFound(_l("This export is not finished yet."), next_step=_l("Wait for its job to end."))
    path = _file(export)
    with unit_of_work():
        record(
            actor, "certificate.download_export", "register_export", export_id, details={"rows": export.rows}
        )
    return Exported(path=path, filename=export.filename, mime=MIME_TYPES[export.format], rows=export.rows)


def export_now(actor: Actor, filters: Filters, file_format: str) -> Exported:
    """The export as it would be made by the job, at once, if it is small enough.

    Raises:
        Forbidden: the actor exports nothing.
        Invalid: an unknown format.
        TooLargeForOneAnswer: more than 300 documents as ZIP.
    """
    require(actor, can_export)
    _check_format(file_format)
    ids = list(db.session.scalars(selected(actor, filters)))
    if file_format == "zip" and len(ids) > AT_ONCE:
        raise TooLargeForOneAnswer(
            _l("%(count)s documents are too many for one answer.", count=len(ids)),
            next_step=_l("Start the export on the page of the register; it is made in the background."),
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{file_format}"
        _write(path, file_format, ids, lambda done, total: None)
        key = exports().put_file(path, suffix=f".{file_format}")
    with unit_of_work():
        record(
            actor,
            "certificate.export",
            "register_export",
            "now",
            details={
                "format": file_format,
                "rows": len(ids),
                "filters": {k: v for k, v in asdict(filters).items() if v},
            },
        )
    return Exported(
        path=exports().path(key),
        filename=_filename(filters, file_format),
        mime=MIME_TYPES[file_format],
        rows=len(ids),
    )


# --- making the file ------------------------------------------------------------------------------


def _write(path: Path, file_format: str, ids: Sequence[int], report: Report) -> None:
    table = list(sheet_rows(ids))
    if file_format == "csv":
        path.write_bytes(to_csv(COLUMNS, table))
    elif file_format == "xlsx":
        path.write_bytes(to_xlsx(TITLE, COLUMNS, table))
    else:
        _write_zip(path, ids, table, report)
    report(len(ids), len(ids))


def _write_zip(path: Path, ids: Sequence[int], table: Sequence[Sequence[Any]], report: Report) -> None:
    """PDFs in the order of the books, the register twice, and the checksums of all."""
    sums: list[tuple[str, str]] = []
    with new_archive(path) as bundle:
        names = _file_names(ids)
        for done, certificate_id in enumerate(ids, start=1):
            _add(bundle, sums, f"van-ban/{names[certificate_id]}", pdf_of(certificate_id), compress=False)
            if done % 20 == 0:
                report(done, len(ids))
        _add(bundle, sums, "so-goc.xlsx", to_xlsx(TITLE, COLUMNS, table), compress=False)
        _add(bundle, sums, "so-goc.csv", to_csv(COLUMNS, table))
        listing = "".join(f"{digest}  {name}\n" for digest, name in sums)
        bundle.add("SHA256SUMS", listing.encode(), compress=False)


def _add(
    bundle: ArchiveWriter, sums: list[tuple[str, str]], name: str, data: bytes, *, compress: bool = True
) -> None:
    bundle.add(name, data, compress=compress)
    sums.append((hashlib.sha256(data).hexdigest(), name))


def _file_names(ids: Sequence[int]) -> dict[int, str]:
    """``CC26-01-00012-nguyen-van-an.pdf``: ASCII, so that every unpacking program agrees."""
    names: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = db.session.execute(
            select(Certificate.id, Certificate.serial, Certificate.holder).where(
                Certificate.id.in_(ids[start : start + 500])
            )
        )
        names |= {row.id: f"{row.serial}-{slug(row.holder, 60) or 'x'}.pdf" for row in rows}
    return names


def _filename(filters: Filters, file_format: str) -> str:
    parts = [
        "so-goc",
        filters.class_code.lower(),
        filters.course,
        str(filters.year or ""),
        clock.today().isoformat(),
    ]
    return f"{'-'.join(slug(part) for part in parts if part)}.{file_format}"


# --- parts ----------------------------------------------------------------------------------------


def _check_format(file_format: str) -> None:
    if file_format not in EXPORT_FORMATS:
        raise Invalid(_l("Choose a format."), errors={"format": [_l("Choose one of the list.")]})


def _own(actor: Actor, export_id: int) -> RegisterExport:
    export = db.session.get(RegisterExport, export_id)
    if export is None or actor.account_id is None or export.account_id != actor.account_id:
        raise NotFound()
    return export


def _file(export: RegisterExport) -> Path:
    try:
        return exports().path(export.storage_key)
    except NotFound as error:
        raise NotFound(
            _l("This file was deleted: exports hold personal data and are kept %(days)s days.", days=_days()),
            rule="certificate.export-gone",
            next_step=_l(
                "Start the export again on the page of the register; the register itself is complete."
            ),
        ) from error


def _days() -> int:
    return settings().export_days


def _state(export: RegisterExport) -> str:
    if export.storage_key is None:
        return "waiting"
    return "made" if exports().holds(export.storage_key) else "gone"


def _view(export: RegisterExport) -> ExportView:
    made = export.made_at
    return ExportView(
        id=export.id,
        format=export.format,
        filters=export.filters,
        job_id=export.job_id,
        state=_state(export),
        filename=export.filename,
        rows=export.rows,
        created_at=export.created_at,
        kept_until=clock.local(made + timedelta(days=_days())).date() if made else None,
    )
