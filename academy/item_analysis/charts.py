"""Where things stand in a drawing, in the units of its view box; what they look like is the style sheet's matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 14, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its count above and what it stands for below; ``x`` … in units, ``middle`` for the words."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    count: int
    label: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: float
    y: float
    n: int
    share: float


def bars(counts: Sequence[int], pass_mark: float) -> list[Bar]:
    """The distribution of marks: one bar for each whole mark and what lies above it."""
    most = max([*counts, 1])
    step = (WIDTH - LEFT - RIGHT) / len(counts)
    room = HEIGHT - TOP - BOTTOM
    return [
        Bar(
            x=round(LEFT + at * step + 1.5, 2),
            y=round(TOP + room * (1 - count / most), 2),
            width=round(step - 3, 2),
            height=round(room * count / most, 2),
            middle=round(LEFT + (at + 0.5) * step, 2),
            count=count,
            label=mark_label(at),
            passed=at >= pass_mark,
        )
        for at, count in enumerate(counts)
    ]


def mark_label(at: int) -> str:
    return "9–10" if at == 9 else f"{at}–{at + 1}"


def curve(points: Sequence[Mapping[str, Any]]) -> list[Point]:
    """The characteristic curve: groups of learners from weak to strong, and the share of points each earned."""
    step = (WIDTH - LEFT - RIGHT) / max(len(points), 1)
    room = HEIGHT - TOP - BOTTOM
    return [
        Point(
            x=round(LEFT + (at + 0.5) * step, 2),
            y=round(TOP + room * (1 - min(max(point["share"], 0), 1)), 2),
            n=point["n"],
            share=point["share"],
        )
        for at, point in enumerate(points)
        if point["share"] is not None
    ]


def scale() -> list[tuple[float, int]]:
    """Heights and names of the lines of a scale in percent."""
    room = HEIGHT - TOP - BOTTOM
    return [(round(TOP + room * (1 - share / 100), 2), share) for share in (0, 25, 50, 75, 100)]
