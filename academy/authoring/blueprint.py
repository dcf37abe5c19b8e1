"""The blueprint that all pages of the studio are mounted on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("authoring", __name__, template_folder="templates")
