"""A question of Moodle XML while it is written: its lines, its texts, its files."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.mapping_rules import plain_decimal
from academy.questions.exchange.markup import shows_the_same, to_html, to_markdown
from academy.questions.exchange.neutral import Note, Question

__all__ = ["FORMAT", "Page", "Plan", "answer_line", "file_element", "own", "text_of"]

FORMAT = "Moodle XML"


class Page:
    """The lines of one question, and what is told of it. Each text brings the files that it shows."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.lines: list[str] = []
        self.notes: list[Note] = []
        self.beside = ""  # texts that stand where no file can: theirs go with the text of the question

    def line(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text)

    def text(
        self,
        depth: int,
        tag: str,
        markdown: str,
        attributes: str = "",
        more: str = "",
        shown: tuple[str, str] | None = None,
    ) -> None:
        """A text element: as HTML where that says it all and comes back the same, else as Markdown."""
        form, text = shown or self.formatted(markdown)
        inner = f"{text_of(text)}{self.files(markdown)}{more}"
        self.line(depth, f'<{tag}{attributes} format="{form}">{inner}</{tag}>')

    def formatted(self, markdown: str) -> tuple[str, str]:
        html = to_html(markdown) if markdown else ""
        return ("html", html) if to_markdown(html) == markdown else ("markdown", markdown)

    def inline(self, markdown: str) -> str:
        """HTML inside a line, for what has to be HTML."""
        html = to_html(markdown, inline=True)
        if not shows_the_same(to_markdown(html), markdown) and Note("plain") not in self.notes:
            self.notes.append(Note("plain"))
        return html

    def said(self, feedback: str) -> str:
        """The feedback element of an answer."""
        form, text = self.formatted(feedback)
        return f'<feedback format="{form}">{text_of(text)}{self.files(feedback)}</feedback>'

    def files(self, markdown: str) -> str:
        return "".join(
            file_element(name, data)
            for name, data in self.question.files.items()
            if f"@@PLUGINFILE@@/{name}" in markdown
        )


def file_element(name: str, data: bytes, attributes: str = "") -> str:
    return (
        f'<file name="{escape_text(name, quote=True)}" path="/" encoding="base64"{attributes}>'
        f"{base64.b64encode(data).decode()}</file>"
    )


def text_of(text: str) -> str:
    return f"<text>{escape_text(text)}</text>"


Plan = tuple[str, Callable[[], None], Mapping[str, Any]]


def answer_line(page: Page, weight: Decimal, markdown: str, feedback: str, more: str = "") -> None:
    fraction = plain_decimal(weight.quantize(Decimal("0.00001")))
    page.text(2, "answer", markdown, f' fraction="{fraction}"', f"{page.said(feedback)}{more}")


def own(**told: str) -> str:
    """Attributes of the academy's own, past which Moodle reads; those that say nothing are left out."""
    return "".join(
        f' academy-{name}="{escape_text(value, quote=True)}"'.replace("\n", "&#10;")
        for name, value in told.items()
        if value
    )
