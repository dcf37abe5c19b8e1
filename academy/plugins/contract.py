"""The contract between the academy and its course modules.

What exactly one module can answer is data in its :class:`CourseModule`; what all may answer is a
hook (:mod:`academy.plugins.hookspecs`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
from flask import Blueprint
from marshmallow import Schema

from academy.kernel.actor import Actor
from academy.kernel.authorization import Permission

CONTRACT = 1
"""The number of this contract; a module written for another is refused at start."""

LocalizedText = Mapping[str, str]
"""A text by language code, at least ``"vi"``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One remark on an answer; ``tone`` is ``"right"``, ``"wrong"`` or ``"info"``."""

    text: LocalizedText
    tone: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What an answer is worth.

    Attributes:
        score: −1 to 1; below 0 only where the author lets a wrong answer cost points.
        feedback: remarks for the learner, shown only when the review policy allows.
        details: evidence as JSON values, kept with the answer.
        pending: it is not graded yet and the score does not count: it waits for a person, or, if the details
            name a ``fault``, for a later run of the grader that failed or is not installed.
    """

    score: Decimal
    feedback: tuple[Feedback, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    pending: bool = False

    def __post_init__(self) -> None:
        if not Decimal(-1) <= self.score <= Decimal(1):
            raise ValueError(f"a score must lie between -1 and 1, not {self.score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An item on paper, as plain text with the author's inline Markdown; the printer decides how it looks.

    Every part but ``text`` may be missing. They stand on the sheet in the order given here.

    Attributes:
        text: the prompt; a gap to write into is ``____`` with its number before it where there are several.
        picture: path of a picture among the course's media, with ``picture_alt``, its description.
        choices: what can be marked or put in order, lettered A, B, C … on the sheet.
        rows, columns: a table to fill or to mark; without ``columns`` each row ends in an empty cell.
        bank: entries to be placed, to be copied or numbered by hand.
        lines: ruled lines to write on.
        hint: what to do, in the reader's language ("Mark all that apply").
        key: what is right, line by line, for the marker's sheet only; letters refer to ``choices``.
    """

    text: str
    picture: str = ""
    picture_alt: str = ""
    choices: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    bank: tuple[str, ...] = ()
    lines: int = 0
    hint: str = ""
    key: tuple[str, ...] = ()


@runtime_checkable
class ExerciseType(Protocol):
    """A kind of question or exercise. All methods are pure: no database, no clock, no network.

    Beside what stands here a type may have, each False or absent by default:

    * ``graded_by_hand = True``: its answers wait for a person (``Grade.pending``). Quizzes draw it only where a line
      of the blueprint names the kind.
    * ``takes_files = True``: its answer is ``{"files": [{"key", "name", "bytes"}]}``; the academy keeps the files.
    * ``for_quizzes_only = True``: it cannot stand in a lesson.
    * ``pictures(spec)``: the pictures (``path``, ``width``, ``height``) an item needs among its course's files.
    * ``print(spec, seed, lang)``: the item on paper, a :class:`Printed`.
    """

    kind: str
    """``"single"`` in the core, ``"<slug>:<name>"`` in a module."""
    title: LocalizedText
    spec_schema: type[Schema]
    """Validates an item's ``spec`` at authoring time, rules between fields included."""
    template: str
    """What the learner sees; works as a plain form and on paper. Its context: ``view``, ``name``,
    ``answer``, ``readonly`` (always, for somebody who has not signed in), ``result``, ``lang``, ``item``, ``course``
    (its slug), ``in_place`` (it takes its own place in a page that has its scripts already), and in an attempt ``files``
    (where files of the answer are got, ``at`` with their key behind it, and put, ``upload``).

    If it depends on nothing else, neither on who reads nor on what it looks up, the type says so by an attribute
    ``template_is_pure = True``, and the academy keeps what it rendered."""
    editor: str
    """The authoring form; its context: ``spec``, ``name``, ``errors``.

    A type whose answers wait for a person says so by an attribute ``graded_by_hand = True``: authors are warned where
    a course would wait for the marking."""

    def present(self, spec: Mapping, seed: int, lang: str) -> Mapping:
        """All that the learner may see, as JSON values, alike for alike arguments; no answer in it."""

    def read_form(self, form: Mapping, name: str) -> Any | None:
        """The answer in a plain HTML form whose fields start with ``name``; None if there is none."""

    def check_answer(self, spec: Mapping, answer: Any) -> Any:
        """The answer in its normal form.

        Raises:
            Invalid: it has not the shape of an answer to this item.
        """

    def grade(self, spec: Mapping, answer: Any, seed: int) -> Grade:
        """What the answer is worth; never raises for an answer that ``check_answer`` gave back."""

    def solution(self, spec: Mapping, seed: int, lang: str) -> Mapping:
        """The right answer and its explanation, for after release."""

    def text(self, spec: Mapping, lang: str) -> str:
        """The public words of the item, for search; no answer in them."""

    def print(self, spec: Mapping, seed: int, lang: str) -> Printed:
        """The item on paper, alike for alike arguments; what can be chosen stands in the order of ``present``.

        Nothing but ``key`` may give the answer away.
        """

    def read_editor(self, form: Mapping) -> dict:
        """The spec in a submitted authoring form; checked by ``spec_schema`` afterwards."""


@runtime_checkable
class ContentPart(Protocol):
    """A share of a course's folder: what lies there beside the lessons, and how it gets into the academy.

    Questions and quizzes are such shares; a module may have one for its own courses.
    """

    name: str
    """What a sync calls it in its report."""

    def check(self, folder: Any) -> list:
        """Everything wrong in this share of an ``academy.sdk.CourseFolder``, as a list of
        ``academy.sdk.Fault``; reads no database."""

    def sync(self, actor: Actor, course_id: int, folder: Any) -> Any:
        """Bring the database to what the ``academy.sdk.CourseFolder`` says, which ``check`` found faultless.

        Called inside the course's unit of work, after its lessons and version are flushed. The second
        call with the same folder changes nothing.

        Returns:
            An ``academy.sdk.Changes``.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of a module: ``run(progress, **ids)``; its name starts with the module's slug and a dot.

    With ``every`` the worker runs it by itself once in each interval, without ids.
    """

    name: str
    run: Callable[..., Mapping[str, Any] | None]
    every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredData:
    """One table of a module that holds personal data: why, and for how long (days; None: with the account)."""

    table: str
    purpose: LocalizedText
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseModule:
    """A course module: returned once by its hook ``academy_course_module``.

    Attributes:
        slug: prefix of its tables (``<slug>_``), permissions (``<slug>.``), exercise kinds and jobs; its
            folder under ``content/``; the label of its migration branch; its place in URLs.
        contract: must equal :data:`CONTRACT`.
        package: the dotted package that holds it; migrations lie in ``<package>/migrations``.
        pages: mounted at ``/modules/<slug>``.
        rest: mounted at ``/api/v1/modules/<slug>``.
        content: what its courses' folders hold beside lessons, questions and quizzes.
        links: entries the module adds to its courses' pages: pairs of title and endpoint.
    """

    slug: str
    title: LocalizedText
    summary: LocalizedText
    contract: int
    package: str
    exercise_types: tuple[ExerciseType, ...] = ()
    pages: Blueprint | None = None
    rest: Blueprint | None = None
    permissions: tuple[Permission, ...] = ()
    jobs: tuple[Job, ...] = ()
    cli: click.Group | None = None
    content: ContentPart | None = None
    stored_data: tuple[StoredData, ...] = ()
    links: tuple[tuple[LocalizedText, str], ...] = ()

    @property
    def table_prefix(self) -> str:
        return f"{self.slug}_"

    @property
    def folder(self) -> Path:
        """The folder of the module's package."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise LookupError(f"the package {self.package} cannot be found")
        return Path(next(iter(spec.submodule_search_locations)))

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
