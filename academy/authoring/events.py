"""What the studio tells higher slices."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCopied(Event):
    """A course was copied, with its lessons, questions and files; other slices may copy what is theirs."""

    source_id: int
    copy_id: int
    account_id: int | None
