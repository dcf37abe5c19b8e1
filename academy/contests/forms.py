"""The forms of organisers as data, and the other way round: rows without a name are gone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from academy.contests.schemas import LANGUAGES
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock

_ROW = re.compile(r"(board|prize)\.([0-9]{1,2})\.name")
MOST_ROWS = 20


def read_contest(form: Any) -> dict[str, Any]:
    """The form as :class:`academy.contests.schemas.ContestSettings` takes it."""
    return {
        "title": _texts(form, "title"),
        "summary": _texts(form, "summary"),
        "rules": _texts(form, "rules"),
        "unit_id": form.get("unit_id") or None,
        "course": form.get("course", ""),
        "tie_rule": form.get("tie_rule", "shared"),
        "name_rule": form.get("name_rule", "winners"),
        "best_rounds": form.get("best_rounds") or None,
        "boards": [
            {
                "name": form.get(f"{base}.name", ""),
                "kinds": form.getlist(f"{base}.kinds"),
                "positions": [
                    one.strip() for one in form.get(f"{base}.positions", "").split(",") if one.strip()
                ],
            }
            for base in _rows(form, "board")
        ],
        "prizes": _prizes(form),
    }


def read_round(form: Any) -> dict[str, Any]:
    """The form as :class:`academy.contests.schemas.RoundSettings` takes it."""
    return {
        "quiz": form.get("quiz", ""),
        "opens_at": form.get("opens_at", ""),
        "closes_on": form.get("closes_on", ""),
        "closes_time": form.get("closes_time") or None,
        "prizes": _prizes(form),
    }


def shown_contest(contest: ContestView, course: str) -> dict[str, Any]:
    """A contest as its form is filled in at first."""
    return {
        "title": contest.title,
        "summary": contest.summary,
        "rules": contest.rules,
        "unit_id": contest.unit_id,
        "course": course,
        "tie_rule": contest.tie_rule,
        "name_rule": contest.name_rule,
        "best_rounds": contest.best_rounds,
        "boards": [
            {"name": board.name, "kinds": board.kinds, "positions": board.positions}
            for board in contest.boards
        ],
        "prizes": contest.prizes,
    }


def shown_round(current: RoundView, quiz: str) -> dict[str, Any]:
    """A round as its form is filled in at first: a closing at midnight is the day that ends with it."""
    closes = clock.local(current.closes_at)
    whole_day = current.closes_at == clock.day_start(closes.date())
    return {
        "quiz": quiz,
        "opens_at": clock.local(current.opens_at).strftime("%Y-%m-%dT%H:%M"),
        "closes_on": clock.local(current.last_moment).date().isoformat()
        if whole_day
        else closes.date().isoformat(),
        "closes_time": None if whole_day else closes.strftime("%H:%M"),
        "prizes": current.prizes,
    }


def flat_errors(errors: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Names of fields as the form has them: ``boards.0.name`` → ``board.0.name``."""
    return {
        re.sub(r"^(board|prize)s\.", r"\1.", name).removesuffix(".value"): texts
        for name, texts in errors.items()
    }


def _texts(form: Any, name: str) -> dict[str, str]:
    return {lang: form.get(f"{name}.{lang}", "") for lang in LANGUAGES}


def _rows(form: Any, kind: str) -> list[str]:
    numbers = sorted(int(found[2]) for found in map(_ROW.fullmatch, form) if found and found[1] == kind)
    return [
        f"{kind}.{number}" for number in numbers[:MOST_ROWS] if form.get(f"{kind}.{number}.name", "").strip()
    ]


def _prizes(form: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": form.get(f"{base}.name", ""),
            "how": form.get(f"{base}.how", "rank"),
            "count": form.get(f"{base}.count", "").strip() or "1",
            "minimum": form.get(f"{base}.minimum", "").replace(",", ".").strip() or None,
        }
        for base in _rows(form, "prize")
    ]
