"""Greeting, counting, forgetting."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from academy.sdk import Actor, db, require, unit_of_work
from tests.sample_module.models import Greeting
from tests.sample_module.policies import can_forget

__all__ = ["erase_person", "forget_all", "greet", "times_greeted", "total"]

COUNT = "sample_module.count"


def greet(actor: Actor) -> int:
    """Greet once more; how often it was."""
    with unit_of_work() as work:
        row = work.session.get(Greeting, actor.person_id)
        if row is None:
            row = Greeting(person_id=actor.person_id, times=0)
            work.session.add(row)
        row.times += 1
        work.enqueue(COUNT, key=COUNT)
        return row.times


def times_greeted(person_id: int) -> int:
    return db.session.scalar(select(Greeting.times).where(Greeting.person_id == person_id)) or 0


def total() -> int:
    return db.session.scalar(select(func.coalesce(func.sum(Greeting.times), 0)))


def forget_all(actor: Actor) -> None:
    require(actor, can_forget)
    with unit_of_work() as work:
        work.session.execute(delete(Greeting))


def erase_person(person_id: int) -> None:
    with unit_of_work() as work:
        work.session.execute(delete(Greeting).where(Greeting.person_id == person_id))
