"""The quizzes of a course folder: ``quizzes/<id>.yaml``, checked with lines and brought in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from academy.catalog.content import CourseFolder
from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_parts import Changes
from academy.catalog.yaml_marks import Fault, YamlFile
from academy.kernel.actor import Actor
from academy.questions.content_part import content_items
from academy.questions.fields import in_languages
from academy.questions.registry import is_graded_by_hand, is_known
from academy.questions.services import ItemDraft
from academy.quizzes.paper import DrawRule, PoolTooSmall, draw, require_unseen
from academy.quizzes.publishing import sync_quizzes
from academy.quizzes.schemas import SLUG, QuizSettings


class QuizzesPart:
    """The share of the quizzes in checking and syncing a course folder; comes after the questions."""

    name = "quizzes"

    def check(self, folder: CourseFolder) -> list[Fault]:
        quizzes, faults = _read(folder)
        pool = [
            PoolDraft(number, item) for number, item in enumerate(content_items(folder), 1) if item.use_pool
        ]
        for _slug, (settings, file) in quizzes.items():
            faults += _draw_faults(folder, file, settings, pool)
        for index, slug in enumerate(folder.quiz_ids):
            if slug not in quizzes and not (folder.path / "quizzes" / f"{slug}.yaml").exists():
                faults.append(
                    folder.file.fault(
                        ("quizzes", index), f"There is no quiz “{slug}”", f"write quizzes/{slug}.yaml"
                    )
                )
        for slug, (_settings, file) in quizzes.items():
            if slug not in folder.quiz_ids:
                faults.append(
                    file.fault(
                        (), "The course does not list this quiz", f"add {slug} to quizzes in course.yaml"
                    )
                )
        return faults

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        quizzes, _faults = _read(folder)
        wanted = {slug: settings for slug, (settings, _file) in quizzes.items() if slug in folder.quiz_ids}
        return Changes(**sync_quizzes(actor, course_id, wanted))


class PoolDraft:
    """An item of a folder as the draw sees it."""

    def __init__(self, number: int, item: ItemDraft) -> None:
        self.version_id = number
        self.key, self.kind, self.outcome = item.key, item.kind, item.outcome
        self.by_hand = is_graded_by_hand(item.kind)
        self.lesson, self.difficulty, self.use_lesson = item.lesson, item.difficulty, item.use_lesson


def _read(folder: CourseFolder) -> tuple[dict[str, tuple[dict[str, Any], YamlFile]], list[Fault]]:
    quizzes: dict[str, tuple[dict[str, Any], YamlFile]] = {}
    faults: list[Fault] = []
    for file in folder.yaml_files("quizzes"):
        if file.faults:
            faults += file.faults
            continue
        stem = file.path.rpartition("/")[2].removesuffix(".yaml")
        data = dict(file.data) if isinstance(file.data, Mapping) else file.data
        slug = data.pop("id", None) if isinstance(data, dict) else None
        with in_languages(folder.languages):
            settings, wrong = validate_yaml(file, QuizSettings(), data, ())
        faults += wrong
        if isinstance(data, dict) and (slug != stem or not SLUG.fullmatch(stem)):
            faults.append(file.fault(("id",), "The id is not the name of the file", f"write id: {stem}"))
        elif settings is not None:
            quizzes[stem] = (settings, file)
    return quizzes, faults


def _only_by_name(rule: DrawRule, item: PoolDraft) -> bool:
    """Whether a line would draw an item if it named its kind."""
    return not rule.kinds and item.by_hand and replace(rule, kinds=(item.kind,)).admits(item)


def _draw_faults(
    folder: CourseFolder, file: YamlFile, settings: Mapping[str, Any], pool: Sequence[PoolDraft]
) -> Iterator[Fault]:
    lessons = {lesson.slug for lesson in folder.lessons}
    for index, row in enumerate(settings["draw"]):
        where = ("draw", index)
        if row.get("outcome") is not None and row["outcome"] not in folder.outcome_ids:
            yield file.fault(
                (*where, "outcome"),
                f"The course has no outcome “{row['outcome']}”",
                f"choose one of {', '.join(folder.outcome_ids)}",
            )
        if row.get("lesson") is not None and row["lesson"] not in lessons:
            yield file.fault(
                (*where, "lesson"), f"The course has no lesson “{row['lesson']}”", "name one of the outline"
            )
        for kind in row.get("kinds", ()):
            if not is_known(kind):
                yield file.fault(
                    (*where, "kinds"), f"There is no kind of question “{kind}”", "correct its name"
                )
    rules = [DrawRule.from_settings(row) for row in settings["draw"]]
    try:
        draw(rules, 1, pool)
    except PoolTooSmall as fault:
        unnamed = sum(_only_by_name(rules[fault.rule], item) for item in pool)
        yield file.fault(
            ("draw", fault.rule),
            f"This line draws {fault.wanted} questions, the pool has {fault.found} left for it"
            + (f"; {unnamed} more are graded by hand" if unnamed else ""),
            "items graded by hand are drawn only if the line names the kind"
            if unnamed
            else "write more questions with use: [pool], or draw fewer",
        )
        return
    try:
        require_unseen(rules, pool)
    except PoolTooSmall as fault:
        yield file.fault(
            ("draw", fault.rule),
            f"This line draws {fault.wanted} questions, the pool has {fault.found} of those that no lesson "
            "shows with their solution",
            "write more questions with use: [pool], or say shown: true in this line",
        )
