"""An item of QTI while it is written, and what differs between the versions, names apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.mapping import plain_decimal
from academy.questions.exchange.markup import to_html, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    Note,
    Question,
)
from academy.questions.exchange.qti_names import in_version_3, kebab

__all__ = ["V22", "V30", "Sheet", "Version"]


@dataclass(frozen=True, slots=True)
class Version:
    """What differs between the versions of QTI, names apart."""

    title: str
    is_3: bool
    namespace: str
    templates: str
    suffix: str
    manifest: str
    schema: str
    schema_version: str
    resource: str


V22 = Version(
    "QTI 2.2",
    False,
    "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "http://www.imsglobal.org/question/qti_v2p2/rptemplates/",
    "",
    "http://www.imsglobal.org/xsd/imscp_v1p1",
    "QTIv2.2 Package",
    "1.0.0",
    "imsqti_item_xmlv2p2",
)
V30 = Version(
    "QTI 3.0",
    True,
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
    ".xml",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "QTI Package",
    "3.0.0",
    "imsqti_item_xmlv3p0",
)


@dataclass(slots=True)
class Sheet:
    """One item while it is written."""

    version: Version
    question: Question
    notes: list[Note] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)
    rule: str = ""
    accents: bool | None = None

    def el(self, name: str, inner: str = "", **attributes: Any) -> str:
        """An element of QTI under the name that the version gives it."""
        is_3 = self.version.is_3
        shown = "".join(
            f' {kebab(key) if is_3 else key}="{escape_text(str(value), quote=True)}"'
            for key, value in attributes.items()
            if value is not None
        )
        name = in_version_3(name) if is_3 else name
        return f"<{name}{shown}>{inner}</{name}>" if inner else f"<{name}{shown}/>"

    def html(self, markdown: str, *, inline: bool = False) -> str:
        html = to_html(markdown, inline=inline)
        if to_markdown(html) != markdown:
            self.note(Note("plain"))
        return html.replace("@@PLUGINFILE@@/", "../files/")

    def note(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def declare(
        self, name: str, cardinality: str, base: str, correct: Iterable[str], mapping: Mapping[str, Decimal] | None = None,
        case: bool = False,
    ) -> None:  # fmt: skip
        values = "".join(self.el("value", escape_text(value)) for value in correct)
        inner = self.el("correctResponse", values) if values else ""
        if mapping:
            rows = "".join(
                self.el(
                    "mapEntry",
                    mapKey=key,
                    mappedValue=plain_decimal((value / FULL).quantize(Decimal("0.0000001"))),
                    caseSensitive=str(case).lower() if base == "string" else None,
                )
                for key, value in mapping.items()
            )
            inner += self.el("mapping", rows, lowerBound="0", upperBound="1", defaultValue="0")
        self.declarations.append(
            self.el("responseDeclaration", inner, identifier=name, cardinality=cardinality, baseType=base)
        )

    def template(self, name: str) -> str:
        address = f"{self.version.templates}{name}{self.version.suffix}"
        return self.el("responseProcessing", template=address)
