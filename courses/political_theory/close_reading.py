"""Close reading: the passage of a document that does what is asked is highlighted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validates_schema

from academy.sdk import (
    DecimalText,
    Feedback,
    Grade,
    Invalid,
    Localized,
    LocalizedText,
    Printed,
    _l,
    clean,
    localized,
    nested,
)
from courses.political_theory.overlap import THRESHOLD, Overlap, overlap
from courses.political_theory.passages import Document, Range, document_of, merged, words_within

__all__ = ["CloseReading", "CloseReadingSpec", "documents_of"]

MAX_DOCUMENT = 20_000
MAX_RANGES = 100
MAX_TARGETS = 10
PARTS = ("prompt", "title", "document", "targets", "threshold", "explanation")
_FIELD = re.compile(r"(?P<hash>[0-9a-f]{32}):(?P<ranges>\d{1,6}-\d{1,6}(?: \d{1,6}-\d{1,6})*)?")


class Targets(fields.Field):
    """The passages asked for, by language: lists of words that stand in the document just so."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> dict[str, list[str]]:
        if not isinstance(value, Mapping) or not all(isinstance(rows, list) for rows in value.values()):
            raise ValidationError([_l("Give the passages by language, each as a list.")])
        passages = {}
        for language, rows in value.items():
            if not all(isinstance(row, str) for row in rows):
                raise ValidationError({str(language): [_l("Give a list of texts.")]})
            passages[str(language)] = [row for row in (clean(row) for row in rows) if row]
        return passages


class CloseReadingSpec(Schema):
    """What an author gives.

    Attributes:
        prompt: what to look for.
        document: the text to read, by language; its versions are known by their hashes.
        targets: in each of these languages, the passages that are right, each standing there once.
        threshold: F1 from which passages count, see :mod:`courses.political_theory.overlap`.
        title: of the document; taken from its text if not given.
    """

    class Meta:
        unknown = RAISE

    prompt = Localized(required=True, max_length=1000)
    title = Localized(max_length=200)
    document = Localized(required=True, max_length=MAX_DOCUMENT)
    targets = Targets(required=True)
    threshold = DecimalText(load_default=str(THRESHOLD))
    explanation = Localized()

    @pre_load
    def _plain(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(key): value for key, value in data.items() if value is not None}
        return data

    @validates_schema
    def _targets_stand_in_documents(self, data: Mapping[str, Any], **named: Any) -> None:
        if not Decimal("0.1") <= Decimal(data["threshold"]) <= 1:
            raise ValidationError({"threshold": [_l("The threshold lies between 0.1 and 1.")]})
        faults = {}
        for language in data["targets"].keys() - data["document"].keys():
            faults[f"targets.{language}"] = [_l("There is no document in this language.")]
        for language, text in data["document"].items():
            fault = _fault_of_targets(text, data["targets"].get(language, []))
            if fault is not None:
                faults[f"targets.{language}"] = [fault]
        if faults:
            raise ValidationError(faults)


def _fault_of_targets(text: str, passages: list[str]) -> Any | None:
    if not 1 <= len(passages) <= MAX_TARGETS:
        return _l("Give from 1 to %(n)s passages.", n=MAX_TARGETS)
    for passage in passages:
        times = text.count(passage)
        if times == 0:
            return _l("This does not stand in the document: “%(text)s”", text=passage[:80])
        if times > 1:
            return _l("This stands in the document more than once: “%(text)s”", text=passage[:80])
        if not words_within(text, [(text.index(passage), text.index(passage) + len(passage))]):
            return _l("There is no word in this passage: “%(text)s”", text=passage[:80])
    ranges = _ranges(text, passages)
    if len(merged(ranges)) < len(ranges):
        return _l("Two passages overlap or touch; make them one.")
    return None


def _ranges(text: str, passages: Iterable[str]) -> list[Range]:
    return [(text.index(passage), text.index(passage) + len(passage)) for passage in passages]


def documents_of(spec: Mapping[str, Any]) -> dict[str, Document]:
    """The documents of an item, by language."""
    return {language: document_of(text) for language, text in spec["document"].items()}


