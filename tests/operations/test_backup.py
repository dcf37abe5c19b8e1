"""Backups: what was there comes back, damage is found before anything is changed."""

from __future__ import annotations

import gzip
import tarfile

import pytest
from sqlalchemy import select

from academy.accounts.models import Account
from academy.app import create_app
from academy.kernel.db import db
from academy.kernel.storage import storage
from academy.operations.backup import BackupError, make_backup, restore_backup
from tests.conftest import make_config
from tests.factories import create_account


@pytest.fixture
def academies(tmp_path):
    """Two installations of their own: one with an account and a file, one empty."""
    apps = []
    for name in ("full", "empty"):
        instance = tmp_path / name
        instance.mkdir()
        app = create_app(make_config(instance, database_url=f"sqlite:///{instance / 'a.sqlite3'}"), modules=[])
        with app.app_context():
            db.create_all()
        apps.append(app)
    with apps[0].app_context():
        create_account("lan")
        apps[0].stored = storage().put(b"a document", suffix=".pdf")
        db.session.remove()
    yield apps
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_what_was_there_comes_back(academies, tmp_path):
    full, empty = academies
    target = tmp_path / "b.tar.gz"
    with full.app_context():
        assert make_backup(target) == 2
        with pytest.raises(BackupError):
            make_backup(target)
    assert target.stat().st_mode & 0o077 == 0
    with empty.app_context():
        assert restore_backup(target) == 2
        assert db.session.scalars(select(Account.username)).all() == ["lan"]
        assert storage().read(full.stored) == b"a document"
        db.session.remove()


def test_accounts_are_not_overwritten_unasked(academies, tmp_path):
    full, _empty = academies
    target = tmp_path / "b.tar.gz"
    with full.app_context():
        make_backup(target)
        create_account("minh")
        with pytest.raises(BackupError):
            restore_backup(target)
        restore_backup(target, replace=True)
        assert db.session.scalars(select(Account.username)).all() == ["lan"]
        db.session.remove()


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign"])
def test_a_damaged_backup_changes_nothing(academies, tmp_path, damage):
    full, empty = academies
    target = tmp_path / "b.tar.gz"
    with full.app_context():
        make_backup(target)
    if damage == "cut":
        target.write_bytes(target.read_bytes()[:-200])
    elif damage == "changed":
        target.write_bytes(gzip.compress(gzip.decompress(target.read_bytes()).replace(b"a document", b"b document")))
    else:
        target.unlink()
        with tarfile.open(target, "w:gz") as archive:
            archive.add(__file__, "x.py")
    with empty.app_context():
        with pytest.raises(BackupError):
            restore_backup(target)
        assert db.session.scalars(select(Account.username)).all() == []
        db.session.remove()
