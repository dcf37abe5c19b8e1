"""Names of the fields on the page of a paper, one prefix per slot."""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

from academy.quizzes.answers import FormAnswer

MAX_SLOTS = 400


def field_name(slot: int) -> str:
    """The prefix of a slot's fields: ``s3``, ``s3.…``."""
    return f"s{slot}"


def base_name(slot: int) -> str:
    """The hidden field with the sequence that the page was made with."""
    return f"base.{slot}"


def answers_in(form: object) -> dict[str, FormAnswer]:
    """Which slots a submitted page is about, by their hidden fields: prefix → slot and its base."""
    found: dict[str, FormAnswer] = {}
    for name in form:
        slot = name.removeprefix("base.") if isinstance(name, str) and name.startswith("base.") else ""
        base = form.get(name) or ""
        if _is_number(slot) and _is_number(base) and len(found) < MAX_SLOTS:
            found[field_name(int(slot))] = FormAnswer(slot=int(slot), based_on=int(base))
    return found


def sent_along(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The fields of answers in a form that could not be stored, to be carried to the next try."""
    return [(name, value) for name, value in form.items(multi=True) if _OF_ANSWERS.match(name)]


_OF_ANSWERS = re.compile(r"(s|base\.)[0-9]")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 16
