"""Writing QTI packages: one item a file, a manifest, and the pictures; the same questions give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from academy.kernel.safe_archive import new_archive
from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.neutral import (
    Note,
    Question,
    Writing,
)
from academy.questions.exchange.qti_kinds import write_item
from academy.questions.exchange.qti_sheet import V22, V30, Sheet, Version
from academy.questions.exchange.settings import tags_of

__all__ = ["write_qti22", "write_qti30"]


def write_qti22(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """A QTI 2.2 package."""
    return _write(V22, questions, lang)


def write_qti30(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """A QTI 3.0 package."""
    return _write(V30, questions, lang)


def _write(version: Version, questions: Iterable[Question], lang: str) -> Writing:
    notes: dict[str, tuple[Note, ...]] = {}
    items: list[tuple[str, Question, str, Sheet]] = []
    files: dict[str, bytes] = {}
    for number, question in enumerate(questions, 1):
        sheet = Sheet(version, question)
        written = write_item(sheet, lang)
        if written is not None:
            items.append((f"items/{number:05d}.xml", question, written, sheet))
            files |= {f"files/{name}": data for name, data in question.files.items()}
        if sheet.notes:
            notes[question.key] = tuple(sheet.notes)
    out = io.BytesIO()
    with new_archive(out) as bundle:
        bundle.add("imsmanifest.xml", _manifest(version, items, files).encode())
        for path, _question, text, _sheet in items:
            bundle.add(path, text.encode())
        for path in sorted(files):
            bundle.add(path, files[path], compress=False)
    return Writing(data=out.getvalue(), notes=notes)


def _manifest(version: Version, items: list[Any], files: Mapping[str, bytes]) -> str:
    rows = []
    for number, (path, question, _text, sheet) in enumerate(items, 1):
        tags = [
            *question.tags,
            *tags_of({**question.settings, **sheet.more}, rule=sheet.rule, accents=sheet.accents, usual=True),
        ]
        words = "".join(f"<keyword><string>{escape_text(tag)}</string></keyword>" for tag in tags)
        lom = f'<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>{words}</general></lom>' if words else ""
        shown = "".join(
            f'<file href="files/{escape_text(name, quote=True)}"/>' for name in sorted(question.files)
        )
        rows.append(
            f'    <resource identifier="R{number}" type="{version.resource}" href="{path}">'
            f'<metadata>{lom}</metadata><file href="{path}"/>{shown}</resource>'
        )
    listing = "\n".join(rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{version.manifest}" identifier="M">\n'
        f"  <metadata><schema>{version.schema}</schema>"
        f"<schemaversion>{version.schema_version}</schemaversion></metadata>\n"
        f"  <organizations/>\n  <resources>\n{listing}\n  </resources>\n</manifest>\n"
    )
