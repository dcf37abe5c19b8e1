"""One academy to measure: a temporary instance with its database, filled, its search index built."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from academy.app import create_app
from academy.config import PROJECT_ROOT, Config
from academy.kernel.db import db
from academy.search.services import rebuild
from tests.bench import dataset
from tests.bench.multiply import multiply

LARGE = 100
SECRET = "measured only, measured only, measured only"


@dataclass(slots=True)
class Site:
    """An academy at one scale; ``seconds`` tells how long its parts took to make."""

    scale: str
    app: Flask
    config: Config
    learners: list[dataset.Learner]
    seconds: dict[str, float] = field(default_factory=dict)
    documents: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What a server needs to serve it."""
        return {
            "ACADEMY_ENV": "production",
            "ACADEMY_INSTANCE": str(self.config.instance),
            "ACADEMY_DATABASE_URL": self.config.database_url,
            "ACADEMY_SECRET_KEY": SECRET,
            "ACADEMY_SEARCH_BACKEND": self.config.search_backend,
        }


@contextmanager
def build(
    scale: str, database_url: str | None, *, index: bool = True, search_backend: str = "whoosh"
) -> Iterator[Site]:
    """A site of scale ``"small"`` or ``"full"``; SQLite if no URL of an empty database is given.

    Args:
        index: build the search index, which takes minutes at full scale.
    """
    folder = Path(tempfile.mkdtemp(prefix="academy-bench-"))
    url = database_url or f"sqlite:///{folder / 'academy.sqlite3'}"
    config = Config(
        environment="production",
        instance=folder,
        content=PROJECT_ROOT / "content",
        database_url=url,
        secret_key=SECRET,
        base_url="http://127.0.0.1",
        embedded_worker=False,
        search_backend=search_backend,
    )
    app = create_app(config)
    try:
        with app.app_context():
            site = _filled(app, config, scale, index=index)
            db.session.remove()
        yield site  # outside of the context: a request inside of one would share what it remembers
        with app.app_context():
            db.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filled(app: Flask, config: Config, scale: str, *, index: bool) -> Site:
    db.create_all()
    filled = dataset.fill(app)
    site = Site(scale, app, config, dataset.learners(app))
    site.seconds |= {"content.sync": filled.sync_seconds, "content.sync-unchanged": filled.sync_again_seconds}
    if scale == "full":
        began = time.perf_counter()
        counts = multiply(LARGE)
        say(f"{sum(counts.values()):,} rows in {time.perf_counter() - began:.0f} s: {counts}")
    if index:
        began = time.perf_counter()
        site.documents = rebuild()["documents"]
        site.seconds["search.index"] = time.perf_counter() - began
    return site


def say(text: str) -> None:
    """A remark for people."""
    print(text, file=sys.stderr, flush=True)
