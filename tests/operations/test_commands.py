"""Commands with wrong input say in one line what is wrong and what to do; the doctor's advice can be followed."""

from __future__ import annotations

import errno
import os
import socket
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from academy.cli import main


def exit_code() -> int:
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0


@pytest.fixture
def academy(tmp_path, monkeypatch, capsys):
    """Run the ``academy`` command on an instance of its own; its exit code and what it said."""
    for name in [name for name in os.environ if name.startswith("ACADEMY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACADEMY_INSTANCE", str(tmp_path / "instance"))

    def run(*arguments: str, **settings: str) -> tuple[int, str]:
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["academy", *arguments])
            for name, value in settings.items():
                here.setenv(name, value)
            # a thread of its own knows no application of other tests
            with ThreadPoolExecutor(1) as alone:
                code = alone.submit(exit_code).result()
        told = capsys.readouterr()
        return code, (told.out + told.err).strip()

    return run


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield str(listener.getsockname()[1])


NOBODY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("arguments", "settings", "says"),
    [
        (["content", "sync"], {}, "the database lacks tables or columns of this version. Run: academy db upgrade"),
        (["audit", "verify"], {}, "Run: academy db upgrade"),
        (["serve", "--port", "8479"], {}, "migrations are missing. Run: academy db upgrade"),
        (["db", "upgrade"], {"ACADEMY_DATABASE_URL": NOBODY}, "the database cannot be reached. Start its server"),
        (["db", "upgrade"], {"ACADEMY_DATABASE_URL": "nonsense"}, "ACADEMY_DATABASE_URL is not the address"),
        (["db", "upgrade"], {"ACADEMY_DATABASE_URL": "oracel://x"}, "ACADEMY_DATABASE_URL is not the address"),
        (["backup", "/nonexistent/b.tar.gz"], {}, "The folder /nonexistent is missing or cannot be written"),
        (["check-port", "--host", "192.0.2.1"], {}, "name an address of this machine with HOST"),
        (["nonsense"], {}, "No such command 'nonsense'"),
        (["db", "revision", "-m", "x", "--module", "nope"], {}, "no course module nope is installed"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_with_its_remedy(academy, arguments, settings, says):
    code, said = academy(*arguments, **settings)
    assert code == 2 and says in said.splitlines()[-1]


def test_a_taken_port_is_named(academy, taken_port):
    code, said = academy("check-port", "--port", taken_port)
    assert code == 2 and f"Port {taken_port} on 127.0.0.1 cannot be used" in said and "PORT=" in said


def test_the_doctor_of_an_empty_instance(academy):
    code, said = academy("doctor")
    assert code == 1
    assert "→ Run: academy db upgrade" in said and "→ Run: academy search rebuild" in said
    assert said.endswith("2 faults.")
    for remedy in (["db", "upgrade"], ["search", "rebuild"]):
        assert academy(*remedy)[0] == 0
    code, said = academy("doctor")
    assert code == 0 and said.endswith("All is well.")


def test_the_doctor_without_a_database(academy):
    _code, said = academy("doctor", ACADEMY_DATABASE_URL=NOBODY)
    assert "FAIL  database: the database cannot be reached" in said
    assert "→ Start its server, or correct ACADEMY_DATABASE_URL." in said


def test_the_doctor_of_a_damaged_database(academy, tmp_path):
    assert academy("db", "upgrade")[0] == 0
    file = tmp_path / "instance" / "academy.sqlite3"
    file.write_bytes(b"no database at all" * 1000)
    for rest in file.parent.glob("academy.sqlite3-*"):
        rest.unlink()
    _code, said = academy("doctor")
    assert "FAIL  database: the database file is damaged" in said and "academy restore FILE --replace" in said


def test_a_backup_that_breaks_off_leaves_nothing(academy, tmp_path, monkeypatch):
    assert academy("db", "upgrade")[0] == 0

    def full(*arguments, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)
    code, said = academy("backup", str(tmp_path / "b.tar.gz"))
    assert code == 2 and "cannot be written (No space left on device)" in said
    assert [path.name for path in tmp_path.iterdir()] == ["instance"]


def test_a_demo_that_was_interrupted_is_not_served(academy, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "demo.json").write_text('{"seed": 1, "complete": false}')
    for command in (["start", "--port", "8479"], ["demo"]):
        code, said = academy(*command)
        assert code == 1 and said.endswith(f"remove the folder {tmp_path / 'instance'} and start again.")


@pytest.mark.parametrize("pragma", ["synchronous = NORMAL", "synchronous = OFF"])
def test_nothing_is_served_from_a_database_that_may_lose_what_it_acknowledged(academy, pragma):
    academy("db", "upgrade")

    def weaken(connection, _record):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(Engine, "connect", weaken)
    try:
        code, said = academy("serve", "--port", "8479")
        assert code == 2 and "may lose answers it has acknowledged" in said.splitlines()[-1]
        code, said = academy("doctor")
        assert code == 1 and "FAIL  sqlite durability" in said
    finally:
        event.remove(Engine, "connect", weaken)


def test_the_doctor_finds_a_fresh_database_durable(academy):
    academy("db", "upgrade")
    assert "ok    sqlite durability: journal wal, synchronous 2" in academy("doctor")[1]
