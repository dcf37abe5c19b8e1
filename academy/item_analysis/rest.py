"""Item analysis as JSON, with what the pages show and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from academy.catalog.policies import COURSE_EDIT
from academy.item_analysis import queries, wording
from academy.item_analysis.judging import URGENT
from academy.item_analysis.queries import ItemRow, QuizView
from academy.item_analysis.schemas import (
    AnalysisQuery,
    ItemQuery,
    ItemViewOut,
    QuizListOut,
    QuizOut,
)
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import needs

api = Blueprint("item_analysis_api", __name__, url_prefix="/api/v1")


@api.get("/studio/courses/<course>/analysis")
@needs(COURSE_EDIT)
@endpoint(
    summary="The quizzes of a course with their mean mark and reliability",
    returns=QuizListOut,
    errors=(401, 403, 404),
)
def list_quizzes(course: str) -> dict[str, Any]:
    _course, quizzes = queries.quizzes_of(current_actor(), course)
    return {"items": [_row(view) for view in quizzes]}


@api.get("/studio/courses/<course>/analysis/<quiz>")
@needs(COURSE_EDIT)
@endpoint(
    summary="What the attempts at a quiz say about it and its questions: facility, discrimination, distractors, "
    "reliability, standard error, alarms",
    query=AnalysisQuery,
    returns=QuizOut,
    errors=(401, 403, 404, 422),
)
def show_quiz(course: str, quiz: str, *, query: Mapping[str, Any]) -> dict[str, Any]:
    sort = query["sort"]
    view = queries.quiz_of(
        current_actor(),
        course,
        quiz,
        family=query["family"],
        sort=sort.removeprefix("-"),
        falling=sort.startswith("-"),
    )
    return {
        **_row(view),
        "family": view.family,
        "families": [{"family": family, "versions": versions} for family, versions in view.families],
        "figures": view.figures if view.is_shown else None,
        "flags": [_flag(flag, wording.explain_quiz(flag)) for flag in view.flags] if view.is_shown else [],
        "alarm": view.alarm,
        "items": [_item(row) for row in view.items] if view.is_shown else [],
    }


@api.get("/studio/courses/<course>/analysis/<quiz>/items/<int:item>")
@needs(COURSE_EDIT)
@endpoint(
    summary="A question of a quiz in one of its readings, and what it was over its versions",
    query=ItemQuery,
    returns=ItemViewOut,
    errors=(401, 403, 404, 422),
)
def show_item(course: str, quiz: str, item: int, *, query: Mapping[str, Any]) -> dict[str, Any]:
    found = queries.item_of(current_actor(), course, quiz, item, **query)
    view = found.view
    return {
        **_item(found.row),
        "reliability": view.figures["reliability"] if view.figures and view.is_shown else None,
        "history": [
            {
                "quiz_versions": quiz_versions,
                "versions": row.versions,
                "answers": row.n,
                **{name: row.figure(name) for name in ("facility", "discrimination", "item_rest")},
                "flags": list(dict.fromkeys(flag["code"] for flag in row.flags)),
            }
            for quiz_versions, row in found.history
        ],
    }


def _row(view: QuizView) -> dict[str, Any]:
    figures = view.figures if view.figures and view.is_shown else {}
    return {
        "quiz": view.quiz.id,
        "slug": view.quiz.slug,
        "title": view.quiz.title,
        "computed_at": view.computed_at,
        "attempts": view.n,
        "mean": figures.get("mean"),
        "reliability": figures.get("reliability"),
    }


def _item(row: ItemRow) -> dict[str, Any]:
    return {
        "item": row.item_id,
        "key": row.key,
        "kind": row.version.kind,
        "words": wording.title_of(row, 500),
        "versions": row.versions,
        "answers": row.n,
        "rough": row.is_rough,
        "figures": _figures(row) if row.is_shown else None,
        "flags": [_flag(flag, wording.explain(row, flag)) for flag in row.flags] if row.is_shown else [],
    }


def _figures(row: ItemRow) -> dict[str, Any]:
    return {
        **row.figures,
        "choices": [one | {"text": wording.choice_of(row, one["choice"])} for one in row.figures["choices"]],
    }


def _flag(flag: Mapping[str, Any], said: tuple[str, str]) -> dict[str, Any]:
    return {
        "code": flag["code"],
        "urgent": flag["code"] in URGENT,
        "what": said[0],
        "remedy": said[1],
        "choice": flag.get("choice"),
    }
