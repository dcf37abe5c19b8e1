"""A rubric as a table of HTML: people read it anywhere, and here it becomes the rubric again.

The table, its criteria and levels have classes: ``academy-rubric``, ``academy-criterion``, ``academy-level``, with
``academy-id-…`` for the ids and ``academy-shown-…`` for when learners see it. Classes survive where other
attributes are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.neutral import Criterion, Level, Rubric
from academy.questions.rubric import NEVER, SHOWN

__all__ = ["rubric_html", "taken_out"]

# bounds keep what begins again and again from being read again and again
_OPENING = re.compile(r"<table\b[^<>]{0,200}\bacademy-rubric\b[^<>]{0,200}>", re.IGNORECASE)
_CLOSING = re.compile(r"</table\s{0,9}>", re.IGNORECASE)
_ID = re.compile(r"academy-id-([a-z0-9-]{1,32})")
_SHOWN = re.compile(r"academy-shown-([a-z]{1,12})")


def rubric_html(rubric: Rubric, html: Callable[[str], str]) -> str:
    """The table.

    Args:
        html: a text in Markdown as HTML inside a line.
    """
    rows = []
    for criterion in rubric.criteria:
        levels = "".join(
            f'<td class="academy-level academy-id-{level.id}">'
            f'<span class="academy-points">{escape_text(level.points)}</span> {html(level.text)}</td>'
            for level in criterion.levels
        )
        rows.append(
            f'<tr class="academy-criterion academy-id-{criterion.id}"><th>{html(criterion.text)}</th>{levels}</tr>'
        )
    return (
        f'<table class="academy-rubric academy-shown-{rubric.shown}"><tbody>{"".join(rows)}</tbody></table>'
    )


def taken_out(html: str, markdown: Callable[[str], str]) -> tuple[Rubric | None, str]:
    """The rubric that a text holds, and the text without it.

    Args:
        markdown: HTML of a cell as Markdown.
    """
    opening = _OPENING.search(html)
    closing = _CLOSING.search(html, opening.end()) if opening else None
    if opening is None or closing is None:
        return None, html
    table = html[opening.start() : closing.end()]
    reader = _TableReader(markdown)
    reader.feed(table)
    reader.close()
    shown = _SHOWN.search(table)
    rubric = Rubric(criteria=tuple(reader.criteria), shown=shown[1] if shown and shown[1] in SHOWN else NEVER)
    rest = html[: opening.start()].rstrip() + html[closing.end() :].lstrip()
    return rubric if rubric.criteria else None, rest


class _TableReader(HTMLParser):
    """Collects the criteria of one table; the content of a cell is kept as HTML until the cell ends."""

    def __init__(self, markdown: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=False)
        self.markdown = markdown
        self.criteria: list[Criterion] = []
        self.cell: list[str] | None = None
        self.id = ""
        self.points: list[str] = []
        self.in_points = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = next((value or "" for name, value in attrs if name == "class"), "")
        if tag == "tr":
            found = _ID.search(classes)
            self.criteria.append(Criterion(text="", levels=(), id=found[1] if found else ""))
        elif tag in ("th", "td"):
            found = _ID.search(classes)
            self.cell, self.points, self.id = [], [], found[1] if found else ""
        elif "academy-points" in classes.split():
            self.in_points = True
        elif self.cell is not None:
            self.cell.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.cell is not None:
            self.cell.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self.cell is not None and self.criteria:
            self._end_cell(tag, self.markdown("".join(self.cell)))
            self.cell = None
        elif tag == "span" and self.in_points:
            self.in_points = False
        elif self.cell is not None:
            self.cell.append(f"</{tag}>")

    def _end_cell(self, tag: str, text: str) -> None:
        criterion = self.criteria[-1]
        if tag == "th":
            self.criteria[-1] = replace(criterion, text=text)
            return
        level = Level(text=text, points="".join(self.points).strip().replace(",", "."), id=self.id)
        self.criteria[-1] = replace(criterion, levels=(*criterion.levels, level))

    def handle_data(self, data: str) -> None:
        if self.in_points:
            self.points.append(data)
        elif self.cell is not None:
            self.cell.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")
