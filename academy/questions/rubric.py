"""Analytic rubrics: what a written answer is judged by, criterion by criterion, level by level."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l, localized
from academy.questions.fields import DecimalText, Localized

FOUR_PLACES = Decimal("0.0001")
_NAME = validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens."))


class LevelSchema(Schema):
    """One level of a criterion and what it is worth."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=1000)
    points = DecimalText(required=True, minimum=Decimal(0))


class CriterionSchema(Schema):
    """What is looked at."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=1000)
    levels = fields.List(fields.Nested(LevelSchema), required=True, validate=validate.Length(2, 6))


class RubricSchema(Schema):
    """``{"criteria": [{"id", "text", "levels": [{"id", "text", "points": "2.5"}]}]}``; texts by language."""

    class Meta:
        unknown = RAISE

    criteria = fields.List(fields.Nested(CriterionSchema), required=True, validate=validate.Length(1, 12))


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
    return (points / _best(rubric)).quantize(FOUR_PLACES, ROUND_HALF_UP)


def shown_rubric(rubric: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The rubric with its texts in one language; ``best`` is the most points of a criterion, of the whole."""
    return {
        "best": format(_best(rubric), "f"),
        "criteria": [
            {
                "id": criterion["id"],
                "text": localized(criterion["text"], lang),
                "best": format(_most(criterion), "f"),
                "levels": [
                    {"id": level["id"], "text": localized(level["text"], lang), "points": level["points"]}
                    for level in criterion["levels"]
                ],
            }
            for criterion in rubric["criteria"]
        ],
    }


def _most(criterion: Mapping[str, Any]) -> Decimal:
    return max(Decimal(level["points"]) for level in criterion["levels"])


def _best(rubric: Mapping[str, Any]) -> Decimal:
    return sum((_most(criterion) for criterion in rubric["criteria"]), Decimal(0))
