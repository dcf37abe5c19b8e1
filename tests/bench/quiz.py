"""Sitting a quiz: many learners start, answer and submit, each step measured by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import func, select

from academy.enrollment.models import Enrollment
from academy.kernel.db import db
from academy.questions.models import ItemVersion
from academy.quizzes.models import OPEN, Attempt, AttemptItem, Quiz
from tests.bench.load import Ask, Measured, send
from tests.bench.multiply import STRIDE
from tests.bench.servers import Server
from tests.bench.site import Site

# by kind: an answer that any question of the kind takes
ANSWERS = {"truefalse": True, "numeric": "12,5", "short": "một câu trả lời"}


@dataclass(frozen=True, slots=True)
class Sitting:
    """The three steps; a start and a submission are made once for each learner and quiz."""

    start: Measured
    save: Measured
    submit: Measured


def sit(site: Site, server: Server, *, sitters: int, seconds: float, at_once: int = 8) -> Sitting:
    """Start ``sitters`` attempts, store answers in them for so many seconds, submit them all.

    Args:
        at_once: how many learners send at the same moment.
    """
    pairs = _pairs(sitters)
    cookies = {learner.number: learner for learner in site.learners}

    def ask(person: int, path: str, method: str = "POST", body: str = "{}") -> Ask:
        learner = cookies[person]
        return Ask(f"/api/v1{path}", learner.cookie, method, body, learner.csrf_token)

    start = send(server, [ask(person, f"/quizzes/{quiz}/attempts") for person, quiz in pairs], connections=at_once)
    db.session.rollback()
    save = send(
        server,
        [
            ask(
                person,
                f"/attempts/{attempt}/answers/{slot}",
                "PUT",
                json.dumps({"sequence": "{round}", "answer": answer}).replace('"{round}"', "{round}"),
            )
            for person, attempt, slot, answer in _simple_slots()
        ],
        seconds=seconds,
        connections=at_once,
    )
    db.session.rollback()
    submit = send(
        server,
        [ask(person, f"/attempts/{one}/submission") for person, one in _open_attempts()],
        connections=at_once,
    )
    db.session.rollback()
    return Sitting(start, save, submit)


# what quizzes allow at least
ATTEMPTS = 2
_used = (
    select(func.count())
    .where(Attempt.quiz_id == Quiz.id, Attempt.person_id == Enrollment.person_id)
    .scalar_subquery()
)


def _pairs(sitters: int) -> list[tuple[int, int]]:
    """Persons and quizzes of courses they study, no two neighbours alike; with attempts left, not yet being sat."""
    rows = db.session.execute(
        select(Enrollment.person_id, Quiz.id)
        .join(Quiz, Quiz.course_id == Enrollment.course_id)
        .where(Enrollment.person_id < STRIDE, Quiz.id < STRIDE, _used < ATTEMPTS)
        .order_by(Quiz.id, Enrollment.person_id)
    )
    every = [(person, quiz) for person, quiz in rows]
    return every[:: max(1, len(every) // sitters)][:sitters]


def _simple_slots() -> list[tuple[int, int, int, object]]:
    """Questions of open attempts whose kind takes the same answer whatever it asks."""
    rows = db.session.execute(
        select(Attempt.person_id, Attempt.id, AttemptItem.slot, ItemVersion.kind)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .where(Attempt.state == OPEN, ItemVersion.kind.in_(ANSWERS))
        .order_by(AttemptItem.slot, Attempt.id)
    )
    return [(person, attempt, slot, ANSWERS[kind]) for person, attempt, slot, kind in rows]


def _open_attempts() -> list[tuple[int, int]]:
    rows = db.session.execute(
        select(Attempt.person_id, Attempt.id).where(Attempt.state == OPEN).order_by(Attempt.id)
    )
    return [(person, attempt) for person, attempt in rows]
