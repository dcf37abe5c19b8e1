"""The form of a quiz's rules as data, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from academy.questions.forms import LANG, fields_like, nested
from academy.quizzes.review import FLAGS
from academy.quizzes.rules import QuizRules

PHASES = ("after_submit", "after_close")
NUMBERS = ("weight", "penalty")
_TITLE = re.compile(f"title{LANG}")
_COUNT = re.compile(r"draw\.([0-9]{1,2})\.count")


def new_settings(title: Mapping[str, str]) -> dict[str, Any]:
    """What a new quiz is offered with."""
    return {
        "title": dict(title),
        "minutes": 30,
        "attempts": 3,
        "pass_mark": "5.0",
        "shuffle": {"items": True, "options": True},
        "draw": [],
        "review": {"after_submit": ["score", "outcomes"], "after_close": list(FLAGS)},
        "window": {"opens": None, "closes": None},
        "delivery": {},
    }


def settings_of(rules: QuizRules) -> dict[str, Any]:
    """The rules that hold, as the form shows them."""
    return {
        "title": dict(rules.title),
        "minutes": rules.minutes,
        "attempts": rules.attempts,
        "pass_mark": str(rules.pass_mark),
        "shuffle": {"items": rules.shuffle_items, "options": rules.shuffle_options},
        "draw": [
            {
                "count": rule.count,
                "weight": str(rule.weight),
                "outcome": rule.outcome,
                "kinds": list(rule.kinds),
                "lesson": rule.lesson,
                "difficulty": list(rule.difficulty),
                "shown": rule.shown,
                "penalty": str(rule.penalty) if rule.penalty else "",
            }
            for rule in rules.draw
        ],
        "review": {phase: list(rules.review.get(phase, ())) for phase in PHASES},
        "window": {"opens": rules.opens, "closes": rules.closes},
        "examination": rules.examination,
        "delivery": {
            "networks": list(rules.delivery.networks),
            "one_device": rules.delivery.one_device,
            "freeze_minutes": rules.delivery.freeze_minutes,
        },
    }


def read_settings(form: Any) -> dict[str, Any]:
    """The form as :class:`academy.quizzes.schemas.QuizSettings` takes it; rows without a number are gone."""
    title = nested(fields_like(form, _TITLE), ("title",)).get("title")
    return {
        "title": title or {},
        "minutes": _number(form.get("minutes")),
        "attempts": _number(form.get("attempts")),
        "pass_mark": (form.get("pass_mark") or "").strip().replace(",", "."),
        "shuffle": {name: name in form.getlist("shuffle") for name in ("items", "options")},
        "draw": _rows(form),
        "review": {phase: form.getlist(f"review.{phase}") for phase in PHASES},
        "window": {name: form.get(f"window.{name}") or None for name in ("opens", "closes")},
    } | ({"examination": True} if "examination" in form else {}) | _delivery(form)


def _delivery(form: Any) -> dict[str, Any]:
    """Only what is set: a quiz without rules of delivery keeps its version."""
    told: dict[str, Any] = {}
    if networks := (form.get("delivery.networks") or "").replace(",", " ").split():
        told["networks"] = networks
    if "delivery.one_device" in form:
        told["one_device"] = True
    freeze = _number(form.get("delivery.freeze_minutes"))
    if freeze is not None:
        told["freeze_minutes"] = freeze
    return {"delivery": told} if told else {}


def _rows(form: Any) -> list[dict[str, Any]]:
    numbers = sorted(int(found[1]) for found in map(_COUNT.fullmatch, form) if found)
    rows = []
    for number in numbers:
        base = f"draw.{number}"
        count = _number(form.get(f"{base}.count"))
        if count in (None, 0):
            continue
        row: dict[str, Any] = {"count": count}
        for name in ("outcome", "lesson", "weight", "penalty"):
            if value := (form.get(f"{base}.{name}") or "").strip():
                row[name] = value.replace(",", ".") if name in NUMBERS else value
        if f"{base}.shown" in form:
            row["shown"] = True
        if kinds := form.getlist(f"{base}.kinds"):
            row["kinds"] = kinds
        if difficulty := [_number(value) for value in form.getlist(f"{base}.difficulty")]:
            row["difficulty"] = difficulty
        rows.append(row)
    return rows


def _number(text: str | None) -> int | str | None:
    """A whole number; what is none stays text, for the schema to refuse."""
    text = (text or "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
