"""Pictures that are part of what is asked, in Moodle XML: ``ddmarker`` and ``ddimageortext``.

Attributes that begin with ``academy-`` hold what Moodle has no place for; it reads past them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from academy.catalog.media_files import MediaRefused, inspect_media
from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import escape_markdown, is_plain, plain_text
from academy.questions.exchange.moodle_page import FORMAT, Page, Plan, file_element, own, text_of
from academy.questions.exchange.moodle_source import Fields, Source
from academy.questions.exchange.neutral import Labels, Note, Picture, Region, Spots
from academy.questions.exchange.settings import accepts_of, accepts_tag
from academy.questions.shapes import bounds, has_corners

__all__ = ["read_dragged_labels", "read_markers", "write_labels", "write_spots"]

MARKER = "●"
_SHAPES = {"rect": "rectangle", "circle": "circle", "polygon": "polygon"}
_SHAPES_HERE = {name: shape for shape, name in _SHAPES.items()}
# Moodle's places are as large as what is put there; of a text that is about this much
_USUAL_SIZE = (100, 30)


def write_spots(page: Page, body: Spots) -> Plan:
    """One marker, to be put on every right region; wrong regions are drops of no marker, which Moodle skips."""
    right = sum(region.right for region in body.regions)
    page.beside = "".join(region.name + region.feedback for region in body.regions)
    if body.drawn:
        page.notes.append(Note("regions_hidden"))
    if body.rule != credit.EACH_PART:
        page.notes.append(Note("credit", {"rule": "#markers"}))
    if any(region.feedback for region in body.regions):
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#feedback"}))

    def parts() -> None:
        page.line(2, _picture_element(page, body.picture))
        page.line(2, f"<drag><no>1</no>{text_of(MARKER)}<noofdrags>{body.most or right}</noofdrags></drag>")
        for number, region in enumerate(body.regions, 1):
            told = own(name=region.name, feedback=region.feedback)
            page.line(
                2,
                f"<drop{told}><no>{number}</no><shape>{_SHAPES[region.shape]}</shape>"
                f"<coords>{_coords(region)}</coords><choice>{int(region.right)}</choice></drop>",
            )

    more = {"mode": "regions" if body.drawn else "", "most": str(body.most or "")}
    return "ddmarker", parts, {"rule": body.rule, "usual": True, "settings": more}


def write_labels(page: Page, body: Labels) -> Plan:
    page.notes.append(Note("place_size"))
    if any(len(right) > 1 for _coords, right in body.places):
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#accept"}))
    if not all(map(is_plain, body.entries)):
        page.notes.append(Note("plain"))
    if body.rule == credit.ALL_OR_NOTHING:
        page.notes.append(Note("credit", {"rule": "#each_part"}))

    def parts() -> None:
        page.line(2, "<shuffleanswers/>")
        page.line(2, _picture_element(page, body.picture))
        infinite = "<infinite/>" if body.reuse else ""
        for number, entry in enumerate(body.entries, 1):
            page.line(
                2,
                f"<drag><no>{number}</no>{text_of(plain_text(entry))}<draggroup>1</draggroup>{infinite}</drag>",
            )
        for number, ((left, top, width, height), right) in enumerate(body.places, 1):
            page.line(
                2,
                f"<drop{own(size=f'{width} {height}')}>{text_of('')}<no>{number}</no>"
                f"<choice>{right[0] + 1}</choice><xleft>{left}</xleft><ytop>{top}</ytop></drop>",
            )

    accepts = accepts_tag(right for _coords, right in body.places)
    return "ddimageortext", parts, {"rule": body.rule, "settings": {"accept": accepts}}


def _picture_element(page: Page, picture: Picture) -> str:
    data = page.question.files[picture.name]
    name = picture.name.rpartition("/")[2]
    return file_element(name, data, own(path=picture.name, alt=picture.alt))


def _coords(region: Region) -> str:
    numbers = region.coords
    if region.shape == "circle":
        return f"{numbers[0]},{numbers[1]};{numbers[2]}"
    return ";".join(f"{x},{y}" for x, y in zip(numbers[::2], numbers[1::2], strict=True))


# --- reading --------------------------------------------------------------------------------------


def read_markers(source: Source) -> Fields:
    """``ddmarker``: with one marker, places to be marked; with several, labels for places."""
    picture = _picture(source)
    drags = _numbered(source.element.all("drag"))
    if not drags:
        raise Unmappable("missing_part", detail="drag")
    regions = [_region(source, drop) for drop in source.element.all("drop")]
    if len(drags) > 1:
        return _marked_labels(source, picture, drags, regions)
    rule = source.settings.get("credit", "")
    most = source.settings.get("most", "")
    drawn = source.settings.get("mode") == "regions"
    body = Spots(
        picture=picture,
        regions=tuple(region for region, _choice in regions),
        drawn=drawn,
        most=int(most) if most.isdecimal() else _most(source, drags, regions),
        rule=rule or credit.EACH_PART,
    )
    return {"body": body}


def _most(source: Source, drags: Mapping[int, XmlElement], regions: list[tuple[Region, int]]) -> int | None:
    """As many marks as there were markers; without a limit there, as many as places."""
    right = sum(region.right for region, _choice in regions)
    [drag] = drags.values()
    words = drag.words("noofdrags")
    count = int(words) if words.isascii() and words.isdecimal() and len(words) < 4 else 1
    unlimited = drag.find("infinite") is not None or words == "0"
    if unlimited or (count > right and not source.settings.get("credit")):
        source.notes.append(Note("marks_number"))
    return None


def _region(source: Source, drop: XmlElement) -> tuple[Region, int]:
    shape = _SHAPES_HERE.get(drop.words("shape"), "")
    numbers = [round(float(word)) for word in re.findall(r"-?\d{1,6}(?:\.\d+)?", drop.words("coords"))]
    choice = _whole(drop.words("choice"))
    if not shape or not has_corners(shape, numbers) or any(number < 0 for number in numbers):
        raise Unmappable("syntax", detail=f"{drop.words('shape')} {drop.words('coords')}"[:80])
    region = Region(
        shape=shape,
        coords=tuple(numbers),
        name=nfc(drop.get("academy-name")),
        right=choice > 0,
        feedback=nfc(drop.get("academy-feedback")),
    )
    return region, choice


def _marked_labels(
    source: Source, picture: Picture, drags: Mapping[int, XmlElement], regions: list[tuple[Region, int]]
) -> Fields:
    numbers = list(drags)
    places = []
    for region, choice in regions:
        if choice not in drags:
            continue
        if region.shape != "rect":
            source.notes.append(Note("shape_box"))
        places.append((_box(region, picture), (numbers.index(choice),)))
    source.notes.append(Note("zones_shown"))
    entries = tuple(escape_markdown(nfc(drag.words("text"))) for drag in drags.values())
    return _labels(source, picture, entries, places, list(drags.values()))


def _box(region: Region, picture: Picture) -> tuple[int, ...]:
    left, top, right, bottom = bounds(region.shape, region.coords)
    left, top = max(left, 0), max(top, 0)
    if picture.width:
        right, bottom = min(right, picture.width), min(bottom, picture.height)
    return left, top, max(right - left, 1), max(bottom - top, 1)


def read_dragged_labels(source: Source) -> Fields:
    """``ddimageortext``: texts and pictures put onto places."""
    picture = _picture(source)
    drags = _numbered(source.element.all("drag"))
    sizes = [_USUAL_SIZE]
    entries = []
    for drag in drags.values():
        label = escape_markdown(nfc(drag.words("text")))
        file = drag.find("file")
        if file is not None and (name := source.take(file)):
            label = f"![{label.replace('[', ' ').replace(']', ' ')}](<@@PLUGINFILE@@/{name}>)"
            sizes.append(_size(name, source.files[name]))
        entries.append(label)
    if len({drag.words("draggroup") for drag in drags.values()}) > 1:
        source.notes.append(Note("label_groups"))
    size = max(width for width, _height in sizes), max(height for _width, height in sizes)
    numbers = list(drags)
    places = []
    for drop in source.element.all("drop"):
        choice = _whole(drop.words("choice"))
        if choice not in drags:
            raise Unmappable("missing_part", detail="drop/choice")
        places.append((_place(source, drop, size, picture), (numbers.index(choice),)))
    return _labels(source, picture, tuple(entries), places, list(drags.values()))


def _place(source: Source, drop: XmlElement, size: tuple[int, int], picture: Picture) -> tuple[int, ...]:
    left, top = _whole(drop.words("xleft")), _whole(drop.words("ytop"))
    told = re.fullmatch(r"(\d{1,5}) (\d{1,5})", drop.get("academy-size"))
    if told:
        return left, top, int(told[1]), int(told[2])
    source.notes.append(Note("place_size_here"))
    width, height = size
    if picture.width:
        width, height = min(width, picture.width - left), min(height, picture.height - top)
    return left, top, max(width, 1), max(height, 1)


def _labels(
    source: Source, picture: Picture, entries: tuple[str, ...], places: list[Any], drags: Iterable[XmlElement]
) -> Fields:
    if not places:
        raise Unmappable("missing_part", detail="drop")
    several = [
        drag.find("infinite") is not None or drag.words("noofdrags") not in ("", "1") for drag in drags
    ]
    if any(several) and not all(several):
        source.notes.append(Note("gap_limit"))
    accepts = accepts_of(source.settings.get("accept", ""), len(places), len(entries))
    body = Labels(
        picture=picture,
        entries=entries,
        places=tuple(
            (coords, accepts[number] if accepts else right) for number, (coords, right) in enumerate(places)
        ),
        reuse=any(several),
        rule=source.settings.get("credit", ""),
    )
    source.notes[:] = list({(n.code, *n.params.values()): n for n in source.notes}.values())
    return {"body": body}


def _picture(source: Source) -> Picture:
    file = source.element.find("file")
    name = source.take(file) if file is not None else ""
    if not name or file is None:
        raise Unmappable("missing_part", detail="file")
    path = nfc(file.get("academy-path"))
    if path and path.rpartition("/")[2] == name.rpartition("/")[2]:
        source.files[path] = source.files.pop(name)
        name = path
    width, height = _size(name, source.files[name])
    return Picture(name=name, width=width, height=height, alt=nfc(file.get("academy-alt")))


def _size(name: str, data: bytes) -> tuple[int, int]:
    """The size of a picture; of one that will be refused, none."""
    try:
        _mime, width, height = inspect_media(name, data)
    except MediaRefused:
        return 0, 0
    return width or 0, height or 0


def _numbered(drags: Iterable[XmlElement]) -> dict[int, XmlElement]:
    return {
        _whole(drag.words("no")): drag
        for drag in drags
        if drag.words("text") or drag.find("file") is not None
    }


def _whole(words: str) -> int:
    """A whole number; places that stand between pixels are rounded."""
    found = re.fullmatch(r"\d{1,6}(?:\.\d*)?", words)
    return round(float(words)) if found else 0
