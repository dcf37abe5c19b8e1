"""The authoring form of a flood: from its flat fields to a spec, which the schema then checks."""

from __future__ import annotations

from typing import Any

LANGUAGES = ("vi", "en", "de")
TEXTS = ("title", "brief", "debrief", "explanation")
WHOLE = ("households", "turns", "hours_per_turn", "pumps_max", "budget", "request_delay", "city_pumps")
DECIMALS = ("water0", "pump_effect", "informed_factor")
GROUPS = {
    "curve": ("middle", "spread"),
    "trust": ("start", "inform", "per_affected", "false_alarm", "false_alarm_below"),
}
WHOLE_GROUPS = {
    "costs": ("pump", "inform", "evacuate", "request"),
    "weights": ("affected", "trust", "cost", "reasons"),
}
RUBRIC_ROWS = 6


def spec_of_form(form: Any) -> dict[str, Any]:
    """The spec a form describes; empty fields are left out, and what is no number stays as typed."""
    spec: dict[str, Any] = {name: _texts(form, name) for name in TEXTS}
    spec |= {name: _whole(form, name) for name in WHOLE}
    spec |= {name: _typed(form, name) for name in DECIMALS}
    spec |= {
        group: _kept({part: _typed(form, f"{group}.{part}") for part in parts})
        for group, parts in GROUPS.items()
    }
    spec |= {
        group: _kept({part: _whole(form, f"{group}.{part}") for part in parts})
        for group, parts in WHOLE_GROUPS.items()
    }
    spec["evacuation_steps"] = [_number(part) for part in _list(form, "evacuation_steps")]
    spec["rain"] = _kept(
        {
            "bases": _list(form, "rain.bases"),
            "sigma": _typed(form, "rain.sigma"),
            "surge": _kept(
                {
                    "turns": [_number(part) for part in _list(form, "rain.surge.turns")],
                    "extra": _typed(form, "rain.surge.extra"),
                }
            ),
        }
    )
    spec["rubric"] = [row for row in (_texts(form, f"rubric.{index}") for index in range(RUBRIC_ROWS)) if row]
    return {name: value for name, value in spec.items() if value not in (None, {}, [])}


def _typed(form: Any, name: str) -> str | None:
    return (form.get(name) or "").strip() or None


def _whole(form: Any, name: str) -> Any:
    value = _typed(form, name)
    return None if value is None else _number(value)


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text


def _list(form: Any, name: str) -> list[str]:
    """Values typed with spaces or commas between them."""
    return (form.get(name) or "").replace(",", " ").replace(";", " ").split()


def _texts(form: Any, name: str) -> dict[str, str]:
    texts = {lang: (form.get(f"{name}.{lang}") or "").strip() for lang in LANGUAGES}
    return {lang: text for lang, text in texts.items() if text}


def _kept(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value not in (None, {}, [])}
