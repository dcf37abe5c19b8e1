"""Places on a picture: points to be marked on it, or named regions to be chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Feedback, Grade, Printed
from academy.questions import credit
from academy.questions.fields import Localized, SpecSchema, names_are_distinct, texts_are_distinct, wrong
from academy.questions.forms import LANG, ROW, fields_like, nested
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.pairing import most_pairs
from academy.questions.shapes import (
    SHAPE_NAMES,
    SHAPES,
    Coordinates,
    PictureSchema,
    Point,
    bounds,
    check_shape,
    contains,
    read_picture,
    shown_picture,
)
from academy.questions.types.core import CoreType, not_an_answer

POINTS, REGIONS = "points", "regions"
CREDIT_RULES = (credit.RIGHT_MINUS_WRONG, credit.EACH_PART, credit.ALL_OR_NOTHING)
MAX_REGIONS, MAX_POINTS = 20, 20
_FORM = re.compile(
    rf"(?:text|explanation){LANG}|mode|most|credit|picture\.(?:file|path|width|height|alt{LANG})"
    rf"|regions{ROW}\.(?:id|shape|coords|correct|(?:name|feedback){LANG})"
)
_PARTS = frozenset(("text", "explanation", "mode", "most", "credit", "picture", "regions"))


class RegionSchema(Schema):
    """A region of the picture; ``coords`` as in :mod:`academy.questions.shapes`."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens.")),
    )
    name = Localized(required=True, max_length=200)
    shape = fields.String(load_default="rect", validate=validate.OneOf(SHAPES))
    coords = Coordinates(
        required=True,
        error_messages={"required": _l("Give the numbers of the shape, for instance 10, 20, 300, 150.")},
    )
    correct = fields.Boolean(load_default=False)
    feedback = Localized(max_length=1000)


class HotspotSpec(SpecSchema):
    """``mode`` ``points``: regions are secret, the learner marks points; ``regions``: they are drawn, named and chosen.

    ``most`` limits how many may be marked; by default as many as there are right regions.
    """

    mode = fields.String(load_default=POINTS, validate=validate.OneOf((POINTS, REGIONS)))
    picture = fields.Nested(
        PictureSchema, required=True, error_messages={"required": _l("Choose the picture of the question.")}
    )
    regions = fields.List(
        fields.Nested(RegionSchema),
        required=True,
        validate=validate.Length(1, MAX_REGIONS, error=_l("Give from {min} to {max} regions.")),
        error_messages={"required": _l("Draw the regions of the picture.")},
    )
    most = fields.Integer(validate=validate.Range(1, MAX_POINTS))
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _regions_are_clear(self, data: Mapping[str, Any], **named: Any) -> None:
        regions = data["regions"]
        names_are_distinct(regions, "regions")
        texts_are_distinct([region["name"] for region in regions], "regions")
        for index, region in enumerate(regions):
            check_shape(region["shape"], region["coords"], data["picture"], ("regions", index, "coords"))
        right = sum(region["correct"] for region in regions)
        if not right:
            raise wrong(_l("No right answer: mark at least one region as right."), "regions")
        if data["mode"] == REGIONS and right == len(regions):
            raise wrong(
                _l("Every region is right: where regions are shown, at least one must be wrong."), "regions"
            )
        most = data.get("most", right)
        if most < right:
            raise wrong(_l("At least %(n)s must be allowed: so many regions are right.", n=right), "most")
        if most > right and data.get("credit") == credit.EACH_PART:
            raise wrong(
                _l(
                    "Wrong marks cost nothing under this rule: allow no more marks than there are right regions."
                ),
                "most",
            )


