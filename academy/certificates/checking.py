"""Proving the register: no gap in any book, every row as it was signed, every file as it was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select

from academy.certificates.models import Certificate, DocumentFile, Eligibility, RegisterBook, SigningKey
from academy.certificates.signing import is_genuine
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.storage import storage
from academy.progress.models import Completion

__all__ = ["faults"]

PORTION = 500


def faults() -> Iterator[str]:
    """Everything that is not as it must be, a sentence each; nothing if the register is sound."""
    yield from _gaps()
    yield from _documents()
    yield from _missing_rights()


def _gaps() -> Iterator[str]:
    rows = db.session.execute(
        select(
            RegisterBook,
            func.count(Certificate.id),
            func.coalesce(func.min(Certificate.number), 1),
            func.coalesce(func.max(Certificate.number), 0),
        )
        .outerjoin(Certificate, Certificate.book_id == RegisterBook.id)
        .group_by(RegisterBook.id)
        .order_by(RegisterBook.id)
    )
    for book, count, least, most in rows:
        if (least, most, count) != (1, book.next_number - 1, book.next_number - 1):
            yield (
                f"book {book.id} ({book.kind} {book.year}): {count} rows numbered {least} to {most}, "
                f"and the next number is {book.next_number}"
            )


def _documents() -> Iterator[str]:
    last = 0
    while True:
        rows = db.session.execute(
            select(Certificate, SigningKey.public_key, DocumentFile.storage_key)
            .join(SigningKey, SigningKey.id == Certificate.key_id)
            .outerjoin(DocumentFile, DocumentFile.certificate_id == Certificate.id)
            .where(Certificate.id > last)
            .order_by(Certificate.id)
            .limit(PORTION)
        ).all()
        if not rows:
            return
        for document, public_key, storage_key in rows:
            yield from _one(document, public_key, storage_key)
        last = rows[-1][0].id


def _one(document: Certificate, public_key: str, storage_key: str | None) -> Iterator[str]:
    said = document.snapshot
    if not is_genuine(said, document.signature, public_key):
        yield f"{document.serial}: what is stored does not fit its signature"
    columns = (document.serial, document.register_no, document.code, document.holder)
    if columns != (said["serial"], said["register_no"], said["code"], said["holder"]["full_name"]):
        yield f"{document.serial}: the row and its signed content differ"
    if storage_key is None:
        return
    try:
        data = storage().read(storage_key)
    except NotFound:
        yield f"{document.serial}: its PDF is missing; it is made again when somebody opens it"
        return
    if hashlib.sha256(data).hexdigest() != storage_key.partition(".")[0]:
        yield f"{document.serial}: its PDF was changed"


def _missing_rights() -> Iterator[str]:
    missing = db.session.scalar(
        select(func.count())
        .select_from(Completion)
        .outerjoin(Eligibility, Eligibility.enrollment_id == Completion.enrollment_id)
        .where(Eligibility.id.is_(None))
    )
    if missing:
        yield f"{missing} completed runs have no right to a document; run: academy certificates reconcile"
