"""Numbers, given or computed, with tolerances and units: between neutral questions and the academy's specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from academy.kernel.i18n import localized
from academy.questions.exchange.mapping_rules import Mapped, Unmappable, plain_decimal
from academy.questions.exchange.neutral import (
    FULL,
    Amount,
    Body,
    Computed,
    Note,
    Number,
    Parameter,
    Unit,
)
from academy.questions.tolerance import ABSOLUTE, FIGURES, PERCENT

__all__ = [
    "amount_of",
    "as_distances",
    "calculated_of",
    "computed_spec",
    "number_spec",
    "numeric_of",
    "parameter_row",
    "shown_unit",
    "tolerance_of",
]


def number_spec(body: Number, lang: str) -> Mapped:
    if not any(amount.weight == FULL for amount in body.answers):
        raise Unmappable("no_right")
    first = body.answers[0]
    if len(body.answers) > 1 or first.feedback:
        parts: dict[str, Any] = {"answers": [_answer(amount, lang) for amount in body.answers]}
    else:
        parts = {"answer": first.answer, **tolerance_of(first)}
    return "numeric", parts | _units(body), (), ()


def tolerance_of(amount: Amount | Computed) -> dict[str, str]:
    """The tolerance as a spec says it."""
    told = {"tolerance": amount.tolerance}
    return told if amount.tolerance_as == ABSOLUTE else told | {"tolerance_as": amount.tolerance_as}


def _answer(amount: Amount, lang: str) -> dict[str, Any]:
    row: dict[str, Any] = {"answer": amount.answer, **tolerance_of(amount)}
    row["weight"] = plain_decimal(amount.weight)
    return row | {"feedback": {lang: amount.feedback}} if amount.feedback else row


def _units(body: Number | Computed) -> dict[str, Any]:
    if not body.units:
        return {}
    if len(body.units) == 1 and not body.unit_rule:
        return {"unit": body.units[0].name}
    parts: dict[str, Any] = {"units": [{"name": unit.name, "factor": unit.factor} for unit in body.units]}
    for name, value in (("unit", body.unit_rule), ("unit_penalty", body.unit_penalty)):
        if value:
            parts[name] = value
    return parts


def numeric_of(spec: Mapping[str, Any], lang: str) -> Body:
    rows = spec.get("answers") or [spec | {"weight": "100", "feedback": None}]
    answers = tuple(
        replace(
            amount_of(row),
            weight=Decimal(row.get("weight") or "100"),
            feedback=localized(row.get("feedback"), lang),
        )
        for row in rows
    )
    return Number(answers=answers, **_units_of(spec, lang))


def amount_of(row: Mapping[str, Any]) -> Amount:
    """A number with its tolerance, as specs of numbers and of gaps have it."""
    return Amount(
        answer=row["answer"],
        tolerance=row.get("tolerance") or "0",
        tolerance_as=row.get("tolerance_as") or ABSOLUTE,
    )


def _units_of(spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
    rows = spec.get("units")
    if not rows:
        return {"units": (Unit(name=spec["unit"]),) if spec.get("unit") else ()}
    return {
        "units": tuple(Unit(name=row["name"], factor=row["factor"]) for row in rows),
        "unit_rule": spec.get("unit", ""),
        "unit_penalty": spec.get("unit_penalty", ""),
    }


def shown_unit(body: Number | Computed) -> str:
    """The unit in which a bare number stands."""
    return next((unit.name for unit in body.units if Decimal(unit.factor) == 1), "")


def as_distances(amounts: tuple[Amount, ...]) -> tuple[tuple[Amount, ...], tuple[Note, ...]]:
    """Numbers for formats that know tolerances as distances only; significant figures have none."""
    notes: dict[str, Note] = {}
    found = []
    for amount in amounts:
        if amount.tolerance_as == PERCENT:
            wide = abs(Decimal(amount.answer)) * Decimal(amount.tolerance) / 100
            amount = replace(amount, tolerance=plain_decimal(wide), tolerance_as=ABSOLUTE)
            notes["percent"] = Note("percent")
        elif amount.tolerance_as == FIGURES:
            amount = replace(amount, tolerance="0", tolerance_as=ABSOLUTE)
            notes["figures"] = Note("figures")
        found.append(amount)
    return tuple(found), tuple(notes.values())


# --- computed -------------------------------------------------------------------------------------


def computed_spec(body: Computed, lang: str) -> Mapped:
    parts: dict[str, Any] = {
        "parameters": [parameter_row(row) for row in body.parameters],
        "formula": body.formula,
        **tolerance_of(body),
        **_units(body),
    }
    if body.decimals is not None:
        parts["decimals"] = body.decimals
    return "calculated", parts, (), ()


def parameter_row(parameter: Parameter) -> dict[str, Any]:
    if parameter.values:
        return {"name": parameter.name, "values": list(parameter.values)}
    row = {"name": parameter.name, "min": parameter.low, "max": parameter.high}
    return row | {"step": parameter.step} if parameter.step else row


def calculated_of(spec: Mapping[str, Any], lang: str) -> Body:
    return Computed(
        parameters=tuple(
            Parameter(
                name=row["name"],
                values=tuple(row.get("values", ())),
                low=row.get("min", ""),
                high=row.get("max", ""),
                step=row.get("step", ""),
            )
            for row in spec["parameters"]
        ),
        formula=spec["formula"],
        decimals=spec.get("decimals"),
        tolerance=spec.get("tolerance") or "0",
        tolerance_as=spec.get("tolerance_as") or ABSOLUTE,
        **_units_of(spec, lang),
    )
