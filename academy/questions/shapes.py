"""Pictures that are part of a question, and regions on them, in the picture's own coordinates.

Coordinates are whole numbers from the upper left corner, x to the right, y downwards, in the units of the
picture's declared ``width`` and ``height``, whatever size it is shown in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.kernel.i18n import _l, localized
from academy.questions.fields import Localized, wrong, wrong_at

RECT, CIRCLE, POLYGON = "rect", "circle", "polygon"
SHAPES = (RECT, CIRCLE, POLYGON)
# as keys on paper say them, before their numbers
SHAPE_NAMES = {RECT: _l("rectangle"), CIRCLE: _l("circle"), POLYGON: _l("polygon")}
MAX_SIDE = 10_000
MAX_CORNERS = 40

Point = tuple[int, int]


class PictureSchema(Schema):
    """A picture beside the course: its path, its size in its own units, and its description by language."""

    class Meta:
        unknown = RAISE

    path = fields.String(
        required=True,
        validate=validate.Regexp(
            r"(?=.{1,200}\Z)(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:svg|png|jpe?g|webp)\Z",
            error=_l("Name a picture among the files of the course, for instance media/plan.svg."),
        ),
        error_messages={"required": _l("Name a picture among the files of the course.")},
    )
    width = fields.Integer(required=True, validate=validate.Range(1, MAX_SIDE))
    height = fields.Integer(required=True, validate=validate.Range(1, MAX_SIDE))
    alt = Localized(
        required=True,
        max_length=1000,
        error_messages={"required": _l("Describe the picture for those who cannot see it.")},
    )


class Coordinates(fields.Field):
    """Numbers of a shape, as a list or as text: ``"10, 20, 300, 150"``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> list[int]:
        if isinstance(value, str):
            value = value.replace(",", " ").replace(";", " ").split()
        if not isinstance(value, list) or not 1 <= len(value) <= 2 * MAX_CORNERS:
            raise wrong(_l("Give the numbers of the shape, for instance 10, 20, 300, 150."))
        numbers = [_whole(number) for number in value]
        if any(number is None for number in numbers):
            raise wrong(_l("Coordinates are whole numbers from 0."))
        return [number for number in numbers if number is not None]


def _whole(value: Any) -> int | None:
    if type(value) is int:
        return value if 0 <= value <= MAX_SIDE else None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 5:
        return _whole(int(value))
    return None


def check_shape(
    shape: str, coords: Sequence[int], picture: Mapping[str, Any], at: Sequence[str | int]
) -> None:
    """Raise when the numbers are not those of the shape, or reach out of the picture."""
    needed = {
        RECT: _l("A rectangle needs four numbers: left, top, width, height."),
        CIRCLE: _l("A circle needs three numbers: centre from the left, centre from the top, radius."),
        POLYGON: _l("A polygon needs at least three corners, two numbers each."),
    }
    if not has_corners(shape, coords) or (shape != POLYGON and not all(coords[2:])):
        raise wrong_at(needed[shape], *at)
    left, top, right, bottom = bounds(shape, coords)
    if shape != CIRCLE and (right > picture["width"] or bottom > picture["height"]):
        raise wrong_at(_l("The shape reaches out of the picture."), *at)
    if shape == CIRCLE and not (coords[0] <= picture["width"] and coords[1] <= picture["height"]):
        raise wrong_at(_l("The shape reaches out of the picture."), *at)


def has_corners(shape: str, coords: Sequence[int]) -> bool:
    """Whether there are as many numbers as a shape needs."""
    if shape == POLYGON:
        return len(coords) >= 6 and len(coords) % 2 == 0
    return len(coords) == (4 if shape == RECT else 3)


def bounds(shape: str, coords: Sequence[int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a shape."""
    if shape == RECT:
        left, top, width, height = coords
        return left, top, left + width, top + height
    if shape == CIRCLE:
        x, y, radius = coords
        return x - radius, y - radius, x + radius, y + radius
    return min(coords[::2]), min(coords[1::2]), max(coords[::2]), max(coords[1::2])


def contains(shape: str, coords: Sequence[int], point: Point) -> bool:
    """Whether a point lies in a shape; what lies on its edge does."""
    x, y = point
    left, top, right, bottom = bounds(shape, coords)
    if not (left <= x <= right and top <= y <= bottom):
        return False
    if shape == RECT:
        return True
    if shape == CIRCLE:
        return (x - coords[0]) ** 2 + (y - coords[1]) ** 2 <= coords[2] ** 2
    return _in_polygon(list(zip(coords[::2], coords[1::2], strict=True)), x, y)


def _in_polygon(corners: Sequence[Point], x: int, y: int) -> bool:
    """By the even-odd rule, in whole numbers, so that no rounding decides a mark."""
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (side > 0) == (y2 > y1):
            inside = not inside
    return inside


def shown_picture(picture: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The picture as a learner's page needs it."""
    return {
        "path": picture["path"],
        "width": picture["width"],
        "height": picture["height"],
        "alt": localized(picture["alt"], lang),
    }


def read_picture(data: dict[str, Any]) -> None:
    """Take apart what the authoring form has in one field, path and size: ``media/plan.svg 800 600``."""
    picture = data.get("picture")
    if not isinstance(picture, dict):
        return
    parts = str(picture.pop("file", "")).split()
    if parts:
        picture["path"] = parts[0]
    if len(parts) == 3:
        picture |= {"width": parts[1], "height": parts[2]}
