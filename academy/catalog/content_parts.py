"""Where higher slices join in: what else a course folder holds, and how it gets into the academy.

Questions and quizzes lie beside the lessons but belong to slices above this one. They register a part;
checking and syncing a course folder then asks each part in turn, in the same unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from academy.catalog.yaml_marks import Fault

if TYPE_CHECKING:
    from flask import Flask

    from academy.catalog.content import CourseFolder
    from academy.kernel.actor import Actor

__all__ = ["Changes", "ContentPart", "content_parts", "register_content_part"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sync did to one kind of thing in one course; ``notes`` are sentences for the log."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    notes: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        return f"{self.added} new, {self.changed} changed, {self.removed} removed, {self.unchanged} unchanged"


class ContentPart(Protocol):
    """A slice's share of a course folder."""

    name: str

    def check(self, folder: CourseFolder) -> list[Fault]:
        """Everything wrong in this part of the folder; reads no database."""

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        """Bring the database to what the folder says.

        Called inside the course's unit of work, after its lessons and version are flushed. The second
        call with the same folder changes nothing.
        """


def register_content_part(app: Flask, part: ContentPart) -> None:
    """Let ``academy content check`` and ``sync`` ask this part too, after those registered before it."""
    app.extensions.setdefault("academy_content_parts", []).append(part)


def content_parts(app: Flask) -> tuple[ContentPart, ...]:
    return tuple(app.extensions.get("academy_content_parts", ()))
