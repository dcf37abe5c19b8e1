"""QTI 2 and QTI 3 name the same things differently: ``choiceInteraction`` and ``qti-choice-interaction``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from academy.kernel.safe_xml import XmlElement

__all__ = ["attribute", "find", "find_all", "in_version_3", "kebab", "name_of"]


def name_of(element: XmlElement) -> str:
    """The name of an element as QTI 2 writes it; of HTML, its own."""
    name = element.name
    return camel(name.removeprefix("qti-")) if name.startswith("qti-") else name


@lru_cache(maxsize=2048)  # a package says the same few names a hundred thousand times
def camel(name: str) -> str:
    return re.sub(r"-([a-z0-9])", lambda found: found[1].upper(), name)


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "-" + found[1].lower(), name)


def in_version_3(name: str) -> str:
    return "qti-" + kebab(name)


def attribute(element: XmlElement, name: str, default: str = "") -> str:
    """An attribute under either of its names."""
    return element.get(name) or element.get(kebab(name)) or default


def find_all(element: XmlElement, *names: str) -> list[XmlElement]:
    """All elements of some names inside, in order."""
    return list(_named(element, names))


def find(element: XmlElement, *names: str) -> XmlElement | None:
    """The first of them."""
    return next(_named(element, names), None)


def _named(element: XmlElement, names: tuple[str, ...]) -> Iterator[XmlElement]:
    return (inner for inner in element.iter() if inner is not element and name_of(inner) in names)
