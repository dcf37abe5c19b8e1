"""Giving ids to headings that have none, so that authors in the studio need not think of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from academy.catalog.front_matter import normalized, split
from academy.catalog.markdown_syntax import inline_text, make_parser
from academy.kernel.text import slug

__all__ = ["with_heading_ids"]

_PARSER = make_parser()


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading of a source: its line (from 0), its id as written (right or wrong) or None, its words."""

    line: int
    id: str | None
    text: str


def with_heading_ids(sources: Mapping[str, str]) -> dict[str, str]:
    """The sources of a lesson by language with an id at every heading.

    A heading without id takes that of the heading at the same place in another language, else one made
    from its words. Languages with different headings stay different: comparing them tells the author.
    """
    sources = {lang: normalized(source) for lang, source in sources.items()}
    headings = {lang: _headings(source) for lang, source in sources.items()}
    columns = zip_longest(*headings.values())
    shared = [next((heading.id for heading in column if heading and heading.id), None) for column in columns]
    result = {}
    for lang, source in sources.items():
        wanted = _ids(headings[lang], shared)
        shared[: len(wanted)] = wanted
        lines = source.split("\n")
        for heading, heading_id in zip(headings[lang], wanted, strict=True):
            if heading.id is None:
                lines[heading.line] = f"{lines[heading.line].rstrip()} {{#{heading_id}}}"
        result[lang] = "\n".join(lines)
    return result


def _headings(source: str) -> list[_Heading]:
    parts = split(source)
    tokens = _PARSER.parse(parts.body)
    return [
        _Heading(parts.first_line - 1 + opening.map[0], opening.meta.get("id"), inline_text(content))
        for opening, content in zip(tokens, tokens[1:], strict=False)
        if opening.type == "heading_open" and opening.level == 0 and opening.map
    ]


def _ids(headings: list[_Heading], shared: list[str | None]) -> list[str]:
    taken = {heading.id for heading in headings if heading.id} | {given for given in shared if given}
    ids = []
    for heading, given in zip(headings, shared, strict=False):
        heading_id = heading.id or given
        if heading_id is None:
            base = slug(heading.text, 60) or "section"
            heading_id, count = base, 1
            while heading_id in taken:
                count += 1
                heading_id = f"{base}-{count}"
            taken.add(heading_id)
        ids.append(heading_id)
    return ids
