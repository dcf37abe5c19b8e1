"""Writing items of a course in a format, one language after another."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from academy.kernel.safe_archive import new_archive
from academy.questions.exchange.formats import Format
from academy.questions.exchange.neutral import Note
from academy.questions.exchange.pictures import packed
from academy.questions.exchange.unmapping import from_item
from academy.questions.queries import ItemRow

__all__ = ["Exported", "ExportedItem", "export_items"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedItem:
    """An item and what became of it in one language; ``written`` is False where it was left out."""

    key: str
    kind: str
    lang: str
    written: bool
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    data: bytes
    suffix: str
    mime: str
    items: tuple[ExportedItem, ...]


REFUSALS = frozenset({"module_kind", "not_written", "format_kind", "format_function", "picture_needed"})


def export_items(
    items: Sequence[ItemRow],
    form: Format,
    langs: Sequence[str],
    load: Callable[[str], bytes | None],
    find: Callable[..., bytes | None] = lambda _path, lang: None,
) -> Exported:
    """Items in a format; in several languages, a ZIP with a file for each. The same items give the same bytes.

    Args:
        load: the bytes of a file of the course by its name, for formats that carry pictures.
        find: the same by its path and the language in which it is wanted.
    """
    assert form.write is not None
    ordered = sorted(items, key=lambda item: (item.lesson, item.key))
    files: dict[str, bytes] = {}
    told: list[ExportedItem] = []
    for lang in langs:
        questions = [from_item(item, lang) for item in ordered]
        if form.carries_files:
            questions = [packed(question, load, partial(find, lang=lang)) for question in questions]
        written = form.write(questions, lang)
        files[lang] = written.data
        for item, question in zip(ordered, questions, strict=True):
            notes = (*written.notes.get(item.key, ()), *question.notes)
            left_out = any(note.code in REFUSALS for note in notes)
            told.append(
                ExportedItem(
                    key=item.key, kind=item.kind, lang=lang, written=not left_out, notes=tuple(notes)
                )
            )
    if len(files) == 1:
        return Exported(data=files[langs[0]], suffix=form.suffix, mime=form.mime, items=tuple(told))
    out = io.BytesIO()
    with new_archive(out) as bundle:
        for lang, data in files.items():
            bundle.add(f"questions.{lang}{form.suffix}", data)
    return Exported(data=out.getvalue(), suffix=".zip", mime="application/zip", items=tuple(told))
