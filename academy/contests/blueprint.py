"""The blueprint that all pages of contests are mounted on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("contests", __name__, template_folder="templates")
