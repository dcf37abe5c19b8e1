"""What people mark, as QTI writes and reads it: long texts and files, with what markers are told."""

from __future__ import annotations

import re
from functools import partial

from academy.kernel.safe_xml import XmlElement
from academy.questions.exchange.neutral import Body, Essay, Handed, Note, Rubric
from academy.questions.exchange.qti_item import Item
from academy.questions.exchange.qti_names import find_all
from academy.questions.exchange.qti_sheet import Made, Sheet
from academy.questions.exchange.rubric_table import rubric_html, taken_out
from academy.questions.file_formats import FORMATS
from academy.questions.types.filed import MAX_FILES, MAX_MEGABYTES

__all__ = ["make_essay", "make_handed", "read_essay", "read_upload"]


def make_essay(sheet: Sheet, body: Essay) -> Made:
    sheet.declare("RESPONSE", "single", "string", ())
    limits = {
        f"data-{name}-words": value
        for name, value in (("min", body.min_words), ("max", body.max_words))
        if value
    }
    shown = sheet.el("extendedTextInteraction", sheet.prompt(), responseIdentifier="RESPONSE", **limits)
    return _for_markers(sheet, body) + shown, ""


def make_handed(sheet: Sheet, body: Handed) -> Made:
    sheet.declare("RESPONSE", "single", "file", ())
    if body.max_files > 1:
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#max_files"}))
    sheet.note(Note("lost", {"format": sheet.version.title, "what": "#max_size"}))
    shown = sheet.el(
        "uploadInteraction",
        sheet.prompt(),
        responseIdentifier="RESPONSE",
        type=" ".join(FORMATS[kind].mime for kind in body.formats),
        **{"data-max-files": body.max_files, "data-max-megabytes": body.max_megabytes},
    )
    return _for_markers(sheet, body) + shown, ""


def _for_markers(sheet: Sheet, body: Essay | Handed) -> str:
    shown = sheet.rubric(sheet.html(body.model), "scorer") if body.model else ""
    if body.rubric:
        sheet.note(Note("rubric_table"))
        shown += sheet.rubric(rubric_html(body.rubric, partial(sheet.html, inline=True)), "scorer")
    return shown


def read_essay(item: Item, interaction: XmlElement) -> Body:
    rubric, model = _told_markers(item)
    return Essay(
        min_words=_whole(interaction.get("data-min-words")),
        max_words=_whole(interaction.get("data-max-words")),
        rubric=rubric,
        model=model,
    )


def read_upload(item: Item, interaction: XmlElement) -> Body:
    rubric, model = _told_markers(item)
    files = _whole(interaction.get("data-max-files")) or 1
    megabytes = _whole(interaction.get("data-max-megabytes"))
    if not megabytes or megabytes > MAX_MEGABYTES:
        megabytes = MAX_MEGABYTES
        item.notes.append(Note("files_size", {"n": MAX_MEGABYTES}))
    return Handed(
        formats=_formats(item, interaction.get("type")),
        max_files=min(files, MAX_FILES),
        max_megabytes=megabytes,
        rubric=rubric,
        model=model,
    )


def _formats(item: Item, types: str) -> tuple[str, ...]:
    wanted = re.split(r"[\s,;]+", types.strip().lower()) if types.strip() else []
    found: dict[str, None] = {}
    unknown = []
    for word in wanted:
        kinds = [
            kind
            for kind, form in FORMATS.items()
            if form.mime == word or (word.endswith("/*") and form.mime.startswith(word[:-1]))
        ]
        found |= dict.fromkeys(kinds)
        if not kinds:
            unknown.append(word)
    if unknown or not wanted:
        taken = ", ".join(found or FORMATS)
        item.notes.append(
            Note("files_formats", {"left_out": ", ".join(unknown)[:100] or "*", "taken": taken})
        )
    return tuple(found or FORMATS)


def _told_markers(item: Item) -> tuple[Rubric | None, str]:
    """The rubric among what markers are told, and the rest of it as the model answer."""
    rubric: Rubric | None = None
    texts = []
    for block in find_all(item.body, "rubricBlock"):
        if "scorer" not in block.get("view").split():
            continue
        found, rest = taken_out(item.html(block), item.of_html)
        rubric = rubric or found
        texts.append(item.of_html(rest))
    return rubric, "\n\n".join(text for text in texts if text)


def _whole(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 7 and int(words) else None
