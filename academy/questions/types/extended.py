"""A text of one's own, graded by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel import text
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Printed
from academy.questions.fields import wrong
from academy.questions.forms import LANG, fields_like, nested
from academy.questions.types.core import not_an_answer
from academy.questions.types.written import RUBRIC_FORM, RUBRIC_PARTS, WrittenSpec, WrittenType, read_rubric

MAX_ANSWER = 50_000
MAX_WORDS = 5_000
_WORD = re.compile(r"[^\W_]+(?:['’.,:/-][^\W_]+)*")
_FORM = re.compile(rf"(?:text|explanation){LANG}|words\.(?:min|max)|{RUBRIC_FORM}")
_WORDS_A_LINE, _FEWEST_LINES, _MOST_LINES = 10, 8, 60


def count_words(words: str) -> int:
    """Words between spaces, as the page counts them too; in Vietnamese that counts syllables (“học viên” is two)."""
    return len(_WORD.findall(words))


class WordsSchema(Schema):
    """How long the answer should be, in words between spaces; either limit may be missing."""

    class Meta:
        unknown = RAISE

    min = fields.Integer(validate=validate.Range(1, MAX_WORDS))
    max = fields.Integer(validate=validate.Range(1, MAX_WORDS))

    @validates_schema
    def _in_order(self, data: Mapping[str, Any], **named: Any) -> None:
        if data.get("min", 1) > data.get("max", MAX_WORDS):
            raise wrong(_l("The least number of words is greater than the most."), "min")


class ExtendedSpec(WrittenSpec):
    """``words`` says how long the answer should be; it is told and shown to whoever grades, never enforced."""

    words = fields.Nested(WordsSchema)


class Extended(WrittenType):
    """Answer: a text; its length is told while it is written, and no text is refused for it."""

    kind = "extended"
    title = {"vi": "Tự luận", "en": "Extended response", "de": "Freitext"}
    spec_schema = ExtendedSpec
    template_is_pure = False

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "text": localized(spec["text"], lang),
            "words": dict(spec.get("words") or {}),
            "max_length": MAX_ANSWER,
            **self._shown_before(spec, lang),
        }

    def read_form(self, form: Any, name: str) -> str | None:
        written = form.get(name)
        return written if written and written.strip() else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        if not isinstance(answer, str):
            raise not_an_answer(_l("Write your answer as text."))
        written = text.clean(answer, multiline=True).strip()
        if not written:
            raise not_an_answer(_l("Write something, or leave the field empty."))
        if len(written) > MAX_ANSWER:
            raise not_an_answer(_l("Write at most %(n)s characters.", n=MAX_ANSWER))
        return written

    def _facts(self, answer: str) -> dict[str, Any]:
        return {"words": count_words(answer)}

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """Ruled lines, as many as the longest answer asked for needs."""
        words = spec.get("words") or {}
        most = words.get("max") or words.get("min", 0)
        return Printed(
            text=localized(spec["text"], lang),
            lines=min(max(most // _WORDS_A_LINE, _FEWEST_LINES), _MOST_LINES),
            hint=_length_hint(words),
            key=self._marking_key(spec, lang),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = nested(fields_like(form, _FORM), RUBRIC_PARTS | {"words"})
        read_rubric(spec)
        return spec


def _length_hint(words: Mapping[str, int]) -> str:
    if "min" in words and "max" in words:
        return str(_l("From %(low)s to %(high)s words.", low=words["min"], high=words["max"]))
    if "max" in words:
        return str(_l("At most %(n)s words.", n=words["max"]))
    return str(_l("At least %(n)s words.", n=words["min"])) if "min" in words else ""
