"""Who greeted how often."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from academy.sdk import Model


class Greeting(Model):
    """How often a person greeted."""

    __tablename__ = "sample_module_greeting"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
