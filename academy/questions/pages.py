"""The templates of every kind of question, for the pages of other slices to include."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint
from markupsafe import Markup

from academy.catalog.markdown import render_block, render_inline

bp = Blueprint("questions", __name__, template_folder="templates")

# the words of an item never change, and every page that shows it renders them again
_inline = lru_cache(maxsize=8192)(render_inline)
_block = lru_cache(maxsize=2048)(render_block)


@bp.app_template_filter("inline_markdown")
def inline_markdown(text: str, lang: str = "vi") -> Markup:
    """An option or a short prompt as sanitized HTML, without a paragraph around it."""
    return _inline(text, lang) if text else Markup("")


@bp.app_template_filter("block_markdown")
def block_markdown(text: str, lang: str = "vi") -> Markup:
    """A prompt or an explanation of one or more paragraphs as sanitized HTML."""
    return _block(text, lang) if text else Markup("")
