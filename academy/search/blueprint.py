"""The blueprint that all pages of the search are mounted on."""

from __future__ import annotations

from flask import Blueprint

from academy.search.schemas import marked_html

bp = Blueprint("search", __name__, template_folder="templates")
bp.add_app_template_filter(marked_html, "marked")
