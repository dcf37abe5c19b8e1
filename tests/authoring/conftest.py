"""A course being written in the studio, and its author."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from academy.authoring import queries, services
from academy.authoring.lesson_source import LessonSource, from_fields
from academy.authoring.views import DraftView, SavedDraft, StudioCourse
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from tests.factories import create_actor, create_unit, sign_in

BODY = "## Mở đầu\n\nMột đoạn văn.\n\n## Kết thúc\n\nHết."


def text(title: str = "Bài một", body: str = BODY, **fields: str) -> LessonSource:
    return from_fields({"title": title, "body": body, **fields})


@dataclass
class Studio:
    """An author with a course of one lesson; what he does, in one call each."""

    author: Actor
    unit: Any
    slug: str
    lesson: str

    def course(self) -> StudioCourse:
        return queries.get_studio_course(self.author, self.slug)

    def draft(self, lang: str = "vi") -> DraftView:
        return queries.get_draft(self.author, self.slug, self.lesson, lang)

    def save(
        self, source: LessonSource, base: int | None = None, *, lang: str = "vi", actor=None
    ) -> SavedDraft:
        base = self.draft(lang).version if base is None else base
        return services.save_draft(
            actor or self.author, self.slug, self.lesson, lang, source, base_version=base
        )

    def write(self, **fields: str) -> SavedDraft:
        return self.save(text(**fields))

    def revisions(self, lang: str = "vi") -> list:
        return list(queries.list_revisions(self.author, self.slug, self.lesson, lang).items)

    def url(self, rest: str = "") -> str:
        return f"/studio/courses/{self.slug}{rest}"

    @property
    def lesson_url(self) -> str:
        return self.url(f"/lessons/{self.lesson}")

    @property
    def draft_url(self) -> str:
        return f"/api/v1/studio/courses/{self.slug}/lessons/{self.lesson}/drafts/vi"


@pytest.fixture
def studio(app) -> Studio:
    unit = create_unit()
    author = create_actor(Role.INSTRUCTOR, unit=unit, full_name="Lê Thị Giảng")
    slug = services.create_course(author, title="Văn bản hành chính")
    lesson = services.add_lesson(author, slug, title="Bài một")
    return Studio(author, unit, slug, lesson)


@pytest.fixture
def desk(studio, client):
    """The studio with its author signed in: ``desk.get``, ``desk.post``."""
    return Desk(studio, client, sign_in(client, studio.author))


@dataclass
class Desk:
    """Pages as the author's browser asks for them."""

    studio: Studio
    client: Any
    token: str

    def get(self, rest: str = "", **named: Any):
        return self.client.get(self.studio.url(rest) if not rest.startswith("/studio") else rest, **named)

    def post(self, rest: str, data: dict | None = None, **named: Any):
        address = self.studio.url(rest) if not rest.startswith("/studio") else rest
        return self.client.post(address, data={"csrf_token": self.token, **(data or {})}, **named)
