"""A city with two wards and its administrator."""

from __future__ import annotations

from datetime import date

import pytest

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.organization import services
from tests.factories import create_actor, create_unit


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def wards(city):
    return [
        services.create_unit(Actor.system(), name=name, kind="ward", parent_id=city.id, code=code, valid_from=date(2025, 7, 1))
        for name, code in (("Phường Hoàn Kiếm", "HN-P01"), ("Phường Láng", "HN-P12"))
    ]


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city)
