"""Analytic rubrics: what a written answer is judged by, criterion by criterion, level by level."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l, localized
from academy.questions.credit import FOUR_PLACES
from academy.questions.fields import DecimalText, Localized, names_are_distinct, wrong

NEVER, AFTER, BEFORE = "never", "after", "before"
SHOWN = (NEVER, AFTER, BEFORE)
"""When learners see a rubric: never, with the result, or already while they write (and then with the result)."""

MAX_CRITERIA, MAX_LEVELS = 12, 6
_NAME = validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens."))


class LevelSchema(Schema):
    """One level of a criterion and what it is worth."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=1000)
    points = DecimalText(
        required=True,
        minimum=Decimal(0),
        error_messages={"required": _l("Say how many points this level is worth.")},
    )


class CriterionSchema(Schema):
    """What is looked at; the best of its levels is worth more than nothing."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=1000)
    levels = fields.List(
        fields.Nested(LevelSchema),
        required=True,
        validate=validate.Length(2, MAX_LEVELS, error=_l("Give from {min} to {max} levels.")),
        error_messages={"required": _l("Give the levels of this criterion.")},
    )

    @validates_schema
    def _levels_are_worth_something(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["levels"], "levels")
        if not _best(data):
            raise wrong(_l("The best level must be worth more than 0 points."), "levels")


class RubricSchema(Schema):
    """``{"criteria": [{"id", "text", "levels": [{"id", "text", "points": "2.5"}]}]}``; texts by language."""

    class Meta:
        unknown = RAISE

    criteria = fields.List(
        fields.Nested(CriterionSchema),
        required=True,
        validate=validate.Length(1, MAX_CRITERIA, error=_l("Give from {min} to {max} criteria.")),
        error_messages={"required": _l("Give the criteria of the rubric.")},
    )

    @validates_schema
    def _criteria_differ(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["criteria"], "criteria")


def rubric_score(rubric: Mapping[str, Any], levels: Mapping[str, str]) -> Decimal:
    """The score from 0 to 1, with four places: the points of the chosen levels by the most that can be had.

    Args:
        rubric: as :class:`RubricSchema` loads it.
        levels: id of each criterion → id of the level chosen for it.

    Raises:
        Invalid: a criterion has no level, or something is named that the rubric does not have; ``errors`` by
            criterion.
    """
    errors: dict[str, list[Any]] = {}
    points = Decimal(0)
    for criterion in rubric["criteria"]:
        worth = {level["id"]: Decimal(level["points"]) for level in criterion["levels"]}
        chosen = levels.get(criterion["id"])
        if chosen not in worth:
            errors[criterion["id"]] = [_l("Choose a level of this criterion.")]
        else:
            points += worth[chosen]
    for name in levels.keys() - {criterion["id"] for criterion in rubric["criteria"]}:
        errors[str(name)] = [_l("The rubric has no such criterion.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="questions.rubric", errors=errors)
    return (points / best_points(rubric)).quantize(FOUR_PLACES, ROUND_HALF_UP)


def best_points(rubric: Mapping[str, Any]) -> Decimal:
    """The most points that the rubric gives."""
    return sum((_best(criterion) for criterion in rubric["criteria"]), Decimal(0))


def shown_rubric(rubric: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The rubric with its texts in one language; ``best`` is the most points of a criterion, of the whole."""
    return {
        "best": format(best_points(rubric), "f"),
        "criteria": [
            {
                "id": criterion["id"],
                "text": localized(criterion["text"], lang),
                "best": format(_best(criterion), "f"),
                "levels": [
                    {"id": level["id"], "text": localized(level["text"], lang), "points": level["points"]}
                    for level in criterion["levels"]
                ],
            }
            for criterion in rubric["criteria"]
        ],
    }


def _best(criterion: Mapping[str, Any]) -> Decimal:
    return max(Decimal(level["points"]) for level in criterion["levels"])


def _texts(vi: str, en: str, de: str) -> dict[str, str]:
    return {"vi": vi, "en": en, "de": de}


_CRITERIA = (
    ("understanding", _texts("Hiểu văn bản", "Understanding of the text", "Verständnis des Textes")),
    ("evidence", _texts("Dẫn chứng và trích dẫn", "Evidence and citation", "Belege und Zitate")),
    ("reasoning", _texts("Lập luận", "Reasoning", "Argumentation")),
    (
        "application",
        _texts("Vận dụng vào đơn vị", "Application to the unit", "Anwendung auf die eigene Dienststelle"),
    ),
    ("language", _texts("Ngôn ngữ và hình thức", "Language and form", "Sprache und Form")),
)
_LEVELS = (
    ("missing", _texts("Chưa đạt", "Missing", "Nicht erkennbar"), "0"),
    ("partial", _texts("Đạt một phần", "In part", "Teilweise"), "1"),
    ("good", _texts("Đạt", "Good", "Gut"), "2"),
    (
        "full",
        _texts("Đạt đầy đủ, thuyết phục", "Complete and convincing", "Vollständig und überzeugend"),
        "3",
    ),
)

DEFAULT_RUBRIC: Mapping[str, Any] = {
    "criteria": [
        {
            "id": name,
            "text": text,
            "levels": [{"id": level, "text": words, "points": points} for level, words, points in _LEVELS],
        }
        for name, text in _CRITERIA
    ]
}
"""What an authoring form offers to begin with: five criteria of four levels each."""
