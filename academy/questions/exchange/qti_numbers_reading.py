"""Numbers in QTI: given ones with their tolerances, and computed ones by template processing.

Of template processing a small part is read: values drawn from a list or a range, and values computed from them.
Every other rule or expression is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from academy.kernel.safe_xml import XmlElement
from academy.questions.exchange.formula_trees import (
    MOST_VARIABLES,
    original,
    read_formula,
    replaced,
    require_small,
    rounded,
)
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.markup import plain_text
from academy.questions.exchange.neutral import FULL, Amount, Computed, Note, Number, Parameter, Unit
from academy.questions.exchange.place_holders import PLACE
from academy.questions.exchange.qti_formula import meant_in_qti, part_of
from academy.questions.exchange.qti_item import Declaration, Item, decimal_of
from academy.questions.exchange.qti_names import attribute, find, find_all, name_of
from academy.questions.formula import Name, Operation, Part
from academy.questions.formula import Number as Literal
from academy.questions.parameters import MAX_VALUES, RESERVED
from academy.questions.tolerance import ABSOLUTE, FIGURES, PERCENT
from academy.questions.types.calculated import ANSWER, DECIMALS, MAX_DECIMALS

__all__ = ["gap_amount", "read_computed", "read_number"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")
_STEPS_OF_FLOATS = Decimal(100)
SOURCE = "ACADEMY_"


def read_number(item: Item, declared: Declaration) -> Number:
    """A number: as a chain of conditions says it, else the right answer with the tolerance of ``equal``."""
    answers = _chain(item)
    if not answers:
        if not declared.correct:
            raise Unmappable("no_right")
        near = find(item.root, "equal", "equalRounded")
        tolerance, tolerance_as = _tolerance(near) if near is not None else ("0", ABSOLUTE)
        answers = tuple(
            Amount(
                answer=plain_decimal(decimal_of(words)),
                tolerance=tolerance,
                tolerance_as=tolerance_as,
            )
            for words in declared.correct
        )
    return Number(answers=answers, units=units_of(item))


def units_of(item: Item) -> tuple[Unit, ...]:
    return tuple(
        Unit(name=plain_text(item.of_html("".join(element.texts()))))
        for element in item.body.iter()
        if "academy-unit" in element.get("class")
    )


def _chain(item: Item) -> tuple[Amount, ...]:
    """Conditions of which each compares the response with a number and sets the score."""
    processing = find(item.root, "responseProcessing")
    said = {
        attribute(said, "identifier"): item.markdown(said, whole=True)
        for said in item.root.children
        if name_of(said) == "modalFeedback" and attribute(said, "showHide", "show") == "show"
    }
    found = []
    for branch in find_all(processing, "responseIf", "responseElseIf") if processing is not None else ():
        near = next((c for c in branch.children if name_of(c) in ("equal", "equalRounded")), None)
        score = _outcome(branch, "SCORE")
        right = find(near, "baseValue") if near is not None else None
        if near is None or right is None or not score:
            return ()
        tolerance, tolerance_as = _tolerance(near)
        found.append(
            Amount(
                answer=_decimal_text(right),
                tolerance=tolerance,
                tolerance_as=tolerance_as,
                weight=(decimal_of(score) * FULL).quantize(Decimal("0.00001")).normalize() + 0,
                feedback=said.get(_outcome(branch, "FEEDBACK"), ""),
            )
        )
    return tuple(found)


def _decimal_text(element: XmlElement) -> str:
    """A number as it stands, if that is how it is kept; else in that form."""
    words = "".join(element.texts()).strip()
    return words if format(decimal_of(words), "f") == words else plain_decimal(decimal_of(words))


def _outcome(branch: XmlElement, name: str) -> str:
    for rule in branch.children:
        value = find(rule, "baseValue")
        if name_of(rule) == "setOutcomeValue" and attribute(rule, "identifier") == name and value is not None:
            return "".join(value.texts()).strip()
    return ""


def _tolerance(near: XmlElement) -> tuple[str, str]:
    if name_of(near) == "equalRounded":
        if attribute(near, "roundingMode", "significantFigures") == "significantFigures":
            return _figures(near, "1"), FIGURES
        return plain_decimal(Decimal(5).scaleb(-int(_figures(near, "0")) - 1)), ABSOLUTE
    mode = attribute(near, "toleranceMode", "exact")
    words = re.split(r"\s+", attribute(near, "tolerance", "0").strip())
    if mode not in ("absolute", "relative"):
        return "0", ABSOLUTE
    widest = max(words, key=decimal_of)
    told = widest if format(decimal_of(widest), "f") == widest else plain_decimal(decimal_of(widest))
    return told, PERCENT if mode == "relative" else ABSOLUTE


def _figures(near: XmlElement, usual: str) -> str:
    words = attribute(near, "figures", usual).strip()
    if not re.fullmatch(r"[0-9]{1,2}", words):
        raise Unmappable("syntax", detail=words[:80])
    return words


def gap_amount(item: Item, name: str, declared: Declaration) -> tuple[Amount, Decimal] | None:
    """The number that a gap asks for and what it earns, where a condition compares the gap with it."""
    if declared.base not in ("float", "integer") or not declared.correct:
        return None
    for branch in find_all(item.root, "responseIf"):
        near = next((c for c in branch.children if name_of(c) in ("equal", "equalRounded")), None)
        response = find(near, "variable") if near is not None else None
        if near is None or response is None or attribute(response, "identifier") != name:
            continue
        tolerance, tolerance_as = _tolerance(near)
        value = find(near, "baseValue")
        answer = _decimal_text(value) if value is not None else plain_decimal(decimal_of(declared.correct[0]))
        earned = next(
            (find(rule, "baseValue") for rule in branch.children if name_of(rule) == "setOutcomeValue"), None
        )
        weight = decimal_of("".join(earned.texts()).strip()) if earned is not None else Decimal(1)
        return Amount(answer=answer, tolerance=tolerance, tolerance_as=tolerance_as), weight or Decimal(1)
    return Amount(answer=plain_decimal(decimal_of(declared.correct[0]))), Decimal(1)


# --- computed -------------------------------------------------------------------------------------


def read_computed(item: Item, interaction: XmlElement) -> Computed:
    """The question of an item with template variables; its texts print them from then on.

    Raises:
        Unmappable: something is drawn, computed or compared in a way that is not known here.
    """
    values = _values(item)
    sources = _sources(item)
    parameters: dict[str, Parameter] = {}
    trees: dict[str, Part] = {}
    names: dict[str, str] = {}
    for identifier, element in values.items():
        own = _own_name(identifier, names)
        drawn = _drawn(own, element, sources.get(f"range_{identifier}", ""), item)
        if drawn is not None:
            parameters[identifier], names[identifier] = drawn, own
        else:
            known = names | {name: f"\0{name}" for name in trees}
            tree = part_of(element, known)
            trees[identifier] = require_small(
                replaced(tree, {f"\0{name}": part for name, part in trees.items()})
            )
    if not parameters:
        raise Unmappable("dynamic", detail="templateDeclaration")
    reader = _Computed(item, names, trees, sources)
    found, decimals, near = reader.answer(interaction)
    formula = original(sources.get("formula", ""), found, frozenset(names.values()), meant_in_qti)
    read_formula(formula, frozenset(names.values()))
    is_own = formula == sources.get("formula")
    if is_own:
        told = sources.get("decimals", "")
        decimals = int(told) if told.isdecimal() and len(told) < 3 else None
    else:
        decimals = DECIMALS if decimals is None else min(decimals, MAX_DECIMALS)
        item.notes.append(Note("rounding", {"n": decimals}))
    reader.formula, reader.decimals = found, DECIMALS if decimals is None else decimals
    item.printed = reader.printed
    tolerance, tolerance_as = _tolerance(near) if near is not None else ("0", ABSOLUTE)
    return Computed(
        parameters=tuple(parameters.values()),
        formula=formula,
        decimals=decimals,
        tolerance=tolerance,
        tolerance_as=tolerance_as,
        units=units_of(item),
    )


def _values(item: Item) -> dict[str, XmlElement]:
    """What each template variable is set to, in order."""
    processing = find(item.root, "templateProcessing")
    found: dict[str, XmlElement] = {}
    for rule in processing.children if processing is not None else ():
        kind = name_of(rule)
        if kind == "setCorrectResponse":
            continue
        if kind != "setTemplateValue" or len(rule.children) != 1:
            raise Unmappable("expression", name=kind)
        found[attribute(rule, "identifier")] = rule.children[0]
        if len(found) > MOST_VARIABLES:
            raise Unmappable("large_formula", n=MOST_VARIABLES)
    return found


def _sources(item: Item) -> dict[str, str]:
    """What an author of ours wrote, by what it is about."""
    return {
        attribute(element, "identifier").removeprefix(SOURCE): "".join(value.texts())
        for element in item.root.children
        if name_of(element) == "templateDeclaration"
        and attribute(element, "identifier").startswith(SOURCE)
        and (value := find(element, "value")) is not None
    }


def _own_name(identifier: str, taken: Mapping[str, str]) -> str:
    if _NAME.match(identifier) and identifier not in RESERVED:
        return identifier
    name = re.sub(r"[^a-z0-9_]+", "_", identifier.lower()).strip("_")[:17] or "x"
    if not name[0].isalpha() or name in RESERVED:
        name = f"v_{name}"
    free, number = name, 2
    while free in taken.values():
        free, number = f"{name}{number}", number + 1
    return free


def _drawn(name: str, element: XmlElement, told: str, item: Item) -> Parameter | None:
    """A parameter, if a value is drawn: from a list, of whole numbers, of any numbers, or in steps."""
    kind = name_of(element)
    if kind == "random":
        values = tuple(_decimal_text(value) for value in find_all(element, "baseValue"))
        if not values:
            raise Unmappable("expression", name="random")
        return Parameter(name=name, values=values)
    if kind == "randomInteger":
        low, high, step = (attribute(element, part) for part in ("min", "max", "step"))
        for word in (low or "0", high, step or "1"):
            decimal_of(word)
        return Parameter(name=name, low=low or "0", high=high, step=step)
    if kind == "randomFloat":
        return _any_number(name, element, item)
    return _in_steps(name, element, told)


def _any_number(name: str, element: XmlElement, item: Item) -> Parameter:
    """Numbers of a range, which here have steps: a hundredth, or a hundredth of the range if that is less."""
    low, high = decimal_of(attribute(element, "min", "0")), decimal_of(attribute(element, "max"))
    step = Decimal("0.01")
    while high > low and (high - low) / step < _STEPS_OF_FLOATS:
        step /= 10
    while (high - low) / step >= MAX_VALUES:
        step *= 10
    item.notes.append(Note("float_steps", {"name": name, "step": plain_decimal(step)}))
    return Parameter(name=name, low=plain_decimal(low), high=plain_decimal(high), step=plain_decimal(step))


def _in_steps(name: str, element: XmlElement, told: str) -> Parameter | None:
    """The first number and some steps: a sum of a number and a random whole number times a step."""
    if name_of(element) != "sum" or [name_of(child) for child in element.children] != [
        "baseValue",
        "product",
    ]:
        return None
    first, product = element.children
    if [name_of(child) for child in product.children] != ["randomInteger", "baseValue"]:
        return None
    chance, step = product.children
    low, size = (decimal_of("".join(part.texts()).strip()) for part in (first, step))
    count = decimal_of(attribute(chance, "max"))
    if attribute(chance, "min", "0") != "0" or size <= 0 or count < 0:
        return None
    if _steps_of(told) == (low, size, count):
        start, end, *rest = told.split()
        return Parameter(name=name, low=start, high=end, step="".join(rest))
    high = low + size * count
    return Parameter(name=name, low=plain_decimal(low), high=plain_decimal(high), step=plain_decimal(size))


def _steps_of(told: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """First number, step and number of steps that an author's range names; None if it is none."""
    words = told.split()
    if len(words) not in (2, 3):
        return None
    try:
        low, high, step = map(decimal_of, (*words, "1")[:3])
    except Unmappable:
        return None
    return (low, step, Decimal(int((high - low) / step))) if step > 0 else None


