"""The questions of a course folder: ``questions/<lesson>.yaml``, checked with lines and brought in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.catalog.content import CourseFolder
from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_parts import Changes
from academy.catalog.yaml_marks import Fault, YamlFile
from academy.kernel.actor import Actor
from academy.questions.cards import MAX_CATEGORY, MAX_TAG, MAX_TAGS, Filing
from academy.questions.fields import in_languages
from academy.questions.registry import exercise_type, is_known, kinds
from academy.questions.services import ItemDraft, sync_items

LESSON, POOL = "lesson", "pool"


class ItemEntry(Schema):
    """One entry of a questions file; its ``spec`` is checked by the schema of its kind."""

    class Meta:
        unknown = RAISE

    key = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[a-z0-9][a-z0-9-]{0,79}\Z", error="Use small letters, digits and hyphens."
        ),
    )
    kind = fields.String(required=True)
    outcome = fields.String(required=True)
    difficulty = fields.Integer(load_default=2, strict=True, validate=validate.Range(1, 5))
    use = fields.List(
        fields.String(validate=validate.OneOf((LESSON, POOL))),
        load_default=lambda: [LESSON, POOL],
        validate=validate.Length(min=1, error="Say where it is used: lesson, pool, or both."),
    )
    category = fields.String(
        load_default="", validate=validate.Length(max=MAX_CATEGORY, error="At most {max} characters.")
    )
    tags = fields.List(
        fields.String(
            validate=validate.Length(1, MAX_TAG, error="A tag has from {min} to {max} characters.")
        ),
        load_default=list,
        validate=validate.Length(max=MAX_TAGS, error="At most {max} tags."),
    )
    topics = fields.List(fields.String(), load_default=list)
    spec = fields.Raw(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A faultless entry and where it stands."""

    draft: ItemDraft
    file: YamlFile
    index: int

    def fault(self, key: str, message: str, remedy: str) -> Fault:
        return self.file.fault((self.index, key), message, remedy)


class QuestionsPart:
    """The share of the questions in checking and syncing a course folder."""

    name = "questions"

    def check(self, folder: CourseFolder) -> list[Fault]:
        entries, faults, keys = _read(folder)
        lessons = {lesson.slug for lesson in folder.lessons}
        for entry in entries.values():
            if entry.draft.lesson not in lessons:
                faults.append(
                    Fault(
                        entry.file.path,
                        1,
                        f"The course has no lesson “{entry.draft.lesson}”",
                        "name the file as a lesson of the outline",
                    )
                )
            faults += _picture_faults(folder, entry)
            if entry.draft.use_lesson and getattr(exercise_type(entry.draft.kind), "for_quizzes_only", False):
                faults.append(
                    entry.fault("use", "This kind of question cannot stand in a lesson", "write use: [pool]")
                )
            if entry.draft.outcome not in folder.outcome_ids:
                faults.append(
                    entry.fault(
                        "outcome",
                        f"The course has no outcome “{entry.draft.outcome}”",
                        f"choose one of {', '.join(folder.outcome_ids)}",
                    )
                )
            for topic in entry.draft.filing.topics or ():
                if topic not in folder.course["topics"]:
                    known = ", ".join(folder.course["topics"])
                    known = f"choose one of {known}" if known else "name it in course.yaml first"
                    faults.append(entry.fault("topics", f"The course has no topic “{topic}”", known))
        return [*faults, *_reference_faults(folder, entries, keys)]

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        entries, _faults, _keys = _read(folder)
        return Changes(**sync_items(actor, course_id, [entry.draft for entry in entries.values()]))


def content_items(folder: CourseFolder) -> list[ItemDraft]:
    """The faultless items of a folder, for the checks of other parts."""
    return [entry.draft for entry in _read(folder)[0].values()]


