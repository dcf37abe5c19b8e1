"""What the storm is about: a course with two quizzes and learners with tokens, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from academy.accounts.models import Account
from academy.accounts.services import create_token
from academy.app import create_app
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.text import fold, name_sort_key
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account
from academy.organization.models import Person
from academy.quizzes.services import save_quiz
from tests.conftest import SECRET, make_config
from tests.quizzes.conftest import SETTINGS, make_sat

RULES = SETTINGS | {"attempts": 1, "grace_seconds": 0}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an academy keeps what it has."""

    folder: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ACADEMY_ENV": "development",
            "ACADEMY_INSTANCE": str(self.folder),
            "ACADEMY_DATABASE_URL": self.database_url,
            "ACADEMY_SECRET_KEY": SECRET,
            "ACADEMY_EMBEDDED_WORKER": "0",
        }


@dataclass(frozen=True, slots=True)
class Site(Place):
    """``final`` is handed in; ``timed`` ends while its learners still write. ``tokens``: one a learner."""

    final: int
    timed: int
    tokens: tuple[str, ...]


def make_site(folder: Path, learners: int, *, database_url: str = "") -> Site:
    """Fill an empty database."""
    url = database_url or f"sqlite:///{folder / 'storm.sqlite3'}"
    with opened(folder, url):
        db.create_all()
        sat = make_sat(settings=RULES)
        timed = save_quiz(Actor.system(), sat.course_id, "timed", RULES).quiz_id
        tokens = tuple(create_token(_learner(number, sat.course), "storm") for number in range(learners))
        return Site(folder, url, sat.quiz_id, timed, tokens)


@contextmanager
def opened(folder: Path, url: str) -> Iterator[Flask]:
    """An application beside the served ones, to prepare and to look."""
    app = create_app(make_config(folder, database_url=url))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _learner(number: int, course: str) -> Actor:
    """Somebody who never signs in with a password, so that none needs to be hashed."""
    name = f"Người {number}"
    with unit_of_work() as work:
        account = Account(username=f"storm{number}", username_key=f"storm{number}")
        work.session.add(account)
        work.session.flush()
        work.session.add(
            Person(account_id=account.id, full_name=name, sort_key=name_sort_key(name), name_fold=fold(name))
        )
        work.session.flush()
        actor = actor_of_account(account.id)
        enroll(actor, course)
        return actor
