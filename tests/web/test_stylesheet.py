"""The sheet is whole, small, and legible on both grounds."""

from __future__ import annotations

import re

import pytest

from academy.web import stylesheet

BUDGET = 45_000
READ_ON = {
    "ink": ("ground", "surface", "sunken", "action-soft", "mark"),
    "muted": ("ground", "surface", "sunken"),
}
WORDS = [(text, under) for text, unders in READ_ON.items() for under in unders] + [
    ("action", "ground"),
    ("action", "surface"),
    ("action", "action-soft"),
    ("on-action", "action-fill"),
    ("on-action", "action-fill-hover"),
    ("on-action", "wrong-fill"),
    ("on-action", "wrong-fill-hover"),
    *((tone, under) for tone in ("wrong", "soon", "good") for under in ("ground", "surface", f"{tone}-soft")),
]
SHAPES = [("line-strong", "ground"), ("line-strong", "surface"), ("focus", "ground"), ("focus", "surface")]


def themes() -> dict[str, dict[str, str]]:
    text = (stylesheet.PARTS / "02-tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"color-scheme: (light|dark);(.*?)}", text, re.DOTALL)
    found = [(scheme, dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))) for scheme, block in blocks]
    by_choice, by_machine = [tokens for scheme, tokens in found if scheme == "dark"]
    assert by_choice == by_machine, "the two dark blocks differ"
    return {"light": found[0][1], "dark": by_choice}


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_sheet_is_joined_from_its_present_parts():
    served = stylesheet.SHEET.read_text(encoding="utf-8")
    assert served == stylesheet.joined(), "run: python -m academy.web.stylesheet"


def test_the_sheet_keeps_its_budget():
    assert stylesheet.SHEET.stat().st_size < BUDGET


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_enough(theme):
    tokens = themes()[theme]
    weak = {pair: round(contrast(*(tokens[name] for name in pair)), 2) for pair in WORDS}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 4.5}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_and_focus_rings_can_be_seen(theme):
    tokens = themes()[theme]
    weak = {pair: round(contrast(*(tokens[name] for name in pair)), 2) for pair in SHAPES}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 3}


def test_nothing_shouts_or_breaks_vietnamese_words():
    text = stylesheet.joined()
    assert "text-transform" not in text
    assert "hyphens:auto" not in text
    tight = [value for value in re.findall(r"line-height:([\d.]+)[;}]", text) if 0 < float(value) < 1.4]
    assert not tight, "stacked marks need room"


def test_every_icon_that_a_template_asks_for_is_there():
    root = stylesheet.WEB.parents[1]
    known = set(
        re.findall(r'^  "([a-z0-9-]+)":', (stylesheet.WEB / "templates/icons.html").read_text(), re.MULTILINE)
    )
    asked = {
        (name, str(page.relative_to(root)))
        for folder in ("academy", "courses")
        for page in (root / folder).rglob("templates/**/*.html")
        for name in re.findall(r"""\bicon(?:=|\()["']([a-z0-9-]+)["']""", page.read_text(encoding="utf-8"))
    }
    unknown = {(name, page) for name, page in asked if name not in known}
    assert not unknown, "add the name to academy/web/vendor.py and refresh the icons"
