"""What the kinds that people grade have in common: a rubric, a model answer, a grade that waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load, validate

from academy.kernel.i18n import localized
from academy.plugins.contract import Grade
from academy.questions import credit
from academy.questions.fields import Localized, SpecSchema
from academy.questions.forms import LANG, ROW
from academy.questions.rubric import AFTER, BEFORE, NEVER, SHOWN, RubricSchema, shown_rubric
from academy.questions.types.core import CoreType

MAX_MODEL = 10_000
RUBRIC_FORM = rf"rubric_shown|model{LANG}|rubric\.criteria{ROW}\.(?:id|text{LANG}|levels{ROW}\.(?:id|points|text{LANG}))"
RUBRIC_PARTS = frozenset(("text", "explanation", "model", "rubric", "rubric_shown"))


class WrittenSpec(SpecSchema):
    """``rubric`` (:mod:`academy.questions.rubric`), when learners see it, and a ``model`` answer for after release."""

    rubric = fields.Nested(RubricSchema)
    rubric_shown = fields.String(load_default=NEVER, validate=validate.OneOf(SHOWN))
    model = Localized(max_length=MAX_MODEL)

    @post_load
    def _nothing_is_shown_of_no_rubric(self, data: dict[str, Any], **named: Any) -> dict[str, Any]:
        return data if "rubric" in data else data | {"rubric_shown": NEVER}


def read_rubric(spec: dict[str, Any]) -> None:
    """Settle the rubric of a submitted form: what has no words is gone, and points may have a decimal comma."""
    rubric = spec.get("rubric")
    if not isinstance(rubric, dict) or not isinstance(rubric.get("criteria"), list):
        return
    rubric["criteria"] = [criterion for criterion in rubric["criteria"] if _has_words(criterion)]
    if not rubric["criteria"]:
        del spec["rubric"]
        return
    for criterion in rubric["criteria"]:
        levels = criterion.get("levels") if isinstance(criterion, dict) else None
        for level in levels if isinstance(levels, list) else ():
            if isinstance(level, dict) and isinstance(level.get("points"), str):
                level["points"] = level["points"].replace(",", ".")


def _has_words(criterion: Any) -> bool:
    if not isinstance(criterion, dict) or criterion.get("text"):
        return True
    levels = criterion.get("levels")
    return isinstance(levels, list) and any(isinstance(level, dict) and level.get("text") for level in levels)


class WrittenType(CoreType):
    """A kind that a person grades: an answer is ``pending`` until then, and none is worth nothing at once.

    Whoever grades by the rubric keeps the chosen levels in the grade's details as ``levels``, id of the criterion →
    id of the level; the result shows them.
    """

    graded_by_hand = True
    credit_rules = ()

    def _shown_before(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        if spec.get("rubric_shown") != BEFORE:
            return {}
        return {"rubric": shown_rubric(spec["rubric"], lang)}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        if not answer:
            return Grade(score=credit.NOTHING)
        return Grade(score=credit.NOTHING, pending=True, details=self._facts(answer))

    def _facts(self, answer: Any) -> dict[str, Any]:
        """What can be counted in an answer, for whoever grades it."""
        return {}

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        key: dict[str, Any] = {}
        if spec.get("model"):
            key["model"] = localized(spec["model"], lang)
        if spec.get("rubric_shown") in (AFTER, BEFORE):
            key["rubric"] = shown_rubric(spec["rubric"], lang)
        return key

    def _marking_key(self, spec: Mapping[str, Any], lang: str) -> tuple[str, ...]:
        """The rubric and the model answer, line by line, for a marker's sheet."""
        lines = [localized(spec["model"], lang)] if spec.get("model") else []
        for criterion in shown_rubric(spec["rubric"], lang)["criteria"] if "rubric" in spec else ():
            levels = "; ".join(f"{level['points']}: {level['text']}" for level in criterion["levels"])
            lines.append(f"{criterion['text']} – {levels}")
        return tuple(lines)
