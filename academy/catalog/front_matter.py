"""The head of a lesson file: YAML between two lines of three hyphens, then the Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from academy.catalog.yaml_marks import Fault, YamlFile, load_yaml
from academy.kernel.text import nfc

__all__ = ["FrontMatter", "compose", "normalized", "split"]

_KEYS = ("title", "summary", "objectives", "glossary", "attachments", "sources")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A lesson file taken apart; ``first_line`` is the line of the file at which ``body`` begins."""

    yaml: YamlFile
    body: str
    first_line: int

    @property
    def data(self) -> dict[str, Any]:
        return self.yaml.data if isinstance(self.yaml.data, dict) else {}


def normalized(source: str) -> str:
    """The source as it is stored and compared: composed letters, line feeds, no byte-order mark."""
    return nfc(source.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")


def split(source: str, name: str = "") -> FrontMatter:
    """Take a lesson's source apart; a missing or unclosed head is a fault of the ``yaml`` part."""
    lines = normalized(source).split("\n")
    if lines[0].strip() != "---":
        fault = Fault(
            name, 1, "The file does not begin with its front matter", "begin with ---, title: …, ---"
        )
        return FrontMatter(YamlFile(name, faults=[fault]), "\n".join(lines), 1)
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            head = load_yaml("\n".join(lines[1:index]), name, first_line=2)
            return FrontMatter(head, "\n".join(lines[index + 1 :]), index + 2)
    fault = Fault(name, 1, "The front matter is not closed", "end it with a line of three hyphens")
    return FrontMatter(YamlFile(name, faults=[fault]), "", len(lines))


def compose(front: Mapping[str, Any], body: str) -> str:
    """A lesson's source from its parts; empty parts of the head are left out."""
    head = {key: front[key] for key in (*_KEYS, *sorted(front.keys() - set(_KEYS))) if front.get(key)}
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1_000)
    return f"---\n{text}---\n\n{nfc(body).strip()}\n"
