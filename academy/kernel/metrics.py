"""A few numbers in Prometheus' text format: jobs by state, read from the database at each scrape."""

from __future__ import annotations

from sqlalchemy import func, select

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.jobs import Job


def metrics_text() -> str:
    """The metrics page: one line a sample."""
    counts = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    oldest = db.session.scalar(select(func.min(Job.run_at)).where(Job.state == "waiting"))
    age = max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0
    lines = ["# TYPE academy_jobs gauge"]
    lines += [
        f'academy_jobs{{state="{state}"}} {counts.get(state, 0)}'
        for state in ("waiting", "running", "done", "failed")
    ]
    lines += ["# TYPE academy_oldest_waiting_job_seconds gauge", f"academy_oldest_waiting_job_seconds {age:.1f}"]
    return "\n".join(lines) + "\n"
