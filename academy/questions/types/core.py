"""What the core kinds have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Printed
from academy.questions.forms import LANG, ROW, fields_like, nested

_ACCEPT = rf"accept{LANG}\.lines"
_OPTIONS = rf"options{ROW}\.(?:id|correct|weight|(?:text|feedback){LANG})"
_NUMBER = r"answer|tolerance|tolerance_as|unit"
_FIELDS = re.compile(
    rf"(?:text|explanation){LANG}|{_NUMBER}|credit|accents|{_ACCEPT}|{_OPTIONS}"
    rf"|pairs{ROW}\.(?:id|(?:left|right){LANG})|distractors{ROW}{LANG}|steps{ROW}\.(?:id|text{LANG})"
    rf"|gaps{ROW}\.(?:id|accents|word|weight|feedback{LANG}|number\.(?:{_NUMBER})|{_ACCEPT}|{_OPTIONS})"
    rf"|bank{ROW}\.(?:id|text{LANG})|answers{ROW}\.(?:{_NUMBER}|weight|feedback{LANG})"
    rf"|units{ROW}\.(?:name|factor)|unit_rule|unit_penalty"
    rf"|parameters{ROW}\.(?:name|min|max|step|values\.lines)|formula|decimals"
)
_PARTS = frozenset(
    "text explanation options answer accept accents tolerance unit pairs distractors steps gaps credit bank "
    "answers tolerance_as units unit_rule unit_penalty parameters formula decimals".split()
)
_DECIMALS = re.compile(r"(?:.*\.)?(?:answer|tolerance|weight|factor|min|max|step|values\.lines|unit_penalty)")
"""Fields with decimals: stored with a dot, and typed with a comma by most who write here."""


class CoreType:
    """Base of the core kinds; a kind adds its schema, its view and its grading.

    ``keeps_authors_order``: whether the kind may be shown in the author's order (seed 0) without
    giving the answer away; a kind whose order is the answer never does. A kind that presents names has a method
    ``names(spec)``: pairs of the author's name and the presented one (:mod:`academy.questions.carrying`).
    """

    kind: ClassVar[str]
    title: ClassVar[Mapping[str, str]]
    spec_schema: ClassVar[type[Schema]]
    credit_rules: ClassVar[tuple[str, ...]]
    keeps_authors_order: ClassVar[bool] = False
    template_is_pure: ClassVar[bool] = True

    @property
    def template(self) -> str:
        return f"questions/{self.kind}.html"

    @property
    def editor(self) -> str:
        return f"questions/edit/{self.kind}.html"

    def credit_rule(self, spec: Mapping[str, Any]) -> str:
        """The partial-credit rule an item is marked by: its own, or the first of its kind."""
        return spec.get("credit") or self.credit_rules[0]

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        """The prompt and what can be chosen, without any answer; for search and print."""
        return "\n".join([localized(spec["text"], lang), *self._public_parts(spec, lang)])

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The item on paper."""
        raise NotImplementedError

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        return []

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        """What may be shown after release."""
        return {"explanation": localized(spec.get("explanation") or {}, lang), **self._key(spec, lang)}

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        raise NotImplementedError

    def read_editor(self, form: Any) -> dict[str, Any]:
        """The authoring form as a spec; checked afterwards by ``spec_schema``."""
        typed = fields_like(form, _FIELDS)
        dotted = {
            name: value.replace(",", ".") if _DECIMALS.fullmatch(name) else value
            for name, value in typed.items()
        }
        return nested(dotted, _PARTS)


def not_an_answer(message: Any = None) -> Invalid:
    """The error for an answer that does not fit its item."""
    message = message or _l("This answer does not fit the question.")
    return Invalid(message, rule="answer.form", errors={"answer": [message]})
