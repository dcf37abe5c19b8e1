"""Numbers as QTI writes them: given ones with tolerances, and computed ones by template processing.

Template variables whose names begin with ``ACADEMY_`` hold as a text what an author wrote; they count only where
they say what the expressions say.
"""

from __future__ import annotations

import re

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.formula_trees import read_formula, replaced, rounded
from academy.questions.exchange.mapping_rules import plain_decimal
from academy.questions.exchange.neutral import FULL, Amount, Computed, Note, Number, Parameter
from academy.questions.exchange.number_kinds import parameter_row, shown_unit
from academy.questions.exchange.place_holders import hidden, shown
from academy.questions.exchange.qti_formula import expression, meant_in_qti
from academy.questions.exchange.qti_sheet import Made, Sheet
from academy.questions.formula import Formula
from academy.questions.parameters import Parameter as Drawn
from academy.questions.tolerance import FIGURES, PERCENT
from academy.questions.types.calculated import ANSWER, DECIMALS

__all__ = ["equals", "make_computed", "make_number"]


def make_number(sheet: Sheet, body: Number) -> Made:
    """The first number that fits counts; each may say something."""
    kept = next((amount for amount in body.answers if amount.weight == FULL), body.answers[0])
    sheet.declare("RESPONSE", "single", "float", [kept.answer])
    rules = []
    for number, amount in enumerate(body.answers, 1):
        said = f"N{number}" if amount.feedback else ""
        if said:
            sheet.feedback.append(sheet.modal(said, sheet.html(amount.feedback)))
        score = sheet.set_score(plain_decimal(amount.weight / FULL), said)
        rules.append(
            sheet.el("responseIf" if number == 1 else "responseElseIf", equals(sheet, amount) + score)
        )
    rules.append(sheet.el("responseElse", sheet.set_score("0")))
    processing = sheet.el("responseProcessing", sheet.el("responseCondition", "".join(rules)))
    return sheet.html(sheet.question.text) + _field(sheet, body), processing


def equals(sheet: Sheet, amount: Amount, response: str = "RESPONSE") -> str:
    """Whether a response is near enough to a number."""
    right = sheet.el("baseValue", amount.answer, baseType="float")
    return _near(sheet, response, right, amount.tolerance, amount.tolerance_as)


def _near(sheet: Sheet, response: str, right: str, tolerance: str, tolerance_as: str) -> str:
    both = sheet.el("variable", identifier=response) + right
    if tolerance_as == FIGURES:
        return sheet.el("equalRounded", both, roundingMode="significantFigures", figures=tolerance)
    mode = "relative" if tolerance_as == PERCENT else "absolute"
    return sheet.el("equal", both, toleranceMode=mode, tolerance=f"{tolerance} {tolerance}")


def _field(sheet: Sheet, body: Number | Computed) -> str:
    """The field with the unit behind it."""
    entry = sheet.el("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="20")
    unit = shown_unit(body)
    if len(body.units) > 1 or body.unit_rule:
        sheet.note(Note("units", {"unit": unit}))
    label = f' <span class="academy-unit">{escape_text(unit)}</span>' if unit else ""
    return f"<p>{entry}{label}</p>"


# --- computed -------------------------------------------------------------------------------------


def make_computed(sheet: Sheet, body: Computed) -> Made:
    """Template variables are drawn and computed before the item is shown; the answer is one of them."""
    names = frozenset(row.name for row in body.parameters)
    formula = read_formula(body.formula, names)
    decimals = DECIMALS if body.decimals is None else body.decimals
    sheet.declare_template("ACADEMY_formula", "string", body.formula)
    if body.decimals is not None:
        sheet.declare_template("ACADEMY_decimals", "string", str(body.decimals))
    rules = [_draw(sheet, row) for row in body.parameters]
    rules.append(_set(sheet, ANSWER, expression(sheet, meant_in_qti(formula.root))))
    printer = _Printer(sheet, formula, names, decimals)
    text = printer.html(sheet.question.text)
    explanation = printer.html(sheet.question.explanation)
    rules += printer.rules
    figures = body.tolerance_as == FIGURES
    right = sheet.el("variable", identifier=ANSWER)
    mode = {"roundingMode": "significantFigures" if figures else "decimalPlaces"}
    told = sheet.el("roundTo", right, **mode, figures=body.tolerance if figures else decimals)
    rules.append(sheet.el("setCorrectResponse", told, identifier="RESPONSE"))
    sheet.templates = sheet.el("templateProcessing", "".join(rules))
    sheet.declare("RESPONSE", "single", "float", ())
    near = _near(sheet, "RESPONSE", right, body.tolerance, body.tolerance_as)
    if not figures:
        # whoever rounds as the answer is rounded is right, as here
        both = sheet.el("variable", identifier="RESPONSE") + right
        near = sheet.el("or", near + sheet.el("equalRounded", both, **mode, figures=decimals))
    if explanation:
        sheet.feedback.append(sheet.modal("NONE", explanation, hidden=True))
    return text + _field(sheet, body), sheet.score_if(near)


def _set(sheet: Sheet, name: str, inner: str) -> str:
    sheet.declare_template(name, "float")
    return sheet.el("setTemplateValue", inner, identifier=name)


def _draw(sheet: Sheet, row: Parameter) -> str:
    """A value of a list, a whole number of a range, or the first number of a range and some steps."""
    if row.values:
        values = "".join(sheet.el("baseValue", value, baseType="float") for value in row.values)
        return _set(sheet, row.name, sheet.el("random", sheet.el("multiple", values)))
    if all(re.fullmatch(r"-?\d{1,9}", word) for word in (row.low, row.high, row.step or "1")):
        whole = sheet.el("randomInteger", min=row.low, max=row.high, step=row.step or None)
        return _set(sheet, row.name, whole)
    count = Drawn.from_spec(parameter_row(row)).count
    steps = sheet.el("randomInteger", min="0", max=count - 1)
    step = sheet.el("baseValue", row.step or "1", baseType="float")
    first = sheet.el("baseValue", row.low, baseType="float")
    told = " ".join(filter(None, (row.low, row.high, row.step)))
    sheet.declare_template(f"ACADEMY_range_{row.name}", "string", told)
    return _set(sheet, row.name, sheet.el("sum", first + sheet.el("product", steps + step)))


class _Printer:
    """Texts whose places print variables; steps become variables of their own, set by ``rules``."""

    def __init__(self, sheet: Sheet, formula: Formula, names: frozenset[str], decimals: int) -> None:
        self.sheet, self.formula, self.names, self.decimals = sheet, formula, names, decimals
        self.rules: list[str] = []

    def html(self, markdown: str) -> str:
        text, places = hidden(markdown)
        return shown(self.sheet.html(text), places, self._printed) if text else ""

    def _printed(self, found: re.Match[str]) -> str:
        inner = found["inner"]
        name = inner if found.group() == f"{{{inner}}}" and inner in self.names else self._step(found)
        return self.sheet.el("printedVariable", identifier=name)

    def _step(self, found: re.Match[str]) -> str:
        inner = found["inner"]
        part = replaced(read_formula(inner, self.names | {ANSWER}).root, {ANSWER: self.formula.root})
        if found["computed"] or inner == ANSWER:
            part = rounded(part, self.decimals)
        name = f"STEP{len(self.rules) + 1}"
        self.rules.append(_set(self.sheet, name, expression(self.sheet, meant_in_qti(part))))
        self.sheet.declare_template(f"ACADEMY_{name}", "string", found.group())
        return name
