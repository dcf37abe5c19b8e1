"""Tables, entries to be placed, and places on pictures, as QTI writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from academy.kernel.safe_xml import escape_text
from academy.questions import credit
from academy.questions.exchange.markup import is_plain, plain_text
from academy.questions.exchange.neutral import (
    FULL,
    Groups,
    Labels,
    Note,
    Picture,
    Region,
    Spots,
    Table,
    Words,
)
from academy.questions.exchange.qti_sheet import Made, Sheet
from academy.questions.shapes import bounds, contains

__all__ = ["associable", "make_groups", "make_labels", "make_spots", "make_table", "make_words"]

_GAP = re.compile(r"\{(\d{1,2})\}")
_SHAPES = {"rect": "rect", "circle": "circle", "polygon": "poly"}
_NEARLY_ALL = "0.9999"
_MIMES = {"svg": "image/svg+xml", "png": "image/png", "webp": "image/webp"}


def associable(sheet: Sheet, letter: str, texts: Iterable[str], most: int) -> str:
    return "".join(
        sheet.el(
            "simpleAssociableChoice",
            sheet.html(text, inline=True),
            identifier=f"{letter}{number}",
            matchMax=str(most),
        )
        for number, text in enumerate(texts, 1)
    )


def make_table(sheet: Sheet, body: Table) -> Made:
    correct = [f"L{row} R{column + 1}" for row, right in enumerate(body.right, 1) for column in right]
    shares = dict.fromkeys(correct, FULL / len(correct))
    if body.rule == credit.RIGHT_MINUS_WRONG:
        cells = [f"L{r} R{c}" for r in range(1, len(body.rows) + 1) for c in range(1, len(body.columns) + 1)]
        wrong = [cell for cell in cells if cell not in shares]
        # where one column is marked, a row costs what it would have earned
        share = FULL / (len(wrong) if body.several else len(body.rows)) if wrong else FULL
        shares |= dict.fromkeys(wrong, -share)
    sides = (
        ("L", body.rows, len(body.columns) if body.several else 1),
        ("R", body.columns, len(body.rows)),
    )
    sets = "".join(sheet.el("simpleMatchSet", associable(sheet, *side)) for side in sides)
    return _matching(sheet, correct, shares, sets, body.rule, **{"class": "qti-match-tabular"})


def make_groups(sheet: Sheet, body: Groups) -> Made:
    """Entries are matched with groups; one that belongs nowhere takes back the share of another, as here."""
    correct = [f"L{n} R{right + 1}" for n, right in enumerate(body.right, 1) if right is not None]
    share = FULL / len(correct) if correct else FULL
    strays = [
        f"L{n} R{group}"
        for n, right in enumerate(body.right, 1)
        if right is None
        for group in range(1, len(body.groups) + 1)
    ]
    shares = dict.fromkeys(correct, share) | dict.fromkeys(strays, -share)
    sets = sheet.el("simpleMatchSet", associable(sheet, "L", body.entries, 1))
    sets += sheet.el("simpleMatchSet", associable(sheet, "R", body.groups, 0))
    sheet.more["kind"] = "placing"
    return _matching(sheet, correct, shares, sets, body.rule)


def _matching(
    sheet: Sheet, correct: list[str], shares: Mapping[str, Decimal], sets: str, rule: str, **more: str
) -> Made:
    whole = rule == credit.ALL_OR_NOTHING
    sheet.declare("RESPONSE", "multiple", "directedPair", correct, None if whole else shares)
    sheet.rule = rule
    shown = sheet.el(
        "matchInteraction",
        sheet.prompt() + sets,
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxAssociations="0",
        **more,
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def make_words(sheet: Sheet, body: Words) -> Made:
    entries = _entries(sheet, body.entries, body.reuse)
    gaps = {gap: sheet.el("gap", identifier=f"G{gap}") for gap, _right in body.gaps}
    passage = _GAP.sub(lambda found: gaps.get(found[1], found.group()), sheet.html(body.passage))
    processing = _placed(sheet, body.gaps, body.rule)
    shown = sheet.el(
        "gapMatchInteraction",
        sheet.prompt() + entries + passage,
        responseIdentifier="RESPONSE",
        shuffle="true",
    )
    return shown, processing


def make_labels(sheet: Sheet, body: Labels) -> Made:
    places = [(str(number), right) for number, (_coords, right) in enumerate(body.places, 1)]
    spots = "".join(
        sheet.el(
            "associableHotspot",
            identifier=f"G{number}",
            shape="rect",
            coords=_coords("rect", coords),
            matchMax="1",
        )
        for number, (coords, _right) in enumerate(body.places, 1)
    )
    processing = _placed(sheet, places, body.rule)
    shown = sheet.el(
        "graphicGapMatchInteraction",
        sheet.prompt() + _picture(sheet, body.picture) + _entries(sheet, body.entries, body.reuse) + spots,
        responseIdentifier="RESPONSE",
        maxAssociations="0",
    )
    return shown, processing


def _entries(sheet: Sheet, entries: Iterable[str], reuse: bool) -> str:
    return "".join(
        sheet.el(
            "gapText",
            sheet.html(text, inline=True),
            identifier=f"E{number}",
            matchMax="0" if reuse else "1",
        )
        for number, text in enumerate(entries, 1)
    )


def _placed(sheet: Sheet, places: Iterable[tuple[str, tuple[int, ...]]], rule: str) -> str:
    """Declare what is right in which place; with several right ones in a place the whole answer is a sum."""
    pairs = [[f"E{index + 1} G{gap}" for index in right] for gap, right in places]
    whole = rule == credit.ALL_OR_NOTHING and all(len(names) == 1 for names in pairs)
    share = FULL / len(pairs)
    every = {name: share for names in pairs for name in names}
    sheet.declare(
        "RESPONSE", "multiple", "directedPair", [names[0] for names in pairs], None if whole else every
    )
    sheet.rule = rule
    if rule == credit.ALL_OR_NOTHING and not whole:
        return sheet.score_if(
            sheet.el(
                "gte",
                sheet.el("mapResponse", identifier="RESPONSE")
                + sheet.el("baseValue", _NEARLY_ALL, baseType="float"),
            )
        )
    return sheet.template("match_correct" if whole else "map_response")


# --- places on pictures ---------------------------------------------------------------------------


def make_spots(sheet: Sheet, body: Spots) -> Made:
    sheet.rule = body.rule
    if body.most:
        sheet.more["most"] = str(body.most)
    if any(region.feedback for region in body.regions):
        sheet.note(Note("lost", {"format": sheet.version.title, "what": "#feedback"}))
    right = sum(region.right for region in body.regions)
    make = _drawn if body.drawn else _points
    shown, processing = make(sheet, body, FULL / right, str(body.most or right))
    return shown + _listing(sheet, body.regions), processing


def _drawn(sheet: Sheet, body: Spots, share: Decimal, most: str) -> Made:
    names = [f"R{number}" for number in range(1, len(body.regions) + 1)]
    correct = [name for name, region in zip(names, body.regions, strict=True) if region.right]
    cost = -share if body.rule == credit.RIGHT_MINUS_WRONG else Decimal(0)
    shares = {n: share if region.right else cost for n, region in zip(names, body.regions, strict=True)}
    whole = body.rule == credit.ALL_OR_NOTHING
    sheet.declare("RESPONSE", "multiple", "identifier", correct, None if whole else shares)
    choices = "".join(
        sheet.el(
            "hotspotChoice",
            identifier=name,
            shape=_SHAPES[region.shape],
            coords=_coords(region.shape, region.coords),
            hotspotLabel=plain_text(region.name),
        )
        for name, region in zip(names, body.regions, strict=True)
    )
    shown = sheet.el(
        "hotspotInteraction",
        sheet.prompt() + _picture(sheet, body.picture) + choices,
        responseIdentifier="RESPONSE",
        maxChoices=most,
    )
    return shown, sheet.template("match_correct" if whole else "map_response")


def _points(sheet: Sheet, body: Spots, share: Decimal, most: str) -> Made:
    """Each right region once; a point outside costs what a region earns, where wrong marks cost something."""
    right = [region for region in body.regions if region.right]
    cost = Decimal(0) if body.rule == credit.EACH_PART else -share
    entries = [(_SHAPES[region.shape], _coords(region.shape, region.coords)) for region in right]
    points = [point for region in right if (point := _inside(region)) is not None]
    sheet.declare_areas("RESPONSE", points if len(points) == len(right) else [], entries, share, cost)
    shown = sheet.el(
        "selectPointInteraction",
        sheet.prompt() + _picture(sheet, body.picture),
        responseIdentifier="RESPONSE",
        maxChoices=most,
    )
    if body.rule != credit.ALL_OR_NOTHING:
        return shown, sheet.template("map_response_point")
    score = sheet.el("mapResponsePoint", identifier="RESPONSE")
    enough = sheet.el("gte", score + sheet.el("baseValue", _NEARLY_ALL, baseType="float"))
    return shown, sheet.score_if(enough)


def _inside(region: Region) -> str | None:
    left, top, right, bottom = bounds(region.shape, region.coords)
    middle = ((left + right) // 2, (top + bottom) // 2)
    return f"{middle[0]} {middle[1]}" if contains(region.shape, region.coords, middle) else None


def _coords(shape: str, coords: tuple[int, ...]) -> str:
    numbers = bounds(shape, coords) if shape == "rect" else coords
    return ",".join(map(str, numbers))


def _picture(sheet: Sheet, picture: Picture) -> str:
    """The picture of an interaction: an object in both versions, its description in it."""
    kind = _MIMES.get(picture.name.rpartition(".")[2].lower(), "image/jpeg")
    address = escape_text(sheet.address(picture.name), quote=True)
    return (
        f'<object type="{kind}" data="{address}" width="{picture.width}" height="{picture.height}">'
        f"{escape_text(plain_text(picture.alt))}</object>"
    )


def _listing(sheet: Sheet, regions: tuple[Region, ...]) -> str:
    """All regions with their names and what is said about them, for authors: QTI has no place for either."""
    rows = []
    for number, region in enumerate(regions, 1):
        coords = _coords(region.shape, region.coords)
        right = " academy-right" if region.right else ""
        rows.append(
            f'<tr class="academy-region academy-id-R{number}{right}">'
            f'<td class="academy-name">{sheet.html(region.name, inline=True)}</td>'
            f'<td class="academy-shape">{_SHAPES[region.shape]} {coords}</td>'
            f'<td class="academy-said">{sheet.html(region.feedback, inline=True) if region.feedback else ""}</td></tr>'
        )
    if not all(is_plain(region.name) for region in regions):
        sheet.note(Note("plain"))
    table = f'<table class="academy-regions"><tbody>{"".join(rows)}</tbody></table>'
    return sheet.rubric(table, "author")
