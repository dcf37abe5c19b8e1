"""Tables, entries to be placed, and places on pictures: between neutral questions and the academy's specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import localized
from academy.questions import credit
from academy.questions.exchange.mapping_rules import Mapped, Unmappable, with_rule
from academy.questions.exchange.neutral import (
    Body,
    Groups,
    Labels,
    Note,
    Picture,
    Region,
    Spots,
    Table,
    Words,
)

__all__ = [
    "groups_spec",
    "labels_spec",
    "placing_of",
    "spots_of",
    "spots_spec",
    "table_of",
    "table_spec",
    "words_spec",
]

PLACING, HOTSPOT = "placing", "hotspot"


def table_spec(body: Table, lang: str) -> Mapped:
    names = [f"c{number}" for number in range(1, len(body.columns) + 1)]
    parts: dict[str, Any] = {
        "mode": "several" if body.several else "one",
        "columns": [{"id": n, "text": {lang: text}} for n, text in zip(names, body.columns, strict=True)],
        "rows": [
            {"id": f"r{number}", "text": {lang: text}, "correct": [names[index] for index in right]}
            for number, (text, right) in enumerate(zip(body.rows, body.right, strict=True), 1)
        ],
    }
    return "matrix", with_rule(parts, "matrix", body.rule), (), ()


def table_of(spec: Mapping[str, Any], lang: str) -> Body:
    place = {column["id"]: index for index, column in enumerate(spec["columns"])}
    return Table(
        rows=tuple(localized(row["text"], lang) for row in spec["rows"]),
        columns=tuple(localized(column["text"], lang) for column in spec["columns"]),
        right=tuple(tuple(sorted(place[name] for name in row["correct"])) for row in spec["rows"]),
        several=spec.get("mode") == "several",
        rule=spec.get("credit") or credit.EACH_PART,
    )


# --- entries to be placed -------------------------------------------------------------------------


def words_spec(body: Words, lang: str) -> Mapped:
    places = [{"id": gap, "accept": [f"e{index + 1}" for index in right]} for gap, right in body.gaps]
    more = {"passage": {lang: body.passage}, "reuse": body.reuse}
    return _placing("text", body.entries, places, more, body.rule, lang)


def groups_spec(body: Groups, lang: str) -> Mapped:
    places = [
        {
            "id": f"g{number}",
            "text": {lang: text},
            "accept": [f"e{index + 1}" for index, right in enumerate(body.right) if right == number - 1],
        }
        for number, text in enumerate(body.groups, 1)
    ]
    return _placing("categories", body.entries, places, {"reuse": False}, body.rule, lang)


def labels_spec(body: Labels, lang: str) -> Mapped:
    places = [
        {"id": f"p{number}", "coords": list(coords), "accept": [f"e{index + 1}" for index in right]}
        for number, (coords, right) in enumerate(body.places, 1)
    ]
    more = {"picture": _picture(body.picture, lang), "reuse": body.reuse}
    return _placing("picture", body.entries, places, more, body.rule, lang, _told(body.picture))


def _placing(
    mode: str,
    entries: tuple[str, ...],
    places: list[dict[str, Any]],
    more: dict[str, Any],
    rule: str,
    lang: str,
    notes: tuple[Note, ...] = (),
) -> Mapped:
    rows = [{"id": f"e{number}", "text": {lang: text}} for number, text in enumerate(entries, 1)]
    parts = {"mode": mode, "entries": rows, "places": places, **more}
    return PLACING, with_rule(parts, PLACING, rule), notes, ()


def placing_of(spec: Mapping[str, Any], lang: str) -> Body:
    place = {entry["id"]: index for index, entry in enumerate(spec["entries"])}
    entries = tuple(localized(entry["text"], lang) for entry in spec["entries"])
    rule = spec.get("credit") or credit.EACH_PART
    accepts = [tuple(sorted(place[name] for name in row["accept"])) for row in spec["places"]]
    if spec.get("mode") == "categories":
        group = {index: number for number, accepted in enumerate(accepts) for index in accepted}
        return Groups(
            entries=entries,
            groups=tuple(localized(row["text"], lang) for row in spec["places"]),
            right=tuple(group.get(index) for index in range(len(entries))),
            rule=rule,
        )
    reuse = bool(spec.get("reuse"))
    if spec.get("mode") == "picture":
        coords = [tuple(row["coords"]) for row in spec["places"]]
        return Labels(
            picture=_picture_of(spec["picture"], lang),
            entries=entries,
            places=tuple(zip(coords, accepts, strict=True)),
            reuse=reuse,
            rule=rule,
        )
    gaps = tuple((row["id"], accepted) for row, accepted in zip(spec["places"], accepts, strict=True))
    return Words(passage=localized(spec["passage"], lang), entries=entries, gaps=gaps, reuse=reuse, rule=rule)


# --- places on pictures ---------------------------------------------------------------------------


def spots_spec(body: Spots, lang: str) -> Mapped:
    right = sum(region.right for region in body.regions)
    if not right:
        raise Unmappable("no_right")
    parts: dict[str, Any] = {
        "mode": "regions" if body.drawn else "points",
        "picture": _picture(body.picture, lang),
        "regions": [_region(number, region, lang) for number, region in enumerate(body.regions, 1)],
    }
    if body.most:
        parts["most"] = body.most
    notes = _told(body.picture)
    if not all(region.name for region in body.regions):
        notes = (*notes, Note("region_names"))
    return HOTSPOT, with_rule(parts, HOTSPOT, body.rule), notes, ()


def _region(number: int, region: Region, lang: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": f"r{number}",
        "name": {lang: region.name or f"{number}"},
        "shape": region.shape,
        "coords": list(region.coords),
        "correct": region.right,
    }
    return row | {"feedback": {lang: region.feedback}} if region.feedback else row


def spots_of(spec: Mapping[str, Any], lang: str) -> Body:
    return Spots(
        picture=_picture_of(spec["picture"], lang),
        regions=tuple(
            Region(
                shape=row["shape"],
                coords=tuple(row["coords"]),
                name=localized(row["name"], lang),
                right=row["correct"],
                feedback=localized(row.get("feedback"), lang),
            )
            for row in spec["regions"]
        ),
        drawn=spec.get("mode") == "regions",
        most=spec.get("most"),
        rule=spec.get("credit") or credit.RIGHT_MINUS_WRONG,
    )


def _picture(picture: Picture, lang: str) -> dict[str, Any]:
    return {
        "path": picture.name,
        "width": picture.width,
        "height": picture.height,
        "alt": {lang: picture.alt},
    }


def _picture_of(row: Mapping[str, Any], lang: str) -> Picture:
    alt = localized(row["alt"], lang)
    return Picture(name=row["path"], width=row["width"], height=row["height"], alt=alt)


def _told(picture: Picture) -> tuple[Note, ...]:
    return () if picture.alt else (Note("picture_alt"),)
