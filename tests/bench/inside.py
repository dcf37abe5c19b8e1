"""Measured without a server: queries of a page, documents, the start of the application."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from academy.certificates.document import Signed, render
from academy.config import PROJECT_ROOT
from academy.kernel.db import db
from tests.bench.pages import pages
from tests.bench.site import Site

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA")


def queries_per_page(site: Site) -> dict[str, int]:
    """The most queries that a page of each kind makes once what is immutable is in memory."""
    most = {}
    with site.app.app_context():
        asked = pages(site)
        db.session.remove()
    for name, asks in asked.items():
        asks = asks[:: max(1, len(asks) // 20)][:20]
        for ask in asks:
            _get(site, ask.path, ask.cookie)
        counts = []
        for ask in asks:
            with _counted() as seen:
                status = _get(site, ask.path, ask.cookie)
            if status == 200:
                counts.append(len(seen))
        if counts:
            most[name] = max(counts)
    return most


def _get(site: Site, path: str, cookie: str) -> int:
    client = site.app.test_client(use_cookies=False)
    return client.get(path, headers={"Cookie": cookie} if cookie else {}, base_url="http://127.0.0.1").status_code


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(CONTROL):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def documents_per_second(seconds: float) -> float:
    """PDFs of certificates set by one process, the first one left out, which reads the faces."""
    made, began = 0, 0.0
    while made == 0 or time.perf_counter() - began < seconds:
        render(Signed(_statement(made), "c2lnbmF0dXJl", "0123456789abcdef"))
        if made == 0:
            began = time.perf_counter()
        made += 1
    return (made - 1) / (time.perf_counter() - began)


def _statement(number: int) -> dict[str, Any]:
    code = f"BENCH{number:08d}"
    return {
        "kind": "certificate",
        "purpose": "first",
        "serial": f"HV-2026-{number:06d}",
        "register_no": f"{number}/2026",
        "code": code,
        "verify_url": f"http://127.0.0.1/verify/{code}",
        "place": "Hà Nội",
        "issued_on": date(2026, 11, 22).isoformat(),
        "issuer": {"parent": "Ủy ban nhân dân thành phố Hà Nội", "body": "Học viện số thành phố Hà Nội"},
        "holder": {
            "full_name": "Nguyễn Thị Minh Khai",
            "sex": "f",
            "birth_date": "1990-02-03",
            "birth_place": "Hà Nội",
            "position": "Chuyên viên",
            "unit": "Phường Hoàn Kiếm",
        },
        "program": {"vi": "Đọc và áp dụng văn kiện", "en": "Reading policy documents", "periods": 24},
        "studied": {"from": "2026-10-01", "to": "2026-11-20"},
        "class": None,
        "result": {"mark": "8.5", "band": {"vi": "Giỏi", "en": "Very good"}},
        "replaces": None,
        "signer": {"title": "GIÁM ĐỐC", "name": "Trần Văn Bình"},
    }


START = """
import sys, time
began = time.perf_counter()
from academy.app import create_app
app = create_app()
made = time.perf_counter()
status = app.test_client().get(sys.argv[1], base_url="http://127.0.0.1").status_code
print(made - began, time.perf_counter() - made, status)
"""


def cold_start(site: Site, times: int = 3) -> tuple[float, float]:
    """Seconds until the application stands, and for its first page; the best of some, each in a new process."""
    with site.app.app_context():
        path = pages(site)["lesson.anonymous"][0].path
        db.session.remove()
    best = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", START, path],
            cwd=PROJECT_ROOT,
            env={**os.environ, **site.environment, "ACADEMY_BASE_URL": "http://127.0.0.1"},
            capture_output=True,
            text=True,
            check=True,
        )
        made, first, _status = done.stdout.split()
        best.append((float(made), float(first)))
    return min(best)
