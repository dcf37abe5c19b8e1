"""The quiz of a course, sat by many."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import select

from academy.kernel.db import db
from academy.questions.models import Item, ItemVersion
from tests.quizzes.conftest import Sat, sat, sat_all_kinds

__all__ = ["sat", "sat_all_kinds", "versions"]


@pytest.fixture
def versions(sat: Sat) -> list[int]:
    """The items' versions: ``mot-1`` to ``mot-5``, ``hai-6`` to ``hai-8``; everywhere ``a`` is right."""
    rows = select(ItemVersion.id).join(Item, Item.id == ItemVersion.item_id)
    return list(db.session.scalars(rows.where(Item.course_id == sat.course_id).order_by(ItemVersion.id)))


def able_choices(versions, people: int, *, seed: int = 5, key: str = "a") -> list[dict[int, str]]:
    """Complete papers of people of different ability: the abler, the more often ``key``; else ``b`` or ``c``."""
    chance = np.random.default_rng(seed)
    able = chance.normal(size=people)
    right = able[:, None] + chance.normal(size=(people, len(versions))) > 0
    wrong = chance.choice(["b", "c"], size=right.shape)
    return [
        {one: key if right[person, at] else str(wrong[person, at]) for at, one in enumerate(versions)}
        for person in range(people)
    ]
