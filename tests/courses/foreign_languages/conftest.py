"""A published language course with a deck in a content folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from flask import Flask

from academy.catalog.content_parts import Changes, content_parts
from academy.catalog.content_sync import SyncReport
from academy.catalog.queries import find_course
from academy.catalog.services import sync_content
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
    """A course in a content folder, with its decks."""

    app: Flask
    root: Path
    slug: str

    @property
    def course_id(self) -> int:
        return find_course(self.slug).id

    @property
    def folder(self) -> Path:
        return self.root / "foreign_languages" / self.slug / "decks"

    def write(self, *decks: dict) -> None:
        """Make these the deck files of the course."""
        for old in self.folder.glob("*.yaml"):
            old.unlink()
        for one in decks:
            (self.folder / f"{one['id']}.yaml").write_text(
                yaml.safe_dump(one, allow_unicode=True), encoding="utf-8"
            )

    def sync(self) -> SyncReport:
        """Bring the whole content folder in."""
        report = sync_content(Actor.system(), self.root, content_parts(self.app))
        run_all()
        return report

    def changes(self) -> Changes:
        """Bring the folder in; what that did to this course's cards."""
        report = self.sync()
        assert not report.faults, report.faults
        return next(course.parts["cards"] for course in report.courses if course.slug == self.slug)


def make_language(
    app: Flask, root: Path, slug: str = "tieng-anh", *, cards: int = 30, key: str = "tu-vung"
) -> Language:
    """A course with a deck, in the folder and in the academy."""
    language = Language(app, root, slug)
    language.folder.mkdir(parents=True)
    course = {
        "id": slug,
        "title": {"vi": "Tiếng Anh", "en": "English", "de": "Englisch"},
        "summary": {"vi": "Một khóa.", "en": "A course.", "de": "Ein Kurs."},
        "level": "basic",
        "periods": 1,
        "languages": ["vi"],
        "topics": [],
        "outcomes": [{"id": "o1", "text": {"vi": "Nói", "en": "Speak", "de": "Sprechen"}, "bloom": "apply"}],
        "completion": {"lessons": "all", "exercises": "none", "quiz": None},
        "outline": [{"lesson": "bai", "minutes": 10, "outcomes": ["o1"]}],
    }
    home = language.folder.parent
    (home / "course.yaml").write_text(yaml.safe_dump(course, allow_unicode=True), encoding="utf-8")
    (home / "bai.vi.md").write_text(TEXT, encoding="utf-8")
    language.write(deck([card(number) for number in range(1, cards + 1)], key))
    language.sync()
    return language


@pytest.fixture
def root(tmp_path) -> Path:
    """A content folder of this test's own."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "topics.yaml").write_text("[]\n", encoding="utf-8")
    return folder


@pytest.fixture
def language(app, root) -> Language:
    return make_language(app, root)


@pytest.fixture
def make_another(app, root) -> Callable[..., Language]:
    return lambda slug, **changes: make_language(app, root, slug, **changes)
