"""What the module keeps: the queries a person has tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from academy.sdk import Model, primary_key, timestamp


class QueryRun(Model):
    """One query that a person tried on the data shown; never a graded answer.

    ``item_key`` is empty for free practice; ``ms`` is processor time in the sandbox.
    """

    __tablename__ = "information_technology_query_run"
    __table_args__ = (
        Index("ix_information_technology_query_run_own", "person_id", "item_key", "id"),
        Index("ix_information_technology_query_run_at", "at"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    item_key: Mapped[str] = mapped_column(String(80), default="")
    query: Mapped[str] = mapped_column(Text)
    ok: Mapped[bool]
    ms: Mapped[int]
    at: Mapped[datetime] = timestamp()
