"""Numbers and their units in Moodle XML."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.kernel.text import nfc
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.moodle_page import FORMAT, Page, Plan, own, text_of
from academy.questions.exchange.moodle_source import Fields, Source, number_of
from academy.questions.exchange.neutral import Amount, Computed, Note, Number, Unit
from academy.questions.exchange.number_kinds import as_distances
from academy.questions.units import NONE, OPTIONAL, REQUIRED, RULES

__all__ = ["read_numerical", "read_units", "write_number", "write_units"]

_PLACES = Decimal("1E-12")
# whether a unit is marked, and whether there is a field for it
_GRADED, _UNGRADED = ("1", "2"), "0"
_FIELD, _NO_FIELD = "0", "3"


def write_number(page: Page, body: Number) -> Plan:
    answers, notes = as_distances(body.answers)
    page.notes += notes

    def parts() -> None:
        for amount in answers:
            page.line(
                2,
                f'<answer fraction="{plain_decimal(amount.weight)}" format="moodle_auto_format">'
                f"{text_of(amount.answer)}<tolerance>{amount.tolerance}</tolerance>"
                f"{page.said(amount.feedback)}</answer>",
            )
        write_units(page, body)

    return "numerical", parts, {}


def write_units(page: Page, body: Number | Computed) -> None:
    """The units; the one with the factor 1 first, as Moodle wants it."""
    if not body.units:
        return
    if body.unit_penalty and body.unit_rule != REQUIRED:
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#unit_penalty"}))
    rows = "".join(
        f"<unit{own(factor=unit.factor)}><multiplier>{_inverse(Decimal(unit.factor))}</multiplier>"
        f"<unit_name>{escape_text(unit.name)}</unit_name></unit>"
        for unit in sorted(body.units, key=lambda unit: Decimal(unit.factor) != 1)
    )
    order = "" if len(body.units) < 2 else " ".join(unit.factor for unit in body.units)
    page.line(2, f"<units{own(rule=body.unit_rule, penalty=body.unit_penalty, order=order)}>{rows}</units>")
    graded = body.unit_rule == REQUIRED
    page.line(2, f"<unitgradingtype>{_GRADED[0] if graded else _UNGRADED}</unitgradingtype>")
    page.line(2, f"<unitpenalty>{(body.unit_penalty or '1') if graded else '0'}</unitpenalty>")
    page.line(2, f"<showunits>{_NO_FIELD if body.unit_rule == NONE else _FIELD}</showunits>")


def _inverse(factor: Decimal) -> str:
    return plain_decimal((1 / factor).quantize(_PLACES))


def read_numerical(source: Source) -> Fields:
    answers = tuple(
        Amount(
            answer=plain_decimal(number_of(answer.words("text"))),
            tolerance=plain_decimal(abs(number_of(answer.words("tolerance") or "0"))),
            weight=source.weight(answer),
            feedback=source.markdown(answer.find("feedback")),
        )
        for answer in source.element.all("answer")
        if answer.words("text") != "*"
    )
    if not answers:
        raise Unmappable("no_right")
    return {"body": Number(answers=answers, **read_units(source))}


def read_units(source: Source) -> dict[str, Any]:
    """Units and their rule, as fields of a body."""
    element = source.element.find("units")
    units = [
        Unit(name=name, factor=_factor(row.words("multiplier") or "1", row.get("academy-factor")))
        for row in (element.all("unit") if element is not None else ())
        if (name := nfc(row.words("unit_name")))
    ]
    if not units or element is None:
        return {}
    graded = source.element.words("unitgradingtype") in _GRADED
    rule, penalty = element.get("academy-rule"), element.get("academy-penalty")
    if graded:
        rule = REQUIRED
        # the share of nothing that a missing penalty would be is what Moodle takes for one, a tenth
        told = number_of(source.element.words("unitpenalty") or "0.1")
        penalty = penalty if _says(penalty, told) else _penalty(told)
    elif rule not in RULES or rule == REQUIRED:
        rule, penalty = (OPTIONAL, "") if len(units) > 1 else ("", "")
    return {"units": tuple(_ordered(units, element.attrib)), "unit_rule": rule, "unit_penalty": penalty}


def _says(words: str, number: Decimal) -> bool:
    try:
        return bool(words) and number_of(words) == number
    except Unmappable:
        return False


def _penalty(told: Decimal) -> str:
    return "" if told >= 1 else plain_decimal(max(told, Decimal(0)))


def _ordered(units: list[Unit], attributes: Mapping[str, str]) -> list[Unit]:
    """The units in their author's order, where the file says it."""
    order = attributes.get("academy-order", "").split()
    factors = [unit.factor for unit in units]
    if sorted(order) != sorted(factors) or len(set(order)) < len(order):
        return units
    return sorted(units, key=lambda unit: order.index(unit.factor))


def _factor(words: str, told: str) -> str:
    """Moodle says how many of a unit are one of the answer's; here it is the other way round."""
    multiplier = number_of(words)
    if multiplier < _PLACES:
        raise Unmappable("syntax", detail=words[:80])
    try:
        if told and Decimal(_inverse(number_of(told))) == multiplier:
            return told
    except ArithmeticError:
        pass
    return plain_decimal((1 / multiplier).quantize(_PLACES))
