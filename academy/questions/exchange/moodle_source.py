"""A question of Moodle XML while it is read: its texts, its files, its numbers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import escape_markdown, looks_like_html, to_markdown
from academy.questions.exchange.neutral import Body, Note

__all__ = ["FEEDBACKS", "USUAL_FEEDBACK", "Fields", "Source", "number_of"]


FEEDBACKS = ("generalfeedback", "correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
USUAL_FEEDBACK = frozenset(
    {"Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect."}
)


@dataclass(slots=True)
class Source:
    """One ``<question>`` while it is read."""

    element: XmlElement
    lang: str
    settings: Mapping[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def markdown(self, element: XmlElement | None, text: str | None = None) -> str:
        """A text element (``<text>`` in it, files beside) as Markdown; ``text`` stands for what is in it."""
        if element is None:
            return ""
        for file in element.all("file"):
            self.take(file)
        text = element.words("text") if text is None else text
        form = element.get("format", "html" if looks_like_html(text) else "moodle_auto_format")
        if form == "markdown":
            return nfc(text)
        if form == "html" or (form == "moodle_auto_format" and looks_like_html(text)):
            return to_markdown(text, lang=self.lang)
        return escape_markdown(text)

    def of_html(self, html: str) -> str:
        return to_markdown(html, lang=self.lang)

    def take(self, file: XmlElement) -> str:
        """The name under which a file is kept; empty if there is nothing in it."""
        name = nfc(unquote(file.get("name"))).strip("/")
        path = nfc(unquote(file.get("path", "/"))).strip("/")
        try:
            data = base64.b64decode("".join(file.texts()), validate=False)
        except (binascii.Error, ValueError):
            data = b""
        if not name or not data:
            return ""
        whole = f"{path}/{name}" if path else name
        self.files[whole] = data
        return whole

    def flag(self, name: str) -> bool:
        return self.element.words(name).lower() in ("1", "true")

    def weight(self, answer: XmlElement) -> Decimal:
        return number_of(answer.get("fraction", "0"))


def number_of(words: str) -> Decimal:
    try:
        number = Decimal(words.strip().replace(",", "."))
    except InvalidOperation:
        raise Unmappable("syntax", detail=words.strip()[:80]) from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unmappable("syntax", detail=words.strip()[:80])
    return number


Fields = dict[str, Body | str]
