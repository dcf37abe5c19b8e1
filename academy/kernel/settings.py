"""The configuration of the running app, for code that must not know Flask."""

from __future__ import annotations

from flask import current_app

from academy.config import Config


def settings() -> Config:
    return current_app.config["ACADEMY"]
