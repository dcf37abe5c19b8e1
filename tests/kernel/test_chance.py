"""Chance that nobody can foretell, and chance that a demo repeats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from academy.contests.lots import new_seed
from academy.kernel import chance


def drawn() -> tuple:
    return new_seed(), chance.token_hex(6), chance.randbits(62), chance.below(1000)


def test_the_same_seed_draws_the_same_and_another_does_not(app):
    def of(seed):
        with chance.seeded(seed):
            return drawn()

    assert of(7) == of(7) != of(8)


def test_without_a_seed_nothing_repeats_also_after_one(app):
    with chance.seeded(7):
        seeded = drawn()
    assert len({drawn(), drawn(), seeded}) == 3


def test_in_production_chance_is_never_seeded(app, monkeypatch):
    production = replace(app.config["ACADEMY"], environment="production")
    assert production.is_production
    monkeypatch.setitem(app.config, "ACADEMY", production)
    with pytest.raises(RuntimeError), chance.seeded(7):
        pass