class Hotspot(CoreType):
    """Answer: ``{"points": [[x, y], …]}`` in picture coordinates, or ``{"regions": [presented ids]}``.

    A region counts once, however many points lie in it, and a point counts for one region; where regions overlap,
    as many count as the points can fill. Under ``right_minus_wrong`` each point outside every right region takes
    back the share of one; under ``each_part`` it costs nothing, and no more points than right regions are allowed.
    """

    kind = "hotspot"
    title = {"vi": "Chỉ vị trí trên hình", "en": "Places on a picture", "de": "Stellen im Bild"}
    spec_schema = HotspotSpec
    credit_rules = CREDIT_RULES
    template_is_pure = False

    def pictures(self, spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The pictures an item needs among its course's files."""
        return [spec["picture"]]

    def _by_name(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(region["name"]): region for region in spec["regions"]}

    def _right(self, spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [region for region in spec["regions"] if region["correct"]]

    def _most(self, spec: Mapping[str, Any]) -> int:
        return spec.get("most") or len(self._right(spec))

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        view = {
            "text": localized(spec["text"], lang),
            "mode": spec["mode"],
            "picture": shown_picture(spec["picture"], lang),
            "most": self._most(spec),
        }
        if spec["mode"] == REGIONS:
            regions = self._by_name(spec)
            view["regions"] = [_shown(name, regions[name], lang) for name in in_seeded_order(regions, seed)]
        return view

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        words = [localized(spec["picture"]["alt"], lang)]
        if spec["mode"] == REGIONS:
            regions = self._by_name(spec)
            words += [localized(regions[name]["name"], lang) for name in sorted(regions)]
        return words

    def read_form(self, form: Any, name: str) -> dict[str, Any] | None:
        if chosen := [value for value in form.getlist(f"{name}.region") if value]:
            return {"regions": chosen}
        across, down = form.getlist(f"{name}.x"), form.getlist(f"{name}.y")
        # what is no number, or half a point, is left for check_answer to refuse in words
        points = [
            [_number(x), _number(y)] for x, y in zip(across, down, strict=False) if x.strip() or y.strip()
        ]
        return {"points": points} if points else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        part = spec["mode"]
        if not isinstance(answer, Mapping) or set(answer) != {part} or not isinstance(answer[part], list):
            raise not_an_answer(_l("Mark the picture shown."))
        marks = answer[part]
        if part == REGIONS:
            known = self._by_name(spec)
            if not all(isinstance(name, str) and name in known for name in marks):
                raise not_an_answer(_l("Choose among the regions shown."))
            marks = sorted(set(marks))
        else:
            width, height = spec["picture"]["width"], spec["picture"]["height"]
            if not all(_is_point(point, width, height) for point in marks):
                raise not_an_answer(
                    _l(
                        "Give each mark two whole numbers: from the left (0 to %(width)s) and from the top (0 to %(height)s).",
                        width=width,
                        height=height,
                    )
                )
            marks = [list(point) for point in marks]
        if len(marks) > self._most(spec):
            raise not_an_answer(_l("Mark at most %(n)s places.", n=self._most(spec)))
        return {part: marks}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule = self.credit_rule(spec)
        if spec["mode"] == REGIONS:
            regions = self._by_name(spec)
            marked = [regions[name] for name in (answer or {}).get(REGIONS, ())]
            hits, slips = sum(one["correct"] for one in marked), sum(not one["correct"] for one in marked)
            details: dict[str, Any] = {"chosen": sorted(one["id"] for one in marked)}
        else:
            points = [tuple(point) for point in (answer or {}).get(POINTS, ())]
            hits, slips, details = self._hits(spec, points)
            marked = [
                region
                for region in spec["regions"]
                if any(contains(region["shape"], region["coords"], point) for point in points)
            ]
        return Grade(
            score=self._score(rule, len(self._right(spec)), hits, slips),
            feedback=tuple(
                Feedback(text=region["feedback"], tone="right" if region["correct"] else "wrong")
                for region in marked
                if region.get("feedback")
            ),
            details={"rule": rule, "hits": hits, "slips": slips, **details},
        )

    def _hits(self, spec: Mapping[str, Any], points: list[Point]) -> tuple[int, int, dict[str, Any]]:
        right = self._right(spec)
        holding = [
            [region["id"] for region in right if contains(region["shape"], region["coords"], point)]
            for point in points
        ]
        return (
            most_pairs(holding),
            sum(not found for found in holding),
            {"inside": [bool(found) for found in holding]},
        )

    @staticmethod
    def _score(rule: str, wanted: int, hits: int, slips: int) -> Decimal:
        if rule == credit.ALL_OR_NOTHING:
            return credit.FULL if hits == wanted and not slips else credit.NOTHING
        if rule == credit.EACH_PART:
            return credit.share(hits, wanted)
        return credit.share(max(hits - slips, 0), wanted)

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {
            "regions": [
                _shown(name, region, lang)
                for name, region in self._by_name(spec).items()
                if region["correct"]
            ]
        }

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The picture to be marked with a pen; shown regions are lettered as choices."""
        view = self.present(spec, seed, lang)
        return Printed(
            text=view["text"],
            picture=view["picture"]["path"],
            picture_alt=view["picture"]["alt"],
            choices=tuple(region["name"] for region in view.get("regions", ())),
            hint=str(
                _l("Mark at most %(n)s.", n=view["most"])
                if spec["mode"] == REGIONS
                else _l("Put at most %(n)s crosses on the picture.", n=view["most"])
            ),
            key=tuple(
                f"{localized(region['name'], lang)}: {SHAPE_NAMES[region['shape']]} {', '.join(map(str, region['coords']))}"
                for region in self._right(spec)
            ),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = nested(fields_like(form, _FORM), _PARTS)
        read_picture(spec)
        return spec


def _shown(name: str, region: Mapping[str, Any], lang: str) -> dict[str, Any]:
    left, top, right, bottom = bounds(region["shape"], region["coords"])
    return {
        "id": name,
        "name": localized(region["name"], lang),
        "shape": region["shape"],
        "coords": list(region["coords"]),
        "middle": [(left + right) // 2, (top + bottom) // 2],
    }


def _is_point(point: Any, width: int, height: int) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(type(place) is int for place in point)
        and 0 <= point[0] <= width
        and 0 <= point[1] <= height
    )


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else text
