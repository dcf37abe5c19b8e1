"""Formulas as QTI's expressions: trees of elements on both sides; what has no like is refused by its name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from academy.kernel.safe_xml import XmlElement
from academy.questions.exchange.formula_trees import MOST_PARTS, lowered, require_small
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.qti_item import decimal_of
from academy.questions.exchange.qti_names import attribute, name_of
from academy.questions.exchange.qti_sheet import Sheet
from academy.questions.formula import Name, Number, Operation, Part

__all__ = ["expression", "meant_in_qti", "part_of"]

_OPERATORS = {
    "+": "sum",
    "-": "subtract",
    "*": "product",
    "/": "divide",
    "^": "power",
    "min": "min",
    "max": "max",
}
_MATH = {
    **{name: name for name in ("abs", "floor", "ceil", "exp", "ln", "sin", "cos", "tan")},
    "log10": "log",
    "rad": "toRadians",
    "deg": "toDegrees",
}
_OPERATORS_HERE = {name: sign for sign, name in _OPERATORS.items()}
_MATH_HERE = {name: function for function, name in _MATH.items()}
_HALF, _ZERO = Number(Decimal("0.5")), Number(Decimal(0))
_MAX_DEPTH = 30


def meant_in_qti(part: Part) -> Part:
    """What of a tree is left once it has been written as an expression and read again.

    Raises:
        Unmappable: QTI has no such expression, or it would be too large.
    """
    return _meant(require_small(lowered(part)))


def _meant(part: Part) -> Part:
    if not isinstance(part, Operation):
        return part
    parts = tuple(map(_meant, part.parts))
    if part.name == "neg":
        return Operation("neg", parts) if isinstance(parts[0], Number) else Operation("-", (_ZERO, *parts))
    if part.name == "sqrt":
        return Operation("^", (*parts, _HALF))
    if part.name == "round":
        places = parts[1] if len(parts) == 2 else _ZERO
        if not isinstance(places, Number):
            raise Unmappable("format_function", format="QTI", name="round")
        return Operation("round", (parts[0], places))
    if part.name not in _OPERATORS and part.name not in _MATH:
        raise Unmappable("format_function", format="QTI", name=part.name)
    return Operation(part.name, parts)


def expression(sheet: Sheet, part: Part) -> str:
    """A tree that is :func:`meant_in_qti` as elements."""
    if isinstance(part, Number):
        return sheet.el("baseValue", format(part.value, "f"), baseType="float")
    if isinstance(part, Name):
        if part.name == "pi":
            return sheet.el("mathConstant", name="pi")
        return sheet.el("variable", identifier=part.name)
    if part.name == "neg":
        [number] = part.parts
        assert isinstance(number, Number)
        return sheet.el("baseValue", f"-{format(number.value, 'f')}", baseType="float")
    if part.name == "round":
        value, places = part.parts
        assert isinstance(places, Number)
        return sheet.el(
            "roundTo",
            expression(sheet, value),
            roundingMode="decimalPlaces",
            figures=format(places.value, "f"),
        )
    inner = "".join(expression(sheet, one) for one in part.parts)
    if part.name in _OPERATORS:
        return sheet.el(_OPERATORS[part.name], inner)
    return sheet.el("mathOperator", inner, name=_MATH[part.name])


def part_of(element: XmlElement, names: Mapping[str, str], depth: int = 0) -> Part:
    """An expression as a tree.

    Args:
        names: what a variable is called here, by its identifier.

    Raises:
        Unmappable: an expression is not known here; the note names it.
    """
    if depth > _MAX_DEPTH:
        raise Unmappable("syntax", detail=name_of(element))
    kind = name_of(element)
    if kind == "baseValue":
        return _number("".join(element.texts()).strip())
    if kind == "variable":
        return _variable(attribute(element, "identifier"), names)
    if kind == "mathConstant":
        return _constant(attribute(element, "name"))
    parts = tuple(part_of(child, names, depth + 1) for child in element.children)
    if kind in ("integerToFloat",) and len(parts) == 1:
        return parts[0]
    if kind in ("sum", "product") and parts:
        return _chained(_OPERATORS_HERE[kind], parts)
    if kind in ("subtract", "divide", "power") and len(parts) == 2:
        return Operation(_OPERATORS_HERE[kind], parts)
    if kind in ("min", "max") and parts:
        return parts[0] if len(parts) == 1 else Operation(kind, parts)
    if kind == "round" and len(parts) == 1:
        return Operation("round", (*parts, _ZERO))
    if kind == "roundTo" and len(parts) == 1 and attribute(element, "roundingMode") == "decimalPlaces":
        return Operation("round", (*parts, _number(attribute(element, "figures"))))
    name = attribute(element, "name")
    if kind == "mathOperator" and name in _MATH_HERE and len(parts) == 1:
        return Operation(_MATH_HERE[name], parts)
    raise Unmappable("expression", name=f"{kind} {name}".strip())


def _chained(sign: str, parts: tuple[Part, ...]) -> Part:
    first, *others = parts
    if len(others) >= MOST_PARTS:
        raise Unmappable("large_formula", n=MOST_PARTS)
    for part in others:
        first = Operation(sign, (first, part))
    return require_small(first)


def _number(words: str) -> Part:
    number = decimal_of(words)
    return Operation("neg", (Number(-number),)) if number < 0 else Number(number)


def _variable(identifier: str, names: Mapping[str, str]) -> Part:
    if identifier not in names:
        raise Unmappable("expression", name=f"variable {identifier}")
    return Name(names[identifier])


def _constant(name: str) -> Part:
    if name == "pi":
        return Name("pi")
    if name == "e":
        return Operation("exp", (Number(Decimal(1)),))
    raise Unmappable("expression", name=f"mathConstant {name}")
