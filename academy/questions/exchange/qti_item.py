"""What the readers of all interactions share: an item, its texts, and what is declared to be right."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from academy.kernel.safe_xml import XmlElement, escape_text
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import to_markdown
from academy.questions.exchange.neutral import FULL, NONE, Note
from academy.questions.exchange.qti_names import attribute, find, find_all, name_of

__all__ = ["INLINE", "Declaration", "Item", "decimal_of", "declarations", "weights_of"]

INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
_FIRST, _PLACE = 0xE100, re.compile("[\ue100-\uf8ff]")
Inline = Callable[[XmlElement], str] | None
_SKIPPED = frozenset(
    {"prompt", "feedbackInline", "feedbackBlock", "rubricBlock", "simpleChoice", "stylesheet"}
)


@dataclass(slots=True)
class Declaration:
    """What is right for one interaction.

    ``mapping`` gives marks by answer, ``areas`` marks for points by shape and numbers, ``other`` the marks for
    whatever is in neither; ``most`` is what all together may earn.
    """

    base: str = ""
    correct: list[str] = field(default_factory=list)
    mapping: dict[str, Decimal] = field(default_factory=dict)
    areas: list[tuple[str, str, Decimal]] = field(default_factory=list)
    other: Decimal = NONE
    case: bool = False
    most: Decimal | None = None


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
    printed: Callable[[XmlElement], str] = lambda _element: ""
    places: list[str] = field(default_factory=list)

    def markdown(self, element: XmlElement | None, *, whole: bool = False, inline: Inline = None) -> str:
        """The content of an element; of its QTI parts only what ``inline`` makes of them."""
        return self.of_html(self.html(element, whole=whole, inline=inline)) if element is not None else ""

    def of_html(self, html: str) -> str:
        text = to_markdown(html, lang=self.lang, marked=True)
        return _PLACE.sub(lambda found: self.places[ord(found.group()) - _FIRST], text)

    def _place(self, element: XmlElement) -> str:
        """A private letter for what a variable prints, until the text around it is Markdown."""
        self.places.append(self.printed(element))
        return chr(_FIRST + len(self.places) - 1)

    def html(self, element: XmlElement, *, whole: bool = True, inline: Inline = None) -> str:
        """As :meth:`markdown`, in HTML."""
        pieces = [escape_text(element.text)]
        for child in element.children:
            name = name_of(child)
            if inline is not None and name in (*INLINE, "gap"):
                pieces.append(escape_text(inline(child)))
            elif name == "printedVariable":
                pieces.append(self._place(child))
            elif name in _SKIPPED and not whole:
                pass
            elif name.endswith("Interaction") or name in ("templateInline", "templateBlock"):
                if name == "gapMatchInteraction":
                    pieces.append(self.html(child, whole=whole, inline=inline))
            elif name in ("img", "object", "audio", "video", "source"):
                pieces.append(self._picture(child, name))
            elif name == "gapText" or "academy-unit" in child.get("class"):
                pass
            elif name == "contentBody":
                pieces.append(self.html(child, whole=whole, inline=inline))
            else:
                attributes = "".join(
                    f' {key}="{escape_text(child.get(key), quote=True)}"'
                    for key in ("href", "class", "lang")
                    if child.get(key)
                )
                inner = self.html(child, whole=whole, inline=inline)
                pieces.append(f"<{name}{attributes}>{inner}</{name}>")
            pieces.append(escape_text(child.tail))
        return "".join(pieces)

    def taken(self, element: XmlElement) -> str:
        """The name among the item's files of what an element shows; empty if it is not in the package."""
        source = element.get("src") or element.get("data")
        if not source or source.startswith(("http:", "https:", "data:")):
            return ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(source)))
        data = self.load(path)
        if data is None:
            return ""
        self.files[path] = data
        return path

    def _picture(self, element: XmlElement, name: str) -> str:
        source = element.get("src") or element.get("data")
        alt = element.get("alt") or "".join(element.texts()).strip()
        if source and not source.startswith(("http:", "https:", "data:")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(source)))
            self.taken(element)
            source = f"@@PLUGINFILE@@/{path}"
        elif not source and element.children:
            return self.html(element, whole=False)
        return f'<img src="{escape_text(source, quote=True)}" alt="{escape_text(alt, quote=True)}"/>'

    def declaration(self, interaction: XmlElement) -> Declaration:
        name = attribute(interaction, "responseIdentifier", "RESPONSE")
        return self.declared.get(name) or Declaration()

    @property
    def matches_whole(self) -> bool:
        """Whether only the whole answer counts."""
        processing = find(self.root, "responseProcessing")
        return processing is not None and "match_correct" in attribute(processing, "template")

    def rule(self, usual: str = "") -> str:
        """The credit rule: as a tag says it, else all or nothing where only the whole answer counts."""
        return self.settings.get("credit") or (credit.ALL_OR_NOTHING if self.matches_whole else usual)


def declarations(root: XmlElement) -> dict[str, Declaration]:
    declared = {}
    for element in root.children:
        if name_of(element) != "responseDeclaration":
            continue
        correct = find(element, "correctResponse")
        mapping = find(element, "mapping", "areaMapping")
        entries = find_all(element, "mapEntry")
        upper, other = (
            (attribute(mapping, "upperBound"), attribute(mapping, "defaultValue", "0"))
            if mapping is not None
            else ("", "0")
        )
        declared[attribute(element, "identifier")] = Declaration(
            base=attribute(element, "baseType"),
            correct=[nfc("".join(v.texts()).strip()) for v in find_all(correct, "value")]
            if correct is not None
            else [],
            mapping={
                nfc(attribute(e, "mapKey")): decimal_of(attribute(e, "mappedValue", "0")) for e in entries
            },
            areas=[
                (attribute(e, "shape"), attribute(e, "coords"), decimal_of(attribute(e, "mappedValue", "0")))
                for e in find_all(element, "areaMapEntry")
            ],
            other=decimal_of(other),
            case=any(attribute(e, "caseSensitive") == "true" for e in entries),
            most=decimal_of(upper) if upper else None,
        )
    return declared


def decimal_of(words: str) -> Decimal:
    try:
        number = Decimal(words)
    except InvalidOperation:
        raise Unmappable("syntax", detail=words[:80]) from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unmappable("syntax", detail=words[:80])
    return number


def weights_of(declared: Declaration, many: bool) -> Callable[[str], Decimal]:
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
