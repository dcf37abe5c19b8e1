"""Files of answers: kept before they are part of an answer, and served to those who may read the attempt.

An upload is no answer yet. The answer that names it is stored like any other, with its sequence in the log; what no
answer has named is tidied away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.limits import hit
from academy.kernel.storage import answer_files
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.file_formats import FORMATS, file_name, format_of, is_heic
from academy.questions.queries import VersionRow
from academy.questions.types.filed import MAX_FILES, MAX_MEGABYTES, MEGABYTE
from academy.quizzes.models import OPEN, Attempt, AttemptFile, AttemptItem
from academy.quizzes.opening import open_attempt, slot_of
from academy.quizzes.queries import get_attempt
from academy.quizzes.seat import NOWHERE, Seat

__all__ = [
    "MAX_UPLOAD",
    "AnswerFile",
    "UploadedFile",
    "answer_file",
    "tidy_uploads",
    "upload_file",
    "with_own_files",
]

MAX_UPLOAD = (MAX_FILES + 1) * MAX_MEGABYTES * MEGABYTE
"""The largest request with files: a whole form without scripts, with as many as an item may have."""

UPLOADS_PER_FILE = 5
UPLOADS_PER_HOUR = 120
KEPT_UNUSED = timedelta(days=1)
KEPT_IN_OPEN_ATTEMPTS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """The acknowledgement of an upload; ``key`` is what an answer names."""

    key: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFile:
    """A file to be sent: where it lies, what it is called, what it is; ``data``: sent instead of what lies there."""

    path: Path
    name: str
    mime: str
    data: bytes | None = None


def upload_file(
    actor: Actor, attempt_id: int, slot: int, name: str, data: bytes, *, seat: Seat = NOWHERE
) -> UploadedFile:
    """Keep a file for an item of one's attempt. The same file again changes nothing.

    Raises:
        NotFound: there is no such attempt of the actor, or no such slot.
        AttemptClosed: it was submitted, or its time is over.
        WrongPlace, OtherDevice: it is not to be written from this seat.
        Conflict: the item takes no files, or too many were uploaded for it.
        Invalid: the file is empty, too large, or of a format that is not asked for; ``errors["file"]``.
        TooMany: somebody uploads without end.
    """
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat)
        _item, version = slot_of(attempt.id, slot)
    kind = _accepted_format(version, data)
    hit(f"upload:{actor.person_id}", limit=UPLOADS_PER_HOUR, per=3600)
    # before the lock: others who save must not wait for a disk
    key = answer_files().put(data, suffix=f".{kind}")
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat)
        known = work.session.get(AttemptFile, (attempt.id, slot, key))
        if known is None:
            _require_room(work, attempt.id, slot, version)
            known = AttemptFile(
                attempt_id=attempt.id,
                slot=slot,
                key=key,
                name=file_name(name, kind),
                bytes=len(data),
                at=clock.now(),
            )
            work.session.add(known)
            work.session.flush()
        return UploadedFile(key=key, name=known.name, bytes=known.bytes)


def with_own_files(work: UnitOfWork, item: AttemptItem, version: VersionRow, answer: Any) -> Any:
    """A checked answer as it is stored: its files are those uploaded for this item, called what they were then.

    Raises:
        Invalid: it names a file that was not uploaded here, or is no longer there.
    """
    if answer is None or not getattr(version.type, "takes_files", False):
        return answer
    wanted = [file["key"] for file in answer["files"]]
    rows = {
        row.key: row
        for row in work.session.scalars(
            select(AttemptFile).where(
                AttemptFile.attempt_id == item.attempt_id,
                AttemptFile.slot == item.slot,
                AttemptFile.key.in_(wanted),
            )
        )
    }
    if not all(key in rows and answer_files().holds(key) for key in wanted):
        message = _l("A file of this answer is not here: upload it again.")
        raise Invalid(message, rule="answer.file", errors={"answer": [message]})
    for row in rows.values():
        row.used = True
    return {"files": [{"key": key, "name": rows[key].name, "bytes": rows[key].bytes} for key in wanted]}


def answer_file(actor: Actor, attempt_id: int, key: str) -> AnswerFile:
    """A file of an attempt that the actor may read.

    Raises:
        NotFound: there is no such file, or the actor may not know that there is.
    """
    view = get_attempt(actor, attempt_id)
    name = db.session.scalar(
        select(AttemptFile.name)
        .where(AttemptFile.attempt_id == view.attempt.id, AttemptFile.key == key)
        .limit(1)
    )
    if name is None:
        raise NotFound(_l("There is no such file."))
    return AnswerFile(path=answer_files().path(key), name=name, mime=FORMATS[key.rpartition(".")[2]].mime)


def tidy_uploads() -> Mapping[str, int]:
    """Forget uploads that no answer has named, a day after a closed attempt and a month after an open one, then the
    files that no upload stands for; how many of each."""
    now = clock.now()
    closed = select(Attempt.id).where(Attempt.state != OPEN)
    with unit_of_work() as work:
        rows = work.session.execute(
            delete(AttemptFile)
            .where(
                AttemptFile.used.is_(False),
                ((AttemptFile.at < now - KEPT_UNUSED) & AttemptFile.attempt_id.in_(closed))
                | (AttemptFile.at < now - KEPT_IN_OPEN_ATTEMPTS),
            )
            .execution_options(synchronize_session=False)
        ).rowcount
    files = 0
    old = list(answer_files().keys_before(now - KEPT_UNUSED))
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        named = set(db.session.scalars(select(AttemptFile.key).where(AttemptFile.key.in_(part))))
        files += _forget(set(part) - named)
    return {"uploads": rows, "files": files}


def _forget(keys: Iterable[str]) -> int:
    count = 0
    for key in keys:
        answer_files().forget(key)
        count += 1
    return count


def _accepted_format(version: VersionRow, data: bytes) -> str:
    if not getattr(version.type, "takes_files", False):
        raise Conflict(_l("This question takes no files."), rule="answer.no_files")
    most, formats = version.spec["max_megabytes"], version.spec["formats"]
    names = ", ".join(kind.upper() for kind in formats)
    kind = format_of(data) if 0 < len(data) <= most * MEGABYTE else None
    if not data:
        message = _l("The file is empty.")
    elif len(data) > most * MEGABYTE:
        message = _l("The file is larger than %(n)s MB: make it smaller, or hand it in in parts.", n=most)
    elif kind is None and is_heic(data):
        message = _l(
            "This is a HEIC picture, as iPhones take them. Send it as JPEG: set Camera › Formats to “Most "
            "Compatible”, or take a screenshot of it and choose that."
        )
    elif kind not in formats:
        message = _l(
            "This is no file of the formats asked for (%(formats)s), whatever its name says.", formats=names
        )
    else:
        return kind
    raise Invalid(message, rule="answer.file", errors={"file": [message]})


def _require_room(work: UnitOfWork, attempt_id: int, slot: int, version: VersionRow) -> None:
    uploaded = work.session.scalar(
        select(func.count()).where(AttemptFile.attempt_id == attempt_id, AttemptFile.slot == slot)
    )
    if uploaded >= UPLOADS_PER_FILE * version.spec["max_files"]:
        raise Conflict(
            _l("Too many files were uploaded for this question."),
            rule="answer.too_many_files",
            next_step=_l("Hand in one of those that are here, or ask your instructor."),
        )