class _Computed:
    """What is computed in an item, and how its texts print it."""

    def __init__(
        self, item: Item, names: Mapping[str, str], trees: Mapping[str, Part], sources: Mapping[str, str]
    ) -> None:
        self.item, self.names, self.trees, self.sources = item, names, trees, sources
        self.formula: Part = Name(ANSWER)
        self.decimals = DECIMALS

    def _tree(self, element: XmlElement) -> Part:
        known = {**self.names, **{name: f"\0{name}" for name in self.trees}}
        trees = {f"\0{name}": part for name, part in self.trees.items()}
        return require_small(replaced(part_of(element, known), trees))

    def answer(self, interaction: XmlElement) -> tuple[Part, int | None, XmlElement | None]:
        """The formula of the right answer, its decimals if they are named, and what compares with it."""
        response = attribute(interaction, "responseIdentifier", "RESPONSE")
        near = next((e for e in find_all(self.item.root, "equal", "equalRounded")), None)
        told = next(
            (
                e
                for e in find_all(self.item.root, "setCorrectResponse")
                if attribute(e, "identifier") == response
            ),
            None,
        )
        if told is not None and len(told.children) == 1:
            element = told.children[0]
            by_figures = attribute(element, "roundingMode") == "significantFigures"
            if name_of(element) == "roundTo" and by_figures and element.children:
                element = element.children[0]
            found = self._tree(element)
        else:
            found = self._compared(near, response)
        if isinstance(found, Operation) and found.name == "round":
            value, places = found.parts
            if isinstance(places, Literal):
                return value, int(places.value), near
        return found, None, near

    def _compared(self, near: XmlElement | None, response: str) -> Part:
        others = [
            child
            for child in (near.children if near is not None else ())
            if not (name_of(child) == "variable" and attribute(child, "identifier") == response)
        ]
        if len(others) != 1 or name_of(others[0]) == "correct":
            raise Unmappable("no_right")
        return self._tree(others[0])

    def printed(self, element: XmlElement) -> str:
        """What a text shows where it prints a variable."""
        identifier = attribute(element, "identifier")
        if identifier in self.names:
            return f"{{{self.names[identifier]}}}"
        tree = self.trees.get(identifier)
        if tree is None:
            raise Unmappable("expression", name=f"printedVariable {identifier}")
        told = self.sources.get(identifier, "")
        place = PLACE.fullmatch(told)
        if place and self._means(place, tree):
            return told
        if isinstance(tree, Name) and tree.name in self.names.values():
            return f"{{{tree.name}}}"
        if tree in (self.formula, meant_in_qti(rounded(self.formula, self.decimals))):
            return f"{{{ANSWER}}}"
        return f"{{= {original('', tree, frozenset(), meant_in_qti)}}}"

    def _means(self, place: re.Match[str], tree: Part) -> bool:
        known = frozenset(self.names.values()) | {ANSWER}
        part = replaced(read_formula(place["inner"], known).root, {ANSWER: self.formula})
        if place["computed"] or place["inner"] == ANSWER:
            part = rounded(part, self.decimals)
        return meant_in_qti(part) == tree
