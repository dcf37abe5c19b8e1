"""Backups: one archive with the database, the files and the keys, verified by hashes when restored.

The search index is not in it: it is made anew from the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from academy.accounts.models import Account
from academy.config import Config
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.safe_archive import ArchiveRefused, new_tar, unpack_tar
from academy.kernel.settings import settings

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# what stands in the instance folder beside the database and must come back with it
KEPT = ("files", "secret_key", "demo.json")


class BackupError(Exception):
    """A backup cannot be made or restored; the message is one line with the remedy."""


def make_backup(target: Path) -> int:
    """Write a backup; the number of files in it. Serving may go on meanwhile.

    Raises:
        BackupError: the target exists or cannot be written, or the database cannot be copied.
    """
    if target.exists():
        raise BackupError(f"{target} exists: choose another name, or remove it first.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise BackupError(f"The folder {target.parent} is missing or cannot be written: choose another one.")
    config = settings()
    with tempfile.TemporaryDirectory(prefix="academy-backup-") as folder:
        database = _dump(config, Path(folder))
        entries = [(database.name, database), *_kept(config.instance)]
        manifest = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "files": {name: _digest(path) for name, path in entries},
        }
        _pack(target, manifest, entries)
    return len(entries)


def _pack(target: Path, manifest: Mapping[str, Any], entries: Sequence[tuple[str, Path]]) -> None:
    """Write the archive; it bears its name only when it is whole, and only its owner may ever read it."""
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with (
            open(unfinished, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file,
            new_tar(file) as add,
        ):
            add(MANIFEST, json.dumps(manifest, indent=1).encode())
            for name, path in entries:
                add(name, path)
        unfinished.rename(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BackupError(f"{target} cannot be written ({error.strerror}): choose another place.") from error


def restore_backup(source: Path, *, replace: bool = False) -> int:
    """Bring a backup back into this installation; the number of files restored.

    Every file is checked against the manifest before anything is changed.

    Raises:
        BackupError: the archive is damaged or foreign, or this academy has accounts and ``replace`` is False.
    """
    config = settings()
    if not replace and _has_accounts():
        raise BackupError("This academy has accounts: restore into an empty one, or say --replace.")
    with tempfile.TemporaryDirectory(prefix="academy-restore-", dir=config.instance) as folder:
        names = _unpack(source, Path(folder))
        wanted = DATABASE["sqlite" if config.is_sqlite else "postgresql"]
        if wanted not in names:
            raise BackupError(f"{source} was made from another kind of database: {wanted} is not in it.")
        db.session.remove()
        db.engine.dispose()
        _load(config, Path(folder) / wanted)
        for name in KEPT:
            _put_back(Path(folder) / name, config.instance / name)
        shutil.rmtree(config.instance / "search", ignore_errors=True)
    return len(names)


def _has_accounts() -> bool:
    try:
        return db.session.scalar(select(Account.id).limit(1)) is not None
    except Exception:  # no schema yet: nothing to lose
        return False
    finally:
        db.session.rollback()


def _dump(config: Config, folder: Path) -> Path:
    if config.is_sqlite:
        copy = folder / DATABASE["sqlite"]
        with closing(sqlite3.connect(_sqlite_path())) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
        return copy
    copy = folder / DATABASE["postgresql"]
    # an index that lies in the database is made anew, as all indexes are
    without = [f"--exclude-table-data={name}" for name in ("search_generation", "search_entry", "search_term")]
    _postgresql("pg_dump", "--format=custom", *without, f"--file={copy}", f"--dbname={_plain_url(config)}")
    return copy


def _load(config: Config, dump: Path) -> None:
    if config.is_sqlite:
        with closing(sqlite3.connect(dump)) as copy, closing(sqlite3.connect(_sqlite_path())) as live:
            copy.backup(live)
        return
    _postgresql(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
        f"--dbname={_plain_url(config)}", str(dump),
    )  # fmt: skip


def _postgresql(program: str, *arguments: str) -> None:
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{program} is not installed: apt-get install postgresql-client") from error
    if done.returncode:
        raise BackupError(f"{program} failed: {' '.join(done.stderr.split()) or done.returncode}")


def _sqlite_path() -> str:
    return str(db.engine.url.database)


def _plain_url(config: Config) -> str:
    return config.database_url.replace("postgresql+psycopg://", "postgresql://")


def _kept(instance: Path) -> Iterator[tuple[str, Path]]:
    for name in KEPT:
        path = instance / name
        if path.is_file():
            yield name, path
        for file in sorted(path.rglob("*")) if path.is_dir() else ():
            if file.is_file():
                yield file.relative_to(instance).as_posix(), file


def _unpack(source: Path, folder: Path) -> list[str]:
    try:
        unpack_tar(source, folder, most_bytes=shutil.disk_usage(folder).free)
        manifest = json.loads((folder / MANIFEST).read_text())
        files: dict[str, str] = manifest["files"]
    except (OSError, ArchiveRefused, ValueError, KeyError, EOFError) as error:
        raise BackupError(f"{source} is not a backup of an academy, or is damaged ({error}).") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} has format {manifest.get('format')}; this academy reads {FORMAT}.")
    for name, digest in files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BackupError(f"{source} is damaged: {name} does not fit its hash. Use another backup.")
    return list(files)


def _put_back(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if target.is_dir():
        shutil.rmtree(target)
    shutil.move(source, target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
