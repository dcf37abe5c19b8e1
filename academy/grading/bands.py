"""Bands (xếp loại) of final marks. A set never changes once used: a document names the set it was judged with.

Ten-point scale, certified from 5.0 (Circular 01/2018/TT-BNV); the names are those in use at institutions, no decree's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """``least`` is the lowest mark of the band, on the ten-point scale."""

    least: Decimal
    name: Mapping[str, str]


_EXCELLENT = Band(Decimal(9), {"vi": "Xuất sắc", "en": "Excellent", "de": "Ausgezeichnet"})
_VERY_GOOD = Band(Decimal(8), {"vi": "Giỏi", "en": "Very good", "de": "Sehr gut"})
_GOOD = Band(Decimal(7), {"vi": "Khá", "en": "Good", "de": "Gut"})
_FAIRLY_GOOD = Band(Decimal(6), {"vi": "Trung bình khá", "en": "Fairly good", "de": "Befriedigend"})
_AVERAGE = Band(Decimal(5), {"vi": "Trung bình", "en": "Average", "de": "Ausreichend"})

# the four steps of cadre classes, and the five of institutions that keep "trung bình khá"
BAND_SETS: Mapping[str, tuple[Band, ...]] = {
    "four-1": (_EXCELLENT, _VERY_GOOD, _GOOD, _AVERAGE),
    "five-1": (_EXCELLENT, _VERY_GOOD, _GOOD, _FAIRLY_GOOD, _AVERAGE),
}
DEFAULT_SET = "four-1"


def band_of(mark: Decimal | None, band_set: str = DEFAULT_SET) -> Band | None:
    """The band of a final mark; None without a mark or below the lowest band."""
    if mark is None:
        return None
    return next((band for band in BAND_SETS[band_set] if mark >= band.least), None)
