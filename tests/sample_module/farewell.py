"""What lies in the folder of one of this module's courses: ``farewells/*.yaml``, each with a ``text``."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields

from academy.sdk import Actor, Changes, CourseFolder, Fault


class FarewellSchema(Schema):
    class Meta:
        unknown = RAISE

    text = fields.String(required=True)


class Farewell:
    """Farewells by course, kept in memory where a real module would have a table."""

    name = "farewells"

    def __init__(self) -> None:
        self.texts: dict[int, list[str]] = {}

    def check(self, folder: CourseFolder) -> list[Fault]:
        files = folder.yaml_files("farewells")
        return [fault for file in files for fault in folder.schema_faults(file, FarewellSchema())]

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        texts = [file.data["text"] for file in folder.yaml_files("farewells")]
        if self.texts.get(course_id, []) == texts:
            return Changes(unchanged=len(texts))
        self.texts[course_id] = texts
        return Changes(changed=len(texts))
