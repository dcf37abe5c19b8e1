"""An item of QTI while it is written, and what differs between the versions, names apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.mapping_rules import plain_decimal
from academy.questions.exchange.markup import shows_the_same, to_html, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    Note,
    Question,
)
from academy.questions.exchange.qti_names import in_version_3, kebab

__all__ = ["V22", "V30", "Made", "Sheet", "Version"]

Made = tuple[str, str]
"""What stands in the body of an item, and how it is marked."""


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
    """One item while it is written; ``more`` are settings that only the academy knows of."""

    version: Version
    question: Question
    notes: list[Note] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    template_declarations: str = ""
    templates: str = ""
    feedback: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    rule: str = ""
    accents: bool | None = None

    def el(self, name: str, inner: str = "", /, **attributes: Any) -> str:
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
        html = to_html(markdown, inline=inline, marked=True)
        if not shows_the_same(to_markdown(html, marked=True), markdown):
            self.note(Note("plain"))
        return html.replace("@@PLUGINFILE@@/", "../files/")

    def prompt(self) -> str:
        return self.el("prompt", self.html(self.question.text, inline=True))

    def modal(self, name: str, html: str, *, hidden: bool = False) -> str:
        """Feedback on the whole item: where the outcome is ``name``, or ``hidden`` there and shown else."""
        inner = self.el("contentBody", html) if self.version.is_3 else html
        how = "hide" if hidden else "show"
        return self.el("modalFeedback", inner, outcomeIdentifier="FEEDBACK", showHide=how, identifier=name)

    def address(self, name: str) -> str:
        """Where a file of the package stands, seen from an item."""
        return f"../files/{quote(name)}"

    def rubric(self, html: str, view: str) -> str:
        """A text for markers or authors."""
        inner = self.el("contentBody", html) if self.version.is_3 else html
        use = {"scorer": "scoring", "author": "instructions"}[view] if self.version.is_3 else None
        return self.el("rubricBlock", inner, view=view, use=use)

    def note(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def declare(
        self, name: str, cardinality: str, base: str, correct: Iterable[str], mapping: Mapping[str, Decimal] | None = None,
        *, case: bool = False, bounds: tuple[str | None, str] = ("0", "1"),
    ) -> None:  # fmt: skip
        """Declare a response, and what its values earn in per cent.

        Args:
            bounds: the least and the most that all entries together earn; None for no least.
        """
        values = "".join(self.el("value", escape_text(value)) for value in correct)
        inner = self.el("correctResponse", values) if values else ""
        if mapping:
            rows = "".join(
                self.el(
                    "mapEntry",
                    mapKey=key,
                    mappedValue=_share(value),
                    caseSensitive=str(case).lower() if base == "string" else None,
                )
                for key, value in mapping.items()
            )
            inner += self.el("mapping", rows, lowerBound=bounds[0], upperBound=bounds[1], defaultValue="0")
        self.declarations.append(
            self.el("responseDeclaration", inner, identifier=name, cardinality=cardinality, baseType=base)
        )

    def declare_areas(
        self,
        name: str,
        points: Iterable[str],
        areas: Iterable[tuple[str, str]],
        share: Decimal,
        other: Decimal,
    ) -> None:
        """Declare points of a picture: what each area earns, by shape and numbers, and what any other point does."""
        values = "".join(self.el("value", point) for point in points)
        inner = self.el("correctResponse", values) if values else ""
        rows = "".join(
            self.el("areaMapEntry", shape=shape, coords=coords, mappedValue=_share(share))
            for shape, coords in areas
        )
        inner += self.el("areaMapping", rows, lowerBound="0", upperBound="1", defaultValue=_share(other))
        self.declarations.append(
            self.el("responseDeclaration", inner, identifier=name, cardinality="multiple", baseType="point")
        )

    def declare_template(self, name: str, base: str, default: str = "") -> None:
        """Declare a variable that is set before the item is shown."""
        inner = self.el("defaultValue", self.el("value", escape_text(default))) if default else ""
        self.template_declarations += self.el(
            "templateDeclaration", inner, identifier=name, cardinality="single", baseType=base
        )

    def template(self, name: str) -> str:
        address = f"{self.version.templates}{name}{self.version.suffix}"
        return self.el("responseProcessing", template=address)

    def set_score(self, value: str, feedback: str = "") -> str:
        """Set the score, and what is said."""
        rules = self.el("setOutcomeValue", self.el("baseValue", value, baseType="float"), identifier="SCORE")
        if feedback:
            said = self.el("baseValue", feedback, baseType="identifier")
            rules += self.el("setOutcomeValue", said, identifier="FEEDBACK")
        return rules

    def score_if(self, condition: str) -> str:
        """Response processing: all for a condition, else nothing."""
        rules = self.el("responseIf", condition + self.set_score("1"))
        rules += self.el("responseElse", self.set_score("0"))
        return self.el("responseProcessing", self.el("responseCondition", rules))


def _share(value: Decimal) -> str:
    return plain_decimal((value / FULL).quantize(Decimal("0.0000001")))
