"""Draw the frame and the rosette behind the text: ``python -m academy.certificates.ornament``.

Fine interlaced lines, as on printed forms of value, computed once and kept as ``typst/ornament.svg``.
Lengths are millimetres on A4 landscape, 297 × 210.
"""

from __future__ import annotations

from math import cos, pi, sin
from pathlib import Path

TARGET = Path(__file__).parent / "typst" / "ornament.svg"
WIDTH, HEIGHT = 297.0, 210.0
RED, GOLD, PALE = "#8f1d1d", "#b98a2f", "#efe2c6"

Point = tuple[float, float]


def draw() -> str:
    """The whole drawing."""
    parts = [
        _rosette(WIDTH / 2, HEIGHT / 2 + 4, 62),
        *_band(11.0, 2.3, GOLD),
        _frame(8.0, 0.7, RED),
        _frame(14.0, 0.25, RED),
        _frame(15.0, 0.12, GOLD),
        *(_corner(x, y) for x in (11.0, WIDTH - 11.0) for y in (11.0, HEIGHT - 11.0)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" fill="none">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _frame(inset: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" '
        f'stroke="{colour}" stroke-width="{width}"/>'
    )


def _band(inset: float, depth: float, colour: str) -> list[str]:
    """Waves that cross each other along the four sides, between the corners."""
    paths = []
    for phase in range(4):
        shift = phase * pi / 4
        for along, across, is_row in (
            (WIDTH, inset, True),
            (WIDTH, HEIGHT - inset, True),
            (HEIGHT, inset, False),
            (HEIGHT, WIDTH - inset, False),
        ):
            start, end = inset + 3.2, along - inset - 3.2
            waves = round((end - start) / 8)
            points = []
            steps = waves * 4
            for step in range(steps + 1):
                at = start + (end - start) * step / steps
                swing = across + depth * sin(2 * pi * waves * step / steps + shift)
                points.append((at, swing) if is_row else (swing, at))
            paths.append(_path(points, colour, 0.13))
    return paths


def _rosette(x: float, y: float, radius: float) -> str:
    """A closed curve of many petals, so pale that text stands on it undisturbed."""
    points = []
    steps = 780
    for step in range(steps + 1):
        turn = 2 * pi * step / steps * 13
        reach = radius * (0.7 + 0.3 * cos(turn * 40 / 13))
        points.append((x + reach * cos(turn), y + reach * sin(turn)))
    return _path(points, PALE, 0.18)


def _corner(x: float, y: float) -> str:
    """A small star of eight rays in a ring."""
    rays = []
    for ray in range(16):
        reach = 2.3 if ray % 2 == 0 else 0.95
        rays.append((x + reach * sin(pi * ray / 8), y - reach * cos(pi * ray / 8)))
    star = "M" + "L".join(f"{px:.2f} {py:.2f}" for px, py in rays) + "Z"
    return (
        f'<circle cx="{x}" cy="{y}" r="2.95" fill="#ffffff" stroke="{RED}" stroke-width="0.2"/>'
        f'<path d="{star}" fill="{GOLD}"/>'
    )


def _path(points: list[Point], colour: str, width: float) -> str:
    """A smooth line through the points (quadratic curves by midpoints)."""
    (x, y), *rest = points
    text = [f"M{x:.2f} {y:.2f}"]
    for (ax, ay), (bx, by) in zip(rest, rest[1:], strict=False):
        text.append(f"Q{ax:.2f} {ay:.2f} {(ax + bx) / 2:.2f} {(ay + by) / 2:.2f}")
    text.append(f"L{rest[-1][0]:.2f} {rest[-1][1]:.2f}")
    return f'<path d="{"".join(text)}" stroke="{colour}" stroke-width="{width}"/>'


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
