"""The blueprint that all pages of marking and appeals are mounted on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("grading", __name__, template_folder="templates")
