"""A lesson as an author sees it, fields and a text, and as the catalog takes it: one Markdown source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from academy.catalog.content_schema import FrontMatterSchema
from academy.catalog.front_matter import compose, normalized, split
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean

MAX_BODY = 200_000
MAX_TITLE = 200
MAX_LINES = 100
LINE_FIELDS = ("objectives", "sources")
FIELDS = ("title", "summary", *LINE_FIELDS, "glossary", "attachments", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSource:
    """One language of a lesson: ``front`` as in a lesson file's head, without empty parts, and the Markdown."""

    front: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""

    @property
    def title(self) -> str:
        return str(self.front.get("title") or "")

    @property
    def is_written(self) -> bool:
        """Whether there is any text to read below the head."""
        return bool(self.body.strip())

    @property
    def source(self) -> str:
        """The lesson file."""
        return compose(self.front, self.body)

    def body_line(self, source_line: int) -> int | None:
        """The line of :attr:`body` for a line of :attr:`source`; None for one of the head."""
        left_out = len(self.body) - len(self.body.lstrip())
        line = source_line - split(self.source).first_line + self.body[:left_out].count("\n")
        return line if line > 0 else None

    def fields(self) -> dict[str, str]:
        """What the form shows: a text per field, lists as lines, glossary lines as ``term: text``,
        attachments as ``path: title``."""
        shown = {"title": self.title, "summary": str(self.front.get("summary") or ""), "body": self.body}
        for name in LINE_FIELDS:
            shown[name] = "\n".join(self.front.get(name, ()))
        shown["glossary"] = "\n".join(
            f"{entry['term']}: {entry['text']}" for entry in self.front.get("glossary", ())
        )
        shown["attachments"] = "\n".join(
            f"{entry['file']}: {entry['title']}" for entry in self.front.get("attachments", ())
        )
        return shown


def from_fields(fields: Mapping[str, Any]) -> LessonSource:
    """A lesson from the fields of its form; missing fields are empty.

    Raises:
        Invalid: a text is too long; ``errors`` by field.
    """
    texts = {name: _plain(fields.get(name)) for name in FIELDS}
    front: dict[str, Any] = {"title": clean(texts["title"]), "summary": clean(texts["summary"])}
    for name in LINE_FIELDS:
        front[name] = _lines(texts[name])
    front["glossary"] = [_two("term", "text", line) for line in _lines(texts["glossary"])]
    front["attachments"] = [_two("file", "title", line) for line in _lines(texts["attachments"])]
    return checked(LessonSource(front=_without_empty(front), body=texts["body"]))


def from_source(source: str) -> LessonSource:
    """A lesson from a lesson file.

    Raises:
        Invalid: the head cannot be read, or a text is too long.
    """
    parts = split(_plain(source))
    faults = [f"{fault.line}: {fault.message} → {fault.remedy}" for fault in parts.yaml.faults]
    if not faults and not isinstance(parts.yaml.data, dict | None):
        faults = [str(_l("The head must be a list of keys and values."))]
    if not faults:
        faults = _shape_faults(parts.data)
    if faults:
        raise Invalid(_l("The head of the lesson cannot be read."), errors={"source": faults})
    return checked(LessonSource(front=_without_empty(parts.data), body=parts.body.removeprefix("\n")))


def _shape_faults(front: Mapping[str, Any]) -> list[str]:
    """What is of the wrong kind in a head; what is only missing may come later."""
    given = {"title": "…"} | _without_empty(front)
    try:
        FrontMatterSchema().load(given)
    except ValidationError as error:
        return [f"{name}: {text}" for name, text in error.normalized_messages().items()]
    return []


def checked(text: LessonSource) -> LessonSource:
    """The same text.

    Raises:
        Invalid: longer than the studio stores.
    """
    errors: dict[str, list[Any]] = {}
    if len(text.body) > MAX_BODY:
        errors["body"] = [_l("A lesson has at most %(n)s characters; split it.", n=MAX_BODY)]
    if len(text.title) > MAX_TITLE:
        errors["title"] = [_l("A title has at most %(n)s characters.", n=MAX_TITLE)]
    for name in (*LINE_FIELDS, "glossary", "attachments"):
        if len(text.front.get(name, ())) > MAX_LINES:
            errors[name] = [_l("At most %(n)s lines.", n=MAX_LINES)]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="authoring.text", errors=errors)
    return text


def _plain(value: Any) -> str:
    return normalized(value).replace("\x00", "") if isinstance(value, str) else ""


def _lines(text: str) -> list[str]:
    return [line for line in (clean(line) for line in text.split("\n")) if line]


def _two(first: str, second: str, line: str) -> dict[str, str]:
    """A line of two parts, ``term: what it means``."""
    before, _sign, after = line.partition(":")
    return {first: before.strip(), second: after.strip()}


def _without_empty(front: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in front.items() if value not in ("", None, [], {})}
