"""Item analysis of a quiz that tens of thousands have sat: time and memory, against only reading its answers."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from academy.item_analysis.services import analyse_quiz
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.questions.services import save_item
from academy.quizzes.models import AnswerLog, Attempt, AttemptItem, Quiz
from tests.bench.site import Site
from tests.item_analysis.crowd import sit
from tests.quizzes.conftest import single

POOL, PAPER = 60, 20
PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Analysed:
    """Seconds to analyse and to read the same rows without looking at them; the most memory, in MB."""

    attempts: int
    seconds: float
    reading: float
    megabytes: float


def analyse(site: Site, attempts: int) -> Analysed:
    """Sit a quiz with papers drawn from sixty items, and analyse it."""
    with site.app.app_context():
        quiz = db.session.execute(select(Quiz.id, Quiz.course_id).order_by(Quiz.id).limit(1)).one()
        versions = [
            save_item(Actor.system(), quiz.course_id, f"bench-{n}", "single", single(n), lesson="x", outcome="o1").version_id
            for n in range(POOL)
        ]
        _sit(quiz.id, versions, attempts)
        reading = _read(quiz.id)
        began = time.perf_counter()
        done = analyse_quiz(quiz.id)
        seconds = time.perf_counter() - began
        tracemalloc.start()
        analyse_quiz(quiz.id)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        db.session.remove()
    return Analysed(done, seconds, reading, peak / 1e6)


def _sit(quiz_id: int, versions: list[int], attempts: int) -> None:
    chance = np.random.default_rng(7)
    while attempts > 0:
        count = min(PIECE, attempts)
        drawn = chance.random((count, POOL)).argsort(axis=1)[:, :PAPER]
        able, luck = chance.normal(size=count), chance.normal(size=(count, PAPER))
        sit(
            quiz_id,
            [
                {versions[item]: "a" if able[row] + luck[row, at] > 0 else "b" for at, item in enumerate(drawn[row])}
                for row in range(count)
            ],
        )
        attempts -= count


def _read(quiz_id: int) -> float:
    """Seconds to fetch the same columns of answers and log, as plain rows."""
    began = time.perf_counter()
    for table, columns in (
        (AttemptItem, (AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.item_version_id, AttemptItem.score)),
        (AnswerLog, (AnswerLog.attempt_id, AnswerLog.slot, AnswerLog.at)),
    ):
        statement = select(*columns).join(Attempt, Attempt.id == table.attempt_id).where(Attempt.quiz_id == quiz_id)
        for _rows in db.session.execute(statement, execution_options={"yield_per": 20_000}).partitions():
            pass
    return time.perf_counter() - began
