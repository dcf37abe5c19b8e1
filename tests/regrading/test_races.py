"""Regrades proposed at the same moment, against a real database."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.regrading import services
from academy.regrading.models import Regrade
from tests.quizzes.racing import at_once, quiz_house, rows


@pytest.fixture
def house(tmp_path):
    with quiz_house(tmp_path) as found:
        yield found


def test_of_regrades_proposed_at_once_one_begins(house):
    app, sat = house

    def propose(_number):
        return services.propose(
            sat.instructor, sat.course, "mot-1", action="full", from_number=1, reason="Đề sai"
        )

    at_once(app, 6, lambda _number: db.session.scalar(select(func.count()).select_from(Regrade)))  # connect
    outcomes = at_once(app, 6, propose)
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    assert [one.rule for one in refused] == ["regrade.second"] * 5, outcomes
    assert rows(app, select(func.count()).select_from(Regrade)) == [(1,)]
