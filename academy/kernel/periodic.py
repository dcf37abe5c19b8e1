"""Jobs that come round again: which, and how often; kept in the job table like all others."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import func, select

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.jobs import Job, forget_finished_jobs, job
from academy.kernel.limits import forget_old_counters
from academy.kernel.storage import forget_old_exports
from academy.kernel.unit_of_work import unit_of_work

LOOK_EVERY = timedelta(minutes=1)


def every(app: Flask, interval: timedelta, kind: str) -> None:
    """Let the worker run a job of this kind, without payload, once in each interval."""
    app.extensions.setdefault("academy_periodic", {})[kind] = interval


def enqueue_due() -> list[str]:
    """Enqueue what is due; the kinds. Two workers at once enqueue each kind once."""
    intervals: dict[str, timedelta] = current_app.extensions.get("academy_periodic", {})
    last = dict(
        db.session.execute(
            select(Job.kind, func.max(Job.created_at)).where(Job.kind.in_(intervals)).group_by(Job.kind)
        ).all()
    )
    now = clock.now()
    due = [kind for kind, interval in intervals.items() if kind not in last or now - last[kind] >= interval]
    if due:
        with unit_of_work() as work:
            for kind in due:
                work.enqueue(kind, key=f"periodic:{kind}")
    else:
        db.session.rollback()
    return due


@job("kernel.tidy")
def tidy(_progress: object) -> dict[str, int]:
    """Forget rate counters, finished jobs and exported files of long ago."""
    return {
        "counters": forget_old_counters(),
        "jobs": forget_finished_jobs(),
        "exports": forget_old_exports(),
    }
