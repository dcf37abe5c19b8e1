"""The quizzes of a course folder: ``quizzes/<id>.yaml``, checked with lines and brought in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from academy.catalog.content import CourseFolder
from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_parts import Changes
from academy.catalog.yaml_marks import Fault, YamlFile
from academy.kernel.actor import Actor
from academy.questions.content_part import content_items
from academy.questions.fields import in_languages
from academy.questions.languages import states_of
from academy.questions.models import APPROVED
from academy.questions.queries import PoolCard
from academy.questions.registry import is_graded_by_hand, is_known
from academy.quizzes.paper import DrawRule
from academy.quizzes.paper_check import FAULT, check_paper
from academy.quizzes.publishing import sync_quizzes
from academy.quizzes.schemas import SLUG, QuizSettings


class QuizzesPart:
    """The share of the quizzes in checking and syncing a course folder; comes after the questions."""

    name = "quizzes"

    def check(self, folder: CourseFolder) -> list[Fault]:
        quizzes, faults = _read(folder)
        pool = _pool(folder)
        for slug, (settings, file) in quizzes.items():
            faults += _draw_faults(folder, slug, file, settings, pool)
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


# what the studio only warns of, and a course in files has to put right before it is published
NOT_IN_FOLDERS = frozenset({"paper.shown"})


def _pool(folder: CourseFolder) -> list[PoolCard]:
    """The items of a folder as they would stand in the bank."""
    return [
        PoolCard(
            item_id=number,
            version_id=number,
            key=item.key,
            kind=item.kind,
            outcome=item.outcome,
            lesson=item.lesson,
            difficulty=item.difficulty,
            use_lesson=item.use_lesson,
            by_hand=is_graded_by_hand(item.kind),
            number=1,
            hash=item.digest,
            review=APPROVED,
            languages=states_of(item.spec),
        )
        for number, item in enumerate(content_items(folder), 1)
        if item.use_pool
    ]


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


def _draw_faults(
    folder: CourseFolder, slug: str, file: YamlFile, settings: Mapping[str, Any], pool: Sequence[PoolCard]
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
    check = check_paper(
        rules,
        pool,
        outcomes=folder.outcome_ids,
        completes=folder.course["completion"]["quiz"] == slug,
        examination=bool(settings.get("examination")),
    )
    for finding in check.findings:
        if finding.level == FAULT and finding.rule != "paper.pool" or finding.rule in NOT_IN_FOLDERS:
            where = ("draw",) if finding.line is None else ("draw", finding.line)
            yield file.fault(where, finding.message, finding.remedy)
