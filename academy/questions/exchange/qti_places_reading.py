"""Tables, entries to be placed, and places on pictures, as QTI has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from academy.catalog.media_files import MediaRefused, inspect_media
from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import escape_markdown
from academy.questions.exchange.neutral import (
    Body,
    Groups,
    Labels,
    Note,
    Pairs,
    Picture,
    Region,
    Spots,
    Table,
    Words,
)
from academy.questions.exchange.qti_item import Declaration, Item
from academy.questions.exchange.qti_names import attribute, find_all, name_of
from academy.questions.shapes import CIRCLE, POLYGON, RECT, has_corners

__all__ = ["read_gap_match", "read_graphic_gap_match", "read_hotspot", "read_match", "read_points"]

_SHAPES = {"rect": RECT, "circle": CIRCLE, "poly": POLYGON}


def read_match(item: Item, interaction: XmlElement) -> Body:
    sets = find_all(interaction, "simpleMatchSet")
    if len(sets) != 2:
        raise Unmappable("missing_part", detail="simpleMatchSet")
    left, right = (
        {attribute(row, "identifier"): item.markdown(row) for row in find_all(one, "simpleAssociableChoice")}
        for one in sets
    )
    declared = item.declaration(interaction)
    pairs = [pair.split() for pair in declared.correct]
    if not pairs or any(len(pair) != 2 or pair[0] not in left or pair[1] not in right for pair in pairs):
        raise Unmappable("no_right")
    most = {attribute(row, "matchMax", "1") for row in find_all(sets[0], "simpleAssociableChoice")}
    once = most == {"1"} and len({pair[0] for pair in pairs}) == len(pairs)
    if once and (item.settings.get("kind") == "placing" or len(pairs) < len(left)):
        return _groups(item, left, right, pairs)
    if "qti-match-tabular" in interaction.get("class") or not once:
        return _table(item, declared, left, right, pairs, several=most != {"1"})
    used = {pair[1] for pair in pairs}
    place = list(left)
    pairs.sort(key=lambda pair: place.index(pair[0]))
    return Pairs(
        pairs=tuple((left[one], right[other]) for one, other in pairs),
        distractors=tuple(text for name, text in right.items() if name not in used),
        rule=item.rule(),
    )


def _groups(item: Item, left: dict[str, str], right: dict[str, str], pairs: list[list[str]]) -> Groups:
    """Entries of which each goes with one group at most, and some with none."""
    groups = list(right)
    placed = {one: groups.index(other) for one, other in pairs}
    return Groups(
        entries=tuple(left.values()),
        groups=tuple(right.values()),
        right=tuple(placed.get(name) for name in left),
        rule=item.rule(),
    )


def _table(
    item: Item,
    declared: Declaration,
    left: dict[str, str],
    right: dict[str, str],
    pairs: list[list[str]],
    *,
    several: bool,
) -> Table:
    columns = list(right)
    marked = {name: [columns.index(other) for one, other in pairs if one == name] for name in left}
    costs = declared.other < 0 or any(value < 0 for value in declared.mapping.values())
    return Table(
        rows=tuple(left.values()),
        columns=tuple(right.values()),
        right=tuple(tuple(sorted(numbers)) for numbers in marked.values()),
        several=several or any(len(numbers) != 1 for numbers in marked.values()),
        rule=item.rule(credit.RIGHT_MINUS_WRONG if costs else ""),
    )


def read_gap_match(item: Item, interaction: XmlElement) -> tuple[Body, str]:
    rows = find_all(interaction, "gapText")
    entries = {attribute(row, "identifier"): item.markdown(row) for row in rows}
    right = _right_in(item, interaction, list(entries))
    gaps: list[tuple[str, tuple[int, ...]]] = []

    def gap(element: XmlElement) -> str:
        gaps.append((str(len(gaps) + 1), right(attribute(element, "identifier"))))
        return f"{{{len(gaps)}}}"

    passage = item.markdown(item.body, inline=gap)
    if not gaps:
        raise Unmappable("missing_part", detail="gap")
    prompt = next((child for child in interaction.children if name_of(child) == "prompt"), None)
    body = Words(
        passage=passage,
        entries=tuple(entries.values()),
        gaps=tuple(gaps),
        reuse=any(attribute(row, "matchMax") != "1" for row in rows),
        rule=item.rule(),
    )
    return body, item.markdown(prompt, whole=True)


def _right_in(item: Item, interaction: XmlElement, entries: list[str]) -> Callable[[str], tuple[int, ...]]:
    """What is right in a place: whatever the right answer or a mark above 0 names."""
    declared = item.declaration(interaction)
    named = (*declared.correct, *(key for key, value in declared.mapping.items() if value > 0))
    pairs = [pair for pair in (name.split() for name in named) if len(pair) == 2 and pair[0] in entries]

    def right(place: str) -> tuple[int, ...]:
        found = {entries.index(entry) for entry, where in pairs if where == place}
        if not found:
            raise Unmappable("no_right")
        return tuple(sorted(found))

    return right


def read_graphic_gap_match(item: Item, interaction: XmlElement) -> Body:
    rows = find_all(interaction, "gapText", "gapImg")
    entries = {attribute(row, "identifier"): _label(item, row) for row in rows}
    right = _right_in(item, interaction, list(entries))
    picture = _picture(item, interaction)
    places = []
    for spot in find_all(interaction, "associableHotspot"):
        region = _region(item, spot, attribute(spot, "shape"), attribute(spot, "coords"), boxed=True)
        places.append((region.coords, right(attribute(spot, "identifier"))))
    if not places:
        raise Unmappable("missing_part", detail="associableHotspot")
    return Labels(
        picture=picture,
        entries=tuple(entries.values()),
        places=tuple(places),
        reuse=any(attribute(row, "matchMax") != "1" for row in rows),
        rule=item.rule(),
    )


def _label(item: Item, row: XmlElement) -> str:
    if name_of(row) == "gapText":
        return item.markdown(row)
    text = item.markdown(row, whole=True)
    return text or escape_markdown(nfc(attribute(row, "objectLabel") or attribute(row, "identifier")))


# --- places on pictures ---------------------------------------------------------------------------


def read_hotspot(item: Item, interaction: XmlElement) -> Body:
    """Regions that are drawn: one of several, or several."""
    declared = item.declaration(interaction)
    rows = find_all(interaction, "hotspotChoice")
    costs = declared.other < 0 or any(value < 0 for value in declared.mapping.values())
    listed = _listing(item)
    regions = []
    for row in rows:
        name = attribute(row, "identifier")
        region = _region(item, row, attribute(row, "shape"), attribute(row, "coords"))
        label = escape_markdown(nfc(attribute(row, "hotspotLabel")))
        told = listed.get(name, Region(shape="", coords=(), name=label))
        right = name in declared.correct
        regions.append(replace(region, name=told.name or label, feedback=told.feedback, right=right))
    most = attribute(interaction, "maxChoices", "1")
    return Spots(
        picture=_picture(item, interaction),
        regions=tuple(regions),
        drawn=True,
        most=_most(item, most, len(declared.correct), len(regions)),
        rule=_spot_rule(item, declared, costs),
    )


def read_points(item: Item, interaction: XmlElement) -> Body:
    """Points to be marked; what counts are areas, which QTI does not name."""
    declared = item.declaration(interaction)
    regions = list(_listing(item).values())
    areas = [
        _region(item, interaction, shape, coords) for shape, coords, value in declared.areas if value > 0
    ]
    if not areas:
        raise Unmappable("no_right")
    told = [(region.shape, region.coords) for region in regions if region.right]
    if told != [(area.shape, area.coords) for area in areas]:
        regions = [replace(area, right=True) for area in areas]
    costs = declared.other < 0 or any(value < 0 for _shape, _coords, value in declared.areas)
    most = attribute(interaction, "maxChoices", "0")
    return Spots(
        picture=_picture(item, interaction),
        regions=tuple(regions),
        most=_most(item, most, len(areas), None),
        rule=_spot_rule(item, declared, costs),
    )


def _spot_rule(item: Item, declared: Declaration, costs: bool) -> str:
    if len(declared.mapping) + len(declared.areas) and not costs:
        return item.rule(credit.EACH_PART)
    return item.rule()


def _most(item: Item, told: str, right: int, everything: int | None) -> int | None:
    """How many may be marked, where it is another number than there are right places."""
    if item.settings.get("credit"):  # written here
        own = item.settings.get("most", "")
        return int(own) if own.isdecimal() else None
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 4 else right
    number = number or everything or right
    return number if number > right else None


def _listing(item: Item) -> dict[str, Region]:
    """The regions with their names, as our own packages list them for authors."""
    found = {}
    for row in item.body.iter():
        classes = row.get("class").split()
        if "academy-region" not in classes:
            continue
        name = next(
            (word.removeprefix("academy-id-") for word in classes if word.startswith("academy-id-")), ""
        )
        cells = {cell.get("class"): cell for cell in row.children}
        shape, _space, coords = (
            "".join(cells["academy-shape"].texts()).partition(" ")
            if "academy-shape" in cells
            else ("", "", "")
        )
        region = _region(item, row, shape, coords)
        found[name] = replace(
            region,
            name=item.markdown(cells.get("academy-name")),
            feedback=item.markdown(cells.get("academy-said")),
            right="academy-right" in classes,
        )
    return found


def _region(item: Item, element: XmlElement, shape: str, coords: str, *, boxed: bool = False) -> Region:
    """A region as here: a rectangle by its corner and its size; numbers that are no whole ones are rounded."""
    words = [word.strip() for word in coords.split(",")]
    if shape not in _SHAPES or not all(re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", word) for word in words):
        raise Unmappable("syntax", detail=f"{shape} {coords}"[:80])
    numbers = [int(Decimal(word).to_integral_value()) for word in words]
    if not has_corners(_SHAPES[shape], numbers):
        raise Unmappable("syntax", detail=f"{shape} {coords}"[:80])
    if shape == "rect" and len(numbers) == 4:
        left, top, right, bottom = numbers
        numbers = [left, top, right - left, bottom - top]
    if boxed and shape != "rect":
        item.notes.append(Note("shape_box"))
        numbers = _box(shape, numbers)
        shape = "rect"
    return Region(shape=_SHAPES[shape], coords=tuple(numbers))


def _box(shape: str, numbers: list[int]) -> list[int]:
    if shape == "circle" and len(numbers) == 3:
        x, y, radius = numbers
        left, top = max(x - radius, 0), max(y - radius, 0)
        return [left, top, x + radius - left, y + radius - top]
    across, down = numbers[::2], numbers[1::2]
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]


def _picture(item: Item, interaction: XmlElement) -> Picture:
    element = next((child for child in interaction.children if name_of(child) in ("object", "img")), None)
    name = item.taken(element) if element is not None else ""
    if not name or element is None:
        raise Unmappable("missing_part", detail="object")
    alt = element.get("alt") or " ".join("".join(element.texts()).split())
    width, height = (_side(element.get(side)) for side in ("width", "height"))
    if not width or not height:
        try:
            _mime, *size = inspect_media(name, item.files[name])
        except MediaRefused:
            size = [0, 0]
        width, height = size[0] or 0, size[1] or 0
    return Picture(name=name, width=width, height=height, alt=escape_markdown(nfc(alt)))


def _side(words: str) -> int:
    words = words.removesuffix("px")
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 6 else 0
