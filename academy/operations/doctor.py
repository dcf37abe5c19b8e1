"""The doctor: looks at every part of an installation and says what to do about each fault."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typst
from flask import current_app
from sqlalchemy import text

from academy.config import ConfigError, writable_instance
from academy.kernel.db import db
from academy.kernel.health import check_all
from academy.operations import database
from academy.operations.database_faults import database_fault
from academy.plugins.manager import installed_modules

FREE_BYTES = 500 * 1024 * 1024
REMEDIES = {"search": "Run: academy search rebuild"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``remedy`` says what to do if it is not well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything; an examination that itself fails is a finding."""
    for name, look in EXAMINATIONS.items():
        try:
            yield from look()
        except Exception as error:
            fault = database_fault(error) or ("", "See the log; report this fault.")
            yield Finding(name, False, fault[0] or f"{type(error).__name__}: {error}", fault[1])


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer.")


def _instance() -> Iterator[Finding]:
    instance = current_app.config["ACADEMY"].instance
    try:
        writable_instance(instance)
    except ConfigError as error:
        yield Finding("instance folder", False, str(instance), str(error))
        return
    yield Finding("instance folder", True, str(instance))
    free = shutil.disk_usage(instance).free
    yield Finding(
        "disk space",
        free > FREE_BYTES,
        f"{free // 2**20} MiB free",
        f"Free at least {FREE_BYTES // 2**20} MiB on the disk that holds {instance}.",
    )


def _secret() -> Iterator[Finding]:
    config = current_app.config["ACADEMY"]
    yield Finding(
        "secret key",
        len(config.secret_key) >= 32,
        "set" if config.secret_key else "missing",
        "Set ACADEMY_SECRET_KEY to at least 32 random characters.",
    )
    key = Path(config.instance) / "secret_key"
    if key.exists():
        yield Finding(
            "secret key file",
            key.stat().st_mode & 0o077 == 0,
            oct(key.stat().st_mode & 0o777),
            f"chmod 600 {key}",
        )


def _database() -> Iterator[Finding]:
    db.session.execute(text("SELECT 1"))
    pending = database.pending()
    yield Finding(
        "database schema",
        not pending,
        "up to date" if not pending else f"{len(pending)} migrations pending",
        "Run: academy db upgrade",
    )
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            durable = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            whole = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        yield Finding(
            "sqlite durability",
            durable >= 2 and journal == "wal",
            f"journal {journal}, synchronous {durable}",
            "The disk or file system refuses write-ahead logging: move the instance folder to a local disk.",
        )
        yield Finding(
            "sqlite integrity", whole == "ok", str(whole), "Restore a backup: academy restore FILE"
        )
        return
    durable = db.session.execute(text("SHOW synchronous_commit")).scalar()
    yield Finding(
        "postgresql durability",
        durable != "off",
        f"synchronous_commit {durable}",
        "Set synchronous_commit = on in postgresql.conf.",
    )


def _modules() -> Iterator[Finding]:
    modules = list(installed_modules())
    names = ", ".join(module.slug for module in modules)
    yield Finding("course modules", bool(modules), names or "none", "Install them: make run")
    content = current_app.config["ACADEMY"].content
    for module in modules:
        folder = content / module.slug
        yield Finding(
            f"content of {module.slug}",
            folder.is_dir(),
            str(folder),
            f"Create {folder}, or leave {module.slug} out of ACADEMY_COURSE_MODULES.",
        )


def _typesetting() -> Iterator[Finding]:
    output = typst.compile("#set page(width: 5cm, height: 2cm)\nHọc viện".encode(), format="pdf")
    yield Finding("typesetting", output.startswith(b"%PDF"), "typst", "Reinstall: make run")


def _dependencies() -> Iterator[Finding]:
    for check in check_all():
        if check.name != "database":  # looked at closely already
            yield Finding(check.name, check.ok, check.detail, REMEDIES.get(check.name, "See the log."))


EXAMINATIONS: dict[str, Callable[[], Iterator[Finding]]] = {
    "python": _python,
    "instance folder": _instance,
    "secret key": _secret,
    "database": _database,
    "course modules": _modules,
    "typesetting": _typesetting,
    "dependencies": _dependencies,
}
