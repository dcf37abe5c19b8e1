"""Computed questions in Moodle XML: ``calculated`` and ``calculatedsimple`` with their data sets.

Moodle draws from sets of values that were prepared; here each learner's values are drawn from the ranges. Attributes
that begin with ``academy-`` hold what an author wrote here, and count only where they say what the file says.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import XmlElement
from academy.questions.arithmetic import NoValue
from academy.questions.exchange.formula_trees import (
    MOST_VARIABLES,
    lowered,
    original,
    read_formula,
    replaced,
    rounded,
)
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.moodle_formula import moodle_text, read_moodle
from academy.questions.exchange.moodle_numbers import read_units, write_units
from academy.questions.exchange.moodle_page import Page, Plan, own, text_of
from academy.questions.exchange.moodle_source import FEEDBACKS, USUAL_FEEDBACK, Fields, Source, number_of
from academy.questions.exchange.neutral import FULL, Computed, Note
from academy.questions.exchange.neutral import Parameter as Row
from academy.questions.exchange.number_kinds import parameter_row
from academy.questions.exchange.place_holders import hidden, shown
from academy.questions.formula import Formula, Part
from academy.questions.parameters import MAX_LISTED, MAX_VALUES, RESERVED, Draw, Parameter, drawn
from academy.questions.tolerance import ABSOLUTE, FIGURES, PERCENT
from academy.questions.types.calculated import ANSWER, DECIMALS, MAX_DECIMALS

__all__ = ["read_calculated", "write_computed"]

SETS, TURNS = 20, 100
_RELATIVE, _NOMINAL, _GEOMETRIC = "1", "2", "3"
_BY_DECIMALS, _BY_FIGURES = "1", "2"
# a place in a text of Moodle: {name}, or a formula that may itself hold names
_MOODLE_PLACE = re.compile(r"\{=(?P<formula>(?:[^{}]|\{[^{}]*\})*)\}|\{(?P<name>[^{}=\s][^{}]{0,60})\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")


def write_computed(page: Page, body: Computed) -> Plan:
    names = frozenset(row.name for row in body.parameters)
    formula = read_formula(body.formula, names)
    figures = body.tolerance_as == FIGURES
    decimals = DECIMALS if body.decimals is None else body.decimals
    if figures:
        page.notes.append(Note("figures"))
    elif body.tolerance_as == PERCENT or Decimal(body.tolerance) < _half(decimals):
        page.notes.append(Note("rounding_there", {"n": decimals}))
    page.notes.append(Note("datasets_there", {"n": SETS}))
    tolerance = (
        plain_decimal(Decimal(body.tolerance) / 100) if body.tolerance_as == PERCENT else body.tolerance
    )
    places = "" if body.decimals is None else str(body.decimals)

    def parts() -> None:
        page.line(2, "<synchronize>0</synchronize>")
        page.line(
            2,
            f'<answer fraction="100"{own(formula=body.formula, decimals=places)}>'
            f"{text_of(moodle_text(formula.root))}"
            f"<tolerance>{'0' if figures else tolerance}</tolerance>"
            f"<tolerancetype>{_RELATIVE if body.tolerance_as == PERCENT else _NOMINAL}</tolerancetype>"
            f"<correctanswerformat>{_BY_FIGURES if figures else _BY_DECIMALS}</correctanswerformat>"
            f"<correctanswerlength>{body.tolerance if figures else decimals}</correctanswerlength>"
            f"{page.said('')}</answer>",
        )
        write_units(page, body)
        _write_datasets(page, body, formula)

    told = {
        "asked": _shown(page, page.question.text, formula, decimals),
        "explained": _shown(page, page.question.explanation, formula, decimals),
    }
    return "calculated", parts, told


def _half(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _shown(page: Page, markdown: str, formula: Formula, decimals: int) -> tuple[tuple[str, str], str]:
    """Format and text as Moodle writes its places, and the attribute with the places as they were written."""
    text, places = hidden(markdown)
    form, text = page.formatted(text)
    names = formula_names(page.question.body)

    def place(found: re.Match[str]) -> str:
        inner = found["inner"]
        if not found["computed"] and inner != ANSWER:
            return f"{{{inner}}}"
        return f"{{={moodle_text(_meant(inner, names, formula, decimals))}}}"

    written = [found.group()[1:-1] for found in places]
    needed = any(word not in names for word in written)
    return (form, shown(text, places, place)), own(places="|".join(written)) if needed else ""


def formula_names(body: Any) -> frozenset[str]:
    return frozenset(row.name for row in body.parameters)


def _meant(step: str, names: frozenset[str], formula: Formula, decimals: int) -> Part:
    """What a step computes, rounded as it is shown here."""
    part = read_formula(step, names | {ANSWER}).root
    return rounded(replaced(part, {ANSWER: formula.root}), decimals)


def _write_datasets(page: Page, body: Computed, formula: Formula) -> None:
    parameters = [Parameter.from_spec(parameter_row(row)) for row in body.parameters]
    sets = _sets(parameters, formula)
    page.line(2, "<dataset_definitions>")
    for row, parameter in zip(body.parameters, parameters, strict=True):
        ends = [parameter.value(0), parameter.value(parameter.count - 1)]
        low, high = (min(parameter.listed), max(parameter.listed)) if parameter.listed else ends
        told = own(values=" ".join(row.values), range=" ".join(filter(None, (row.low, row.high, row.step))))
        numbers = [*parameter.listed] or [parameter.first, parameter.step]
        decimals = max(0, *(-number.normalize().as_tuple().exponent for number in numbers))
        page.line(3, f"<dataset_definition{told}>")
        page.line(4, f"<status>{text_of('private')}</status><name>{text_of(row.name)}</name>")
        page.line(4, f"<type>calculated</type><distribution>{text_of('uniform')}</distribution>")
        page.line(
            4,
            f"<minimum>{text_of(plain_decimal(low))}</minimum><maximum>{text_of(plain_decimal(high))}</maximum>"
            f"<decimals>{text_of(str(decimals))}</decimals><itemcount>{len(sets)}</itemcount>",
        )
        items = "".join(
            f"<dataset_item><number>{number}</number><value>{plain_decimal(values[row.name])}</value></dataset_item>"
            for number, values in enumerate(sets, 1)
        )
        page.line(4, f"<dataset_items>{items}</dataset_items><number_of_items>{len(sets)}</number_of_items>")
        page.line(3, "</dataset_definition>")
    page.line(2, "</dataset_definitions>")


def _sets(parameters: list[Parameter], formula: Formula) -> list[Draw]:
    """Sets of values that have an answer, the same each time."""
    found: dict[tuple[Decimal, ...], Draw] = {}
    for seed in range(1, SETS + 1):
        for turn in range(TURNS):
            values = drawn(parameters, seed, turn)
            try:
                formula.value(values)
            except NoValue:
                continue
            found.setdefault(tuple(values.values()), values)
            break
    return list(found.values())


# --- reading --------------------------------------------------------------------------------------


def read_calculated(source: Source) -> Fields:
    datasets = [
        row for group in source.element.all("dataset_definitions") for row in group.all("dataset_definition")
    ]
    if len(datasets) > MOST_VARIABLES:
        raise Unmappable("large_formula", n=MOST_VARIABLES)
    if not datasets:
        raise Unmappable("missing_part", detail="dataset_definitions")
    names = _names([row.words("name", "text") for row in datasets])
    answer = _answer(source)
    found = read_moodle(answer.words("text"), names)
    own_names = frozenset(names.values())
    formula = original(answer.get("academy-formula"), found, own_names, lowered)
    is_own = formula == answer.get("academy-formula")
    if not is_own:
        read_formula(formula, own_names)
        source.notes.append(Note("datasets", {"n": len(_items(datasets[0]))}))
    tolerance, decimals = _tolerance(source, answer, is_own)
    body = Computed(
        parameters=tuple(_parameter(row, names[row.words("name", "text")]) for row in datasets),
        formula=formula,
        decimals=decimals,
        **tolerance,
        **read_units(source),
    )
    read = _Texts(source, names, read_formula(formula, own_names), decimals)
    said = [text for part in FEEDBACKS if (text := read.markdown(part)) and text not in USUAL_FEEDBACK]
    if more := source.markdown(answer.find("feedback")):
        said.append(more)
        source.notes.append(Note("feedback_joined"))
    return {
        "body": body,
        "text": read.markdown("questiontext"),
        "explanation": "\n\n".join(said),
    }


def _names(there: list[str]) -> dict[str, str]:
    """What parameters are called here: small letters, and no name that has a meaning in formulas."""
    names: dict[str, str] = {}
    for name in there:
        own_name = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:17] or "x"
        if not own_name[0].isalpha() or own_name in RESERVED:
            own_name = f"v_{own_name}"
        number = 2
        free = own_name
        while free in names.values():
            free, number = f"{own_name}{number}", number + 1
        names[name] = name if _NAME.match(name) and name not in RESERVED else free
    return names


def _answer(source: Source) -> XmlElement:
    answers = [row for row in source.element.all("answer") if row.words("text") not in ("", "*")]
    full = [row for row in answers if source.weight(row) == FULL]
    if not full:
        raise Unmappable("no_right")
    left_out = [row.words("text") for row in answers if row is not full[0]]
    if left_out:
        source.notes.append(Note("formulas", {"texts": ", ".join(left_out)[:200]}))
    return full[0]


def _tolerance(source: Source, answer: XmlElement, is_own: bool) -> tuple[dict[str, str], int | None]:
    """The tolerance as fields of a body, and the decimals."""
    told = abs(number_of(answer.words("tolerance") or "0"))
    length = number_of(answer.words("correctanswerlength") or str(DECIMALS))
    length = max(int(length), 0)
    kind = answer.words("tolerancetype") or _RELATIVE
    decimals: int | None = min(length, MAX_DECIMALS)
    own_decimals = answer.get("academy-decimals")
    if answer.words("correctanswerformat") == _BY_FIGURES:
        decimals = int(own_decimals) if is_own and re.fullmatch("[0-9]{1,2}", own_decimals) else None
        if not told:
            if not is_own:
                source.notes.append(Note("figures_here", {"n": length}))
            return {"tolerance": str(length or 1), "tolerance_as": FIGURES}, decimals
        source.notes.append(Note("figures_shown", {"n": DECIMALS}))
    elif is_own and not own_decimals and length == DECIMALS:
        decimals = None
    if kind == _GEOMETRIC:
        source.notes.append(Note("geometric"))
    percent = kind != _NOMINAL
    if not is_own and (percent or told < _half(decimals if decimals is not None else DECIMALS)):
        source.notes.append(Note("rounding", {"n": decimals if decimals is not None else DECIMALS}))
    size = plain_decimal(told * 100 if percent else told)
    return {
        "tolerance": size,
        "tolerance_as": PERCENT if percent and (told or is_own) else ABSOLUTE,
    }, decimals


def _items(dataset: XmlElement) -> list[Decimal]:
    return [
        number_of(item.words("value"))
        for items in dataset.all("dataset_items")
        for item in items.all("dataset_item")
    ]


def _parameter(dataset: XmlElement, name: str) -> Row:
    items = _items(dataset)
    low, high = (number_of(dataset.words(part, "text") or "0") for part in ("minimum", "maximum"))
    own_values = dataset.get("academy-values").split()
    if own_values and set(items) <= set(map(number_of, own_values)):
        return Row(name=name, values=tuple(own_values))
    own_range = dataset.get("academy-range").split()
    if len(own_range) in (2, 3) and _fits(items, *map(number_of, (*own_range, "1")[:3])):
        return Row(name=name, low=own_range[0], high=own_range[1], step="".join(own_range[2:]))
    decimals = min(max(int(number_of(dataset.words("decimals", "text") or "0")), 0), 12)
    step = Decimal(1).scaleb(-decimals)
    if _fits(items, low, high, step):
        return Row(name=name, low=plain_decimal(low), high=plain_decimal(high), step=plain_decimal(step))
    listed = list(dict.fromkeys(map(plain_decimal, items)))[:MAX_LISTED]
    if not listed:
        raise Unmappable("missing_part", detail="dataset_items")
    return Row(name=name, values=tuple(listed))


def _fits(items: list[Decimal], low: Decimal, high: Decimal, step: Decimal) -> bool:
    """Whether numbers are values of a range, which has no more of them than a parameter may have."""
    if step <= 0 or high < low or (high - low) / step >= MAX_VALUES:
        return False
    return all(low <= item <= high and (item - low) % step == 0 for item in items)


class _Texts:
    """Texts of a computed question on their way in: places of Moodle become places of ours."""

    def __init__(
        self, source: Source, names: Mapping[str, str], formula: Formula, decimals: int | None
    ) -> None:
        self.source, self.names, self.formula = source, names, formula
        self.decimals = DECIMALS if decimals is None else decimals

    def markdown(self, part: str) -> str:
        element = self.source.element.find(part)
        if element is None:
            return ""
        text, places = hidden(element.words("text"), _MOODLE_PLACE)
        told = element.get("academy-places").split("|")
        told = told if len(told) == len(places) else [""] * len(places)
        computed = [place for place in places if place["formula"] is not None]
        if part == "questiontext" and computed:
            raise Unmappable("step_in_text", step=computed[0].group()[:80])
        by_place = dict(zip(map(id, places), told, strict=True))
        return shown(
            self.source.markdown(element, text), places, lambda found: self._place(found, by_place[id(found)])
        )

    def _place(self, found: re.Match[str], told: str) -> str:
        if found["formula"] is None:
            name = self.names.get(html.unescape(found["name"]))
            return f"{{{told if told.strip() == name else name}}}" if name else found.group()
        return f"{{{self._step(html.unescape(found['formula']), told)}}}"

    def _step(self, text: str, told: str) -> str:
        found = read_moodle(text, self.names)
        step = told.strip().removeprefix("=").strip() or ANSWER
        known = frozenset(self.names.values()) | {ANSWER}
        if original(step, found, known, self._meant) == step:
            return told or ANSWER
        return f"= {original('', found, known, self._meant)}"

    def _meant(self, part: Part) -> Part:
        return lowered(rounded(replaced(part, {ANSWER: self.formula.root}), self.decimals))
