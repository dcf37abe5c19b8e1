"""All kinds of question of one application: those of the core and those of its course modules."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, current_app
from marshmallow import INCLUDE, Schema

from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import ExerciseType, Grade, Printed
from academy.questions import credit
from academy.questions.on_paper import plain_printed
from academy.questions.types.calculated import Calculated
from academy.questions.types.cloze import Cloze
from academy.questions.types.extended import Extended
from academy.questions.types.filed import Filed
from academy.questions.types.hotspot import Hotspot
from academy.questions.types.matching import Matching
from academy.questions.types.matrix import Matrix
from academy.questions.types.multiple import Multiple
from academy.questions.types.numeric import Numeric
from academy.questions.types.ordering import Ordering
from academy.questions.types.placing import Placing
from academy.questions.types.short import Short
from academy.questions.types.single import Single
from academy.questions.types.truefalse import TrueFalse

log = logging.getLogger(__name__)

CORE_TYPES: tuple[ExerciseType, ...] = (
    Single(),
    Multiple(),
    TrueFalse(),
    Short(),
    Numeric(),
    Matching(),
    Ordering(),
    Cloze(),
    Matrix(),
    Hotspot(),
    Placing(),
    Extended(),
    Filed(),
    Calculated(),
)

_EXTENSION = "academy_exercise_types"


class DuplicateKind(Exception):
    """Two exercise types have the same kind; names it."""


def register_exercise_types(app: Flask, types: Iterable[ExerciseType] = ()) -> None:
    """Make the core kinds and ``types`` (of the course modules) known to the application.

    Raises:
        DuplicateKind: a kind is taken already.
    """
    known: dict[str, ExerciseType] = {}
    for kind in (*CORE_TYPES, *types):
        if kind.kind in known:
            raise DuplicateKind(f"two exercise types are called {kind.kind}")
        known[kind.kind] = kind
    app.extensions[_EXTENSION] = known


def kinds() -> tuple[ExerciseType, ...]:
    """Every kind that can be asked, those of the core first."""
    return tuple(_known().values())


def is_known(kind: str) -> bool:
    return kind in _known()


def exercise_type(kind: str) -> ExerciseType:
    """The type of a kind; one that stands in for it when its module is not installed."""
    return _known().get(kind) or MissingType(kind)


def is_graded_by_hand(kind: str) -> bool:
    """Whether a person grades the answers of a kind; a kind that is not installed is not known to be."""
    return bool(getattr(exercise_type(kind), "graded_by_hand", False))


def grade_safely(kind: str, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
    """Grade an answer; a grader that raises leaves it to be graded later (``pending``)."""
    try:
        return exercise_type(kind).grade(spec, answer, seed)
    except Exception:
        log.exception("the grader of %s failed; the answer waits to be graded", kind)
        return Grade(score=credit.NOTHING, pending=True, details={"fault": "grader"})


def printed(kind: str, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
    """An item on paper; of one whose kind cannot print it, the public words and room to write."""
    known = exercise_type(kind)
    try:
        return known.print(spec, seed, lang)
    except Exception:
        log.exception("%s cannot be printed; only its words are", kind)
        return plain_printed(known.text(spec, lang))


def _known() -> Mapping[str, ExerciseType]:
    return current_app.extensions[_EXTENSION]


class AnySpec(Schema):
    """Takes what is stored as it is."""

    class Meta:
        unknown = INCLUDE


class MissingType:
    """Stands in for a kind whose course module is not installed.

    What was asked and answered stays stored and exportable; nothing new can be answered, and what
    was answered waits to be graded until the module is back.
    """

    spec_schema = AnySpec
    template = "questions/missing.html"
    editor = "questions/edit/missing.html"
    title: Mapping[str, str] = {
        "vi": "Dạng bài chưa được cài đặt",
        "en": "Kind of exercise not installed",
        "de": "Aufgabenart nicht installiert",
    }

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"missing": self.kind}

    def read_form(self, form: Any, name: str) -> None:
        return None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> Any:
        raise Conflict(
            _l("This exercise cannot be answered: the module “%(kind)s” is not installed.", kind=self.kind),
            rule="questions.missing",
            next_step=_l("Tell the administrator of the academy."),
        )

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        return Grade(score=credit.NOTHING, pending=True, details={"fault": "missing"})

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {}

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return ""

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        return plain_printed(f"{localized(self.title, lang)}: {self.kind}")

    def read_editor(self, form: Any) -> dict[str, Any]:
        return {}
