"""The outbox of the search index."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, primary_key, timestamp

KINDS = ("course",)


class SearchOutbox(Model):
    """Something changed that people find; written in the transaction of the change.

    It says what to look at, not what happened: the indexer loads the present state. How far a machine's
    index has come stands in that index, so rows are kept for some days for other machines and rebuilds.
    """

    __tablename__ = "search_outbox"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
        # a number is never used twice, even after the newest rows are gone
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[int]
    created_at: Mapped[datetime] = timestamp(index=True)
