"""A made-up year of dossiers for free practice: 126 units, 5,233 dossiers, one in a hundred of a real total.

The totals match those of a report that learners meet in the course, divided by a hundred: 5,233 received,
4,130 finished (78.9 %), 4,023 of these in time (97.4 %), 1,103 open. Units and codes are fictitious; there are
no persons in the data. The rows come from a generator with a fixed seed and are the same everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

SEED = 2025
WARDS, COMMUNES = 51, 75
RECEIVED, FINISHED, IN_TIME = 5_233, 4_130, 4_023
FIELDS = {"LAND": (20, 14), "CIVIL": (3, 30), "BUSINESS": (5, 18), "SOCIAL": (10, 16), "CERT": (1, 22)}
"""Field → (days promised, share of dossiers in per cent)."""
FIRST_DAY, LAST_DAY = date(2025, 7, 1), date(2025, 8, 31)

TABLES = """\
CREATE TABLE ward (
  code TEXT PRIMARY KEY,      -- mã đơn vị / code of the unit
  name TEXT NOT NULL,         -- tên phường, xã / name of the ward or commune
  kind TEXT NOT NULL          -- WARD = phường; COMMUNE = xã
);
CREATE TABLE dossier (
  id          TEXT PRIMARY KEY,  -- mã hồ sơ / code of the dossier
  ward        TEXT NOT NULL,     -- mã đơn vị / code of the unit
  field       TEXT NOT NULL,     -- LAND, CIVIL, BUSINESS, SOCIAL, CERT
  received_on TEXT NOT NULL,     -- ngày nhận / day received, YYYY-MM-DD
  due_on      TEXT NOT NULL,     -- hạn trả / day promised, YYYY-MM-DD
  finished_on TEXT               -- ngày trả / day finished; NULL = chưa trả / still open
);
"""

_FIRST = "An Bình Cát Đông Giang Hòa Kim Lâm Minh Ngọc Phú Quang Sơn Tân Thanh Xuân".split()
_SECOND = "Hạ Khê Lộc Mai Phong Thịnh Trung Vân".split()


@lru_cache(maxsize=1)
def practice_rows() -> str:
    """INSERT statements for both tables."""
    chance = random.Random(SEED)
    units = list(_units())
    wards = _insert("ward", units)
    dossiers = _insert("dossier", _dossiers(chance, [code for code, _name, _kind in units]))
    return f"{wards}\n{dossiers}"


def _units() -> Iterator[tuple[str, str, str]]:
    names = [f"{first} {second}" for second in _SECOND for first in _FIRST]
    for number in range(WARDS + COMMUNES):
        if number < WARDS:
            yield f"P{number + 1:02}", f"Phường {names[number]}", "WARD"
        else:
            yield f"X{number - WARDS + 1:02}", f"Xã {names[number]}", "COMMUNE"


def _dossiers(chance: random.Random, codes: list[str]) -> Iterator[tuple[str | None, ...]]:
    # the seven last communes have received nothing yet: a JOIN loses them, a LEFT JOIN does not
    busy = codes[:-7]
    weights = [chance.uniform(0.4, 1.6) for _code in busy]
    states = ["in time"] * IN_TIME + ["late"] * (FINISHED - IN_TIME) + ["open"] * (RECEIVED - FINISHED)
    chance.shuffle(states)
    days = (LAST_DAY - FIRST_DAY).days
    for number, state in enumerate(states, 1):
        field = chance.choices(list(FIELDS), [share for _days, share in FIELDS.values()])[0]
        promised = FIELDS[field][0]
        received = FIRST_DAY + timedelta(chance.randint(0, days))
        due = received + timedelta(promised + 2 * (promised // 5))
        late = timedelta(chance.randint(1, 9))
        finished = {"in time": due - timedelta(chance.randint(0, promised // 2)), "late": due + late}.get(
            state
        )
        yield (
            f"H{number:05}",
            chance.choices(busy, weights)[0],
            field,
            received.isoformat(),
            due.isoformat(),
            finished.isoformat() if finished else None,
        )


def _insert(table: str, rows: object) -> str:
    values = ",\n".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"INSERT INTO {table} VALUES\n{values};"


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
