"""The data sets on which queries can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from courses.information_technology.practice_data import TABLES, practice_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Tables and rows; ``item_key`` names the exercise they belong to, empty for free practice.

    ``steps`` is what a query may cost here.
    """

    tables: str
    rows: str
    item_key: str = ""
    steps: int = 1_000_000


@lru_cache(maxsize=1)
def practice_set() -> DataSet:
    """The made-up dossiers of :mod:`.practice_data`; larger, so a query may cost more."""
    return DataSet(tables=TABLES, rows=practice_rows(), steps=5_000_000)
