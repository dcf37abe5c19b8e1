"""The books after the storm: the learners' journals against the database; every line is a broken promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select, text, update

from academy.kernel import jobs
from academy.kernel.db import db, separate_transaction
from academy.kernel.jobs import Job
from academy.quizzes.models import OPEN, AnswerLog, Attempt, AttemptItem
from tests.chaos.learners import Journal
from tests.chaos.wsgi import NOTE


def violations(journals: Iterable[Journal]) -> list[str]:
    """What was promised and not kept; needs an application context on the storm's database."""
    journals = list(journals)
    return [*_replies(journals), *_answers(journals), *_attempts(journals), *submissions(), *integrity()]


def drain() -> None:
    """Run what the worker has left in the outbox; its leases of killed processes are over at once."""
    with separate_transaction() as connection:
        connection.execute(
            update(Job).where(Job.kind == NOTE, Job.state == "running").values(state="waiting", lease=None)
        )
    waiting = select(func.count()).select_from(Job).where(Job.kind == NOTE, Job.state == "waiting")
    while db.session.scalar(waiting):
        db.session.rollback()
        if not jobs.run_one():
            break


def _replies(journals: list[Journal]) -> Iterator[str]:
    for journal in journals:
        yield from (f"reply: {wrong}" for wrong in journal.wrong)
        if journal.attempt is None:
            yield "a learner could not sit"


def _answers(journals: list[Journal]) -> Iterator[str]:
    """Nothing acknowledged is lost or replaced by something older; nothing is stored twice, changed or late."""
    log: dict[int, dict[tuple[int, int], object]] = defaultdict(dict)
    for row in db.session.execute(
        select(AnswerLog.attempt_id, AnswerLog.slot, AnswerLog.sequence, AnswerLog.answer)
    ):
        log[row.attempt_id][row.slot, row.sequence] = row.answer
    current = {
        (row.attempt_id, row.slot): row
        for row in db.session.execute(
            select(AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.stored_sequence, AttemptItem.answer)
        )
    }
    ends = dict(db.session.execute(select(Attempt.id, Attempt.accepts_until)).tuples().all())
    for journal in journals:
        stored, end = log.get(journal.attempt, {}), ends.get(journal.attempt)
        for (slot, sequence), sent_at in journal.acknowledged.items():
            where = f"attempt {journal.attempt}, slot {slot}, change {sequence}"
            if (slot, sequence) not in stored:
                yield f"lost: {where} was acknowledged and is not in the log"
            if end is not None and datetime.fromtimestamp(sent_at, UTC) > end:
                yield f"late: {where} was sent after the end and stored"
        for (slot, sequence), answer in stored.items():
            if journal.sent.get(slot, {}).get(sequence) != answer:
                yield f"foreign: attempt {journal.attempt}, slot {slot} holds what was never sent"
        for slot, sequence in journal.last.items():
            found = current[journal.attempt, slot]
            where = f"attempt {journal.attempt}, slot {slot}"
            if found.stored_sequence < sequence:
                yield f"lost: {where} stands at {found.stored_sequence}, acknowledged was {sequence}"
            if journal.sent[slot].get(found.stored_sequence) != found.answer:
                yield f"overwritten: {where} does not hold change {found.stored_sequence}"


def _attempts(journals: list[Journal]) -> Iterator[str]:
    rows = db.session.execute(
        select(Attempt.quiz_id, Attempt.person_id, func.count())
        .group_by(Attempt.quiz_id, Attempt.person_id)
        .having(func.count() > 1)
    )
    yield from (f"attempts: person {row[1]} has {row[2]} at quiz {row[0]}" for row in rows)
    known = {row.id: row.state for row in db.session.execute(select(Attempt.id, Attempt.state))}
    for journal in journals:
        if len(journal.starts) > 1:
            yield f"attempts: one learner was given {sorted(journal.starts)}"
        if journal.attempt is not None and journal.attempt not in known:
            yield f"attempts: {journal.attempt} was acknowledged and does not exist"
        if journal.submitted and known.get(journal.attempt) != "submitted":
            yield f"submission: {journal.attempt} was acknowledged and is {known.get(journal.attempt)}"


def submissions() -> Iterator[str]:
    """One row in the outbox for each attempt that was closed, drained; none for others."""
    closed = Counter(db.session.scalars(select(Attempt.id).where(Attempt.state != OPEN)))
    noted = Counter()
    for job in db.session.scalars(select(Job).where(Job.kind == NOTE)):
        noted[job.payload["attempt_id"]] += 1
        if job.state != "done":
            yield f"outbox: job {job.id} is {job.state}"
    for attempt in (closed - noted) + (noted - closed):
        yield f"outbox: attempt {attempt} was closed {closed[attempt]} times and told {noted[attempt]} times"


def integrity() -> Iterator[str]:
    if db.engine.dialect.name == "sqlite":
        found = db.session.execute(text("PRAGMA integrity_check")).scalar()
        if found != "ok":
            yield f"integrity: {found}"
        for row in db.session.execute(text("PRAGMA foreign_key_check")):
            yield f"integrity: {tuple(row)} refers to nothing"
