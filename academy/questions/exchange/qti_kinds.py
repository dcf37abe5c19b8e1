"""What each kind of question looks like in QTI, of either version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions import credit
from academy.questions.credit import WEIGHTED
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.markup import plain_text
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Choice,
    Computed,
    Essay,
    Gap,
    Gaps,
    Groups,
    Handed,
    Labels,
    Note,
    Number,
    Option,
    Pairs,
    Refused,
    Spots,
    Steps,
    Table,
    Truth,
    Typed,
    Words,
)
from academy.questions.exchange.qti_by_hand import make_essay, make_handed
from academy.questions.exchange.qti_names import in_version_3
from academy.questions.exchange.qti_numbers import equals, make_computed, make_number
from academy.questions.exchange.qti_places import (
    associable,
    make_groups,
    make_labels,
    make_spots,
    make_table,
    make_words,
)
from academy.questions.exchange.qti_sheet import Made, Sheet

__all__ = ["write_item"]

_GAP = re.compile(r"\{(\d{1,2})\}")


def write_item(sheet: Sheet, lang: str) -> str | None:
    question = sheet.question
    if isinstance(question.body, Refused):
        sheet.note(question.body.why)
        return None
    try:
        body, processing = _KINDS[type(question.body)](sheet, question.body)
    except Unmappable as refusal:
        sheet.notes = [refusal.note]
        return None
    outcomes = sheet.el("outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    outcomes += sheet.el(
        "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier"
    )
    if question.explanation and not isinstance(question.body, Computed):
        sheet.feedback.append(sheet.modal("NONE", sheet.html(question.explanation), hidden=True))
    key = question.key if re.match(r"[A-Za-z_]", question.key) else f"_{question.key}"
    root = in_version_3("assessmentItem") if sheet.version.is_3 else "assessmentItem"
    name = "time-dependent" if sheet.version.is_3 else "timeDependent"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{sheet.version.namespace}" '
        f'identifier="{escape_text(key, quote=True)}" title="{escape_text(question.name, quote=True)}" '
        f'adaptive="false" {name}="false" xml:lang="{lang}">'
        + "".join(sheet.declarations)
        + outcomes
        + "".join(sheet.outcomes)
        + sheet.template_declarations
        + sheet.templates
        + sheet.el("itemBody", body)
        + processing
        + "".join(sheet.feedback)
        + f"</{root}>\n"
    )


def _feedback(sheet: Sheet, name: str, text: str) -> str:
    if not text:
        return ""
    return sheet.el(
        "feedbackInline",
        sheet.html(text, inline=True),
        outcomeIdentifier="FEEDBACK",
        showHide="show",
        identifier=name,
    )


def _choice(sheet: Sheet, body: Choice) -> Made:
    names = [f"C{number}" for number in range(1, len(body.options) + 1)]
    rows = "".join(
        sheet.el(
            "simpleChoice",
            sheet.html(option.text, inline=True) + _feedback(sheet, name, option.feedback),
            identifier=name,
        )
        for name, option in zip(names, body.options, strict=True)
    )
    best = max(option.weight for option in body.options)
    right = [
        name
        for name, option in zip(names, body.options, strict=True)
        if option.weight > 0 and (body.many or option.weight == best)
    ]
    weights = {name: option.weight for name, option in zip(names, body.options, strict=True)}
    whole = body.rule == credit.ALL_OR_NOTHING if body.many else set(weights.values()) <= {FULL, NONE}
    least = min((sum(w for w in weights.values() if w < 0) if body.many else min(weights.values())), NONE)
    least = plain_decimal(max(least / FULL, Decimal(-1))) if body.rule in (WEIGHTED, "") else "0"
    sheet.declare(
        "RESPONSE",
        "multiple" if body.many else "single",
        "identifier",
        right,
        None if whole else weights,
        bounds=(least, "1"),
    )
    sheet.rule = body.rule if body.many else ""
    shown = sheet.el(
        "choiceInteraction",
        sheet.prompt() + rows,
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxChoices="0" if body.many else "1",
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def _truth(sheet: Sheet, body: Truth) -> Made:
    rows = "".join(
        sheet.el("simpleChoice", label + _feedback(sheet, name, said), identifier=name)
        for name, label, said in (("true", "True", body.on_true), ("false", "False", body.on_false))
    )
    sheet.declare("RESPONSE", "single", "identifier", [str(body.answer).lower()])
    shown = sheet.el(
        "choiceInteraction",
        sheet.prompt() + rows,
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxChoices="1",
    )
    return shown, sheet.template("match_correct")


def _typed(sheet: Sheet, body: Typed) -> Made:
    mapping = {answer.text: answer.weight for answer in body.accepted if not answer.pattern}
    best = [text for text, weight in mapping.items() if weight == FULL][:1]
    sheet.declare("RESPONSE", "single", "string", best, mapping, case=body.case)
    sheet.accents = body.accents
    if not body.accents:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#accents"}))
    entry = sheet.el("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="40")
    return sheet.html(sheet.question.text) + f"<p>{entry}</p>", sheet.template("map_response")


def _pairs(sheet: Sheet, body: Pairs) -> Made:
    rights = list(dict.fromkeys((*(right for _left, right in body.pairs), *body.distractors)))
    correct = [f"L{number} R{rights.index(right) + 1}" for number, (_left, right) in enumerate(body.pairs, 1)]
    share = FULL / len(correct)
    whole = body.rule == credit.ALL_OR_NOTHING
    sheet.declare(
        "RESPONSE", "multiple", "directedPair", correct, None if whole else dict.fromkeys(correct, share)
    )
    sheet.rule = body.rule
    left = associable(sheet, "L", (text for text, _right in body.pairs), 1)
    right = associable(sheet, "R", rights, len(correct))
    shown = sheet.el(
        "matchInteraction",
        sheet.prompt() + sheet.el("simpleMatchSet", left) + sheet.el("simpleMatchSet", right),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxAssociations=str(len(correct)),
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def _steps(sheet: Sheet, body: Steps) -> Made:
    names = [f"S{number}" for number in range(1, len(body.steps) + 1)]
    sheet.declare("RESPONSE", "ordered", "identifier", names)
    if body.rule and body.rule != credit.ALL_OR_NOTHING:
        sheet.note(Note("credit", {"rule": "#all_or_nothing"}))
    # the order in which they stand must not be the answer, where a player does not shuffle
    rows = "".join(
        sheet.el("simpleChoice", sheet.html(text, inline=True), identifier=name)
        for name, text in sorted(zip(names, body.steps, strict=True), key=lambda row: plain_text(row[1]))
    )
    shown = sheet.el("orderInteraction", sheet.prompt() + rows, responseIdentifier="RESPONSE", shuffle="true")
    sheet.rule = body.rule
    return shown, sheet.template("match_correct")


def _gaps(sheet: Sheet, body: Gaps) -> Made:
    """Each gap earns its weight into an outcome of its own; the score is their sum by the whole."""
    whole = sum(gap.weight for gap in body.gaps)
    entries = {gap.id: _gap(sheet, gap) for gap in body.gaps}
    html = sheet.html(sheet.question.text)
    shown = _GAP.sub(lambda found: entries.get(found[1], found.group()), html)
    sheet.rule = body.rule
    sheet.more["kind"] = "cloze"
    if body.rule == credit.ALL_OR_NOTHING:
        sheet.note(Note("credit", {"rule": "#each_part"}))
    rules = "".join(_number_rule(sheet, gap) for gap in body.gaps if gap.amounts)
    parts = "".join(
        sheet.el("variable", identifier=f"SCORE_G{gap.id}")
        if gap.amounts
        else sheet.el("mapResponse", identifier=f"G{gap.id}")
        for gap in body.gaps
    )
    total = sheet.el("baseValue", plain_decimal(whole), baseType="float")
    score = sheet.el("divide", sheet.el("sum", parts) + total)
    rules += sheet.el("setOutcomeValue", score, identifier="SCORE")
    return shown, sheet.el("responseProcessing", rules)


def _number_rule(sheet: Sheet, gap: Gap) -> str:
    name = f"SCORE_G{gap.id}"
    sheet.outcomes.append(
        sheet.el("outcomeDeclaration", identifier=name, cardinality="single", baseType="float")
    )
    weight = sheet.el("baseValue", plain_decimal(gap.weight), baseType="float")
    earned = sheet.el("setOutcomeValue", weight, identifier=name)
    condition = equals(sheet, gap.amounts[0], f"G{gap.id}")
    return sheet.el("responseCondition", sheet.el("responseIf", condition + earned))


def _gap(sheet: Sheet, gap: Gap) -> str:
    name = f"G{gap.id}"
    earned = gap.weight * FULL
    bounds = ("0", plain_decimal(gap.weight))
    if gap.options:
        names = [f"{name}C{number}" for number in range(1, len(gap.options) + 1)]
        right = [n for n, option in zip(names, gap.options, strict=True) if option.weight == FULL]
        sheet.declare(name, "single", "identifier", right, dict.fromkeys(right, earned), bounds=bounds)
        rows = "".join(
            sheet.el("inlineChoice", _inline_choice(sheet, n, option), identifier=n)
            for n, option in zip(names, gap.options, strict=True)
        )
        return sheet.el("inlineChoiceInteraction", rows, responseIdentifier=name, shuffle="true")
    if gap.amounts:
        if gap.amounts[0].unit:
            sheet.note(Note("gap_unit"))
        sheet.declare(name, "single", "float", [gap.amounts[0].answer])
        return sheet.el("textEntryInteraction", responseIdentifier=name)
    words = [answer.text for answer in gap.accepted]
    sheet.declare(name, "single", "string", words[:1], dict.fromkeys(words, earned), bounds=bounds)
    own = {} if gap.accents else {"class": "academy-no-accents"}
    return sheet.el("textEntryInteraction", responseIdentifier=name, **own)


def _inline_choice(sheet: Sheet, name: str, option: Option) -> str:
    if option.feedback:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#feedback"}))
    return sheet.html(option.text, inline=True)


_KINDS: Mapping[type, Callable[[Sheet, Any], Made]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: make_number,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Table: make_table,
    Words: make_words,
    Groups: make_groups,
    Labels: make_labels,
    Spots: make_spots,
    Essay: make_essay,
    Handed: make_handed,
    Computed: make_computed,
}
