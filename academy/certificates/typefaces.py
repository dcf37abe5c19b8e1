"""Refresh the faces that documents are set in: ``python -m academy.certificates.typefaces``.

The published web faces come in pieces by alphabet; a PDF needs each face whole. The pieces with Latin,
extended Latin and Vietnamese letters are joined here into one TrueType file per face, through the machine's
own npm client (see :mod:`academy.web.vendor`). Nothing is fetched while the academy runs; the results and
their licences are kept in ``kernel/fonts/``. Needs fontTools with brotli, which only this refresh uses.

Source Serif reserves its name for unmodified files (OFL 1.1, section 3), so the joined face is named
"Academy Serif". Lao is there for the names of guests from Vientiane.

Beside the faces stands ``coverage.txt``: the characters they can show, as ranges of code points, so that a
name with any other letter is noticed before it is printed as a box.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from academy.kernel.typesetting import FONTS
from academy.web import vendor

KEPT_FEATURES = ["kern", "mark", "mkmk", "tnum", "lnum", "ccmp"]
ALPHABETS = ("latin", "latin-ext", "vietnamese")


@dataclass(frozen=True, slots=True)
class Face:
    """One output file from the pieces ``source`` names with ``{alphabet}``; ``weight`` pins a variable source."""

    file: str
    source: str
    weight: int | None = None
    alphabets: tuple[str, ...] = ALPHABETS


SERIF = "source-serif-4-{alphabet}-wght-"
FACES = {
    "@fontsource-variable/source-serif-4": (
        Face("academy-serif-400.ttf", f"{SERIF}normal.woff2", 400),
        Face("academy-serif-600.ttf", f"{SERIF}normal.woff2", 600),
        Face("academy-serif-400-italic.ttf", f"{SERIF}italic.woff2", 400),
    ),
    "@fontsource/noto-serif-lao": (
        Face("noto-serif-lao-400.ttf", "noto-serif-lao-{alphabet}-400-normal.woff2", None, ("lao",)),
    ),
}
LICENCES = {
    "@fontsource-variable/source-serif-4": "academy-serif.LICENSE.txt",
    "@fontsource/noto-serif-lao": "noto-serif-lao.LICENSE.txt",
}
PINNED = {"@fontsource/noto-serif-lao": "5.0.8"}


def refresh() -> None:
    """Write every face, its licence and the coverage."""
    vendor.PINNED.update(PINNED)
    covered: set[int] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for package, faces in FACES.items():
            folder = vendor.unpack(package, Path(scratch))
            shutil.copyfile(folder / "LICENSE", FONTS / LICENCES[package])
            letters = [_build(face, folder / "files", Path(scratch)) for face in faces]
            covered |= set.intersection(*letters)
    (FONTS / "coverage.txt").write_text(_ranges(covered), encoding="ascii")


def _build(face: Face, folder: Path, scratch: Path) -> set[int]:
    """Join the pieces of one face; the code points it has."""
    from fontTools.merge import Merger

    taken: set[int] = set()
    pieces = []
    for alphabet in face.alphabets:
        piece = scratch / f"{alphabet}.ttf"
        taken |= _cut(folder / face.source.format(alphabet=alphabet), face.weight, taken, piece)
        pieces.append(str(piece))
    font = Merger().merge(pieces)
    _rename(font)
    font.save(FONTS / face.file)
    return set(font.getBestCmap())


def _cut(source: Path, weight: int | None, taken: set[int], target: Path) -> set[int]:
    """Write the letters of a piece that no earlier piece had; their code points."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(source)
    if weight is not None:
        font = instancer.instantiateVariableFont(font, {"wght": weight})
    letters = set(font.getBestCmap()) - taken
    cutter = subset.Subsetter(subset.Options(layout_features=KEPT_FEATURES, hinting=False, name_IDs=["*"]))
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font.flavor = None
    font.save(target)
    return letters


def _rename(font) -> None:
    """Replace the reserved family name, except in the lines about copyright."""
    for record in font["name"].names:
        if record.nameID not in (0, 7, 13, 14):
            text = record.toUnicode().replace("Source Serif 4", "Academy Serif")
            record.string = text.replace("SourceSerif4", "AcademySerif")


def _ranges(code_points: set[int]) -> str:
    """``0020-007E`` one range a line."""
    lines = []
    for _offset, run in groupby(enumerate(sorted(code_points)), lambda pair: pair[1] - pair[0]):
        points = [point for _index, point in run]
        lines.append(f"{points[0]:04X}-{points[-1]:04X}\n")
    return "".join(lines)


if __name__ == "__main__":
    refresh()
