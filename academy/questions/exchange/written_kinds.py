"""What people mark, with its rubric: between neutral questions and the academy's specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import localized
from academy.questions.exchange.mapping_rules import Mapped
from academy.questions.exchange.neutral import Body, Criterion, Essay, Handed, Level, Rubric

__all__ = ["essay_spec", "extended_of", "filed_of", "handed_spec"]


def essay_spec(body: Essay, lang: str) -> Mapped:
    words = {name: value for name, value in (("min", body.min_words), ("max", body.max_words)) if value}
    parts = _by_hand(body, lang)
    return "extended", parts | {"words": words} if words else parts, (), ()


def handed_spec(body: Handed, lang: str) -> Mapped:
    parts = {
        "formats": list(body.formats),
        "max_files": body.max_files,
        "max_megabytes": body.max_megabytes,
        **_by_hand(body, lang),
    }
    return "file", parts, (), ()


def _by_hand(body: Essay | Handed, lang: str) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if body.model:
        parts["model"] = {lang: body.model}
    if body.rubric:
        parts["rubric"] = {
            "criteria": [_criterion(n, row, lang) for n, row in enumerate(body.rubric.criteria, 1)]
        }
        parts["rubric_shown"] = body.rubric.shown
    return parts


def _criterion(number: int, criterion: Criterion, lang: str) -> dict[str, Any]:
    return {
        "id": criterion.id or f"c{number}",
        "text": {lang: criterion.text},
        "levels": [
            {"id": level.id or f"l{place}", "text": {lang: level.text}, "points": level.points}
            for place, level in enumerate(criterion.levels, 1)
        ],
    }


def extended_of(spec: Mapping[str, Any], lang: str) -> Body:
    words = spec.get("words") or {}
    return Essay(
        min_words=words.get("min"),
        max_words=words.get("max"),
        rubric=_rubric_of(spec, lang),
        model=localized(spec.get("model"), lang),
    )


def filed_of(spec: Mapping[str, Any], lang: str) -> Body:
    return Handed(
        formats=tuple(spec["formats"]),
        max_files=spec["max_files"],
        max_megabytes=spec["max_megabytes"],
        rubric=_rubric_of(spec, lang),
        model=localized(spec.get("model"), lang),
    )


def _rubric_of(spec: Mapping[str, Any], lang: str) -> Rubric | None:
    if not spec.get("rubric"):
        return None
    criteria = tuple(
        Criterion(
            id=row["id"],
            text=localized(row["text"], lang),
            levels=tuple(
                Level(id=level["id"], text=localized(level["text"], lang), points=level["points"])
                for level in row["levels"]
            ),
        )
        for row in spec["rubric"]["criteria"]
    )
    return Rubric(criteria=criteria, shown=spec.get("rubric_shown", "never"))
