"""Keeping what documents say, for search: each file is read once, by a job, for all courses that show it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sqlalchemy import select

from academy.catalog.events import CourseMaterialChanged
from academy.catalog.file_reading import read_file
from academy.catalog.file_texts import READERS, FileText, FileTextRefused
from academy.catalog.models import Media, MediaText
from academy.kernel.db import db
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["READER", "is_readable", "read_media_text", "want_all_texts", "want_text"]

READER = 1  # raised when the reader has learned something, so that files are read again


def is_readable(path: str) -> bool:
    """Whether files of this kind are read."""
    return PurePosixPath(path).suffix.lower() in READERS


def want_text(work: UnitOfWork, sha256: str, path: str) -> None:
    """Have a document read after this transaction, unless that was done."""
    if not is_readable(path):
        return
    known = work.session.get(MediaText, sha256)
    if known is None or known.reader != READER:
        work.enqueue("catalog.read_media", key=f"catalog.read_media:{sha256}", sha256=sha256)


def want_all_texts() -> int:
    """Have every document read that was not, or by an older reader; how many."""
    statement = (
        select(Media.sha256, Media.path)
        .outerjoin(MediaText, MediaText.sha256 == Media.sha256)
        .where(MediaText.sha256.is_(None) | (MediaText.reader != READER))
    )
    unread = {sha256: path for sha256, path in db.session.execute(statement) if is_readable(path)}
    if unread:
        with unit_of_work() as work:
            for sha256, path in unread.items():
                want_text(work, sha256, path)
    return len(unread)


def read_media_text(sha256: str) -> dict[str, int | str]:
    """Read a document apart from us and keep its text or why there is none; ``{"parts", "fault"}``."""
    row = db.session.execute(
        select(Media.storage_key, Media.path).where(Media.sha256 == sha256).order_by(Media.id).limit(1)
    ).first()
    if row is None:
        return {"parts": 0, "fault": "gone"}
    db.session.rollback()  # reading takes seconds: no transaction waits for it
    fault = ""
    try:
        text = read_file(storage().path(row.storage_key), PurePosixPath(row.path).suffix.lower())
    except FileTextRefused as refused:
        text, fault = FileText([]), refused.fault
    with unit_of_work() as work:
        known = work.session.get(MediaText, sha256)
        if known is None:
            known = MediaText(sha256=sha256)
            work.session.add(known)
        known.fault, known.cut, known.reader = fault, text.cut, READER
        known.parts = [list(part) for part in text.parts]
        work.session.flush()
        for course_id in _courses_with(sha256):
            work.emit(CourseMaterialChanged(course_id=course_id))
    return {"parts": len(text.parts), "fault": fault}


def _courses_with(sha256: str) -> Iterable[int]:
    statement = select(Media.course_id).where(Media.sha256 == sha256).distinct()
    return db.session.scalars(statement).all()
