"""The only clock: UTC in the database, local days in rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def is_frozen() -> bool:
    """Whether a test has stopped the clock."""
    return _frozen.get() is not None


def today() -> date:
    """The current civil day in Hanoi: at 17:30 UTC on 30 June it is already 1 July."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """An aware instant as seen on a wall clock in Hanoi."""
    return instant.astimezone(ZONE)


def day_start(day: date) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=ZONE).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The first instant after a local day, in UTC ("hết ngày" is up to but not including it)."""
    return day_start(day + timedelta(days=1))


@contextmanager
def frozen(instant: datetime | str) -> Iterator[datetime]:
    """Stop the clock, for tests; an ISO text is read as UTC unless it says otherwise."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen.reset(token)
