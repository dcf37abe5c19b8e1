"""Charts of a run, drawn by the server: geometry here, words and marks in the template ``chart.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 14, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One small chart over the turns, in units of its view box.

    Attributes:
        own, without: points ``(x, y, value)`` of the run and of doing nothing.
        bars: rain per turn as ``(x, y, width, height, value)``, empty where there is none to show.
        ticks: ``(y, value)`` of the scale.
        turns: ``(x, number)`` below the axis.
        level: y of a threshold, if there is one.
    """

    own: tuple[tuple[float, float, float], ...]
    without: tuple[tuple[float, float, float], ...]
    bars: tuple[tuple[float, float, float, float, float], ...]
    ticks: tuple[tuple[float, int], ...]
    turns: tuple[tuple[float, int], ...]
    level: float | None = None
    width: int = WIDTH
    height: int = HEIGHT
    base: float = HEIGHT - BOTTOM
    left: float = LEFT
    right: float = WIDTH - RIGHT

    @property
    def own_line(self) -> str:
        return _line(self.own)

    @property
    def without_line(self) -> str:
        return _line(self.without)


def water_panel(
    turns: Sequence[Mapping[str, Any]],
    without: Sequence[Mapping[str, Any]],
    *,
    of: int,
    begin: float,
    level: float | None = None,
) -> Panel:
    """Water after each turn, beginning before the first, with the rain of each turn as bars.

    Args:
        turns, without: rows as ``turn_json`` makes them.
        of: turns of the whole run, so that an unfinished one leaves room for what is to come.
        level: a threshold to draw.
    """
    own = [begin, *(row["water"] for row in turns)]
    base = [begin, *(row["water"] for row in without)]
    rain = [row["rain"] for row in turns]
    top = _rounded_up(max([*own, *base, *rain, level or 0, 10]))
    place = _places(of, first=0)
    bars = tuple(
        (round(place(number) - 7, 1), _y(value, top), 14.0, round(HEIGHT - BOTTOM - _y(value, top), 1), value)
        for number, value in enumerate(rain, 1)
    )
    return Panel(
        own=_points(own, top, place, first=0),
        without=_points(base, top, place, first=0),
        bars=bars,
        ticks=_ticks(top),
        turns=tuple((place(number), number) for number in range(1, of + 1)),
        level=None if level is None else _y(level, top),
    )


def affected_panel(
    turns: Sequence[Mapping[str, Any]], without: Sequence[Mapping[str, Any]], *, of: int
) -> Panel:
    """Affected homes in each turn."""
    own = [row["affected"] for row in turns]
    base = [row["affected"] for row in without]
    top = _rounded_up(max([*own, *base, 10]))
    place = _places(of, first=1)
    return Panel(
        own=_points(own, top, place, first=1),
        without=_points(base, top, place, first=1),
        bars=(),
        ticks=_ticks(top),
        turns=tuple((place(number), number) for number in range(1, of + 1)),
    )


def _places(of: int, *, first: int) -> Any:
    room = WIDTH - LEFT - RIGHT - 16
    return lambda number: round(LEFT + 8 + room * (number - first) / max(of - first, 1), 1)


def _points(
    values: Sequence[float], top: int, place: Any, *, first: int
) -> tuple[tuple[float, float, float], ...]:
    return tuple((place(number), _y(value, top), value) for number, value in enumerate(values, first))


def _y(value: float, top: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _line(points: Sequence[tuple[float, float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y, _value in points)


def _rounded_up(value: float) -> int:
    """The next number of the form 20, 40, 60, 80, 100, 200…: four even parts of it are whole numbers."""
    scale = 10
    while value > 10 * scale:
        scale *= 10
    return next(step * scale for step in (2, 4, 6, 8, 10) if value <= step * scale)


def _ticks(top: int) -> tuple[tuple[float, int], ...]:
    return tuple((_y(top * part / 4, top), round(top * part / 4)) for part in range(5))