class CloseReading:
    """Answer: ``{"document": hash, "ranges": [[start, end), …]}``, code points in the text in NFC.

    Marked by the rule ``passage_overlap`` (:mod:`courses.political_theory.overlap`) against the passages
    of the language whose document was read.
    """

    kind = "political_theory:close_reading"
    title: Mapping[str, str] = {"vi": "Đọc kỹ, tô đoạn văn", "en": "Close reading", "de": "Genaues Lesen"}
    spec_schema = CloseReadingSpec
    template = "political_theory/close_reading.html"
    template_is_pure = True
    editor = "political_theory/edit/close_reading.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        language = lang if lang in spec["document"] else "vi"
        document = document_of(spec["document"][language])
        return {
            "prompt": localized(spec["prompt"], lang),
            "document": {
                "hash": document.hash,
                "lang": language,
                "text": document.text,
                "sentences": [list(sentence) for sentence in document.sentences],
            },
        }

    def read_form(self, form: Any, name: str) -> dict[str, Any] | None:
        """Chosen sentences (``<name>.sentence``) and passages marked by hand (``<name>.marked``) together.

        Each value names its document: ``<hash>:<start>-<end>``, several ranges with spaces between.
        """
        kept = () if form.get(f"{name}.unmark") else _values(form, f"{name}.marked")
        hashes, ranges = set(), []
        for value in (*_values(form, f"{name}.sentence"), *kept):
            found = _FIELD.fullmatch(value)
            if found is None:
                return {"document": "", "ranges": []}  # left for check_answer to refuse in words
            hashes.add(found["hash"])
            ranges += [[int(place) for place in pair.split("-")] for pair in (found["ranges"] or "").split()]
        if not ranges:
            return None
        return {"document": hashes.pop() if len(hashes) == 1 else "", "ranges": ranges}

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        if not isinstance(answer, Mapping) or not isinstance(answer.get("ranges"), list | tuple):
            raise _not_an_answer(_l("Answer with the document and the ranges highlighted in it."))
        document = _document(spec, answer.get("document"))
        if document is None:
            raise _not_an_answer(_l("The document has changed since this page was opened. Open it again."))
        if len(answer["ranges"]) > MAX_RANGES or not all(
            _is_range(one, document.text) for one in answer["ranges"]
        ):
            raise _not_an_answer(_l("A highlighted range does not lie in the document."))
        ranges = merged(tuple(one) for one in answer["ranges"])
        if not words_within(document.text, ranges):
            raise _not_an_answer(_l("Highlight a passage of the document."))
        return {"document": document.hash, "ranges": [list(one) for one in ranges]}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        document = _document(spec, answer["document"]) if answer else None
        if document is None:
            return Grade(score=Decimal(0), details={"rule": "passage_overlap"})
        language = next(lang for lang, one in documents_of(spec).items() if one.hash == document.hash)
        found = overlap(
            document.text,
            [tuple(one) for one in answer["ranges"]],
            _ranges(document.text, spec["targets"][language]),
            Decimal(spec.get("threshold") or THRESHOLD),
        )
        return Grade(
            score=found.score,
            feedback=(_remark(found),),
            details={
                "rule": "passage_overlap",
                "precision": str(round(found.precision, 4)),
                "recall": str(round(found.recall, 4)),
                "f1": str(round(found.f1, 4)),
                "threshold": str(found.threshold),
                "found": found.found,
                "targets": found.targets,
            },
        )

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "passages": [
                {
                    "lang": language,
                    "document": document_of(text).hash,
                    "ranges": [list(one) for one in _ranges(text, spec["targets"][language])],
                }
                for language, text in spec["document"].items()
            ],
            "explanation": localized(spec.get("explanation") or {}, lang),
        }

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return "\n".join((localized(spec["prompt"], lang), localized(spec["document"], lang)))

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        language = lang if lang in spec["document"] else "vi"
        return Printed(
            text=f"{localized(spec['prompt'], lang)}\n\n{spec['document'][language]}",
            hint=localized(_UNDERLINE, lang),
            key=tuple(spec["targets"][language]),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        return nested(form, PARTS)


def _document(spec: Mapping[str, Any], digest: Any) -> Document | None:
    return next((one for one in documents_of(spec).values() if one.hash == digest), None)


def _values(form: Any, field: str) -> list[str]:
    """All values of a form field, of a MultiDict or a plain mapping."""
    many = form.getlist(field) if hasattr(form, "getlist") else form.get(field) or []
    values = [many] if isinstance(many, str) else list(many)
    return [value.strip() for value in values if isinstance(value, str) and value.strip()]


def _is_range(one: Any, text: str) -> bool:
    return (
        isinstance(one, list | tuple)
        and len(one) == 2
        and all(type(place) is int for place in one)
        and 0 <= one[0] < one[1] <= len(text)
    )


_UNDERLINE: LocalizedText = {
    "vi": "Gạch chân đoạn trả lời câu hỏi ngay trong văn bản.",
    "en": "Underline in the text what answers the question.",
    "de": "Unterstreichen Sie im Text, was die Frage beantwortet.",
}
_RIGHT: LocalizedText = {
    "vi": "Đã tìm đúng đoạn cần tìm.",
    "en": "You found what was asked for.",
    "de": "Sie haben gefunden, was gesucht war.",
}
_TOO_MUCH: LocalizedText = {
    "vi": "Đã tô cả phần không trả lời câu hỏi; hãy thu hẹp lại.",
    "en": "More is highlighted than answers the question; narrow it down.",
    "de": "Es ist mehr markiert, als die Frage beantwortet; grenzen Sie es ein.",
}
_TOO_LITTLE: LocalizedText = {
    "vi": "Còn thiếu phần trả lời câu hỏi.",
    "en": "Something that answers the question is missing.",
    "de": "Etwas, das die Frage beantwortet, fehlt noch.",
}


def _remark(found: Overlap) -> Feedback:
    """Precision and recall in words; quotes nothing, so it may be told before the passages."""
    if found.score == 1:
        return Feedback(text=_RIGHT, tone="right")
    count = {
        "vi": f"Tìm được {found.found} trên {found.targets} đoạn.",
        "en": f"{found.found} of {found.targets} passages found.",
        "de": f"{found.found} von {found.targets} Stellen gefunden.",
    }
    parts = [count] if found.targets > 1 else []
    parts += [_TOO_MUCH] if found.too_much else []
    parts += [_TOO_LITTLE] if found.too_little else []
    return Feedback(
        text={lang: " ".join(part[lang] for part in parts or [count]) for lang in ("vi", "en", "de")},
        tone="wrong",
    )


def _not_an_answer(message: Any) -> Invalid:
    return Invalid(message, rule="answer.form", errors={"answer": [message]})
