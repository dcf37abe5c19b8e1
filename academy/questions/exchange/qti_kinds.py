"""What each kind of question looks like in QTI, of either version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions import credit
from academy.questions.exchange.mapping import WEIGHTED
from academy.questions.exchange.markup import plain_text
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Choice,
    Essay,
    Gap,
    Gaps,
    Note,
    Number,
    Option,
    Pairs,
    Refused,
    Steps,
    Table,
    Truth,
    Typed,
    Words,
    kind_of,
)
from academy.questions.exchange.qti_names import in_version_3
from academy.questions.exchange.qti_sheet import Sheet

__all__ = ["write_item"]

_GAP = re.compile(r"\{(\d{1,2})\}")


def write_item(sheet: Sheet, lang: str) -> str | None:
    question = sheet.question
    if isinstance(question.body, Refused):
        sheet.note(question.body.why)
        return None
    make = _KINDS.get(type(question.body))
    if make is None:
        sheet.note(Note("format_kind", {"format": sheet.version.title, "kind": kind_of(question.body)}))
        return None
    body, processing = make(sheet, question.body)
    outcomes = sheet.el("outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    outcomes += sheet.el(
        "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier"
    )
    feedback = ""
    if question.explanation:
        inner = sheet.html(question.explanation)
        inner = sheet.el("contentBody", inner) if sheet.version.is_3 else inner
        feedback = sheet.el(
            "modalFeedback", inner, outcomeIdentifier="FEEDBACK", showHide="hide", identifier="NONE"
        )
    key = question.key if re.match(r"[A-Za-z_]", question.key) else f"_{question.key}"
    root = in_version_3("assessmentItem") if sheet.version.is_3 else "assessmentItem"
    name = "time-dependent" if sheet.version.is_3 else "timeDependent"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{sheet.version.namespace}" '
        f'identifier="{escape_text(key, quote=True)}" title="{escape_text(question.name, quote=True)}" '
        f'adaptive="false" {name}="false" xml:lang="{lang}">'
        + "".join(sheet.declarations)
        + outcomes
        + sheet.el("itemBody", body)
        + processing
        + feedback
        + f"</{root}>\n"
    )


def _prompt(sheet: Sheet) -> str:
    html = sheet.html(sheet.question.text, inline=True)
    return sheet.el("prompt", html)


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


Made = tuple[str, str]


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
    sheet.declare(
        "RESPONSE", "multiple" if body.many else "single", "identifier", right, None if whole else weights
    )
    sheet.rule = "" if body.rule == WEIGHTED or not body.many else body.rule
    shown = sheet.el(
        "choiceInteraction",
        _prompt(sheet) + rows,
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
        _prompt(sheet) + rows,
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxChoices="1",
    )
    return shown, sheet.template("match_correct")


def _typed(sheet: Sheet, body: Typed) -> Made:
    mapping = {answer.text: answer.weight for answer in body.accepted if not answer.pattern}
    best = [text for text, weight in mapping.items() if weight == FULL][:1]
    sheet.declare("RESPONSE", "single", "string", best, mapping, body.case)
    sheet.accents = body.accents
    if not body.accents:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#accents"}))
    entry = sheet.el("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="40")
    return sheet.html(sheet.question.text) + f"<p>{entry}</p>", sheet.template("map_response")


def _number(sheet: Sheet, body: Number) -> Made:
    kept = next((amount for amount in body.answers if amount.weight == FULL), body.answers[0])
    if len(body.answers) > 1:
        sheet.note(Note("answers", {"answer": kept.answer, "tolerance": kept.tolerance}))
    if kept.feedback:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#feedback"}))
    sheet.declare("RESPONSE", "single", "float", [kept.answer])
    entry = sheet.el("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="20")
    unit = body.units[0].name if body.units else ""
    shown = f' <span class="academy-unit">{escape_text(unit)}</span>' if unit else ""
    if len(body.units) > 1:
        sheet.note(Note("units", {"unit": unit}))
    equal = sheet.el(
        "equal",
        sheet.el("variable", identifier="RESPONSE") + sheet.el("correct", identifier="RESPONSE"),
        toleranceMode="absolute",
        tolerance=f"{kept.tolerance} {kept.tolerance}",
    )
    score = {"baseType": "float"}
    processing = sheet.el(
        "responseProcessing",
        sheet.el(
            "responseCondition",
            sheet.el(
                "responseIf",
                equal + sheet.el("setOutcomeValue", sheet.el("baseValue", "1", **score), identifier="SCORE"),
            )
            + sheet.el(
                "responseElse",
                sheet.el("setOutcomeValue", sheet.el("baseValue", "0", **score), identifier="SCORE"),
            ),
        ),
    )
    return sheet.html(sheet.question.text) + f"<p>{entry}{shown}</p>", processing


def _pairs(sheet: Sheet, body: Pairs) -> Made:
    rights = list(dict.fromkeys((*(right for _left, right in body.pairs), *body.distractors)))
    correct = [f"L{number} R{rights.index(right) + 1}" for number, (_left, right) in enumerate(body.pairs, 1)]
    share = FULL / len(correct)
    whole = body.rule == credit.ALL_OR_NOTHING
    sheet.declare(
        "RESPONSE", "multiple", "directedPair", correct, None if whole else dict.fromkeys(correct, share)
    )
    sheet.rule = body.rule
    left = _associable(sheet, "L", (text for text, _right in body.pairs), 1)
    right = _associable(sheet, "R", rights, len(correct))
    shown = sheet.el(
        "matchInteraction",
        _prompt(sheet) + sheet.el("simpleMatchSet", left) + sheet.el("simpleMatchSet", right),
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
    shown = sheet.el("orderInteraction", _prompt(sheet) + rows, responseIdentifier="RESPONSE", shuffle="true")
    sheet.rule = body.rule
    return shown, sheet.template("match_correct")


def _gaps(sheet: Sheet, body: Gaps) -> Made:
    gaps = {gap.id: gap for gap in body.gaps}
    if len({gap.weight for gap in gaps.values()}) > 1:
        sheet.note(Note("gap_weights"))
    entries = {name: _gap(sheet, gap, FULL / len(gaps)) for name, gap in gaps.items()}
    html = sheet.html(sheet.question.text)
    shown = _GAP.sub(lambda found: entries.get(found[1], found.group()), html)
    sheet.rule = body.rule
    if body.rule == credit.ALL_OR_NOTHING:
        sheet.note(Note("credit", {"rule": "#each_part"}))
    total = "".join(sheet.el("mapResponse", identifier=f"G{name}") for name in gaps)
    score = sheet.el("setOutcomeValue", sheet.el("sum", total), identifier="SCORE")
    return shown, sheet.el("responseProcessing", score)


def _gap(sheet: Sheet, gap: Gap, share: Decimal) -> str:
    name = f"G{gap.id}"
    if gap.options:
        names = [f"{name}C{number}" for number in range(1, len(gap.options) + 1)]
        right = [n for n, option in zip(names, gap.options, strict=True) if option.weight == FULL]
        sheet.declare(name, "single", "identifier", right, dict.fromkeys(right, share))
        rows = "".join(
            sheet.el("inlineChoice", _inline_choice(sheet, n, option), identifier=n)
            for n, option in zip(names, gap.options, strict=True)
        )
        return sheet.el("inlineChoiceInteraction", rows, responseIdentifier=name, shuffle="true")
    words = [answer.text for answer in gap.accepted] or [amount.answer for amount in gap.amounts]
    if gap.amounts:
        sheet.note(Note("gap_number", {"gap": gap.id}))
    sheet.declare(name, "single", "string", words[:1], dict.fromkeys(words, share))
    own = {} if gap.accents else {"class": "academy-no-accents"}
    return sheet.el("textEntryInteraction", responseIdentifier=name, **own)


def _inline_choice(sheet: Sheet, name: str, option: Option) -> str:
    if option.feedback:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#feedback"}))
    return sheet.html(option.text, inline=True)


def _table(sheet: Sheet, body: Table) -> Made:
    correct = [f"L{row} R{column + 1}" for row, right in enumerate(body.right, 1) for column in right]
    whole = body.rule == credit.ALL_OR_NOTHING
    shares = dict.fromkeys(correct, FULL / len(correct))
    sheet.declare("RESPONSE", "multiple", "directedPair", correct, None if whole else shares)
    sheet.rule = body.rule
    sides = (
        ("L", body.rows, len(body.columns) if body.several else 1),
        ("R", body.columns, len(body.rows)),
    )
    sets = "".join(sheet.el("simpleMatchSet", _associable(sheet, *side)) for side in sides)
    shown = sheet.el(
        "matchInteraction",
        _prompt(sheet) + sets,
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxAssociations="0",
        **{"class": "qti-match-tabular"},
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def _associable(sheet: Sheet, letter: str, texts: Iterable[str], most: int) -> str:
    return "".join(
        sheet.el(
            "simpleAssociableChoice",
            sheet.html(text, inline=True),
            identifier=f"{letter}{number}",
            matchMax=str(most),
        )
        for number, text in enumerate(texts, 1)
    )


def _words(sheet: Sheet, body: Words) -> Made:
    pairs = {gap: [f"E{index + 1} G{gap}" for index in right] for gap, right in body.gaps}
    whole = body.rule == credit.ALL_OR_NOTHING and all(len(names) == 1 for names in pairs.values())
    share = FULL / len(pairs)
    every = {name: share for names in pairs.values() for name in names}
    correct = [names[0] for names in pairs.values()]
    sheet.declare("RESPONSE", "multiple", "directedPair", correct, None if whole else every)
    sheet.rule = body.rule
    entries = "".join(
        sheet.el(
            "gapText",
            sheet.html(text, inline=True),
            identifier=f"E{number}",
            matchMax="0" if body.reuse else "1",
        )
        for number, text in enumerate(body.entries, 1)
    )
    gaps = {gap: sheet.el("gap", identifier=f"G{gap}") for gap, _right in body.gaps}
    passage = _GAP.sub(lambda found: gaps.get(found[1], found.group()), sheet.html(body.passage))
    shown = sheet.el(
        "gapMatchInteraction",
        _prompt(sheet) + entries + passage,
        responseIdentifier="RESPONSE",
        shuffle="true",
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def _essay(sheet: Sheet, body: Essay) -> Made:
    sheet.declare("RESPONSE", "single", "string", ())
    if body.rubric:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#rubric"}))
    limits = {
        f"data-{name}-words": value
        for name, value in (("min", body.min_words), ("max", body.max_words))
        if value
    }
    shown = sheet.el("extendedTextInteraction", _prompt(sheet), responseIdentifier="RESPONSE", **limits)
    if body.model:
        inner = sheet.html(body.model)
        inner = sheet.el("contentBody", inner) if sheet.version.is_3 else inner
        shown = (
            sheet.el("rubricBlock", inner, view="scorer", use="scoring" if sheet.version.is_3 else None)
            + shown
        )
    return shown, ""


_KINDS: Mapping[type, Callable[[Sheet, Any], Made]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: _number,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Table: _table,
    Words: _words,
    Essay: _essay,
}
