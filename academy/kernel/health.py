"""Health of what the academy stands on; slices register checks of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import text

from academy.kernel.db import db


@dataclass(frozen=True, slots=True)
class Check:
    """The state of one dependency. ``vital``: without it the academy cannot serve."""

    name: str
    ok: bool
    detail: str = ""
    vital: bool = True


def register_check(app: Flask, check: Callable[[], Check]) -> None:
    app.extensions.setdefault("academy_health", []).append(check)


def check_all() -> list[Check]:
    """Run every check; one that raises counts as failed."""
    checks = [_guarded(_database)]
    checks += [_guarded(check) for check in current_app.extensions.get("academy_health", ())]
    return checks


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        return Check(check.__name__.strip("_"), ok=False, detail=type(error).__name__)


def _database() -> Check:
    db.session.execute(text("SELECT 1"))
    return Check("database", ok=True, detail=db.session.get_bind().dialect.name)
