"""The hash chain: each link covers its row and the link before (as in Haber and Stornetta, 1991)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select

from academy.audit.models import AuditEntry, AuditHead
from academy.kernel.db import db

GENESIS = "0" * 64
BATCH = 2000


def link(entry: AuditEntry) -> str:
    """SHA-256, hexadecimal, over the canonical JSON of the row and the previous hash."""
    row = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.account_id,
        entry.actor_name,
        entry.act,
        entry.object_kind,
        entry.object_id,
        entry.person_id,
        entry.details,
        entry.previous,
    ]
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the chain found; ``broken_at`` is the first entry that does not fit, or None."""

    entries: int
    broken_at: int | None = None
    reason: str = ""


def verify() -> Verdict:
    """Recompute every link, from the first to the head, while acts may be added."""
    previous, number = GENESIS, 0
    while True:
        # read before the entries: whatever this head counts must be among them
        head = db.session.execute(select(AuditHead.number, AuditHead.hash)).one_or_none() or (0, GENESIS)
        batch = db.session.scalars(
            select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number).limit(BATCH)
        ).all()
        for entry in batch:
            if entry.number != number + 1:
                return Verdict(number, number + 1, "the entry is missing")
            if entry.previous != previous:
                return Verdict(number, entry.number, "the link to the entry before is broken")
            if entry.hash != link(entry):
                return Verdict(number, entry.number, "the entry was changed")
            previous, number = entry.hash, entry.number
        db.session.expunge_all()
        if not batch:
            break
    if tuple(head) != (number, previous):
        return Verdict(number, number + 1, "entries are missing at the end, or were added")
    return Verdict(number)
