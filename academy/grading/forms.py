"""The forms of marking as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from academy.grading.schemas import SchemeSettings
from academy.grading.scheme import Scheme
from academy.grading.services import Mark

__all__ = [
    "new_scheme",
    "points_in",
    "read_mark",
    "read_reasons",
    "read_scheme",
    "scheme_as_form",
    "typed_mark",
]

MAX_TYPED = 4000


def points_in(text: str | None) -> Decimal | None:
    """A number as people type it, with a comma or a dot; None for what is none or has more than two decimals."""
    try:
        number = Decimal((text or "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > 1000 or number.as_tuple().exponent < -2:
        return None
    return number


def read_mark(form: Any, prefix: str = "") -> Mark:
    """A mark in a form whose fields start with ``prefix``."""
    typed = typed_mark(form, prefix)
    return Mark(
        levels=typed["levels"],
        points=points_in(typed["points"]),
        comments=typed["comments"],
        comment=typed["comment"],
        flagged=typed["flagged"],
    )


def typed_mark(form: Any, prefix: str = "") -> dict[str, Any]:
    """What was typed, as the form shows it again."""
    return {
        "levels": _under(form, f"{prefix}level."),
        "comments": _under(form, f"{prefix}comment."),
        "points": form.get(f"{prefix}points", "")[:20],
        "comment": form.get(f"{prefix}comment", "")[:MAX_TYPED],
        "flagged": f"{prefix}flagged" in form,
    }


def _under(form: Any, start: str) -> dict[str, str]:
    found = {name.removeprefix(start): form[name][:MAX_TYPED] for name in form if name.startswith(start)}
    return {name: text for name, text in list(found.items())[:12] if text.strip()}


def read_reasons(form: Any) -> dict[int, str]:
    """Chosen questions of an appeal and why: a question counts by its tick or by its reason."""
    ticked = {
        int(value)
        for value in form.getlist("slot")
        if value.isascii() and value.isdecimal() and len(value) < 5
    }
    written = {
        int(found[1])
        for name in form
        if (found := re.fullmatch(r"reason\.([0-9]{1,4})", name)) and form[name].strip()
    }
    return {slot: form.get(f"reason.{slot}", "") for slot in sorted(ticked | written)}


# --- the scheme ------------------------------------------------------------------------------------


def new_scheme() -> dict[str, Any]:
    """What a quiz without a scheme is offered."""
    settings = SchemeSettings(partial=("markers",)).load({"markers": [{"account": 0}]})
    return settings | {"markers": "", "appeal": settings["appeal"] | {"days_off": ""}}


def scheme_as_form(scheme: Scheme, names: Mapping[int, str]) -> dict[str, Any]:
    """A scheme as the form shows it; ``names``: account → user name."""
    lines = [
        f"{names.get(account, account)}: {quota}" if quota else f"{names.get(account, account)}"
        for account, quota in scheme.markers.items()
    ]
    return {
        "mode": scheme.mode,
        "kinds": sorted(scheme.kinds),
        "distance": str(scheme.distance),
        "third_rule": scheme.third_rule,
        "assignment": scheme.assignment,
        "markers": "\n".join(lines),
        "avoid_own_unit": scheme.avoid_own_unit,
        "horizontal": scheme.horizontal,
        "band_set": scheme.band_set,
        "appeal": {
            "days": scheme.appeal.days,
            "decide_days": scheme.appeal.decide_days,
            "threshold": str(scheme.appeal.threshold),
            "may_lower": scheme.appeal.may_lower,
            "days_off": "\n".join(day.strftime("%d/%m/%Y") for day in sorted(scheme.appeal.days_off)),
        },
    }


def read_scheme(form: Any) -> dict[str, Any]:
    """A scheme as it was typed: markers and days off are still text."""
    return {
        "mode": form.get("mode", ""),
        "kinds": form.getlist("kinds"),
        "distance": _decimal(form.get("distance")),
        "third_rule": form.get("third_rule", ""),
        "assignment": form.get("assignment", ""),
        "markers": form.get("markers", "")[:20_000],
        "avoid_own_unit": "avoid_own_unit" in form,
        "horizontal": "horizontal" in form,
        "band_set": form.get("band_set", ""),
        "appeal": {
            "days": _whole(form.get("appeal.days")),
            "decide_days": _whole(form.get("appeal.decide_days")),
            "threshold": _decimal(form.get("appeal.threshold")),
            "may_lower": "appeal.may_lower" in form,
            "days_off": form.get("appeal.days_off", "")[:2000],
        },
    }


def days_in(text: str) -> list[str]:
    """Days as people write them, ``17/02/2026``, in ISO form; what is no day stays as it is, to be refused."""
    return [_iso(part) for part in re.split(r"[\s,;]+", text) if part]


def _iso(text: str) -> str:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date().isoformat()
    except ValueError:
        return text


def _whole(text: str | None) -> int | str:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text


def _decimal(text: str | None) -> str:
    return (text or "").strip().replace(",", ".")
