"""Where higher slices and course modules join in: what else a course folder holds, and how it gets into the academy.

Questions and quizzes lie beside the lessons but belong to slices above this one, a deck of cards to a module.
They register a part; checking and syncing a course folder then asks each part in turn, in the same unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from academy.catalog.yaml_marks import Fault
from academy.plugins.contract import ContentPart

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


class _OfModule:
    """A module's part, asked about courses of that module only."""

    def __init__(self, part: ContentPart, module: str) -> None:
        self.part, self.module, self.name = part, module, part.name

    def check(self, folder: CourseFolder) -> list[Fault]:
        return self.part.check(folder) if folder.module == self.module else []

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        return self.part.sync(actor, course_id, folder) if folder.module == self.module else Changes()


def register_content_part(app: Flask, part: ContentPart, *, module: str | None = None) -> None:
    """Let ``academy content check`` and ``sync`` ask this part too, after those registered before it.

    Args:
        module: ask it about courses of this module only.
    """
    parts = app.extensions.setdefault("academy_content_parts", [])
    parts.append(part if module is None else _OfModule(part, module))


def content_parts(app: Flask) -> tuple[ContentPart, ...]:
    return tuple(app.extensions.get("academy_content_parts", ()))
