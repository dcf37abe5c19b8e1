"""The templates of every kind of question, for the pages of other slices to include."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from academy.catalog.markdown import render_block, render_inline
from academy.catalog.media_links import course_media_url
from academy.catalog.media_queries import list_media
from academy.questions import credit
from academy.questions.arithmetic import CONSTANTS, FUNCTIONS
from academy.questions.file_formats import FORMATS
from academy.questions.links import QUESTION_LINKS
from academy.questions.numbers import DECIMAL_SIGN, written
from academy.questions.plain_words import plain_words, shortened
from academy.questions.rubric import DEFAULT_RUBRIC
from academy.questions.types.calculated import Sample, samples
from academy.web.format import percent

bp = Blueprint("questions", __name__, template_folder="templates")

bp.add_app_template_global(course_media_url)
bp.add_app_template_global(list_media, "course_files")
bp.add_app_template_global(tuple(FORMATS), "file_formats")
bp.add_app_template_global(DEFAULT_RUBRIC, "default_rubric")

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


bp.add_app_template_filter(plain_words, "plain_words")
bp.add_app_template_filter(shortened, "first_line")


@bp.app_template_filter("decimal_sign")
def decimal_sign(number: str, lang: str) -> str:
    """A stored decimal, ``"97.4"``, with the sign of a language: ``97,4``."""
    return number.replace(".", DECIMAL_SIGN.get(lang, "."))


@bp.app_template_filter("written_number")
def written_number(number: str, lang: str) -> str:
    """A stored decimal as a language writes it, with large numbers grouped: ``166.600,5``."""
    return written(number, lang)


@bp.app_template_filter("sample_draws")
def sample_draws(spec: Mapping[str, Any]) -> list[Sample]:
    """Ten draws of a calculated question that is being written; none while it is not sound."""
    return samples(spec)


@bp.app_template_global("formula_functions")
def formula_functions() -> str:
    """The names that a formula may use, for the author's hint."""
    return ", ".join([*FUNCTIONS, *CONSTANTS])


@bp.app_template_filter("signed_percent")
def signed_percent(weight: str) -> str:
    """What an answer weighs, ``"-50"``, as a percentage with its sign: ``−50%``, ``+100%``, ``0%``."""
    share = Decimal(weight) / 100
    return ("−" if share < 0 else "+" if share > 0 else "") + percent(abs(share))


@bp.app_template_filter("credit_rule")
def credit_rule(rule: str | None) -> Any:
    """What a rule of partial credit is called; empty for none."""
    return credit.RULES.get(rule or "", "")


@bp.app_template_test("space")
def is_space(character: str) -> bool:
    return character.isspace()
