"""What pages and exports read: stored figures with the words of the questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from academy.catalog.queries import get_course
from academy.catalog.views import CourseView
from academy.item_analysis.alarm import DEFAULT, AlarmRules
from academy.item_analysis.judging import ENOUGH, PRIVATE, URGENT, judge_quiz
from academy.item_analysis.models import ItemAnalysis, QuizAlarm, QuizAnalysis
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.questions.models import Item
from academy.questions.queries import VersionRow, get_item_versions
from academy.quizzes.policies import can_read_attempts
from academy.quizzes.queries import find_quiz, quizzes_of_course
from academy.quizzes.views import QuizRow

__all__ = ["SORTS", "ItemRow", "ItemView", "QuizView", "alarm_of", "item_of", "quiz_of", "quizzes_of"]

SORTS = ("flags", "item", "n", "facility", "discrimination", "item_rest", "without", "seconds", "exposure")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item in one reading; figures of fewer than :data:`PRIVATE` answers are left out."""

    item_id: int
    key: str
    version: VersionRow
    versions: Sequence[int]
    n: int
    figures: Mapping[str, Any]
    flags: Sequence[Mapping[str, Any]]

    @property
    def is_shown(self) -> bool:
        return self.n >= PRIVATE

    @property
    def is_rough(self) -> bool:
        """Whether chance alone could have made the figures."""
        return self.n < ENOUGH

    def figure(self, name: str) -> Any:
        if not self.is_shown:
            return None
        if name == "seconds":
            return (self.figures["times"] or {}).get("first")
        return self.figures[name]

    @property
    def urgency(self) -> int:
        """The more, the sooner somebody should look at the item."""
        return len(self.flags) + 100 * sum(flag["code"] in URGENT for flag in self.flags)

    @property
    def newest_version(self) -> int:
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizView:
    """A quiz with the figures of one family of its versions; without ``computed_at`` there are none yet.

    ``families``: the digests and version numbers of all that have figures, the newest first. ``alarm``: when an item
    sets off the alarm by now; the figures tell by what they were computed.
    """

    course: CourseView
    quiz: QuizRow
    family: str = ""
    versions: Sequence[int] = ()
    families: Sequence[tuple[str, Sequence[int]]] = ()
    computed_at: datetime | None = None
    n: int = 0
    figures: Mapping[str, Any] | None = None
    flags: Sequence[Mapping[str, Any]] = ()
    items: Sequence[ItemRow] = ()
    alarm: AlarmRules = DEFAULT

    @property
    def is_shown(self) -> bool:
        return self.figures is not None and self.n >= PRIVATE


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item of a quiz: ``row`` as chosen, ``history`` all its readings in this quiz, the newest first."""

    view: QuizView
    row: ItemRow
    history: Sequence[tuple[Sequence[int], ItemRow]]


def quizzes_of(actor: Actor, course_slug: str) -> tuple[CourseView, list[QuizView]]:
    """The quizzes of a course, each with the figures of its newest family, without items; three queries and the course.

    Raises:
        NotFound: no such course, or not to be known.
        Forbidden: the actor may not read its attempts.
    """
    course = _course(actor, course_slug)
    quizzes = quizzes_of_course(course.id)
    newest: dict[int, QuizAnalysis] = {}
    rows = select(QuizAnalysis).where(QuizAnalysis.quiz_id.in_([quiz.id for quiz in quizzes]))
    for row in db.session.scalars(rows):
        if row.quiz_id not in newest or row.versions[-1] > newest[row.quiz_id].versions[-1]:
            newest[row.quiz_id] = row
    return course, [_view(course, quiz, newest.get(quiz.id), ()) for quiz in quizzes]


def quiz_of(
    actor: Actor, course_slug: str, quiz_slug: str, *, family: str = "", sort: str = "flags", falling: bool = False
) -> QuizView:
    """A quiz with its items; a constant number of queries.

    Args:
        family: digest of a family; the newest that has figures if empty or unknown.
        sort: one of :data:`SORTS`; items without the figure come last, those that warn first within equals.

    Raises:
        NotFound: no such course or quiz.
        Forbidden: the actor may not read its attempts.
    """
    course = _course(actor, course_slug)
    quiz = find_quiz(course.id, quiz_slug)
    if quiz is None:
        raise NotFound(_l("There is no such quiz."))
    analyses = _analyses(quiz.id)
    chosen = next((one for one in analyses if one.family == family), analyses[0] if analyses else None)
    items = _items([chosen.id]) if chosen else []
    ordered = _sorted([row for _analysis, row in items], sort if sort in SORTS else "flags", falling)
    return replace(_view(course, quiz, chosen, analyses, ordered), alarm=alarm_of(quiz.id))


def item_of(
    actor: Actor, course_slug: str, quiz_slug: str, item_id: int, *, family: str = "", version: int | None = None
) -> ItemView:
    """An item of a quiz: the reading that holds version number ``version``, else the newest of the family.

    Raises:
        NotFound: no such course, quiz or item, or nobody was asked it there.
        Forbidden: as for :func:`quiz_of`.
    """
    view = quiz_of(actor, course_slug, quiz_slug, family=family)
    analyses = {one.id: one for one in _analyses(view.quiz.id)}
    found = [(analyses[at], row) for at, row in _items(list(analyses), item_id)]
    found.sort(key=lambda pair: (pair[0].versions[-1], pair[1].versions[-1]), reverse=True)
    mine = [row for analysis, row in found if analysis.family == view.family]
    if not mine:
        raise NotFound(
            _l("Nobody has been asked this question in this quiz yet."),
            next_step=_l("Go back to the quiz and choose one of its questions."),
        )
    row = next((one for one in mine if version in one.versions), mine[0])
    return ItemView(view=view, row=row, history=[(analysis.versions, one) for analysis, one in found])


def alarm_of(quiz_id: int) -> AlarmRules:
    """When an item of a quiz sets off the alarm: as set for the quiz, else as everywhere."""
    settings = db.session.scalar(select(QuizAlarm.settings).where(QuizAlarm.quiz_id == quiz_id))
    return AlarmRules(**settings) if settings else DEFAULT


def _course(actor: Actor, slug: str) -> CourseView:
    course = get_course(actor, slug)
    require(actor, can_read_attempts, course)
    return course


def _analyses(quiz_id: int) -> list[QuizAnalysis]:
    rows = db.session.scalars(select(QuizAnalysis).where(QuizAnalysis.quiz_id == quiz_id))
    return sorted(rows, key=lambda row: row.versions[-1], reverse=True)


def _view(
    course: CourseView,
    quiz: QuizRow,
    chosen: QuizAnalysis | None,
    analyses: Sequence[QuizAnalysis],
    items: Sequence[ItemRow] = (),
) -> QuizView:
    if chosen is None:
        return QuizView(course=course, quiz=quiz)
    return QuizView(
        course=course,
        quiz=quiz,
        family=chosen.family,
        versions=chosen.versions,
        families=[(one.family, one.versions) for one in analyses],
        computed_at=chosen.computed_at,
        n=chosen.n,
        figures=chosen.figures,
        flags=judge_quiz(chosen.figures, n=chosen.n),
        items=items,
    )


def _items(analysis_ids: Sequence[int], item_id: int | None = None) -> list[tuple[int, ItemRow]]:
    statement = (
        select(ItemAnalysis, Item.key)
        .join(Item, Item.id == ItemAnalysis.item_id)
        .where(ItemAnalysis.analysis_id.in_(analysis_ids))
    )
    if item_id is not None:
        statement = statement.where(ItemAnalysis.item_id == item_id)
    rows = db.session.execute(statement).all()
    versions = get_item_versions([row.version_id for row, _key in rows])
    return [
        (
            row.analysis_id,
            ItemRow(
                item_id=row.item_id,
                key=key,
                version=versions[row.version_id],
                versions=row.versions,
                n=row.n,
                figures=row.figures,
                flags=row.flags,
            ),
        )
        for row, key in rows
    ]


def _sorted(rows: list[ItemRow], sort: str, falling: bool) -> list[ItemRow]:
    rows.sort(key=lambda row: (-row.urgency, row.key, row.versions[-1]))
    if sort == "item":
        rows.sort(key=lambda row: row.key, reverse=falling)
    elif sort == "n":
        rows.sort(key=lambda row: row.n, reverse=falling)
    elif sort != "flags":
        sign = -1 if falling else 1
        rows.sort(key=lambda row: (row.figure(sort) is None, sign * (row.figure(sort) or 0)))
    elif falling:
        rows.sort(key=lambda row: row.urgency)
    return rows
