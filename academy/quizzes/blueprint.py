"""The blueprint that all pages of quizzes are mounted on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("quizzes", __name__, template_folder="templates")
