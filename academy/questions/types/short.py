"""A few words typed by the learner, compared as Vietnamese is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import fields, validate

from academy.kernel import text
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import MAX_SHORT_ANSWER, AcceptedTexts, SpecSchema
from academy.questions.on_paper import hint
from academy.questions.types.core import CoreType, not_an_answer

IGNORE, REQUIRE = "ignore", "require"
_EDGES = " .,;:!?…\"'“”‘’«»()"
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-"})


def comparable(words: str, accents: str) -> str:
    """The form in which two answers are compared.

    Case, spacing, the place of a tone (``hoà``, ``hòa``), the shape of quotation marks and dashes,
    and punctuation at either end never count. With ``accents="ignore"`` marks do not count either
    (``dao duc`` is ``đạo đức``); with ``"require"`` they do.
    """
    words = " ".join(text.place_tones(text.clean(words).translate(_SAME)).casefold().split())
    stripped = words.strip(_EDGES) or words
    return text.fold(stripped) if accents == IGNORE else text.nfc(stripped)


def is_accepted(words: str, accepted: Mapping[str, Iterable[str]], accents: str) -> bool:
    """Whether the words are one of the accepted answers, of whichever language."""
    given = comparable(words, accents)
    return any(given == comparable(word, accents) for group in accepted.values() for word in group)


def checked_words(answer: Any) -> str:
    """The typed text, cleaned; raises Invalid for anything else."""
    if not isinstance(answer, str):
        raise not_an_answer(_l("Answer with a text."))
    cleaned = text.clean(answer[: 4 * MAX_SHORT_ANSWER])
    if len(cleaned) > MAX_SHORT_ANSWER:
        raise not_an_answer(_l("Answer with at most %(n)s characters.", n=MAX_SHORT_ANSWER))
    if not cleaned:
        raise not_an_answer(_l("The answer is empty."))
    return cleaned


class ShortSpec(SpecSchema):
    """``accept``: right answers by language; ``accents``: ``ignore`` (default) or ``require``."""

    accept = AcceptedTexts(
        required=True, error_messages={"required": _l("No right answer: give at least one accepted answer.")}
    )
    accents = fields.String(load_default=IGNORE, validate=validate.OneOf((IGNORE, REQUIRE)))


class Short(CoreType):
    """Answer: a text."""

    kind = "short"
    title = {"vi": "Trả lời ngắn", "en": "Short answer", "de": "Kurzantwort"}
    spec_schema = ShortSpec
    credit_rules = (credit.ALL_OR_NOTHING,)

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "text": localized(spec["text"], lang),
            "accents": spec.get("accents", IGNORE),
            "max_length": MAX_SHORT_ANSWER,
        }

    def read_form(self, form: Any, name: str) -> str | None:
        value = form.get(name) or ""
        return value if value.strip() else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        return checked_words(answer)

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        right = answer is not None and is_accepted(answer, spec["accept"], spec.get("accents", IGNORE))
        return Grade(
            score=credit.FULL if right else credit.NOTHING,
            details={"rule": credit.ALL_OR_NOTHING, "chosen": answer},
        )

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        return Printed(
            text=localized(spec["text"], lang),
            lines=1,
            hint=hint("words", lang),
            key=(" / ".join(self._key(spec, lang)["accept"]),),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        accepted = spec["accept"]
        own = accepted.get(lang) or next(iter(accepted.values()))
        others = [word for group in accepted.values() for word in group if word not in own]
        return {"accept": [*own, *dict.fromkeys(others)]}
