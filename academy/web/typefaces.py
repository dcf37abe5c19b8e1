"""How the faces in ``static/fonts`` are made from the published ones.

A Vietnamese sentence mixes letters of the "latin" and the "vietnamese" subset in almost every word, so a face
split in two costs two requests and shows words half in the fallback. Here each face is one file: both subsets
cut to the letters that Vietnamese, English and German use, joined, without hinting and without the features
no page asks for. Faces without figures of equal width get them as ``tnum``, because registers and marks are
read in columns.

Source Serif reserves its name for unmodified files (OFL 1.1, section 3), so the cut version is named
"Academy Serif". Needs fontTools with brotli, which only this refresh uses.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

LATIN = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+0178,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,"
    "U+2030,U+2032-2033,U+2039-203A,U+2044,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265"
)
VIETNAMESE = (
    "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303,"
    "U+0309,U+0323,U+1EA0-1EF9,U+20AB"
)
KEPT_FEATURES = ["kern", "mark", "mkmk", "tnum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One output file. ``files`` names the source with ``{subset}``; ``weight`` pins a variable source."""

    file: str
    files: str
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A published family. ``rename`` is the new name where the licence reserves the old one."""

    package: str
    stem: str
    faces: tuple[Face, ...]
    rename: tuple[str, str] | None = None


_SERIF = "source-serif-4-{subset}-wght-"
FAMILIES = (
    Family(
        package="@fontsource/be-vietnam-pro",
        stem="be-vietnam-pro",
        faces=(
            Face(file="be-vietnam-pro-400.woff2", files="be-vietnam-pro-{subset}-400-normal.woff2"),
            Face(file="be-vietnam-pro-600.woff2", files="be-vietnam-pro-{subset}-600-normal.woff2"),
        ),
    ),
    Family(
        package="@fontsource-variable/source-serif-4",
        stem="academy-serif",
        faces=(
            Face(file="academy-serif-400.woff2", files=f"{_SERIF}normal.woff2", weight=400),
            Face(file="academy-serif-600.woff2", files=f"{_SERIF}normal.woff2", weight=600),
            Face(file="academy-serif-400-italic.woff2", files=f"{_SERIF}italic.woff2", weight=400),
        ),
        rename=("Source Serif 4", "Academy Serif"),
    ),
    Family(
        package="@fontsource/jetbrains-mono",
        stem="jetbrains-mono",
        faces=(Face(file="jetbrains-mono-400.woff2", files="jetbrains-mono-{subset}-400-normal.woff2"),),
    ),
)


def build(family: Family, face: Face, folder: Path, target: Path) -> None:
    """Cut, pin, join and write one face as woff2."""
    from fontTools.merge import Merger

    with tempfile.TemporaryDirectory() as scratch:
        halves = []
        for subset, ranges in (("latin", LATIN), ("vietnamese", VIETNAMESE)):
            half = Path(scratch) / f"{subset}.ttf"
            _cut(folder / face.files.format(subset=subset), face.weight, ranges, half)
            halves.append(str(half))
        font = Merger().merge(halves)
    _add_tabular_figures(font)
    if family.rename:
        _rename(font, *family.rename)
    font.flavor = "woff2"
    font.save(target)


def _cut(source: Path, weight: int | None, ranges: str, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(source)
    if weight is not None:
        font = instancer.instantiateVariableFont(font, {"wght": weight})
    options = subset.Options(layout_features=KEPT_FEATURES, hinting=False, name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(ranges.replace("U+", "")))
    cutter.subset(font)
    font.flavor = None
    font.save(target)


def _add_tabular_figures(font) -> None:
    """Give a face with figures of unequal width a ``tnum`` feature: the same drawings, centred on one width."""
    from fontTools.feaLib.builder import addOpenTypeFeaturesFromString

    names = [font.getBestCmap()[ord(digit)] for digit in "0123456789"]
    if len({font["hmtx"][name][0] for name in names}) == 1:
        return
    widths = sorted(font["hmtx"][name][0] for name in names)
    common = widths[len(widths) // 2]
    for name in names:
        _add_centred_copy(font, name, f"{name}.tnum", common)
    plain, tabular = " ".join(names), " ".join(f"{name}.tnum" for name in names)
    rule = f"feature tnum {{ sub [{plain}] by [{tabular}]; }} tnum;"
    addOpenTypeFeaturesFromString(font, f"languagesystem DFLT dflt; languagesystem latn dflt; {rule}", tables=["GSUB"])


def _add_centred_copy(font, name: str, copy: str, width: int) -> None:
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    shift = (width - font["hmtx"][name][0]) / 2
    pen = TTGlyphPen(None)
    font.getGlyphSet()[name].draw(TransformPen(pen, (1, 0, 0, 1, shift, 0)))
    glyph = pen.glyph()
    font.setGlyphOrder([*font.getGlyphOrder(), copy])
    font["glyf"].glyphs[copy] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][copy] = (width, glyph.xMin)


def _rename(font, old: str, new: str) -> None:
    """Replace a reserved family name in the names a reader of the file sees (not in the copyright lines)."""
    for record in font["name"].names:
        if record.nameID in (0, 7, 13, 14):
            continue
        text = record.toUnicode()
        for before, after in ((old, new), (old.replace(" ", ""), new.replace(" ", "")), ("SourceSerif", "AcademySerif")):
            text = text.replace(before, after)
        record.string = text
