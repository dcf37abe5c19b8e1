"""Reading one QTI item, of version 2 or 3 (https://www.imsglobal.org/spec/qti/v3p0)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping import Unmappable, plain_decimal
from academy.questions.exchange.markup import plain_text, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    Accepted,
    Amount,
    Body,
    Choice,
    Essay,
    Gap,
    Gaps,
    Note,
    Number,
    Option,
    Pairs,
    Question,
    Refused,
    Steps,
    Table,
    Truth,
    Typed,
    Unit,
    Words,
)
from academy.questions.exchange.qti_item import (
    INLINE,
    Declaration,
    Item,
    decimal_of,
    declarations,
    weights_of,
)
from academy.questions.exchange.qti_names import attribute, find, find_all, name_of
from academy.questions.exchange.settings import settings_of

__all__ = ["read_item"]

_BY_HAND = (
    "associateInteraction",
    "graphicGapMatchInteraction",
    "graphicOrderInteraction",
    "graphicAssociateInteraction",
    "selectPointInteraction",
    "positionObjectInteraction",
    "sliderInteraction",
    "drawingInteraction",
    "uploadInteraction",
    "hottextInteraction",
    "hotspotInteraction",
)
TRUE, FALSE = "true", "false"
BLANK = "_____"
# stands for a field until the text around it is Markdown
_FIELD = "\ue010"


def read_item(
    root: XmlElement,
    lang: str,
    *,
    path: str,
    load: Callable[[str], bytes | None],
    keywords: tuple[str, ...] = (),
    category: str = "",
) -> Question:
    """The question of an ``assessmentItem``."""
    settings, tags = settings_of(nfc(word) for word in keywords)
    body = find(root, "itemBody")
    question = Question(
        body=Refused(why=Note("missing_part", {"detail": "itemBody"})),
        name=nfc(attribute(root, "title")),
        key=nfc(attribute(root, "identifier")).removeprefix("_"),
        category=category,
        tags=tags,
        settings=settings,
        line=root.line,
        file=path,
    )
    if body is None:
        return question
    item = Item(root, body, lang, path, load, settings, {})
    try:
        item.declared.update(declarations(root))
        made, text = _body(item)
    except Unmappable as refusal:
        made, text = Refused(why=refusal.note), item.markdown(body)
    processing = find(root, "responseProcessing")
    if (
        processing is not None
        and find(processing, "setOutcomeValue") is not None
        and find(processing, "mapResponse") is None
        and not isinstance(made, Number | Refused)
    ):
        item.notes.append(
            Note("scoring", {"rule": "#" + _rule(made)}) if _rule(made) else Note("scoring", {"rule": "–"})
        )
    explanation = "\n\n".join(
        filter(
            None,
            (item.markdown(said, whole=True) for said in root.children if name_of(said) == "modalFeedback"),
        )
    )
    return replace(
        question, body=made, text=text, explanation=explanation, files=item.files, notes=tuple(item.notes)
    )


def _rule(body: Body) -> str:
    return getattr(body, "rule", "") or (
        "right_minus_wrong" if getattr(body, "many", False) else "all_or_nothing"
    )


def _body(item: Item) -> tuple[Body, str]:
    if find(item.root, "templateDeclaration") is not None:
        raise Unmappable("dynamic", detail="templateDeclaration")
    found = [element for element in item.body.iter() if name_of(element).endswith("Interaction")]
    names = [name_of(element) for element in found]
    if not found:
        raise Unmappable("description")
    if all(name in INLINE for name in names):
        return _inline(item, found)
    if len(found) > 1:
        raise Unmappable("kind_unknown", type=" + ".join(dict.fromkeys(names)))
    [interaction], [name] = found, names
    text = _prompted(item, interaction)
    if name in _BY_HAND:
        item.notes.append(Note("by_hand", {"type": name}))
        return Essay(), text
    make = _INTERACTIONS.get(name)
    if make is None:
        raise Unmappable("kind_unknown", type=name)
    made = make(item, interaction)
    return made if isinstance(made, tuple) else (made, text)


def _prompted(item: Item, interaction: XmlElement) -> str:
    prompt = next((child for child in interaction.children if name_of(child) == "prompt"), None)
    texts = (item.markdown(item.body), item.markdown(prompt, whole=True))
    return "\n\n".join(text for text in texts if text)


def _choice(item: Item, interaction: XmlElement) -> Body:
    declared = item.declaration(interaction)
    rows = find_all(interaction, "simpleChoice")
    many = attribute(interaction, "maxChoices", "1") != "1"
    names = [attribute(row, "identifier") for row in rows]
    if not many and sorted(name.lower() for name in names) == [FALSE, TRUE] and len(declared.correct) == 1:
        said = {attribute(row, "identifier").lower(): _feedback(item, row) for row in rows}
        answer = declared.correct[0].lower() == TRUE
        return Truth(answer=answer, on_true=said[TRUE], on_false=said[FALSE])
    weights = weights_of(declared, many)
    options = tuple(
        Option(text=item.markdown(row), weight=weights(name), feedback=_feedback(item, row))
        for name, row in zip(names, rows, strict=True)
    )
    rule = item.settings.get("credit", "")
    if many and not rule and item.matches_whole:
        rule = credit.ALL_OR_NOTHING
    return Choice(options=options, many=many, rule=rule)


def _feedback(item: Item, row: XmlElement) -> str:
    return item.markdown(
        next((child for child in row.children if name_of(child) == "feedbackInline"), None), whole=True
    )


def _order(item: Item, interaction: XmlElement) -> Body:
    rows = {attribute(row, "identifier"): item.markdown(row) for row in find_all(interaction, "simpleChoice")}
    right = item.declaration(interaction).correct
    if sorted(right) != sorted(rows):
        raise Unmappable("no_right")
    rule = item.settings.get("credit") or (credit.ALL_OR_NOTHING if item.matches_whole else "")
    return Steps(steps=tuple(rows[name] for name in right), rule=rule)


def _match(item: Item, interaction: XmlElement) -> Body:
    sets = find_all(interaction, "simpleMatchSet")
    if len(sets) != 2:
        raise Unmappable("missing_part", detail="simpleMatchSet")
    left, right = (
        {attribute(row, "identifier"): item.markdown(row) for row in find_all(one, "simpleAssociableChoice")}
        for one in sets
    )
    pairs = [pair.split() for pair in item.declaration(interaction).correct]
    if not pairs or any(len(pair) != 2 or pair[0] not in left or pair[1] not in right for pair in pairs):
        raise Unmappable("no_right")
    tabular = "qti-match-tabular" in interaction.get("class")
    if tabular or len({pair[0] for pair in pairs}) < len(pairs) or len(pairs) < len(left):
        return _table(item, sets[0], left, right, pairs)
    used = {pair[1] for pair in pairs}
    rule = item.settings.get("credit") or (credit.ALL_OR_NOTHING if item.matches_whole else "")
    place = list(left)
    pairs.sort(key=lambda pair: place.index(pair[0]))
    return Pairs(
        pairs=tuple((left[one], right[other]) for one, other in pairs),
        distractors=tuple(text for name, text in right.items() if name not in used),
        rule=rule,
    )


def _table(
    item: Item, rows: XmlElement, left: dict[str, str], right: dict[str, str], pairs: list[list[str]]
) -> Table:
    columns = list(right)
    marked = {name: [columns.index(other) for one, other in pairs if one == name] for name in left}
    most = {attribute(row, "matchMax", "1") for row in find_all(rows, "simpleAssociableChoice")}
    return Table(
        rows=tuple(left.values()),
        columns=tuple(right.values()),
        right=tuple(tuple(sorted(numbers)) for numbers in marked.values()),
        several=most != {"1"} or any(len(numbers) != 1 for numbers in marked.values()),
        rule=_gap_rule(item),
    )


def _gap_match(item: Item, interaction: XmlElement) -> tuple[Body, str]:
    rows = find_all(interaction, "gapText")
    entries = {attribute(row, "identifier"): item.markdown(row) for row in rows}
    declared = item.declaration(interaction)
    pairs = [pair.split() for pair in (*declared.correct, *(k for k, v in declared.mapping.items() if v > 0))]
    place = list(entries)
    gaps: list[tuple[str, tuple[int, ...]]] = []

    def gap(element: XmlElement) -> str:
        name = attribute(element, "identifier")
        right = {
            place.index(pair[0])
            for pair in pairs
            if len(pair) == 2 and pair[1] == name and pair[0] in entries
        }
        if not right:
            raise Unmappable("no_right")
        gaps.append((str(len(gaps) + 1), tuple(sorted(right))))
        return f"{{{len(gaps)}}}"

    passage = item.markdown(item.body, inline=gap)
    if not gaps:
        raise Unmappable("missing_part", detail="gap")
    prompt = next((child for child in interaction.children if name_of(child) == "prompt"), None)
    body = Words(
        passage=passage,
        entries=tuple(entries.values()),
        gaps=tuple(gaps),
        reuse=any(attribute(row, "matchMax") != "1" for row in rows),
        rule=_gap_rule(item),
    )
    return body, item.markdown(prompt, whole=True)


def _gap_rule(item: Item) -> str:
    return item.settings.get("credit") or (credit.ALL_OR_NOTHING if item.matches_whole else "")


def _essay(item: Item, interaction: XmlElement) -> Body:
    def limit(name: str) -> int | None:
        words = interaction.get(f"data-{name}-words")
        return int(words) if words.isascii() and words.isdecimal() and len(words) < 7 else None

    model = next(
        (
            item.markdown(block, whole=True)
            for block in find_all(item.body, "rubricBlock")
            if "scorer" in block.get("view")
        ),
        "",
    )
    return Essay(min_words=limit("min"), max_words=limit("max"), model=model)


def _inline(item: Item, found: list[XmlElement]) -> tuple[Body, str]:
    if len(found) == 1 and name_of(found[0]) == "textEntryInteraction":
        return _entry(item, found[0])
    gaps: list[Gap] = []
    accents = item.settings.get("accents") != "ignore"

    def gap(element: XmlElement) -> str:
        name = str(len(gaps) + 1)
        # what a gap earns of the whole is told elsewhere
        declared = replace(item.declaration(element), most=None)
        if name_of(element) == "inlineChoiceInteraction":
            weights = weights_of(declared, False)
            options = tuple(
                Option(
                    text=item.markdown(row),
                    weight=weights(attribute(row, "identifier")),
                    feedback=_feedback(item, row),
                )
                for row in find_all(element, "inlineChoice")
            )
            gaps.append(Gap(id=name, options=options))
        else:
            own = "academy-no-accents" not in element.get("class")
            gaps.append(Gap(id=name, accepted=_accepted(item, declared), accents=own and accents))
        return f"{{{name}}}"

    text = item.markdown(item.body, inline=gap)
    return Gaps(gaps=tuple(gaps), rule=item.settings.get("credit", "")), text


def _entry(item: Item, interaction: XmlElement) -> tuple[Body, str]:
    """One field: words or a number. A field after the text needs no blank in it."""
    text = item.markdown(item.body, inline=lambda _element: _FIELD)
    text = text.removesuffix(_FIELD).rstrip().replace(_FIELD, BLANK)
    declared = item.declaration(interaction)
    if declared.base in ("float", "integer"):
        return _numeric(item, declared), text
    typed = Typed(
        accepted=_accepted(item, declared),
        accents=item.settings.get("accents") != "ignore",
        case=declared.case,
    )
    return typed, text


def _accepted(item: Item, declared: Declaration) -> tuple[Accepted, ...]:
    weights = weights_of(declared, False) if declared.mapping else lambda _name: FULL
    words = list(dict.fromkeys([*declared.correct, *declared.mapping]))
    if not words:
        raise Unmappable("no_right")
    return tuple(Accepted(text=word, weight=weights(word)) for word in words)


def _numeric(item: Item, declared: Declaration) -> Number:
    if not declared.correct:
        raise Unmappable("no_right")
    tolerance = "0"
    equal = find(item.root, "equal")
    if equal is not None and attribute(equal, "toleranceMode") == "absolute":
        words = re.split(r"\s+", attribute(equal, "tolerance", "0").strip())
        tolerance = plain_decimal(max(decimal_of(word) for word in words))
    units = tuple(
        Unit(name=plain_text(to_markdown("".join(element.texts()))))
        for element in item.body.iter()
        if "academy-unit" in element.get("class")
    )
    answers = tuple(
        Amount(answer=plain_decimal(decimal_of(words)), tolerance=tolerance) for words in declared.correct
    )
    return Number(answers=answers, units=units)


_INTERACTIONS: Mapping[str, Callable[[Item, XmlElement], Any]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "extendedTextInteraction": _essay,
}
