"""Reading one QTI item, of version 2 or 3 (https://www.imsglobal.org/spec/qti/v3p0)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from academy.kernel.safe_xml import XmlElement, escape_text
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping import Unmappable, plain_decimal
from academy.questions.exchange.markup import plain_text, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
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
    Truth,
    Typed,
    Unit,
)
from academy.questions.exchange.qti_names import attribute, find, find_all, name_of
from academy.questions.exchange.settings import settings_of

__all__ = ["read_item"]

_INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
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
_SKIPPED = frozenset(
    {"prompt", "feedbackInline", "feedbackBlock", "rubricBlock", "simpleChoice", "stylesheet"}
)
TRUE, FALSE = "true", "false"
BLANK = "_____"
# stands for a field until the text around it is Markdown
_FIELD = "\ue010"


@dataclass(slots=True)
class Declaration:
    """What is right for one interaction; ``mapping`` gives marks by answer."""

    base: str
    correct: list[str]
    mapping: dict[str, Decimal]
    case: bool
    most: Decimal | None


@dataclass(slots=True)
class Item:
    """One item while it is read; ``load`` gives the bytes of a file of the package."""

    root: XmlElement
    body: XmlElement
    lang: str
    path: str
    load: Callable[[str], bytes | None]
    settings: Mapping[str, str]
    declared: dict[str, Declaration]
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def markdown(self, element: XmlElement | None, *, whole: bool = False, inline: Any = None) -> str:
        """The content of an element; of its QTI parts only what ``inline`` makes of them."""
        return to_markdown(self._html(element, whole, inline), lang=self.lang) if element is not None else ""

    def _html(self, element: XmlElement, whole: bool, inline: Any) -> str:
        pieces = [escape_text(element.text)]
        for child in element.children:
            name = name_of(child)
            if inline is not None and name in (*_INLINE, "gap"):
                pieces.append(escape_text(inline(child)))
            elif name in _SKIPPED and not whole:
                pass
            elif name.endswith("Interaction") or name in ("templateInline", "templateBlock"):
                if name == "gapMatchInteraction":
                    pieces.append(self._html(child, whole, inline))
            elif name in ("img", "object", "audio", "video", "source"):
                pieces.append(self._picture(child, name))
            elif name == "gapText" or "academy-unit" in child.get("class"):
                pass
            else:
                attributes = "".join(
                    f' {key}="{escape_text(child.get(key), quote=True)}"'
                    for key in ("href", "class", "lang")
                    if child.get(key)
                )
                pieces.append(f"<{name}{attributes}>{self._html(child, whole, inline)}</{name}>")
            pieces.append(escape_text(child.tail))
        return "".join(pieces)

    def _picture(self, element: XmlElement, name: str) -> str:
        source = element.get("src") or element.get("data")
        alt = element.get("alt") or "".join(element.texts()).strip()
        if source and not source.startswith(("http:", "https:", "data:")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(source)))
            data = self.load(path)
            if data is not None:
                self.files[path] = data
            source = f"@@PLUGINFILE@@/{path}"
        elif not source and element.children:
            return self._html(element, False, None)
        return f'<img src="{escape_text(source, quote=True)}" alt="{escape_text(alt, quote=True)}"/>'

    def declaration(self, interaction: XmlElement) -> Declaration:
        name = attribute(interaction, "responseIdentifier", "RESPONSE")
        return self.declared.get(name) or Declaration("", [], {}, False, None)

    @property
    def matches_whole(self) -> bool:
        """Whether only the whole answer counts."""
        processing = find(self.root, "responseProcessing")
        return processing is not None and "match_correct" in attribute(processing, "template")


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
        item.declared.update(_declarations(root))
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


def _declarations(root: XmlElement) -> dict[str, Declaration]:
    declared = {}
    for element in root.children:
        if name_of(element) != "responseDeclaration":
            continue
        correct = find(element, "correctResponse")
        mapping = find(element, "mapping")
        entries = find_all(mapping, "mapEntry") if mapping is not None else []
        upper = attribute(mapping, "upperBound") if mapping is not None else ""
        declared[attribute(element, "identifier")] = Declaration(
            base=attribute(element, "baseType"),
            correct=[nfc("".join(v.texts()).strip()) for v in find_all(correct, "value")]
            if correct is not None
            else [],
            mapping={
                nfc(attribute(e, "mapKey")): _decimal(attribute(e, "mappedValue", "0")) for e in entries
            },
            case=any(attribute(e, "caseSensitive") == "true" for e in entries),
            most=_decimal(upper) if upper else None,
        )
    return declared


def _decimal(words: str) -> Decimal:
    try:
        number = Decimal(words)
    except InvalidOperation:
        raise Unmappable("syntax", detail=words[:80]) from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unmappable("syntax", detail=words[:80])
    return number


def _body(item: Item) -> tuple[Body, str]:
    if find(item.root, "templateDeclaration") is not None:
        raise Unmappable("dynamic", detail="templateDeclaration")
    found = [element for element in item.body.iter() if name_of(element).endswith("Interaction")]
    names = [name_of(element) for element in found]
    if not found:
        raise Unmappable("description")
    if all(name in _INLINE for name in names):
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
    weights = _weights(declared, many)
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


def _weights(declared: Declaration, many: bool) -> Callable[[str], Decimal]:
    if declared.mapping:
        positive = [value for value in declared.mapping.values() if value > 0]
        whole = declared.most or (sum(positive) if many else max(positive, default=NONE)) or Decimal(1)
        places = Decimal("0.00001")
        return lambda name: (
            max(min(declared.mapping.get(name, NONE) / whole * FULL, FULL), -FULL)
            .quantize(places)
            .normalize()
            + 0
        )
    share = FULL / len(declared.correct) if declared.correct else FULL
    return lambda name: share if name in declared.correct else NONE


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
    if len({pair[0] for pair in pairs}) < len(pairs) or len(pairs) < len(left):
        raise Unmappable("kind_missing", kind="matrix")
    used = {pair[1] for pair in pairs}
    rule = item.settings.get("credit") or (credit.ALL_OR_NOTHING if item.matches_whole else "")
    place = list(left)
    pairs.sort(key=lambda pair: place.index(pair[0]))
    return Pairs(
        pairs=tuple((left[one], right[other]) for one, other in pairs),
        distractors=tuple(text for name, text in right.items() if name not in used),
        rule=rule,
    )


def _gap_match(item: Item, interaction: XmlElement) -> tuple[Body, str]:
    words = {attribute(row, "identifier"): item.markdown(row) for row in find_all(interaction, "gapText")}
    right = {}
    for pair in item.declaration(interaction).correct:
        word, _space, gap = pair.partition(" ")
        right[gap.strip()] = word
    gaps: list[Gap] = []

    def gap(element: XmlElement) -> str:
        name = attribute(element, "identifier")
        if right.get(name) not in words:
            raise Unmappable("no_right")
        options = tuple(
            Option(text=text, weight=FULL if word == right[name] else NONE) for word, text in words.items()
        )
        gaps.append(Gap(id=str(len(gaps) + 1), options=options))
        return f"{{{len(gaps)}}}"

    text = item.markdown(item.body, inline=gap)
    prompt = next((child for child in interaction.children if name_of(child) == "prompt"), None)
    if not gaps:
        raise Unmappable("missing_part", detail="gap")
    if any(attribute(row, "matchMax") == "1" for row in find_all(interaction, "gapText")):
        item.notes.append(Note("gap_limit"))
    text = "\n\n".join(part for part in (item.markdown(prompt, whole=True), text) if part)
    return Gaps(gaps=tuple(gaps), rule=_gap_rule(item)), text


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
            weights = _weights(declared, False)
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
    weights = _weights(declared, False) if declared.mapping else lambda _name: FULL
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
        tolerance = plain_decimal(max(_decimal(word) for word in words))
    units = tuple(
        Unit(name=plain_text(to_markdown("".join(element.texts()))))
        for element in item.body.iter()
        if "academy-unit" in element.get("class")
    )
    answers = tuple(
        Amount(answer=plain_decimal(_decimal(words)), tolerance=tolerance) for words in declared.correct
    )
    return Number(answers=answers, units=units)


_INTERACTIONS: Mapping[str, Callable[[Item, XmlElement], Any]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "extendedTextInteraction": _essay,
}
