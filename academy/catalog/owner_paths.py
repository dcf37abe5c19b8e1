"""Courses keep the path of the unit that answers for them: it follows when units move."""

from __future__ import annotations

from sqlalchemy import Text, cast, func, literal, update

from academy.catalog.models import Course
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.events import UnitMoved

__all__ = ["on_unit_moved"]


def on_unit_moved(event: UnitMoved) -> None:
    """Subscribed atomically: who answers for the units answers for their courses the same moment."""
    rest = func.substr(Course.owner_unit_path, len(event.old_path) + 1)
    with unit_of_work() as work:
        work.session.execute(
            update(Course)
            .where(Course.owner_unit_path.startswith(event.old_path, autoescape=True))
            .values(owner_unit_path=cast(literal(event.new_path), Text).concat(rest))
            .execution_options(synchronize_session=False)
        )
