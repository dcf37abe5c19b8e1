"""Reading quizzes of QTI 1.2 as Common Cartridges hold them (their profile: five kinds of question)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import escape_markdown, plain_text, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Body,
    Choice,
    Essay,
    Option,
    Question,
    Refused,
    Truth,
    Typed,
)

__all__ = ["read_quiz"]

_BASE = re.compile(r"(?<=src=[\"'])(?:\$IMS-CC-FILEBASE\$|%24IMS-CC-FILEBASE%24)/?([^\"'?]+)[^\"']*")


@dataclass(slots=True)
class _Quiz:
    lang: str
    path: str
    load: Callable[[str], bytes | None]
    files: dict[str, bytes] = field(default_factory=dict)

    def markdown(self, material: XmlElement | None) -> str:
        text = (
            next((e for e in material.iter() if e.name == "mattext"), None) if material is not None else None
        )
        if text is None:
            return ""
        words = nfc("".join(text.texts()).strip())
        if text.get("texttype", "text/html") != "text/html":
            return escape_markdown(words)
        return to_markdown(_BASE.sub(self._file, words), lang=self.lang)

    def _file(self, found: re.Match[str]) -> str:
        name = posixpath.normpath(unquote(found[1]))
        for path in (f"web_resources/{name}", name):
            data = self.load(path)
            if data is not None:
                self.files[name] = data
                break
        return f"@@PLUGINFILE@@/{name}"


def read_quiz(
    root: XmlElement, lang: str, *, path: str, load: Callable[[str], bytes | None]
) -> Iterator[Question]:
    """The questions of a ``questestinterop``."""
    category = next((nfc(e.get("title")) for e in root.iter() if e.name in ("assessment", "objectbank")), "")
    for item in (element for element in root.iter() if element.name == "item"):
        quiz = _Quiz(lang, path, load)
        presentation = item.find("presentation")
        body: Body
        try:
            body = _body(quiz, item)
        except Unmappable as refusal:
            body = Refused(why=refusal.note)
        yield Question(
            body=body,
            text=quiz.markdown(_material(presentation)),
            name=nfc(item.get("title")),
            key=nfc(item.get("ident")),
            category=category,
            explanation=_feedback(quiz, item, "general_fb"),
            files=quiz.files,
            line=item.line,
            file=path,
        )


def _material(presentation: XmlElement | None) -> XmlElement | None:
    if presentation is None:
        return None
    return next((child for child in presentation.iter() if child.name == "material"), None)


def _profile(item: XmlElement) -> str:
    rows = [
        (row.words("fieldlabel"), row.words("fieldentry"))
        for row in item.iter()
        if row.name == "qtimetadatafield"
    ]
    return next((entry for label, entry in rows if label in ("cc_profile", "question_type")), "")


def _body(quiz: _Quiz, item: XmlElement) -> Body:
    kind = _profile(item)
    if "essay" in kind:
        return Essay()
    if "fib" in kind or "pattern" in kind or "short_answer" in kind:
        return _typed(quiz, item)
    choices = next((e for e in item.iter() if e.name == "response_lid"), None)
    if choices is None:
        raise Unmappable("kind_unknown", type=kind or "?")
    many = choices.get("rcardinality", "Single") == "Multiple"
    labels = [label for label in choices.iter() if label.name == "response_label"]
    weights = _weights(item, many, [label.get("ident") for label in labels])
    options = tuple(
        Option(
            text=quiz.markdown(label),
            weight=weights.get(label.get("ident"), NONE),
            feedback=_feedback(quiz, item, f"{label.get('ident')}_fb"),
        )
        for label in labels
    )
    words = [plain_text(option.text).lower() for option in options]
    if "true_false" in kind and sorted(words) == ["false", "true"]:
        right = next((word for word, option in zip(words, options, strict=True) if option.weight == FULL), "")
        if not right:
            raise Unmappable("no_right")
        said = dict(zip(words, (option.feedback for option in options), strict=True))
        return Truth(answer=right == "true", on_true=said["true"], on_false=said["false"])
    return Choice(options=options, many=many, rule="all_or_nothing" if many else "")


def _conditions(item: XmlElement) -> Iterator[tuple[Decimal, list[XmlElement], list[XmlElement]]]:
    """Marks, what must be answered for them, and what must not."""
    for condition in (element for element in item.iter() if element.name == "respcondition"):
        score = next(
            (e for e in condition.iter() if e.name == "setvar" and e.get("varname", "SCORE") == "SCORE"), None
        )
        variables = condition.find("conditionvar")
        if score is None or variables is None:
            continue
        try:
            marks = Decimal("".join(score.texts()).strip() or "0")
        except InvalidOperation:
            raise Unmappable("syntax", detail="".join(score.texts())[:80]) from None
        barred = {id(e) for no in variables.iter() if no.name == "not" for e in no.iter()}
        tests = [e for e in variables.iter() if e.name in ("varequal", "varsubstring")]
        yield marks, [e for e in tests if id(e) not in barred], [e for e in tests if id(e) in barred]


def _weights(item: XmlElement, many: bool, known: list[str]) -> dict[str, Decimal]:
    best: tuple[Decimal, list[XmlElement]] = (NONE, [])
    for marks, wanted, _barred in _conditions(item):
        if marks > best[0]:
            best = (marks, wanted)
    right = [name for name in ("".join(e.texts()).strip() for e in best[1]) if name in known]
    if not right:
        raise Unmappable("no_right")
    share = FULL / len(right) if many else FULL
    return dict.fromkeys(right, share)


def _typed(quiz: _Quiz, item: XmlElement) -> Typed:
    accepted = []
    case = False
    for marks, wanted, _barred in _conditions(item):
        for element in wanted if marks > 0 else ():
            case |= element.get("case", "No") == "Yes"
            words = nfc("".join(element.texts()).strip())
            if words:
                accepted.append(Accepted(text=words, pattern=element.name == "varsubstring"))
    if not accepted:
        raise Unmappable("no_right")
    return Typed(accepted=tuple(accepted), case=case)


def _feedback(quiz: _Quiz, item: XmlElement, ident: str) -> str:
    return next(
        (quiz.markdown(e) for e in item.iter() if e.name == "itemfeedback" and e.get("ident") == ident), ""
    )