def _read(folder: CourseFolder) -> tuple[dict[str, Entry], list[Fault], set[str]]:
    """Faultless entries by key, the faults of all, and every key that is written somewhere."""
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    keys: set[str] = set()
    for file in folder.yaml_files("questions"):
        if file.faults:
            faults += file.faults
            continue
        if not isinstance(file.data, list):
            faults.append(file.fault((), "A list of questions is expected here", "begin each with - key: …"))
            continue
        lesson = file.path.rpartition("/")[2].removesuffix(".yaml")
        for index, data in enumerate(file.data):
            key = data.get("key") if isinstance(data, Mapping) else None
            if key in keys:
                faults.append(
                    file.fault(
                        (index, "key"), f"The key “{key}” is used twice in this course", "give it another"
                    )
                )
                continue
            keys |= {key} if isinstance(key, str) else set()
            draft, wrong = _read_entry(file, index, data, lesson, folder.languages)
            faults += wrong
            if draft is not None:
                entries[draft.key] = Entry(draft=draft, file=file, index=index)
    return entries, faults, keys


def _read_entry(
    file: YamlFile, index: int, data: Any, lesson: str, languages: Sequence[str]
) -> tuple[ItemDraft | None, list[Fault]]:
    entry, faults = validate_yaml(file, ItemEntry(), data, (index,))
    if entry is None:
        return None, faults
    if not is_known(entry["kind"]):
        known = ", ".join(kind.kind for kind in kinds())
        where = (index, "kind")
        return None, [
            file.fault(where, f"There is no kind of question “{entry['kind']}”", f"choose one of {known}")
        ]
    schema = exercise_type(entry["kind"]).spec_schema()
    with in_languages(languages):
        spec, faults = validate_yaml(file, schema, entry["spec"], (index, "spec"))
    if spec is None:
        return None, faults
    return (
        ItemDraft(
            key=entry["key"],
            kind=entry["kind"],
            lesson=lesson,
            outcome=entry["outcome"],
            difficulty=entry["difficulty"],
            use_lesson=LESSON in entry["use"],
            use_pool=POOL in entry["use"],
            spec=spec,
            filing=Filing(category=entry["category"], tags=entry["tags"], topics=entry["topics"]),
        ),
        [],
    )


def _picture_faults(folder: CourseFolder, entry: Entry) -> Iterator[Fault]:
    """Pictures that are not there, or have another size than the one the coordinates are meant for."""
    find = getattr(exercise_type(entry.draft.kind), "pictures", None)
    for picture in find(entry.draft.spec) if find else ():
        where = (entry.index, "spec", "picture")
        for lang in folder.languages:
            file = folder.media_file(picture["path"], lang)
            if file is None:
                yield entry.file.fault(
                    (*where, "path"),
                    f"There is no file “{picture['path']}”",
                    "put it into media, or correct the path",
                )
                break
            if file.width and (file.width, file.height) != (picture["width"], picture["height"]):
                yield entry.file.fault(
                    (*where, "width"),
                    f"The picture {file.path} is {file.width} × {file.height}",
                    "write its width and height, and check the coordinates",
                )
                break


def _reference_faults(folder: CourseFolder, entries: Mapping[str, Entry], keys: set[str]) -> Iterator[Fault]:
    """Exercises that lessons name and nobody wrote, and the other way round."""
    embedded: set[str] = set()
    for reference in folder.exercise_references:
        embedded.add(reference.key)
        entry = entries.get(reference.key)
        if reference.key not in keys:
            yield Fault(
                reference.path,
                reference.line,
                f"There is no exercise “{reference.key}”",
                f"write it in questions/{reference.lesson}.yaml, or correct the key",
            )
        elif entry is not None and entry.draft.lesson != reference.lesson:
            yield Fault(
                reference.path,
                reference.line,
                f"The exercise “{reference.key}” belongs to the lesson “{entry.draft.lesson}”",
                f"move it to questions/{reference.lesson}.yaml",
            )
        elif entry is not None and not entry.draft.use_lesson:
            yield entry.fault(
                "use", f"A lesson shows “{reference.key}”, which is only for quizzes", "add lesson to use"
            )
    for key, entry in entries.items():
        if key not in embedded and not entry.draft.use_pool:
            yield entry.fault(
                "use",
                f"“{key}” is neither in a lesson nor in the pool",
                f"write [[exercise:{key}]] in the lesson, or add pool to use",
            )
