"""Jobs of the studio: each calls one service with ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.authoring import question_exchange
from academy.kernel.jobs import Progress, job


@job("authoring.check_questions")
def check_questions(progress: Progress, *, import_id: int) -> Mapping[str, Any]:
    """Read a file of questions and judge each of them."""
    return question_exchange.check_question_import(import_id, progress.set)


@job("authoring.apply_questions")
def apply_questions(progress: Progress, *, import_id: int) -> Mapping[str, Any]:
    """Write a confirmed file of questions."""
    return question_exchange.apply_question_import(import_id, progress.set)


@job("authoring.tidy")
def tidy(_progress: Progress) -> Mapping[str, Any]:
    """Every night: what was noted of old files of questions is forgotten."""
    return {"forgotten": question_exchange.forget_old_question_imports()}
