"""What people mark, in Moodle XML: essays, and essays whose answer is a file."""

from __future__ import annotations

import re

from academy.questions.exchange.moodle_page import FORMAT, Page, Plan
from academy.questions.exchange.moodle_source import Fields, Source
from academy.questions.exchange.neutral import Body, Essay, Handed, Note, Rubric
from academy.questions.exchange.rubric_table import rubric_html, taken_out
from academy.questions.file_formats import FORMATS
from academy.questions.types.filed import MAX_FILES, MAX_MEGABYTES, MEGABYTE

__all__ = ["read_essay", "write_essay", "write_handed"]

# as Moodle's form offers them: none, one, two, three, any number
_MOST_ATTACHMENTS, _ANY = 3, "-1"
_GROUPS = {
    "document": ("pdf", "docx", "odt"),
    "spreadsheet": ("xlsx",),
    "presentation": ("pptx",),
    "image": ("jpg", "png", "webp"),
    "web_image": ("jpg", "png", "webp"),
    "optimised_image": ("jpg", "png"),
}


def write_essay(page: Page, body: Essay) -> Plan:
    def parts() -> None:
        page.line(2, "<responseformat>editor</responseformat>")
        page.line(2, "<responserequired>1</responserequired>")
        page.line(2, "<responsefieldlines>15</responsefieldlines>")
        for name, value in (("minwordlimit", body.min_words), ("maxwordlimit", body.max_words)):
            if value:
                page.line(2, f"<{name}>{value}</{name}>")
        _grader_info(page, body)

    return "essay", parts, {}


def write_handed(page: Page, body: Handed) -> Plan:
    few = body.max_files <= _MOST_ATTACHMENTS
    if not few:
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#max_files"}))

    def parts() -> None:
        page.line(2, "<responseformat>noinline</responseformat>")
        page.line(2, "<responserequired>0</responserequired>")
        page.line(2, f"<attachments>{body.max_files if few else _ANY}</attachments>")
        page.line(2, "<attachmentsrequired>1</attachmentsrequired>")
        page.line(2, f"<maxbytes>{body.max_megabytes * MEGABYTE}</maxbytes>")
        endings = [f".{suffix}" for kind in body.formats for suffix in FORMATS[kind].suffixes]
        page.line(2, f"<filetypeslist>{','.join(endings)}</filetypeslist>")
        _grader_info(page, body)

    return "essay", parts, {} if few else {"settings": {"files": str(body.max_files)}}


def _grader_info(page: Page, body: Essay | Handed) -> None:
    """The model answer, and below it the rubric as a table."""
    form, text = page.formatted(body.model)
    shown = body.model
    if body.rubric:
        table = rubric_html(body.rubric, page.inline)
        shown += table
        text = f"{text}\n\n{table}" if text else table
        page.notes.append(Note("rubric_table"))
        form = form if body.model else "html"
    page.text(2, "graderinfo", shown, shown=(form, text))


def read_essay(source: Source) -> Fields:
    element = source.element
    rubric, model = _read_grader_info(source)
    attachments = element.words("attachments")
    if attachments in ("", "0"):
        return {
            "body": Essay(
                min_words=_limit(source, "minwordlimit"),
                max_words=_limit(source, "maxwordlimit"),
                rubric=rubric,
                model=model,
            )
        }
    if element.words("responseformat") != "noinline":
        source.notes.append(Note("text_beside_files"))
    return {"body": _handed(source, attachments, rubric, model)}


def _handed(source: Source, attachments: str, rubric: Rubric | None, model: str) -> Body:
    told = source.settings.get("files", attachments)
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 4 else 0
    if not 1 <= number <= MAX_FILES:
        source.notes.append(Note("files_number", {"n": MAX_FILES}))
        number = MAX_FILES
    size = _limit(source, "maxbytes") or 0
    megabytes = -(-size // MEGABYTE)
    if not 1 <= megabytes <= MAX_MEGABYTES:
        megabytes = MAX_MEGABYTES
        source.notes.append(Note("files_size", {"n": MAX_MEGABYTES}))
    return Handed(
        formats=_formats(source),
        max_files=number,
        max_megabytes=megabytes,
        rubric=rubric,
        model=model,
    )


def _formats(source: Source) -> tuple[str, ...]:
    """The formats that are taken here of those that were taken there; all if all were."""
    by_name = {suffix: kind for kind, form in FORMATS.items() for suffix in form.suffixes}
    by_name |= {form.mime: kind for kind, form in FORMATS.items()}
    wanted = [word for word in re.split(r"[,;\s]+", source.element.words("filetypeslist").lower()) if word]
    found: dict[str, None] = {}
    unknown = []
    for word in wanted:
        kinds = _GROUPS.get(word) or [by_name[name] for name in (word.lstrip("."),) if name in by_name]
        found |= dict.fromkeys(kinds)
        if not kinds:
            unknown.append(word)
    if unknown or not wanted:
        taken = ", ".join(found or FORMATS)
        source.notes.append(
            Note("files_formats", {"left_out": ", ".join(unknown)[:100] or "*", "taken": taken})
        )
    return tuple(found or FORMATS)


def _read_grader_info(source: Source) -> tuple[Rubric | None, str]:
    element = source.element.find("graderinfo")
    if element is None:
        return None, ""
    rubric, rest = taken_out(element.words("text"), source.of_html)
    return rubric, source.markdown(element, rest if rubric else None)


def _limit(source: Source, name: str) -> int | None:
    words = source.element.words(name)
    return int(words) if words.isascii() and words.isdecimal() and int(words[:10]) > 0 else None
