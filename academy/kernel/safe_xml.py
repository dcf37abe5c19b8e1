"""The only door for XML that somebody sends: no DTD, no entities, nothing from outside, and limits all the way.

A text is read piece by piece and refused at the first thing that breaks a rule, before a tree of any size
stands in memory. Only UTF-8 is read: what a checker sees in one encoding and a parser in another is a known
way around checks (UTF-16, UTF-7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l

__all__ = ["XmlElement", "XmlLimits", "XmlRefused", "check_prolog", "escape_text", "parse_xml"]

_CHUNK = 64 * 1024
_XINCLUDE = "http://www.w3.org/2001/XInclude"
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PLAIN_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_NOT_ALLOWED = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlLimits:
    """The most of everything. ``text`` are the characters of all texts and attributes together."""

    bytes: int = 32 * 1024 * 1024
    elements: int = 1_000_000
    depth: int = 100
    attributes: int = 60
    text: int = 48 * 1024 * 1024


DEFAULT = XmlLimits()


class XmlRefused(Invalid):
    """A text that is no XML or breaks a rule of this door; ``line`` counts from 1, ``fault`` names the rule."""

    default_rule = "xml"

    def __init__(self, message: Any, *, fault: str, line: int = 1, next_step: Any = "") -> None:
        super().__init__(message, next_step=next_step, errors={"file": [message]})
        self.fault = fault
        self.line = line


class XmlElement:
    """An element: ``tag`` as ``{namespace}name``, its attributes, what is in it, and the ``line`` it begins at."""

    __slots__ = ("tag", "attrib", "children", "text", "tail", "line")

    def __init__(self, tag: str, attrib: Mapping[str, str], line: int) -> None:
        self.tag = tag
        self.attrib = dict(attrib)
        self.line = line
        self.children: list[XmlElement] = []
        self.text = ""
        self.tail = ""

    def __iter__(self) -> Iterator[XmlElement]:
        return iter(self.children)

    def __len__(self) -> int:
        return len(self.children)

    @property
    def name(self) -> str:
        """The tag without its namespace."""
        return self.tag.rpartition("}")[2]

    def get(self, attribute: str, default: str = "") -> str:
        return self.attrib.get(attribute, default)

    def iter(self) -> Iterator[XmlElement]:
        """This element and all below, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))

    def all(self, name: str) -> list[XmlElement]:
        """The children of a name, whatever their namespace."""
        return [child for child in self.children if child.name == name]

    def find(self, *path: str) -> XmlElement | None:
        """The first element along a path of names."""
        found: XmlElement | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None)
            if found is None:
                return None
        return found

    def words(self, *path: str) -> str:
        """All text inside the first element along a path, trimmed; empty if there is none."""
        found = self.find(*path)
        return "".join(found.texts()).strip() if found is not None else ""

    def texts(self) -> Iterator[str]:
        """The pieces of text inside, in order."""
        yield self.text
        for child in self.children:
            yield from child.texts()
            yield child.tail


def parse_xml(data: bytes, limits: XmlLimits = DEFAULT) -> XmlElement:
    """The root element of a text.

    Raises:
        XmlRefused: it is not well-formed UTF-8 XML, has a DTD, an inclusion or a style sheet, or is past a limit.
    """
    check_prolog(data, limits)
    return _Reader(limits).read(data)


def check_prolog(data: bytes, limits: XmlLimits = DEFAULT) -> None:
    """Refuse what can be seen without parsing: too many bytes, a foreign encoding, a DTD.

    For texts that another library will parse.

    Raises:
        XmlRefused
    """
    if len(data) > limits.bytes:
        raise _too_much("bytes")
    if b"\x00" in data[:1024] or data.startswith((b"\xff\xfe", b"\xfe\xff", b"+/v")):
        raise _encoding()
    declared = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf")[:400])
    if declared and declared[1].decode("ascii").lower() not in _PLAIN_ENCODINGS:
        raise _encoding()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _encoding(data.count(b"\n", 0, error.start) + 1) from error
    # a DTD can only stand before the root element
    prolog = _PROLOG.match(data.removeprefix(b"\xef\xbb\xbf"))
    if prolog and prolog.string.startswith(b"<!", prolog.end()):
        raise _dtd(data.count(b"\n", 0, prolog.end()) + 1)


