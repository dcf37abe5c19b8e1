"""Ten thousand questions into an empty course, in every format: judged, confirmed, written, as a browser has it done.

The yardstick is made in the same run from the same file and the same rows: its bytes read by a bare parser (expat, or
split at blank lines), and the rows of the bank inserted as they are, without a look at what they say.
"""

from __future__ import annotations

import copy
import io
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from sqlalchemy import Table, insert, select

from academy.authoring import question_exchange
from academy.authoring.services import create_course
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.questions.exchange.exporting import export_items
from academy.questions.exchange.formats import FORMATS
from academy.questions.queries import ItemRow, VersionRow
from academy.questions.services import checked_spec
from tests.bench.site import Site
from tests.factories import create_actor
from tests.questions.specs import ALL

ITEMS = 10_000
WRITTEN = ("gift", "moodle", "qti30")
# as banks are: choices for the most part; kinds that every one of the formats carries
KINDS = (
    *("single",) * 8, *("multiple",) * 3, *("truefalse",) * 3, *("short",) * 2, *("numeric",) * 2,
    "matching", "matching",
)  # fmt: skip
BANK = ("item", "item_version", "item_card", "item_label")


@dataclass(slots=True)
class Imported:
    """Seconds of processor time by step, those of the yardstick, the items that came in, and the process's memory at its highest, in MB."""

    megabytes_sent: float
    items: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    yardstick: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0

    @property
    def whole(self) -> float:
        return sum(self.seconds.values())

    @property
    def bare(self) -> float:
        return sum(self.yardstick.values())


def import_banks(site: Site, items: int) -> Iterator[tuple[str, Imported]]:
    """Format by format; each bank goes into a course of its own."""
    with site.app.app_context():
        author = create_actor(Role.INSTRUCTOR)
        bank = [_item(number) for number in range(items)]
        files = {name: export_items(bank, FORMATS[name], ["vi"], lambda _name: None).data for name in WRITTEN}
        del bank
        jobs.run_all()  # what the academy has to do after it was filled is not measured here
        for name, data in files.items():
            yield name, _import(author, name, data)
            db.session.remove()


def _item(number: int) -> ItemRow:
    kind = KINDS[number % len(KINDS)]
    spec = copy.deepcopy(ALL[kind])
    spec["text"] = {lang: f"{text} Câu số {number}." for lang, text in spec["text"].items()}
    version = VersionRow(
        id=1,
        item_id=1,
        key=f"cau-{number}",
        kind=kind,
        outcome="",
        number=1,
        hash="x",
        spec=checked_spec(kind, spec),
    )
    place = {"lesson": "", "difficulty": 2, "use_lesson": False, "use_pool": True, "state": "active"}
    return ItemRow(item_id=1, course_id=1, key=f"cau-{number}", version=version, **place)


def _import(author: Actor, name: str, data: bytes) -> Imported:
    done = Imported(megabytes_sent=len(data) / 1e6)
    slug = create_course(author, title=f"Ngân hàng {name}")
    options = question_exchange.ImportOptions(format=name)
    with _timed(done.seconds, "check"):
        stored = question_exchange.start_question_import(
            author, slug, data, f"bank{FORMATS[name].suffix}", options
        )
        number = stored.id
        question_exchange.check_question_import(number, lambda _done, _total: None)
    with _timed(done.seconds, "write"):
        question_exchange.confirm_question_import(author, slug, number)
        question_exchange.apply_question_import(number, lambda _done, _total: None)
    done.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    db.session.rollback()
    stored = question_exchange.get_question_import(author, slug, number)
    done.items = stored.summary["counts"]["new"]
    if stored.state != "applied" or stored.summary["counts"]["refused"]:
        raise RuntimeError(f"{name}: {stored.state} {stored.summary}")
    with _timed(done.yardstick, "parse"):
        _bare_parser(name)(data)
    rows = _rows_of(stored.course_id)
    with _timed(done.yardstick, "insert"):
        _insert_again(rows)
    return done


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.process_time()
    yield
    seconds[step] = time.process_time() - began


def _bare_parser(name: str) -> Callable[[bytes], Any]:
    return {"gift": _split, "moodle": ElementTree.fromstring, "qti30": _parse_package}[name]


def _split(data: bytes) -> list[list[str]]:
    return [block.split("\n") for block in data.decode().split("\n\n")]


def _parse_package(data: bytes) -> list[ElementTree.Element]:
    with ZipFile(io.BytesIO(data)) as package:
        return [
            ElementTree.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".xml")
        ]


def _rows_of(course_id: int) -> Mapping[Table, list[dict[str, Any]]]:
    tables = {name: db.metadata.tables[name] for name in BANK}
    item = tables["item"]
    found: dict[Table, list[dict[str, Any]]] = {}
    for name, table in tables.items():
        owner = item.c.id if name == "item" else table.c.item_id
        ids = select(item.c.id).where(item.c.course_id == course_id)
        found[table] = [dict(row._mapping) for row in db.session.execute(select(table).where(owner.in_(ids)))]
    db.session.rollback()
    return found


def _insert_again(rows: Mapping[Table, list[dict[str, Any]]]) -> None:
    """Insert them under other ids and keys, and take them back."""
    with db.engine.connect() as connection, connection.begin() as transaction:
        for table, found in rows.items():
            for row in found:
                _move(table, row)
            for start in range(0, len(found), 500):
                connection.execute(insert(table), found[start : start + 500])
        transaction.rollback()


def _move(table: Table, row: dict[str, Any]) -> None:
    if "id" in row:
        row["id"] += 10_000_000
    if "item_id" in row:
        row["item_id"] += 10_000_000
    if table.name == "item":
        row["key"] = f"x-{row['key']}"
