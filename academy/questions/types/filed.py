"""Files of one's own, graded by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Printed
from academy.questions.fields import wrong
from academy.questions.file_formats import FORMATS, MAX_NAME
from academy.questions.forms import LANG, fields_like, nested, ticked
from academy.questions.types.core import not_an_answer
from academy.questions.types.written import RUBRIC_FORM, RUBRIC_PARTS, WrittenSpec, WrittenType, read_rubric

MAX_FILES, MAX_MEGABYTES = 10, 20
MEGABYTE = 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")
_FORM = re.compile(
    rf"(?:text|explanation){LANG}|formats\.is-[a-z]{{3,4}}|max_files|max_megabytes|{RUBRIC_FORM}"
)


class FiledSpec(WrittenSpec):
    """``formats`` (keys of :data:`academy.questions.file_formats.FORMATS`), how many files, how large each."""

    formats = fields.List(
        fields.String(validate=validate.OneOf(tuple(FORMATS))),
        required=True,
        validate=validate.Length(1, error=_l("Allow at least one format.")),
        error_messages={"required": _l("Allow at least one format.")},
    )
    max_files = fields.Integer(load_default=1, validate=validate.Range(1, MAX_FILES))
    max_megabytes = fields.Integer(load_default=5, validate=validate.Range(1, MAX_MEGABYTES))

    @validates_schema
    def _formats_differ(self, data: Mapping[str, Any], **named: Any) -> None:
        if len(set(data["formats"])) < len(data["formats"]):
            raise wrong(_l("Name each format once."), "formats")


class Filed(WrittenType):
    """Answer: ``{"files": [{"key", "name", "bytes"}]}``, files that were uploaded before, in order.

    The type checks the shape; that the files are the learner's own, and what they are called, the attempt knows,
    which is why ``takes_files`` tells it to ask.
    """

    kind = "file"
    title = {"vi": "Nộp tệp", "en": "File response", "de": "Dateiabgabe"}
    spec_schema = FiledSpec
    takes_files = True
    for_quizzes_only = True
    template_is_pure = False

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "text": localized(spec["text"], lang),
            "formats": list(spec["formats"]),
            "suffixes": [f".{suffix}" for kind in spec["formats"] for suffix in FORMATS[kind].suffixes],
            "max_files": spec["max_files"],
            "max_megabytes": spec["max_megabytes"],
            **self._shown_before(spec, lang),
        }

    def read_form(self, form: Any, name: str) -> dict[str, Any] | None:
        """Checked files, each a value ``<key> <name>``; the name is for the page alone."""
        chosen = [value.split(" ", 1) for value in form.getlist(f"{name}.file") if value.strip()]
        return {"files": [{"key": key, "name": " ".join(name)} for key, *name in chosen]} if chosen else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        files = answer.get("files") if isinstance(answer, Mapping) else None
        if not isinstance(files, list) or not files or not all(_is_file(one) for one in files):
            raise not_an_answer(_l("Upload a file first."))
        by_key = {
            one["key"]: {name: one[name] for name in ("key", "name", "bytes") if name in one} for one in files
        }
        if len(by_key) > spec["max_files"]:
            raise not_an_answer(
                _l("Hand in at most %(n)s files: take one out before you add another.", n=spec["max_files"])
            )
        if not all(key.rpartition(".")[2] in spec["formats"] for key in by_key):
            raise not_an_answer(_l("Hand in files of the formats named."))
        return {"files": list(by_key.values())}

    def _facts(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        return {"files": len(answer["files"])}

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """On paper: what to hand in beside the sheet."""
        return Printed(
            text=localized(spec["text"], lang),
            hint=str(
                _l("Hand this in on separate sheets, with your name and the number of the question on each.")
            ),
            key=self._marking_key(spec, lang),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = nested(fields_like(form, _FORM), RUBRIC_PARTS | {"formats", "max_files", "max_megabytes"})
        ticked(spec, "formats")
        read_rubric(spec)
        return spec


def _is_file(one: Any) -> bool:
    return (
        isinstance(one, Mapping)
        and set(one) <= {"key", "name", "bytes"}
        and isinstance(one.get("key"), str)
        and _KEY.fullmatch(one["key"]) is not None
        and isinstance(one.get("name", ""), str)
        and len(one.get("name", "")) <= 2 * MAX_NAME
        and type(one.get("bytes", 0)) is int
    )