def escape_text(text: str, *, quote: bool = False) -> str:
    """Text as it stands in XML; characters that XML has no way to write are left out."""
    text = _NOT_ALLOWED.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote else text


class _Reader:
    """Builds the tree with expat and counts what it builds."""

    def __init__(self, limits: XmlLimits) -> None:
        self.limits = limits
        self.root: XmlElement | None = None
        self.open: list[XmlElement] = []
        self.elements = 0
        self.characters = 0
        self.parser = parser = expat.ParserCreate(encoding="utf-8", namespace_separator="}")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._declares
        parser.EntityDeclHandler = self._declares
        parser.ExternalEntityRefHandler = self._declares
        parser.ProcessingInstructionHandler = self._instruction

    def read(self, data: bytes) -> XmlElement:
        try:
            for start in range(0, len(data), _CHUNK):
                self.parser.Parse(data[start : start + _CHUNK], False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise XmlRefused(
                _l(
                    "This is not well-formed XML (line %(line)s: %(reason)s).",
                    line=error.lineno,
                    reason=expat.errors.messages.get(error.code, "?"),
                ),
                fault="syntax",
                line=error.lineno,
                next_step=_l("Write the file again with the program it comes from."),
            ) from None
        finally:
            # expat and its handlers hold each other
            self.parser.StartElementHandler = self.parser.EndElementHandler = None
        assert self.root is not None
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.elements += 1
        if self.elements > self.limits.elements:
            raise _too_much("elements", line)
        if len(self.open) >= self.limits.depth:
            raise _too_much("depth", line)
        if len(attributes) > self.limits.attributes:
            raise _too_much("attributes", line)
        if name.startswith(_XINCLUDE):
            raise _outside(line)
        self._count(sum(map(len, attributes.values())), line)
        element = XmlElement(
            _qualified(name), {_qualified(key): value for key, value in attributes.items()}, line
        )
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _characters(self, text: str) -> None:
        self._count(len(text), self.parser.CurrentLineNumber)
        element = self.open[-1]
        if element.children:
            element.children[-1].tail += text
        else:
            element.text += text

    def _count(self, characters: int, line: int) -> None:
        self.characters += characters
        if self.characters > self.limits.text:
            raise _too_much("text", line)

    def _declares(self, *_named: Any) -> None:
        raise _dtd(self.parser.CurrentLineNumber)

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise _outside(self.parser.CurrentLineNumber)


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _too_much(what: str, line: int = 1) -> XmlRefused:
    return XmlRefused(
        _l("This XML is larger than can be read here (%(what)s, line %(line)s).", what=what, line=line),
        fault=what,
        line=line,
        next_step=_l("Divide it into smaller files."),
    )


def _encoding(line: int = 1) -> XmlRefused:
    return XmlRefused(
        _l("Only XML in UTF-8 is read (line %(line)s).", line=line),
        fault="encoding",
        line=line,
        next_step=_l("Save the file in UTF-8."),
    )


def _dtd(line: int) -> XmlRefused:
    return XmlRefused(
        _l("This XML declares entities or a document type (line %(line)s), which are never read.", line=line),
        fault="dtd",
        line=line,
        next_step=_l("Leave out DOCTYPE and entities."),
    )


def _outside(line: int) -> XmlRefused:
    return XmlRefused(
        _l("This XML asks to bring in something from outside (line %(line)s).", line=line),
        fault="outside",
        line=line,
        next_step=_l("Write everything into the file itself."),
    )
