"""Reading one QTI item, of version 2 or 3 (https://www.imsglobal.org/spec/qti/v3p0)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.neutral import (
    FULL,
    Accepted,
    Body,
    Choice,
    Essay,
    Gap,
    Gaps,
    Groups,
    Labels,
    Note,
    Number,
    Option,
    Pairs,
    Question,
    Refused,
    Spots,
    Steps,
    Table,
    Truth,
    Typed,
    Words,
)
from academy.questions.exchange.qti_by_hand import read_essay, read_upload
from academy.questions.exchange.qti_item import INLINE, Declaration, Item, declarations, weights_of
from academy.questions.exchange.qti_names import attribute, find, find_all, name_of
from academy.questions.exchange.qti_numbers_reading import gap_amount, read_computed, read_number
from academy.questions.exchange.qti_places_reading import (
    read_gap_match,
    read_graphic_gap_match,
    read_hotspot,
    read_match,
    read_points,
)
from academy.questions.exchange.settings import settings_of

__all__ = ["read_item"]

_BY_HAND = (
    "associateInteraction",
    "graphicOrderInteraction",
    "graphicAssociateInteraction",
    "positionObjectInteraction",
    "sliderInteraction",
    "drawingInteraction",
    "hottextInteraction",
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
    if _scores_by_own_rules(root) and isinstance(made, _CHOSEN) and not item.settings.get("credit"):
        item.notes.append(Note("scoring", {"rule": "#" + _rule(made)}))
    explanation = "\n\n".join(
        filter(
            None,
            (
                item.markdown(said, whole=True)
                for said in root.children
                if name_of(said) == "modalFeedback"
                and not (isinstance(made, Number) and attribute(said, "showHide", "show") == "show")
            ),
        )
    )
    return replace(
        question, body=made, text=text, explanation=explanation, files=item.files, notes=tuple(item.notes)
    )


# where rules of its own decide how much of the mark there is
_CHOSEN = (Choice, Pairs, Steps, Table, Words, Groups, Labels, Spots, Gaps, Truth, Typed)


def _scores_by_own_rules(root: XmlElement) -> bool:
    processing = find(root, "responseProcessing")
    return (
        processing is not None
        and find(processing, "setOutcomeValue") is not None
        and find(processing, "mapResponse", "mapResponsePoint") is None
    )


def _rule(body: Body) -> str:
    usual = "right_minus_wrong" if isinstance(body, Choice) and body.many else "all_or_nothing"
    return getattr(body, "rule", "") or usual


def _body(item: Item) -> tuple[Body, str]:
    found = [element for element in item.body.iter() if name_of(element).endswith("Interaction")]
    names = [name_of(element) for element in found]
    if find(item.root, "templateDeclaration") is not None:
        return _computed(item, found)
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


def _computed(item: Item, found: list[XmlElement]) -> tuple[Body, str]:
    """An item with template variables: one field for a number, or nothing that is known here."""
    if len(found) != 1 or name_of(found[0]) != "textEntryInteraction":
        raise Unmappable("dynamic", detail="templateDeclaration")
    if item.declaration(found[0]).base not in ("float", "integer"):
        raise Unmappable("dynamic", detail="templateDeclaration")
    body = read_computed(item, found[0])
    return body, _around_field(item)


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
    rule = item.rule() if many else item.settings.get("credit", "")
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
    return Steps(steps=tuple(rows[name] for name in right), rule=item.rule())


def _inline(item: Item, found: list[XmlElement]) -> tuple[Body, str]:
    one_field = len(found) == 1 and name_of(found[0]) == "textEntryInteraction"
    if one_field and item.settings.get("kind") != "cloze":
        return _entry(item, found[0])
    gaps: list[Gap] = []
    accents = item.settings.get("accents") != "ignore"

    def gap(element: XmlElement) -> str:
        name = str(len(gaps) + 1)
        gaps.append(_gap(item, element, name, accents))
        return f"{{{name}}}"

    text = item.markdown(item.body, inline=gap)
    return Gaps(gaps=tuple(gaps), rule=item.settings.get("credit", "")), text


def _gap(item: Item, element: XmlElement, name: str, accents: bool) -> Gap:
    response = attribute(element, "responseIdentifier", "RESPONSE")
    declared = item.declaration(element)
    # what a gap earns is its weight beside the others
    earned = max(declared.mapping.values(), default=Decimal(1))
    weight = earned if earned > 0 else Decimal(1)
    declared = replace(declared, most=None)
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
        return Gap(id=name, options=options, weight=weight)
    if amount := gap_amount(item, response, declared):
        return Gap(id=name, amounts=amount[:1], weight=amount[1])
    own = "academy-no-accents" not in element.get("class")
    return Gap(id=name, accepted=_accepted(item, declared), accents=own and accents, weight=weight)


def _around_field(item: Item) -> str:
    """The text around one field; a field after the text needs no blank in it."""
    text = item.markdown(item.body, inline=lambda _element: _FIELD)
    return text.removesuffix(_FIELD).rstrip().replace(_FIELD, BLANK)


def _entry(item: Item, interaction: XmlElement) -> tuple[Body, str]:
    """One field: words or a number."""
    text = _around_field(item)
    declared = item.declaration(interaction)
    if declared.base in ("float", "integer"):
        return read_number(item, declared), text
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


_INTERACTIONS: Mapping[str, Callable[[Item, XmlElement], Any]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": read_match,
    "gapMatchInteraction": read_gap_match,
    "graphicGapMatchInteraction": read_graphic_gap_match,
    "hotspotInteraction": read_hotspot,
    "selectPointInteraction": read_points,
    "extendedTextInteraction": read_essay,
    "uploadInteraction": read_upload,
}
