"""The templates of every kind of question, for the pages of other slices to include."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint
from markupsafe import Markup

from academy.catalog.markdown import render_block, render_inline
from academy.questions.links import QUESTION_LINKS
from academy.questions.numbers import DECIMAL_SIGN

bp = Blueprint("questions", __name__, template_folder="templates")

# the words of an item never change, and every page that shows it renders them again


@lru_cache(maxsize=8192)
def _inline(text: str, lang: str) -> Markup:
    return render_inline(text, lang, QUESTION_LINKS)


@lru_cache(maxsize=2048)
def _block(text: str, lang: str) -> Markup:
    return render_block(text, lang, QUESTION_LINKS)


@bp.app_template_filter("inline_markdown")
def inline_markdown(text: str, lang: str = "vi") -> Markup:
    """An option or a short prompt as sanitized HTML, without a paragraph around it."""
    return _inline(text, lang) if text else Markup("")


@bp.app_template_filter("block_markdown")
def block_markdown(text: str, lang: str = "vi") -> Markup:
    """A prompt or an explanation of one or more paragraphs as sanitized HTML."""
    return _block(text, lang) if text else Markup("")


@bp.app_template_filter("prompt_markdown")
def prompt_markdown(text: str, lang: str = "vi") -> Markup:
    """A prompt for a ``<legend>``: one paragraph stays without its ``<p>``."""
    return block_markdown(text, lang) if "\n" in (text or "").strip() else inline_markdown(text, lang)


@bp.app_template_filter("decimal_sign")
def decimal_sign(number: str, lang: str) -> str:
    """A stored decimal, ``"97.4"``, with the sign of a language: ``97,4``."""
    return number.replace(".", DECIMAL_SIGN.get(lang, "."))


@bp.app_template_test("space")
def is_space(character: str) -> bool:
    return character.isspace()
