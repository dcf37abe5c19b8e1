"""A published language course with a deck in a content folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from flask import Flask

from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
)
from academy.kernel.actor import Actor
from academy.kernel.jobs import run_all

TEXT = "---\ntitle: Bài\nobjectives: [x]\nsummary: s\n---\n## Bài {#bai}\n\nMột đoạn.\n"


def card(number: int, **changes) -> dict:
    return {
        "id": f"word-{number}",
        "front": f"word {number}",
        "ipa": "wɜːd",
        "back": {"vi": f"từ {number}", "en": f"meaning {number}"},
        "example": f"This is word {number}.",
        "example_vi": f"Đây là từ {number}.",
        "lesson": "bai",
    } | changes


def deck(cards: list[dict], key: str = "tu-vung") -> dict:
    return {"id": key, "title": {"vi": "Từ vựng", "en": "Vocabulary"}, "language": "en", "cards": cards}


@dataclass
class Language:
    """The course and its folder."""

    course_id: int
    folder: Path

    def write(self, *decks: dict) -> None:
        """Make these the deck files of the course."""
        for old in self.folder.glob("*.yaml"):
            old.unlink()
        for one in decks:
            (self.folder / f"{one['id']}.yaml").write_text(
                yaml.safe_dump(one, allow_unicode=True), encoding="utf-8"
            )


def make_language(
    app: Flask, slug: str = "tieng-anh", *, cards: int = 30, key: str = "tu-vung", owner: str = ""
) -> Language:
    folder = app.config["ACADEMY"].content / "foreign_languages" / slug / "decks"
    folder.mkdir(parents=True, exist_ok=True)
    system = Actor.system()
    title = {"vi": "Tiếng Anh", "en": "English"}
    course = create_course(system, title=title, slug=slug, module="foreign_languages", owner_unit_path=owner)
    language = Language(course.id, folder)
    language.write(deck([card(number) for number in range(1, cards + 1)], key))
    publish_lesson_version(system, course.id, "bai", {"vi": TEXT})
    publish_course(
        system,
        course.id,
        description=CourseDescription(title=title, languages=["vi"]),
        outline=[OutlinePlan(lesson="bai")],
    )
    return language


@pytest.fixture
def own_content(app, tmp_path) -> Path:
    """The application reads a content folder of this test's own."""
    config = app.config["ACADEMY"]
    app.config["ACADEMY"] = replace(config, content=tmp_path / "content")
    yield tmp_path / "content"
    app.config["ACADEMY"] = config


@pytest.fixture
def language(app, own_content) -> Language:
    """The course, published, its deck taken over by the job."""
    made = make_language(app)
    run_all()
    return made


@pytest.fixture
def make_another(app, own_content) -> Callable[..., Language]:
    return lambda slug, **changes: make_language(app, slug, **changes)
