"""Rate limits that hold across worker processes: counters in the database, by fixed windows."""

from __future__ import annotations

import hashlib

from sqlalchemy import String, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import clock
from academy.kernel.db import Model, db, separate_transaction
from academy.kernel.errors import TooMany
from academy.kernel.i18n import _l


class RateCounter(Model):
    """Hits of one key in one window; ``window`` and ``ends`` are seconds since 1970."""

    __tablename__ = "rate_counter"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hits: Mapped[int]
    ends: Mapped[int] = mapped_column(index=True)


def hit(key: str, *, limit: int, per: int) -> None:
    """Count one hit of ``key``; at most ``limit`` are allowed in each window of ``per`` seconds.

    The key is stored as a hash: counters tell nobody who tried to sign in.

    Raises:
        TooMany: the limit was reached; the hit is counted all the same.
    """
    now = int(clock.now().timestamp())
    window = now // per
    ends = (window + 1) * per
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(RateCounter)
        .values(key=hashlib.sha256(key.encode()).hexdigest(), window=window, hits=1, ends=ends)
        .on_conflict_do_update(index_elements=["key", "window"], set_={"hits": RateCounter.hits + 1})
        .returning(RateCounter.hits)
    )
    with separate_transaction() as connection:
        hits = connection.scalar(statement)
    if hits > limit:
        wait = ends - now
        raise TooMany(
            _l("Too many tries. Please wait %(seconds)s seconds.", seconds=wait), retry_after=wait
        )


def forget_old_counters() -> int:
    """Delete counters of windows long past; the number deleted."""
    with separate_transaction() as connection:
        gone = connection.execute(
            delete(RateCounter).where(RateCounter.ends < int(clock.now().timestamp()) - 3600)
        )
    return gone.rowcount
